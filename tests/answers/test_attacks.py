"""The grader under attack: bounded time, the same verdicts everywhere, and nothing executed."""

import builtins
import json
import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reasongym.answers.grader import Grade, Options, grade
from reasongym.answers.readings import read
from reasongym.answers.units import unit_of
from tests.answers.attacks import attacks

CASES = Path(__file__).parent / "cases.jsonl"
ATTACKS = list(attacks())[:200]
MAX_ATTACK_S, MAX_P99_S = 1.0, 0.05


def boxed(answer: str) -> str:
    return f"Thus it is \\boxed{{{answer}}}."


def judged(pair: tuple[str, str]) -> tuple[bool, str]:
    found = grade(*pair)
    return found.correct, found.reason


def ordinary() -> list[tuple[str, str]]:
    rows = [json.loads(line) for line in CASES.read_text().splitlines()]
    return [(row["gold"], row["answer"]) for row in rows if not row.get("options")]


def test_there_are_two_hundred_attacks() -> None:
    assert len(ATTACKS) == len(set(ATTACKS)) == 200


@pytest.mark.parametrize("at", range(200))
def test_an_attack_is_answered_within_a_second_and_earns_nothing(at: int) -> None:
    gold, answer = ATTACKS[at]
    for text in (boxed(answer), f"The answer is {answer}", answer):
        start = time.thread_time()
        assert not grade(gold, text).correct
        assert time.thread_time() - start < MAX_ATTACK_S


@pytest.mark.parametrize("at", range(0, 200, 4))
def test_an_attack_as_the_gold_is_answered_within_a_second(at: int) -> None:
    start = time.thread_time()
    grade(ATTACKS[at][1], boxed("42"))
    grade(ATTACKS[at][1], boxed(ATTACKS[at][1]))
    assert time.thread_time() - start < MAX_ATTACK_S


def test_nearly_every_ordinary_answer_takes_no_time() -> None:
    times: list[float] = []
    for gold, answer in ordinary():
        start = time.thread_time()
        grade(gold, answer)
        times.append(time.thread_time() - start)
    assert sorted(times)[int(0.99 * len(times))] < MAX_P99_S


def test_threads_and_spawned_processes_give_the_same_verdicts() -> None:
    pairs = [*ordinary()[::6], *((gold, boxed(answer[:3_000])) for gold, answer in ATTACKS[::10])]
    expected = list(map(judged, pairs))
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(judged, pairs)) == expected
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(judged, pairs) == expected


def test_nothing_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    payloads = [
        '__import__("os").getpid()',
        "exec('print(100)')",
        "().__class__",
        "sympify('1')",
        "lambda g: g",
    ]
    pairs = [*ordinary()[::9], *(("42", text) for payload in payloads for text in (boxed(payload), payload))]
    expected = list(map(judged, pairs))  # patterns are compiled when they are first used
    read.cache_clear()
    unit_of.cache_clear()
    with monkeypatch.context() as patched:
        for name in ("eval", "exec", "compile"):
            patched.setattr(builtins, name, refuse)
        patched.setattr(builtins, "__import__", only_re)
        graded = list(map(judged, pairs))
    assert graded == expected
    assert len([reason for _, reason in graded if reason == "ok"]) > 40
    assert not any(correct for correct, _ in graded[-2 * len(payloads) :])


_import = builtins.__import__


def only_re(name: str, *args: Any) -> ModuleType:
    """Let `re` import itself, as it does for every template."""
    assert name == "re", name
    return _import(name, *args)


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("text was executed")


def test_sympy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    sympy = pytest.importorskip("sympy")
    parser: ModuleType = pytest.importorskip("sympy.parsing.sympy_parser")

    grade("1", boxed("x"))
    for module, name in ((sympy, "sympify"), (sympy, "parse_expr"), (parser, "parse_expr")):
        monkeypatch.setattr(module, name, refuse)
    assert grade("\\sqrt{3}", boxed("\\tan\\frac{\\pi}{3}")).correct


@pytest.mark.parametrize(
    ("opening", "closing"), [("{", "}"), ("(", ")"), ("\\{", "\\}"), ("\\text{", "}"), ("[", "]"), ("-", "")]
)
@pytest.mark.parametrize("depth", [30, 300, 999])
def test_nesting_of_any_depth_is_judged(opening: str, closing: str, depth: int) -> None:
    nested = opening * depth + "7" + closing * depth
    for gold, text in (("42", boxed(nested)), (nested, boxed("42")), ("42", nested)):
        assert not grade(gold, text).correct


def test_any_text_is_judged() -> None:
    hostile = (
        "\x00",
        "\ud800",
        "\\",
        "{",
        "$",
        "\\boxed{\\",
        "²",
        "∞",
        "\x01&",
        "\x02",
        "'",
        "..",
        "=",
        "%",
        "°",
    )
    for text in hostile:
        for gold in ("42", text):
            assert isinstance(grade(gold, text), Grade)
            assert isinstance(grade(gold, boxed(text), Options(several=True)), Grade)
