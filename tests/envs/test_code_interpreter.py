"""The interpreter of our own programs: what it gives, and that it always comes to an end."""

import time
from typing import Any

import pytest

from reasongym.envs.code.interpreter import call
from reasongym.envs.code.known import Stopped
from reasongym.sandbox.syntax import parsed

PROGRAMS = [
    ("def f(x):\n    return [n * 2 for n in x if n % 2]", [[1, 2, 3]], [2, 6]),
    ("def f(x):\n    a, *b = x\n    return b + [a]", [[1, 2, 3]], [2, 3, 1]),
    ("def f(x):\n    while x > 3:\n        x -= 2\n    else:\n        x += 100\n    return x", [8], 102),
    (
        (
            "def f(x):\n    for n in x:\n        if n > 2:\n            break\n    else:\n        n = "
            "0\n    return n"
        ),
        [[1, 3]],
        3,
    ),
    (
        (
            "def f(x):\n    for n in x:\n        if n > 9:\n            break\n    else:\n        n = "
            "0\n    return n"
        ),
        [[1, 3]],
        0,
    ),
    ("def f(x):\n    def g(n):\n        return 1 if n < 2 else n * g(n - 1)\n    return g(x)", [5], 120),
    ("def f(x):\n    return sorted(x, key=lambda n: (-n % 3, n))", [[5, 4, 3, 2]], [3, 2, 5, 4]),
    (
        "def f(x):\n    d = {}\n    for c in x:\n        d[c] = d.get(c, 0) + 1\n    return d",
        ["aba"],
        {"a": 2, "b": 1},
    ),
    ("def f(x):\n    x[0], x[1] = x[1], x[0]\n    x[-1] += 5\n    return x[::-1]", [[1, 2, 3]], [8, 1, 2]),
    ("def f(x):\n    return {a + b for a in x for b in x if a < b} == {3, 4, 5}", [[1, 2, 3]], True),
    ("def f(x):\n    return 0 < x < 5 and not (x in (2, 3) or x is None)", [4], True),
    ("def f(x):\n    y = x\n    y += [4]\n    return x", [[1]], [1, 4]),
    (
        (
            "import heapq\ndef f(x):\n    h = []\n    for n in x:\n        heapq.heappush(h, n)\n    "
            "return heapq.heappop(h)"
        ),
        [[3, 1]],
        1,
    ),
]


@pytest.mark.parametrize(("source", "arguments", "value"), PROGRAMS)
def test_programs_give_what_python_gives(source: str, arguments: list[Any], value: Any) -> None:
    assert call(parsed(source), "f", arguments)[0] == value


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    while True:\n        pass",
        "def f():\n    return f()",
        "def f():\n    x = 2\n    while True:\n        x = x * x",
        "def f():\n    return 9 ** 9 ** 9",
        "def f():\n    x = [0]\n    while True:\n        x = x + x",
        "def f():\n    x = 'ab'\n    while True:\n        x += x",
        "def f():\n    return 'a' * 10 ** 9",
        "def f():\n    return sum(range(10 ** 12))",
        "def f():\n    x = [1]\n    for n in x:\n        x.append(n)",
        "def f():\n    return 1 // 0",
        "def f():\n    return [1][5]",
        "def f():\n    return {}['a']",
        "def f():\n    return unknown",
        "def f():\n    return 'a' + 1",
        "def f():\n    return ().__class__",
        "def f():\n    break",
        "def f(a):\n    return a",
        "def f():\n    return (n for n in [1])",
        "def g():\n    return 1",
    ],
)
def test_what_fails_or_does_not_end_is_stopped(source: str) -> None:
    started = time.thread_time()
    with pytest.raises(Stopped):
        call(parsed(source), "f", [])
    assert time.thread_time() - started < 1.0


def test_steps_are_counted() -> None:
    source = parsed("def f(n):\n    t = 0\n    for i in range(n):\n        t += i\n    return t")
    steps = [call(source, "f", [n])[1] for n in (0, 10, 20)]
    assert steps[2] - steps[1] == steps[1] - steps[0] > 20
