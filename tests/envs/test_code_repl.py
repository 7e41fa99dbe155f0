"""Programs written over several turns: what is seen, what ends the episode, and that it can fork."""

import pytest

import reasongym
from reasongym.core import Session

ENV = reasongym.get("ProgramSynthesisRepl-v0")
PROBLEM = ENV.problem(ENV.row(3, level=3))
RIGHT, HANDED_IN = ENV.oracle(PROBLEM.data)
FUNCTION = PROBLEM.data["function"]


def block(code: str) -> str:
    return f"```python\n{code}\n```"


def play(session: Session, *texts: str) -> tuple[Session, str]:
    observation = ""
    for text in texts:
        session, observation, _, verdict, _ = ENV.advance(session, text)
        assert verdict is None
    return session, observation


def test_names_are_kept_between_turns_and_values_shown() -> None:
    session, _ = play(ENV.begin(PROBLEM), block("x = 20"))
    assert play(session, block("print(x); x + 2"))[1] == "20\n22"


def test_a_kept_state_forks_the_episode() -> None:
    session, _ = play(ENV.begin(PROBLEM), block("x = [1]"))
    first = play(session, block("x.append(2); x"))[1]
    assert play(session, block("x.append(2); x"))[1] == first == "[1, 2]"
    assert play(session, block("x"))[1] == "[1]"


def test_a_definition_is_tried_on_the_examples() -> None:
    _, observation = play(ENV.begin(PROBLEM), RIGHT)
    assert observation.count("is right") == len(PROBLEM.data["examples"])
    names = ", ".join(PROBLEM.data["names"])
    _, observation = play(ENV.begin(PROBLEM), block(f"def {FUNCTION}({names}):\n    return None"))
    assert observation.count("should be") == len(PROBLEM.data["examples"])


def test_errors_and_limits_are_seen_and_the_episode_goes_on() -> None:
    session, observation = play(ENV.begin(PROBLEM), block("y = 1"), block("1 / 0"))
    assert "ZeroDivisionError" in observation
    assert play(session, block("y"))[1] == "1"
    session, observation = play(session, block("import os; os._exit(3)"))
    assert observation.endswith("[the interpreter was ended: all names are gone, the next call begins anew]")
    assert "NameError" in play(session, block("y"))[1]


def test_long_output_is_cut_and_addresses_are_hidden() -> None:
    session, observation = play(ENV.begin(PROBLEM), block("print('a' * 9000)"))
    assert observation.count("a") < 2_100
    assert "[7,000 characters left out]" in observation
    assert play(session, block("object()"))[1] == "<object object at 0x...>"


def test_handing_in_ends_the_episode() -> None:
    session, _ = play(ENV.begin(PROBLEM), RIGHT)
    step = ENV.advance(session, HANDED_IN)
    assert step.verdict is not None
    assert step.verdict.correct
    names = ", ".join(PROBLEM.data["names"])
    step = ENV.advance(session, f"<answer>{block(f'def {FUNCTION}({names}): return 0')}</answer>")
    assert step.verdict is not None
    assert (step.verdict.reason, step.reward) == ("wrong_value", 0.0)


@pytest.mark.parametrize(
    "text", ["", "x = 1", "<think>```python\nx\n```</think>", "<answer>42</answer>", "```sql\nx\n```"]
)
def test_text_without_program_spends_its_turn(text: str) -> None:
    session = ENV.begin(PROBLEM)
    after, observation = play(session, text)
    assert after.state == session.state
    assert observation.startswith("no ")


def test_a_program_handed_in_stands_by_itself() -> None:
    """What turns before defined does not count."""
    session, _ = play(ENV.begin(PROBLEM), RIGHT, block(f"other = {FUNCTION}"))
    names = ", ".join(PROBLEM.data["names"])
    step = ENV.advance(
        session, f"<answer>{block(f'def {FUNCTION}({names}): return other({names})')}</answer>"
    )
    assert step.verdict is not None
    assert step.verdict.reason == "runtime_error"
