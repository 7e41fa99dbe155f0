"""Inputs of a script in one process: judged as if each were run by itself, or in a fork of its own."""

from dataclasses import replace
from textwrap import indent

import pytest

from reasongym.sandbox.grading import Jails, StdinTest, grade
from reasongym.sandbox.inside.layers import LAYERS
from reasongym.sandbox.inside.repeatable import is_repeatable
from reasongym.sandbox.jobs import Limits, Outcome, Status, series, series_outcomes
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.scripts import FORKED, REPEATED
from tests.sandbox.witness import Witness

LIMITS = Limits(cpu_s=0.2, output_bytes=100_000)
INPUTS = ("1\n1\n", "3\n1 2 3\n", "7\n1 2 é", "")
FORKING = "import os\n"
"""Behind a script: it may leave something, so that it is not run again in its process."""
KEPT = {
    "names": "try:\n    print(kept)\nexcept NameError:\n    print('none')\nkept = input()",
    "builtins": "print(len([1]))\nlen = input()",
    "attribute-of-a-function": "def f():\n    f.n = f.n + 1\nf.n = 0\nf()\nprint(f.n)",
    "attribute-of-a-stream": "import sys\nout = sys.stdout\nprint(hasattr(out, 'n'))\nout.n = 1",
    "attribute-of-a-cache": "from functools import lru_cache\n"
    "@lru_cache\ndef f(n):\n    print(n)\nf(1)\nf.n = 1",
    "text-not-written": "import sys\nprint(input(), end='')\nout = sys.stdout\nout.n = out",
    "rest-of-the-input": "import sys\nread = sys.stdin.readline\nprint(read(), hasattr(sys.stdin, 'r'))",
    "end-of-the-input": "import sys\nprint(sys.stdin.read())\nprint(sys.stdin.read())",
    "closed": "import sys\nprint(sys.stdin.closed, sys.stderr.closed)\nsys.stdin.close()\nsys.stderr.close()",
    "draws": "import random\nprint(random.getrandbits(64), random.gauss(0, 1))",
    "limits": "import sys\nprint(sys.getrecursionlimit())\nsys.setrecursionlimit(9_000)",
    "digits": "import sys\nprint(len(str(10 ** 4_000)))\nsys.set_int_max_str_digits(0)",
    "patterns": "import re\nclass K:\n"
    "    def __eq__(self, o):\n        print('asked')\n    def __hash__(self):\n"
    "        return 5\nfor _ in range(2):\n    try:\n        re.compile(K())\n    except TypeError as e:\n"
    "        print(5)",
    "types": "from typing import List\nclass K:\n    pass\ndef f(k: List[K]):\n    pass\nprint(5)",
    "fields": "from collections import namedtuple\nP = namedtuple('P', 'x')\nprint(hasattr(P, 'n'))\nP.n = 1",
    "generator": "def g():\n    for n in range(9):\n        print(n)\n        yield\nx = g()\nnext(x)",
    "cycle-with-streams": "import sys\nclass A:\n"
    "    pass\na = A()\na.a, a.out = a, sys.stdout\na.out.write('x')",
    "dictionary": "d = {}\nd[d.__len__ if 0 else 1] = 1\nprint(d)",
    "format": "print('{0.n}'.format(lambda: 0) if 0 else 5)",
    "instance": "from collections import Counter\nc = Counter(input())\nprint(hasattr(c, 'n'), c)\nc.n = 1",
    "drawer": "import random\nr = random.Random(1)\nprint(hasattr(r, 'n'), r.random())\nr.n = 1",
    "error": "try:\n    int('x')\nexcept ValueError as e:\n    print(hasattr(e, 'n'))\n    e.n = 1",
    "memory-error": "try:\n    bytearray(10 ** 12)\nexcept MemoryError:\n    print('full')",
    "import": "import array\nprint(hasattr(array.array, 'n'))",
    "decoration": "from functools import total_ordering\n"
    "@total_ordering\nclass A:\n    def __lt__(self, o):\n"
    "        return True\n    def __eq__(self, o):\n        return True\nprint(A() >= A())",
}


@pytest.fixture(scope="module")
def forking(sandbox: Sandbox) -> Sandbox:
    if not LAYERS[sandbox.layer].may_fork:
        pytest.skip(f"jobs of the layer {sandbox.layer} cannot fork")
    return sandbox


def judged(jails: Jails, code: str) -> list[tuple[str, str]]:
    """Return the verdicts and what is told of each; what writes too much may end before it is stopped."""
    tests = [StdinTest(given, "2") for given in INPUTS]
    found = grade(jails, code, tests, LIMITS, all_tests=True).tests
    return [(one.verdict, "" if one.verdict == "OLE" else one.detail) for one in found]


