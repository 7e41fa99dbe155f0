"""Verdicts on solutions, and what earns none."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from reasongym.sandbox.assertions import read_assertions
from reasongym.sandbox.comparison import Comparison
from reasongym.sandbox.grading import CallTest, Judgement, StdinTest, Verdict
from reasongym.sandbox.jobs import Limits, Outcome
from reasongym.sandbox.sandboxes import Sandbox, Submission

ADD = "a, b = map(int, input().split())\nprint(a + b)"
SUMS = [StdinTest("1 2", "3"), StdinTest("5 5", "10"), StdinTest("-1 1", "0")]


def verdicts(judgement: Judgement) -> list[str]:
    return [one.verdict.value for one in judgement.tests]


def test_a_right_program_is_accepted(sandbox: Sandbox) -> None:
    assert sandbox.grade(ADD, SUMS).is_accepted


def test_the_first_failure_ends_it_unless_all_tests_are_asked_for(sandbox: Sandbox) -> None:
    code = "a, b = map(int, input().split())\nprint(abs(a) + b if a != 5 else 1 / 0)"
    assert verdicts(sandbox.grade(code, SUMS)) == ["AC", "RE"]
    assert verdicts(sandbox.grade(code, SUMS, all_tests=True)) == ["AC", "RE", "WA"]
    assert not sandbox.grade(code, SUMS).is_accepted


def test_no_tests_accept_nothing(sandbox: Sandbox) -> None:
    assert not sandbox.grade(ADD, []).is_accepted


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return x + 1", ["AC", "AC", "AC"]),
        ("return x if x == 1 else x + 1", ["AC", "WA", "AC"]),
        ("return [][x] if x == 1 else x + 1", ["AC", "RE", "AC"]),
        ("while x == 1: pass\n    return x + 1", ["AC", "TLE", "AC"]),
        ("import os\n    return os._exit(0) if x == 1 else x + 1", ["AC", "RE", "AC"]),
        ("return object()", ["RE", "RE", "RE"]),
        ("return True", ["WA", "WA", "WA"]),
        ("return (", ["CE"]),
    ],
)
def test_calls_are_judged_one_by_one(sandbox: Sandbox, body: str, expected: list[str]) -> None:
    tests = [CallTest("f", [number], number + 1) for number in range(3)]
    judgement = sandbox.grade(f"def f(x):\n    {body}", tests, Limits(cpu_s=0.3), all_tests=True)
    assert verdicts(judgement) == expected


def test_a_missing_function_is_a_runtime_error(sandbox: Sandbox) -> None:
    judgement = sandbox.grade("def g(): pass", [CallTest("f", [], 1)])
    assert judgement.verdict is Verdict.RE
    assert "KeyError" in judgement.tests[0].detail


def test_methods_are_called_of_new_objects(sandbox: Sandbox) -> None:
    code = "class Solution:\n    def f(self, x): self.n = getattr(self, 'n', 0) + x; return self.n"
    assert sandbox.grade(code, [CallTest("Solution.f", [2], 2)]).is_accepted


@pytest.mark.parametrize(
    "code",
    [
        "class E:\n    __eq__ = lambda s, o: True\n    __hash__ = None\ndef f(x): return E()",
        "class E(int):\n    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__\ndef f(x): return E(0)",
        "class E(str):\n    __eq__ = lambda s, o: True\n    __hash__ = str.__hash__\ndef f(x): return E('')",
        "class E(list):\n    __eq__ = lambda s, o: True\ndef f(x): return E()",
        "def f(x): raise SystemExit(0)",
        "import os\ndef f(x): os._exit(0)",
        "import os\nos._exit(0)",
        "import sys\nsys.exit(0)",
        "import os\ndef f(x): os.write(4, b'\\0\\0\\0\\x0f{\"value\": true}')",
        "import json\njson.dumps = lambda *a, **k: '{\"value\": 0}'\ndef f(x): return 0",
        "import builtins\nbuiltins.isinstance = lambda *a: True\ndef f(x): return 0",
        "import sys\nfor m in list(sys.modules.values()):\n    for n in ('same_value', 'grade'):\n"
        "        if hasattr(m, n): setattr(m, n, lambda *a, **k: True)\ndef f(x): return 0",
    ],
)
def test_tricks_earn_nothing(sandbox: Sandbox, code: str) -> None:
    tests = [CallTest("f", [number], [number, "secret"]) for number in range(2)]
    assert "AC" not in verdicts(sandbox.grade(code, tests, all_tests=True))


def test_assertions_are_judged(sandbox: Sandbox) -> None:
    tests = read_assertions(
        "assert f(1) == 2\nassert not f(-1)\nassert abs(f(0.1) - 1.1) < 1e-9\nassert f(1) != 3"
    )
    assert sandbox.grade("def f(x): return x + 1", tests).is_accepted
    assert verdicts(sandbox.grade("def f(x): return x + 2", tests, all_tests=True)) == ["WA"] * 4


def test_comparison_is_a_choice(sandbox: Sandbox) -> None:
    code = "print('1  2.0000001')"
    assert not sandbox.grade(code, [StdinTest("", "1 2")]).is_accepted
    assert sandbox.grade(code, [StdinTest("", "1 2")], comparison=Comparison("floats", 1e-6)).is_accepted
    checked = [StdinTest("7", checker=lambda given, output: given in output)]
    assert sandbox.grade("print('x', input())", checked).is_accepted
    assert not sandbox.grade("print('x')", checked).is_accepted


def test_many_are_judged_in_order_and_no_more_are_taken_than_asked_for(sandbox: Sandbox) -> None:
    taken: list[int] = []

    def submissions() -> Iterator[Submission]:
        for number in range(12):
            taken.append(number)
            yield Submission("def f(x): return x % 5", [CallTest("f", [number], number)])

    judgements = sandbox.grade_many(submissions(), ahead=3)
    first = next(judgements)
    assert len(taken) == 3
    assert [one.is_accepted for one in [first, *judgements]] == [number < 5 for number in range(12)]


def test_the_event_loop_is_not_blocked(sandbox: Sandbox) -> None:
    async def both() -> tuple[Outcome, Judgement]:
        return await asyncio.gather(sandbox.run_async("print(1)"), sandbox.grade_async(ADD, SUMS))

    outcome, judgement = asyncio.run(both())
    assert outcome.text == "1\n"
    assert judgement.is_accepted


def test_a_forked_process_has_jails_of_its_own(sandbox: Sandbox) -> None:
    assert sandbox.run("print(1)").text == "1\n"
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, sandbox.run("print(2)").stdout)
        sandbox.close()
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    assert os.read(reading, 10) == b"2\n"
    os.close(reading)
    assert sandbox.run("print(3)").text == "3\n"
