"""Groups of episodes for shaping: any lengths, outcomes, turns; nothing is played."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from reasongym import registry
from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode, Message

ROW = registry.get("reasongym/Countdown-v0").row(7)


def episode(
    length: int | Sequence[int] = 0,
    *,
    correct: bool = False,
    texts: Sequence[str] = (),
    answer: str | None = "1",
    row: Row = ROW,
    member: int = 0,
    is_truncated: bool = False,
) -> Episode:
    """Make an episode with so many sampled tokens a turn, or with these token ids in its one turn."""
    turns = [list(range(length))] if isinstance(length, int) else [list(length)]
    texts = texts or [""]
    turns += [[] for _ in texts[1:]]
    completions = [
        Completion(text, "stop", [0], ids, [0.0] * len(ids)) for text, ids in zip(texts, turns, strict=True)
    ]
    messages = [Message("user", "?")] + [Message("assistant", text) for text in texts]
    verdict = Verdict(float(correct), correct, "ok" if correct else "wrong_value", answer)
    return Episode(row, messages, completions, verdict, 0, member, is_truncated)


@st.composite
def groups(draw: st.DrawFn) -> list[Episode]:
    """Draw a group of one to nine, empty completions and several turns among them."""
    members = draw(st.integers(1, 9))
    made: list[Episode] = []
    for member in range(members):
        lengths = draw(st.lists(st.integers(0, 60), min_size=1, max_size=3))
        one = episode(correct=draw(st.booleans()), member=member, is_truncated=draw(st.booleans()))
        completions = [Completion("", "stop", [0], list(range(n)), [0.0] * n) for n in lengths]
        messages = [Message("assistant", "") for _ in lengths]
        made.append(replace(one, completions=completions, messages=messages))
    return made


def num_tokens(one: Episode) -> int:
    """Count an episode's sampled tokens."""
    total = 0
    for completion in one.completions:
        for _ in completion.token_ids:
            total += 1
    return total
