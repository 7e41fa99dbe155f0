"""Programs that are judged in the sandbox: what is right in any form, and what only seems so."""

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.code.pipelines import program
from tests.envs.judging import reason

ENV = reasongym.get("ProgramSynthesis-v0")
DATA = ENV.problem(ENV.row(1, level=2)).data
FUNCTION, ARGUMENTS = DATA["function"], ", ".join(DATA["names"])


def answer(body: str, before: str = "") -> str:
    return f"```python\n{before}\ndef {FUNCTION}({ARGUMENTS}):\n    {body}\n```"


def hard_coded(data: Data) -> str:
    """Write a program that knows the examples of the prompt and nothing else."""
    table = {repr(tuple(given)): expected for given, expected in data["examples"]}
    names = ", ".join(data["names"])
    return (
        f"```python\nKNOWN = {table!r}\ndef {data['function']}({names}):\n"
        f"    return KNOWN.get(repr(({names},)), {data['examples'][0][1]!r})\n```"
    )


def test_the_program_we_know_is_right_in_tags_and_bare() -> None:
    code = program(DATA["steps"], FUNCTION, DATA["names"])
    for text in (f"```python\n{code}\n```", f"<answer>```python\n{code}\n```</answer>", code):
        assert reason(ENV, DATA, text) == "ok"


@pytest.mark.parametrize("level", range(6))
def test_knowing_the_examples_earns_nothing(level: int) -> None:
    for seed in range(3):
        data = ENV.problem(ENV.row(seed, level=level)).data
        assert reason(ENV, data, hard_coded(data)) in ("wrong_value", "runtime_error")


EQUAL = """
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
"""
CHEATS = {
    "equal to everything": (answer("return Equal()", EQUAL), "runtime_error"),
    "a list that is equal to everything": (
        answer("return type('L', (list,), {'__eq__': lambda *_: True, '__len__': lambda _: 0})()"),
        "wrong_value",
    ),
    "printed instead of returned": (answer("print(42)"), "wrong_value"),
    "an early exit": (answer("import os; os._exit(0)"), "runtime_error"),
    "an exit by exception": (answer("raise SystemExit(0)"), "runtime_error"),
    "an exit while it is read": (answer("return 1", "import sys; sys.exit(0)"), "runtime_error"),
    "a frame of results of its own": (
        answer("import os; os.write(4, b'\\x00\\x00\\x00\\x0e{\"value\": true}'); os._exit(0)"),
        "wrong_value",
    ),
    "no syntax": (answer("return ("), "syntax_error"),
    "no end": (answer("while True: pass"), "time_limit"),
    "no bounds": (answer("return bytearray(10 ** 10)"), "memory_limit"),
    "a search for what is expected": (
        answer("import gc; return [one for one in gc.get_objects() if isinstance(one, list)][-1]"),
        "runtime_error",
    ),
    "comparison overridden in the builtins": (
        answer("return 0", "import builtins; builtins.all = lambda *_: True; builtins.len = lambda *_: 0"),
        "wrong_value",
    ),
}


@pytest.mark.parametrize("name", CHEATS)
def test_cheats_earn_nothing(name: str) -> None:
    text, expected = CHEATS[name]
    assert reason(ENV, DATA, text) in (expected, "wrong_value", "runtime_error", "memory_limit")
    assert reason(ENV, DATA, f"```python\n{program(DATA['steps'], FUNCTION, DATA['names'])}\n```") == "ok"


def test_kinds_count_but_a_tuple_is_a_list() -> None:
    data: Data = DATA | {"function": "f", "names": ["x"], "tests": [[[1], [1, 0]], [[2], [2, 0]]]}
    assert reason(ENV, data, "def f(x):\n    return x, 0") == "ok"
    assert reason(ENV, data, "def f(x):\n    return [x, False]") == "wrong_value"
    assert reason(ENV, data, "def f(x):\n    return [str(x), 0]") == "wrong_value"
    assert reason(ENV, data, "def f(x):\n    return {x: 0}") == "wrong_value"


def test_slow_programs_have_time_in_each_call() -> None:
    data: Data = DATA | {"function": "f", "names": ["x"], "tests": [[[one], one] for one in range(4)]}
    spin = (
        "import time\ndef f(x):\n    end = time.process_time() + 0.6\n    while time.process_time() < "
        "end: pass\n    return x"
    )
    assert reason(ENV, data, spin) == "ok"
