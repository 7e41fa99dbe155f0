"""The turns of a conversation are found however much an agent says before it is answered."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reasongym.agents.adapters.transcripts import turns

TEXTS = st.sampled_from(("", "a", "b", "user"))
CALLS = st.lists(st.tuples(TEXTS, TEXTS), max_size=3)


@given(st.lists(st.tuples(TEXTS, CALLS, TEXTS), max_size=5))
@settings(deadline=None)
def test_of_what_is_said_between_two_messages_of_the_user_the_last_counts(
    played: list[tuple[str, list[tuple[str, str]], str]],
) -> None:
    messages = [("system", "s")]
    for observation, calls, action in played:
        messages.append(("user", observation))
        for call, output in calls:
            messages += [("assistant", call), ("tool", output)]
        messages.append(("assistant", action))
    assert turns(messages) == [action for _, _, action in played]


def test_a_user_who_is_not_answered_makes_no_turn() -> None:
    assert turns([("user", "a"), ("assistant", "b"), ("user", "c")]) == ["b"]
    assert turns([("assistant", "b"), ("tool", "x")]) == ["b"]
    assert turns([]) == []
