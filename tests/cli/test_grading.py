"""The verb that judges one answer."""

import io
import json

import pytest

from reasongym.evaluation import second_opinion
from tests.cli.conftest import Reasongym


def test_an_answer_is_judged_and_both_forms_are_told(reasongym: Reasongym) -> None:
    code, out, _ = reasongym("grade", "1/2", "Half of it: \\boxed{0.5}.")
    assert code == 0
    assert out.splitlines() == [
        "right",
        "answer   0.5   (characters 19 to 22)",
        "gold is  1 / 2",
        "it is    1 / 2",
    ]


def test_a_wrong_answer_has_its_reason(reasongym: Reasongym) -> None:
    assert reasongym("grade", "12", "\\boxed{12 m}", "--units", "cm")[1].startswith("wrong: wrong_unit\n")
    assert reasongym("grade", "12", "<think>12")[1].startswith("wrong: no_answer\n")


def test_json_is_one_object(reasongym: Reasongym) -> None:
    told = json.loads(reasongym("grade", "3.14", "3.14159", "--significant-figures", "3", "--json")[1])
    assert told == {
        "correct": True,
        "reason": "ok",
        "answer": "3.14159",
        "span": [0, 7],
        "gold_form": "157 / 50",
        "answer_form": "314159 / 100000",
    }


def test_a_dash_reads_stdin(reasongym: Reasongym, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("<think>a\nb</think>\n\\boxed{42}\n"))
    assert reasongym("grade", "42", "-")[1].startswith("right\n")


def test_options_that_do_not_fit_are_explained(reasongym: Reasongym) -> None:
    code, _, error = reasongym("grade", "1", "1", "--tolerance", "2")
    assert (code, "tolerance must be at least 0 and below 1, got 2.0" in error) == (2, True)
    code, _, error = reasongym("grade", "1", "1", "--units", "<>")
    assert (code, "units must be a unit such as `km/h`, got '<>'" in error) == (2, True)


def test_several_golds_and_answers(reasongym: Reasongym) -> None:
    assert reasongym("grade", "7", "\\boxed{8}", "--alternatives", "8", "9")[1].startswith("right")
    assert reasongym("grade", "1,234", "\\boxed{234, 1}", "--several")[1].startswith("right")


def test_a_second_opinion_is_told_and_changes_nothing(
    reasongym: Reasongym, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("math_verify")
    monkeypatch.setattr(second_opinion, "LIMIT_S", 60.0)  # the machine that tests may be busy
    alone = reasongym("grade", "10", "\\boxed{10 \\text{ or more}}")[1]
    code, out, _ = reasongym("grade", "10", "\\boxed{10 \\text{ or more}}", "--second-opinion")
    assert code == 0
    assert out.startswith(alone)
    assert out.splitlines()[-2:] == [
        "math-verify says right: reads 10",
        "sympy       says wrong: the difference is not zero",
    ]
    told = json.loads(reasongym("grade", "1/2", "0.5", "--second-opinion", "--json")[1])
    assert [(one["peer"], one["correct"]) for one in told["second_opinions"]] == [
        ("math-verify", True),
        ("sympy", True),
    ]