def ran(sandbox: Sandbox, code: str, inputs: tuple[str, ...], limits: Limits = LIMITS) -> list[Outcome]:
    """Return the outcomes of a series."""
    job = series(code, [given.encode() for given in inputs], limits)
    return series_outcomes(sandbox.run_job(job), limits)


@pytest.mark.parametrize("name", REPEATED)
def test_a_script_is_judged_alike_alone_in_forks_and_in_one_process(forking: Sandbox, name: str) -> None:
    code = f"{REPEATED[name]}\n"
    assert is_repeatable(code)
    assert not is_repeatable(code + FORKING)
    alone = judged(Witness(forking), code)
    assert judged(forking, code) == alone
    assert judged(forking, code + FORKING) == alone


@pytest.mark.parametrize("name", FORKED)
def test_what_may_leave_something_is_judged_as_if_alone(forking: Sandbox, name: str) -> None:
    code = FORKED[name]
    assert not is_repeatable(code)
    assert judged(forking, code) == judged(Witness(forking), code)


@pytest.mark.parametrize("name", KEPT)
def test_nothing_is_kept_from_run_to_run(forking: Sandbox, name: str) -> None:
    inputs = ("5\n", "x\ny\n", "5\n", "5\n")
    if name != "dictionary":
        assert is_repeatable(KEPT[name])
    alone = [forking.run(KEPT[name], given, LIMITS).stdout for given in inputs]
    assert [one.stdout for one in ran(forking, KEPT[name], inputs)] == alone


def test_runs_share_a_process_and_tell_its_peak(forking: Sandbox) -> None:
    code = "held = bytearray(int(input()) << 20)\nprint(len(held))"
    inputs = ("1", "60", "1")
    shared = [one.usage.memory_bytes for one in ran(forking, code, inputs)]
    forked = [one.usage.memory_bytes for one in ran(forking, f"{code}\n{FORKING}", inputs)]
    assert shared[2] >= shared[1] > shared[0] + (50 << 20)
    assert forked[2] < forked[1] - (50 << 20)


def test_memory_does_not_pile_up(forking: Sandbox) -> None:
    code = "held = [[n] for n in range(30_000)]\nheld.append(held)\nprint(len(held))"
    found = ran(forking, code, ("",) * 60)
    assert len(found) == 60
    assert found[-1].usage.memory_bytes - found[3].usage.memory_bytes < 8 << 20


def test_time_is_that_of_each_run(forking: Sandbox) -> None:
    code = "for _ in range(int(input())):\n    sum(range(20_000))\nprint(5)"
    limits = replace(LIMITS, cpu_s=1.0)
    found = ran(forking, code, ("1", "300", "1") * 4, limits)
    assert len(found) == 12
    assert min(found[at].usage.cpu_s for at in (1, 4, 7, 10)) > max(
        found[at].usage.cpu_s for at in (0, 2, 11)
    )


@pytest.mark.parametrize("ending", ["while True: pass", "x = [0]\nwhile True: x += x", "1 / 0", "exit(3)"])
def test_a_run_that_ends_badly_ends_what_is_told(forking: Sandbox, ending: str) -> None:
    code = f"n = int(input())\nif n == 7:\n{indent(ending, '    ')}\nprint(n)"
    assert is_repeatable(code)
    outcomes = ran(forking, code, tuple(map(str, range(12))))
    assert [one.text for one in outcomes] == [f"{n}\n" for n in range(7)]
    tests = [StdinTest(str(n), str(n)) for n in range(10)]
    found = grade(forking, code, tests, LIMITS, all_tests=True).tests
    assert [n for n, one in enumerate(found) if one.verdict != "AC"] == [7]
    assert found[7].verdict == grade(Witness(forking), code, tests[7:8], LIMITS).verdict


def test_a_crash_of_the_interpreter_is_judged_as_if_alone(forking: Sandbox) -> None:
    code = (
        "import sys\nsys.setrecursionlimit(10**8)\nn = int(input())\nclass A:\n    def __lt__(self, other):\n"
        "        return sorted([A(), A()])\nif n == 3:\n    sorted([A(), A()])\nprint(n)"
    )
    assert is_repeatable(code)
    tests = [StdinTest(str(n), str(n)) for n in range(6)]
    found = grade(forking, code, tests, all_tests=True, limits=Limits()).tests
    alone = grade(Witness(forking), code, tests, all_tests=True, limits=Limits()).tests
    assert [one.verdict for one in found] == [one.verdict for one in alone]
    assert found[3].verdict != "AC"


def test_outcomes_of_a_series_are_good_ones(forking: Sandbox) -> None:
    assert {one.status for one in ran(forking, REPEATED["echo"], INPUTS)} == {Status.OK}
