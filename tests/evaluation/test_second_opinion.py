"""Second opinions: asked apart, killed when they hang, never deciding."""

import sys
import time
from collections.abc import Iterator

import pytest

from reasongym.answers.grader import grade
from reasongym.errors import UsageError
from reasongym.evaluation import second_opinion
from reasongym.evaluation.second_opinion import (
    KILLED,
    LIMIT_S,
    START_S,
    Asked,
    Opinion,
    SecondOpinions,
    Tally,
    asked_of,
)

pytest.importorskip("math_verify", reason="needs pip install 'reasongym[math]'")
TOWER = "9^{9^{9^9}}"


@pytest.fixture(scope="module")
def opinions() -> Iterator[SecondOpinions]:
    """Ask with patience, as the machine that tests may be busy."""
    with pytest.MonkeyPatch.context() as patched, SecondOpinions() as found:
        patched.setattr(second_opinion, "LIMIT_S", 60.0)
        yield found


def said(opinions: SecondOpinions, gold: str, completion: str) -> dict[str, bool | None]:
    asked = asked_of(grade(gold, completion), gold, completion)
    return {one.peer: one.correct for one in opinions.on(asked)}


@pytest.mark.parametrize(
    ("gold", "answer", "correct"),
    [
        ("\\frac{1}{2}", "0.5", True),
        ("1+\\sqrt{2}", "\\sqrt{3+2\\sqrt{2}}", True),
        ("(x+1)^2", "x^2+2x+1", True),
        ("\\sqrt{2}", "1.41", False),
        ("x^2", "x^2+1", False),
        ("\\{1, 2\\}", "\\{2, 1\\}", True),
    ],
)
def test_both_peers_compare_by_value(
    opinions: SecondOpinions, gold: str, answer: str, *, correct: bool
) -> None:
    assert said(opinions, gold, f"So it is $\\boxed{{{answer}}}$.") == {
        "math-verify": correct,
        "sympy": correct,
    }


def test_roots_of_negative_numbers_are_real_to_sympy_as_they_are_to_us(opinions: SecondOpinions) -> None:
    assert said(opinions, "-2", "\\boxed{\\sqrt[3]{-8}}")["sympy"] is True
    assert said(opinions, "4", "\\boxed{(-8)^{2/3}}")["sympy"] is True


@pytest.mark.parametrize(
    ("gold", "answer"),
    [("\\text{even}", "\\text{odd}"), ("5 \\text{ cm}", "5 \\text{ m}"), ("(1,2)", "[1,2]")],
)
def test_sympy_has_no_opinion_of_what_is_no_formula(opinions: SecondOpinions, gold: str, answer: str) -> None:
    assert said(opinions, gold, f"\\boxed{{{answer}}}")["sympy"] is None


def test_sympy_is_not_asked_where_no_answer_was_read(opinions: SecondOpinions) -> None:
    asked = asked_of(grade("42", "<think>42"), "42", "<think>42")
    assert list(opinions.on(asked))[1] == Opinion("sympy", None, "no answer was read")


def test_a_tower_of_powers_is_killed_in_time_and_the_next_answer_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(second_opinion, "LIMIT_S", LIMIT_S)  # the other tests are patient
    with SecondOpinions() as opinions:
        for peer in ("math-verify", "sympy"):
            start = time.monotonic()
            found = opinions.ask(peer, "42", f"\\boxed{{{TOWER}}}" if peer == "math-verify" else TOWER)
            assert found == Opinion(peer, None, KILLED)
            assert (
                time.monotonic() - start < LIMIT_S + START_S
            )  # a fresh process imports before the clock runs
        monkeypatch.setattr(second_opinion, "LIMIT_S", 60.0)
        assert said(opinions, "2", "\\boxed{2}") == {"math-verify": True, "sympy": True}


def test_no_process_is_left_behind() -> None:
    with SecondOpinions() as opinions:
        opinions.ask("sympy", "2", "3")
        process = opinions.process
        assert process is not None
        assert process.is_alive()
    assert not process.is_alive()


def test_a_missing_package_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "math_verify", None)
    with pytest.raises(
        UsageError, match=r"needs math-verify, not installed here: pip install 'reasongym\[math\]'"
    ):
        SecondOpinions()


def test_opinions_are_counted_by_what_they_say_of_our_verdict() -> None:
    asked = Asked("problem 0, sample 0", "10", "\\boxed{10 \\text{ or more}}", None, False, "hedged")
    tally = Tally()
    for opinion in (
        Opinion("math-verify", True, "reads 10"),
        Opinion("math-verify", False, "reads no answer"),
        Opinion("math-verify", None, "raised ValueError"),
        Opinion("math-verify", None, KILLED),
    ):
        tally.add(asked, opinion)
    assert tally.counts["math-verify"] == {"agree": 1, "disagree": 1, "no opinion": 1, "killed": 1}
    assert [one.opinion.reason for one in tally.disagreements] == ["reads 10"]
