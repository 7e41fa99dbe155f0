"""Tests that are executed: in a jail where the program is not, which they ask for values."""

import pytest

from reasongym.sandbox.assertions import Assertion, CodeTest, NotReadable, read_tests
from reasongym.sandbox.grading import Verdict
from reasongym.sandbox.jobs import Limits
from reasongym.sandbox.sandboxes import Sandbox

SECRET = 918_273
LOOP = f"""
import random
for _ in range(40):
    x = random.randrange(100)
    assert f(x, [x]) == {{x: (x + {SECRET}, {{x}})}}
"""
RIGHT = f"def f(x, xs): return {{x: (x + {SECRET}, set(xs))}}"


def judged(sandbox: Sandbox, code: str, tests: str, limits: Limits | None = None) -> Verdict:
    return sandbox.grade(code, [CodeTest(tests)], limits or Limits(cpu_s=1.5)).verdict


@pytest.mark.parametrize(
    ("code", "tests", "verdict"),
    [
        (RIGHT, LOOP, "AC"),
        ("def f(x, xs): return {x: (x, set(xs))}", LOOP, "WA"),
        ("def f(x, xs): return xs[3]", LOOP, "RE"),
        ("def f(x, xs): return object()", LOOP, "RE"),
        ("def f(x, xs):\n    while True: pass", LOOP, "TLE"),
        ("def f(x, xs): return bytearray(2**30)", LOOP, "MLE"),
        ("def f(x, xs): import os; os._exit(0)", LOOP, "RE"),
        ("def f(x, xs): (", LOOP, "CE"),
        ("1 / 0", LOOP, "RE"),
        ("def g(): pass", LOOP, "RE"),
        (
            "def f(x): raise KeyError(x)",
            "try:\n    f(1)\nexcept KeyError:\n    pass\nelse:\n    assert 0",
            "AC",
        ),
        ("def f(x): return x", "try:\n    f(1)\nexcept KeyError:\n    pass\nelse:\n    assert 0", "WA"),
        ("def f(x): x.sort()", "x = [2, 1]\nf(x)\nassert x == [1, 2]", "AC"),
        ("def f(x): x.pop('a')", "x = {'a': 1}\nf(x)\nassert x == {}", "AC"),
        ("def f(x): x = sorted(x)", "x = [2, 1]\nf(x)\nassert x == [1, 2]", "WA"),
        (
            "n = 0\ndef f():\n    global n\n    n += 1\n    return n",
            "assert [f(), f(), f()] == [1, 2, 3]",
            "AC",
        ),
        ("def f(x): return x + 1\ndef g(x): return x - 1", "for i in range(5): assert g(f(i)) == i", "AC"),
    ],
)
def test_the_program_is_judged_by_what_it_answers(
    sandbox: Sandbox, code: str, tests: str, verdict: str
) -> None:
    assert judged(sandbox, code, tests).value == verdict


@pytest.mark.parametrize(
    "code",
    [
        "class E:\n    def __eq__(self, other): return True\ndef f(*a): return E()",
        "class E(dict):\n    def __eq__(self, other): return True\ndef f(*a): return E()",
        "import os, sys\ndef f(*a): sys.exit(0)",
        "import builtins\nbuiltins.AssertionError = KeyError\ndef f(*a): return 0",
        "import os\nfor fd in range(3, 20):\n    try: os.write(fd, b'\\0\\0\\0\\x0f{\"passed\":true}')\n"
        "    except OSError: pass\ndef f(*a): os._exit(0)",
        "def f(*a): return {'passed': True}",
        "def f(*a):\n    a[1].append(float('nan'))\n    return a",
        "import gc\ndef f(*a):\n    found = [o for o in gc.get_objects() if o == 918_273]\n"
        "    return {a[0]: (a[0] + (found or [0])[0], {a[0]})}",
    ],
)
def test_what_cheats_in_one_process_earns_nothing_in_two(sandbox: Sandbox, code: str) -> None:
    assert judged(sandbox, code, LOOP) is not Verdict.AC


def test_tests_that_never_end_are_stopped(sandbox: Sandbox) -> None:
    found = judged(sandbox, "def f(): return 1", "while f(): pass", Limits(cpu_s=0.2, wall_s=3))
    assert found is not Verdict.AC


def test_a_large_argument_that_nobody_reads_holds_nothing_up(sandbox: Sandbox) -> None:
    limits = Limits(cpu_s=0.5, wall_s=1.0)
    code = "import time\nwhile True: time.sleep(1)\ndef f(x): pass"
    assert judged(sandbox, code, "f('x' * 2_000_000)", limits) is Verdict.TLE


def test_only_what_cannot_be_read_is_executed() -> None:
    assert isinstance(read_tests("assert f(1) == 2")[0], Assertion)
    (test,) = read_tests(
        "def check(candidate):\n    for i in range(3):\n        assert candidate(i)\ncheck(f)"
    )
    assert isinstance(test, CodeTest)
    assert test.names == ["f"]


@pytest.mark.parametrize("code", ["assert (", "assert 1 == 1 == 1", "x = [y for y in range(3)]"])
def test_tests_that_ask_nothing_are_refused(code: str) -> None:
    with pytest.raises(NotReadable):
        read_tests(code)
