"""Accuracy against tokens: figures that follow from the stored counts, and never fall within a run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode
from reasongym.evaluation import Player, Protocol, Run, env_suite, planned
from reasongym.evaluation.statistics import population_interval
from reasongym.evaluation.tokens import LIMITS, Within, ended_within, tokens_curve
from reasongym.thinking import Budget


def episode(group: int, *, correct: bool, tokens: list[int]) -> Episode:
    """Make an episode of completions with so many tokens."""
    completions = [Completion("x", "stop", [7], [5] * number, [-1.0] * number) for number in tokens]
    verdict = Verdict(float(correct), correct, "ok" if correct else "wrong_value")
    return Episode(Row("reasongym/Gcd-v0", 0, "eval", group), [], completions, verdict, group)


def run(name: str, budget: Budget | None = None) -> Run:
    protocol = Protocol(max_tokens=99, thinking=budget)
    return planned(env_suite("Gcd-v0", level=0, num_problems=2), protocol, Player("torch", name))


def test_a_run_is_a_point_with_its_thinking_apart_from_its_answers() -> None:
    budget = Budget(20, waits=1)
    forced = [episode(0, correct=True, tokens=[5, 9, 2]), episode(1, correct=True, tokens=[3, 4, 1])]
    free = [episode(0, correct=True, tokens=[6]), episode(1, correct=False, tokens=[8])]
    silent = [episode(0, correct=True, tokens=[0]), episode(1, correct=True, tokens=[0])]
    found = tokens_curve([(run("b", budget), forced), (run("b"), free), (run("a"), free), (run("c"), silent)])
    assert [(one.model, one.tokens, one.thinking, one.accuracy) for one in found] == [
        ("a", 7, None, 0.5),
        ("b", 7, None, 0.5),
        ("b", 12, 10.5, 1.0),
    ]
    assert found[2].budget == budget
    assert found[2].interval == population_interval([1, 1], 1)
    assert found[2].protocol == "default, T 1, 99 tokens with 20 to think, 1 wait, 1 sample"


def test_thinking_is_counted_turn_by_turn() -> None:
    """Cut off at the budget, a turn is one segment and the answer; two waits are three segments."""
    budget = Budget(9, waits=2)
    cut = Completion("x", "length", [7], [5] * 9, [])
    turns = [
        cut,
        Completion("y", "stop", [7], [5], []),
        *episode(0, correct=True, tokens=[1, 2, 3, 4]).completions,
    ]
    one = Episode(Row("reasongym/Gcd-v0", 0, "eval", 0), [], turns, Verdict(1.0, True, "ok"))
    (point,) = tokens_curve([(run("a", budget), [one])])
    assert (point.thinking, point.tokens) == (9 + 1 + 2 + 3, 9 + 1 + 1 + 2 + 3 + 4)


LENGTHS = st.lists(st.tuples(st.integers(0, 5000), st.booleans()), min_size=1, max_size=30)


@given(LENGTHS)
def test_what_has_ended_never_falls_and_ends_at_everything(drawn: list[tuple[int, bool]]) -> None:
    episodes = [episode(at, correct=right, tokens=[length]) for at, (length, right) in enumerate(drawn)]
    curve = ended_within(episodes)
    assert curve == sorted(curve, key=lambda one: (one.tokens, one.ended, one.accuracy))
    assert len({one.tokens for one in curve}) == len(curve) <= LIMITS + 2
    for one in curve:
        inside = [right for length, right in drawn if length <= one.tokens]
        assert one.ended == pytest.approx(len(inside) / len(drawn))
        assert one.accuracy == pytest.approx(sum(inside) / len(drawn))
    assert curve[-1].ended == 1.0


def test_limits_are_spaced_by_their_logarithms() -> None:
    """Of 4 and 64 tokens the middle is 16."""
    episodes = [episode(0, correct=True, tokens=[40, 24]), episode(1, correct=False, tokens=[4])]
    assert ended_within(episodes, most=3) == [
        Within(4, 0.5, 0.0), Within(16, 0.5, 0.0), Within(64, 1.0, 0.5),
    ]  # fmt: skip
