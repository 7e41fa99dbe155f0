"""Data-backed programming: each format as it is published, what passes its tests, and what must not."""

import json
import os
import pickle
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

import reasongym
from reasongym.core import Problem, Row
from reasongym.envs.code.problems import known, sources
from reasongym.envs.code.problems.known import KNOWN
from reasongym.envs.code.problems.livecodebench import unpacked
from reasongym.envs.code.problems.sources import open_source
from reasongym.errors import DataError, UnknownName, UsageError
from tests.envs.code_files import FORMATS, LIVE_PROGRAMS, packed, written
from tests.envs.judging import reason

ENV = reasongym.get("CodeProblems-v0")
NUM_LEVELS = len(ENV.levels)


def problems(data: str, **options: Any) -> list[Problem]:
    """Make every problem of a source, level after level."""
    found: list[Problem] = []
    filled = {option.name: option.default for option in ENV.parameters} | {"data": data}
    for level in range(NUM_LEVELS):
        for split in ENV.splits_of(level, filled):
            size = open_source(sources.Asked(data, True)).size(level, split)
            rows = [ENV.row(seed, level=level, split=split, data=data, **options) for seed in range(size)]
            found += map(ENV.problem, rows)
    return found


def of_format(folder: Path, name: str) -> list[Problem]:
    return problems(written(folder / "problems.jsonl", FORMATS[name]))


def right(problem: Problem) -> str:
    if "def join" in problem.data["head"] or "largest" in problem.data["problem"]:
        return f"```python\n{LIVE_PROGRAMS['def join' in problem.data['head']]}\n```"
    return ENV.oracle(problem.data)[0]


# -- every format -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_known_programs_are_right_and_broken_ones_are_not(tmp_path: Path, name: str) -> None:
    found = of_format(tmp_path, name)
    assert len(found) == sum(row.get("question") != "It has no tests." for row in FORMATS[name])
    for problem in found:
        assert reason(ENV, problem.data, right(problem)) == "ok"
        broken = right(problem).replace("return ", "return None and ").replace("print(", "print(0 and ")
        assert reason(ENV, problem.data, broken) in ("wrong_value", "runtime_error"), broken


_TRUE = ("eq", "ne", "lt", "le", "gt", "ge", "bool", "contains")
_ZERO = ("float", "abs", "sub", "rsub")
EQUAL = "class Equal:\n    def __getattr__(self, name): return lambda *_: self\n" + "".join(
    [f"    __{name}__ = lambda *_: True\n" for name in _TRUE]
    + [f"    __{name}__ = lambda *_: 0.0\n" for name in _ZERO]
)
NOTHING_PAID = {
    "an object that is equal to everything": ("Equal()", EQUAL),
    "leaving before the tests": ("1", "import os; os._exit(0)"),
    "leaving by an exception": ("1", "raise SystemExit(0)"),
    "assertions switched off": ("1", "import builtins; builtins.AssertionError = ValueError"),
    "a number that is none": ("float('nan')", ""),
    "printing that all is well": ("print('passed')", "print('AC')"),
}


@pytest.mark.parametrize("name", NOTHING_PAID)
@pytest.mark.parametrize("source", FORMATS)
def test_tricks_earn_nothing(tmp_path: Path, source: str, name: str) -> None:
    value, before = NOTHING_PAID[name]
    for problem in of_format(tmp_path, source):
        function = problem.data["function"] or "solve"
        if function == "Solution":
            body = "class Solution:\n    def __getattr__(self, name):\n        return lambda *_: "
        else:
            body = f"class Node:\n    def __init__(self, *_): pass\ndef {function}(*_, **__):\n    return "
        assert reason(ENV, problem.data, f"```python\n{before}\n{body}{value}\nsolve = 0\n```") != "ok"


@pytest.mark.parametrize("name", FORMATS)
def test_tests_are_no_part_of_the_prompt_or_the_data(tmp_path: Path, name: str) -> None:
    for problem in of_format(tmp_path, name):
        assert json.loads(json.dumps(problem.data)) == problem.data
        assert "assertion(" not in problem.prompt
        assert len(json.dumps(problem.data)) < 3_000
        assert problem.data["problem"].strip() in problem.prompt


def test_a_row_is_the_same_problem_elsewhere_and_refuses_other_data(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    problem = problems(written(path, FORMATS["HumanEval"]))[0]
    row = Row.from_dict(json.loads(json.dumps(problem.row.as_dict())))
    assert reasongym.problem(row) == problem
    assert reasongym.replay(row, ENV.oracle(problem.data)).correct
    written(
        path, [FORMATS["HumanEval"][0] | {"test": "def check(candidate):\n    assert candidate([]) == []"}]
    )
    open_source.cache_clear()
    with pytest.raises(DataError, match="it is other data"):
        reasongym.problem(row)


# -- what is particular to one ------------------------------------------------------------------------


def test_levels_and_times_are_those_of_the_source(tmp_path: Path) -> None:
    def told(name: str) -> list[tuple[int, float]]:
        return [(one.row.level, one.data["cpu_s"]) for one in of_format(tmp_path, name)]

    assert told("APPS") == [(0, 4.0), (1, 4.0), (2, 4.0)]
    open_source.cache_clear()
    assert told("TACO") == [(2, 7.5)]
    open_source.cache_clear()
    assert told("CodeContests") == [(0, 5.5)]
    open_source.cache_clear()
    assert told("LiveCodeBench") == [(0, 6.0), (2, 6.0)]
    open_source.cache_clear()
    assert told("MBPP") == [(1, 4.0), (1, 4.0)]


@pytest.mark.parametrize(
    ("rating", "difficulty", "level"),
    [(1400, 0, 1), (2000, 1, 2), (0, "HARD", 2), (0, 6, 1), (0, 8, 0), (0, 40, 2)],
)
def test_contests_are_graded_by_rating_or_else_by_difficulty(
    tmp_path: Path, rating: int, difficulty: int | str, level: int
) -> None:
    row = FORMATS["CodeContests"][0] | {"cf_rating": rating, "difficulty": difficulty}
    assert [one.row.level for one in problems(written(tmp_path / "a.jsonl", [row]))] == [level]


def test_shown_assertions_of_mbpp_are_an_option_and_the_others_judge(tmp_path: Path) -> None:
    path = written(tmp_path / "mbpp.jsonl", FORMATS["MBPP"])
    shown = [one.prompt.count("assert ") for one in problems(path)[:1]]
    shown += [
        one.prompt.count("assert ") for examples in (0, 3) for one in problems(path, examples=examples)[:1]
    ]
    assert shown == [1, 0, 3]
    problem = problems(path, examples=3)[0]
    by_heart = "def squares(xs):\n    return {(1, 2): 5, (): 0, (3,): 9}.get(tuple(xs), 0)"
    assert reason(ENV, problem.data, by_heart) == "wrong_value"


def test_values_that_a_source_wraps_may_be_returned_either_way_but_not_both(tmp_path: Path) -> None:
    problem = of_format(tmp_path, "APPS")[1]
    for code in (
        "return {one: word.count(one) for one in word}",
        "return [{one: word.count(one) for one in word}]",
    ):
        assert reason(ENV, problem.data, f"def counts(word):\n    {code}") == "ok"
    mixed = "found = {one: word.count(one) for one in word}\n    return [found] if 'c' in word else found"
    assert reason(ENV, problem.data, f"def counts(word):\n    {mixed}") == "wrong_value"


def test_keys_that_json_made_texts_are_numbers_again(tmp_path: Path) -> None:
    row = FORMATS["APPS"][1] | {
        "input_output": json.dumps({"fn_name": "swapped", "inputs": [[{"1": 2}]], "outputs": [{"2": 1}]})
    }
    problem = problems(written(tmp_path / "a.jsonl", [row]))[0]
    assert reason(ENV, problem.data, "def swapped(d):\n    return {v: k for k, v in d.items()}") == "ok"


def test_whole_numbers_are_exact_and_others_nearly(tmp_path: Path) -> None:
    problem = of_format(tmp_path, "CodeContests")[0]
    wrong = "a, b = map(int, input().split())\nprint(a + b - (a + b > 10 ** 9))"
    assert reason(ENV, problem.data, f"```python\n{wrong}\n```") == "wrong_value"
    open_source.cache_clear()
    problem = of_format(tmp_path, "APPS")[0]
    assert (
        reason(ENV, problem.data, "```python\na, b = map(float, input().split())\nprint(f'{a + b:.9f}')\n```")
        == "ok"
    )


def test_imports_of_the_head_and_of_leetcode_are_there(tmp_path: Path) -> None:
    problem = of_format(tmp_path, "HumanEval")[0]
    future = "from __future__ import annotations"
    bare = f"{future}\ndef doubled(numbers: List[int]) -> List[int]:\n    return [2 * n for n in numbers]"
    assert reason(ENV, problem.data, bare) == "ok"


def test_the_last_block_that_is_called_python_is_the_program(tmp_path: Path) -> None:
    problem = of_format(tmp_path, "CodeContests")[0]
    code = "print(sum(map(int, input().split())))"
    assert reason(ENV, problem.data, f"```python\n{code}\n```\nFor example:\n```\n1 2\n```") == "ok"
    assert reason(ENV, problem.data, f"```\n{code}\n```") == "ok"
    assert reason(ENV, problem.data, f"```python\n{code}\n```\nor\n```python\nprint(3)\n```") == "hedged"
    assert reason(ENV, problem.data, "") == "no_answer"


# -- packed tests -------------------------------------------------------------------------------------


def test_packed_tests_are_read_without_unpickling() -> None:
    assert json.loads(unpacked(packed([{"input": "é" * 70_000}]))) == [{"input": "é" * 70_000}]


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (self.path,)


@pytest.mark.parametrize("kind", ["object", "object beside a text", "list", "bytes", "two texts"])
def test_a_pickle_of_anything_else_is_refused_and_nothing_runs(tmp_path: Path, kind: str) -> None:
    made = tmp_path / "made"
    content: dict[str, Any] = {
        "object": Evil(str(made)),
        "object beside a text": ["[]", Evil(str(made))],
        "list": ["[]"],
        "bytes": b"[]",
        "two texts": ("[]", "[1]"),
    }
    with pytest.raises(DataError, match="private tests hold"):
        unpacked(b64encode(zlib.compress(pickle.dumps(content[kind]))).decode())
    assert not made.exists()


@pytest.mark.parametrize(
    "text",
    ["!!", "AAAA", b64encode(zlib.compress(b"no pickle")).decode(), b64encode(zlib.compress(b"")).decode()],
)
def test_what_is_packed_otherwise_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="private tests"):
        unpacked(text)


# -- files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["parquet", "arrow stream", "arrow file"])
@pytest.mark.parametrize("name", ["CodeContests", "LiveCodeBench", "MBPP"])
def test_columns_hold_the_same_problems(tmp_path: Path, name: str, kind: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.Table.from_pylist(FORMATS[name])
    path = tmp_path / ("rows.parquet" if kind == "parquet" else "rows.arrow")
    if kind == "parquet":
        parquet.write_table(table, path)
    else:
        open_writer = pyarrow.ipc.new_stream if kind == "arrow stream" else pyarrow.ipc.new_file
        with open_writer(str(path), table.schema) as writer:
            writer.write_table(table)
    lines = of_format(tmp_path, name)
    for one, other in zip(problems(str(path)), lines, strict=True):
        assert one.prompt == other.prompt
        assert one.data["tests"] == other.data["tests"]
        assert reason(ENV, one.data, right(other)) == "ok"
    contents = [
        open_source(sources.Asked(str(one), True)).content_digest()
        for one in (path, tmp_path / "problems.jsonl")
    ]
    assert contents[0] == contents[1]


def test_a_folder_keeps_its_splits_and_a_known_name_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library loads a folder as it loads a repository of the Hub."""
    pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "repository"
    folder.mkdir()
    written(folder / "train.jsonl", FORMATS["MBPP"][:1])
    written(folder / "test.jsonl", FORMATS["MBPP"][1:])
    monkeypatch.setitem(KNOWN, "MBPP", known.Known(str(folder), "train", "test"))
    for data in (str(folder), "MBPP"):
        open_source.cache_clear()
        assert [one.row.split for one in problems(data)] == ["train", "eval"]
        assert [reason(ENV, one.data, ENV.oracle(one.data)[0]) for one in problems(data)] == ["ok", "ok"]
    open_source.cache_clear()


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([{"question": "What is 1 + 1?", "answer": "2"}], "formats are known by theirs: LiveCodeBench"),
        ([], "has no rows"),
        ([FORMATS["APPS"][0] | {"input_output": "{"}], "input_output is no JSON"),
        ([FORMATS["MBPP"][0] | {"test_list": ["assert True"]}], "has no assertion that calls"),
        ([{"problem": "p", "tests": [["1"]]}], "a test is a list of"),
        ([{"problem": "p", "function": "f(x)", "tests": [["1", "2"]]}], "arguments"),
    ],
)
def test_rows_that_cannot_be_used_are_explained(tmp_path: Path, rows: list[Any], complaint: str) -> None:
    path = written(tmp_path / "a.jsonl", rows)

    def used() -> None:
        for problem in problems(path):
            ENV.verify(problem.data, "```python\ndef f(x): pass\n```")

    with pytest.raises(DataError, match=complaint):
        used()


def test_sources_that_are_not_there_and_oracles_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'HumanEval'"):
        ENV.row(0, data="HumanEvil")
    problem = of_format(tmp_path, "LiveCodeBench")[0]
    with pytest.raises(DataError, match="has no program in Python"):
        ENV.oracle(problem.data)
    with pytest.raises(UsageError, match="level 1 has no problem"):
        ENV.problem(ENV.row(0, level=1, data=str(tmp_path / "problems.jsonl")))


# -- the bundled set ----------------------------------------------------------------------------------


def test_both_programs_of_every_bundled_problem_pass_and_no_other_problems_do() -> None:
    for level in range(NUM_LEVELS):
        found = [ENV.problem(ENV.row(seed, level=level)) for seed in range(ENV.space(level))]
        assert len({one.data["problem"] for one in found}) == len(found)
        for at, problem in enumerate(found):
            assert ENV.prove(problem.data)
            other = ENV.oracle(found[at - 1].data)[0]
            name = found[at - 1].data["function"]
            assert (
                reason(ENV, problem.data, other.replace(name, problem.data["function"]) if name else other)
                != "ok"
            )
