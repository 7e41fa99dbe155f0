"""Data-backed mathematics: the bundled set, files of every kind, splits, digests and broken files."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium
import pytest

import reasongym
from reasongym.core import Row
from reasongym.envs._places import canonical
from reasongym.envs.math_problems import sources
from reasongym.envs.math_problems.known import KNOWN, Known
from reasongym.envs.math_problems.sources import BUNDLED, open_source
from reasongym.envs.math_problems.working import leads_to
from reasongym.errors import DataError, UnknownName, UsageError
from reasongym.seeding import is_eval

ENV = reasongym.get("MathProblems-v0")


def written(path: Path, rows: Sequence[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def sums(num: int) -> list[dict[str, Any]]:
    return [
        {"problem": f"What is {n} + {n}?", "answer": str(2 * n), "level": f"Level {n % 5 + 1}"}
        for n in range(num)
    ]


# -- the bundled set ----------------------------------------------------------------------------------


def test_the_bundled_set_is_varied_and_no_answer_of_a_level_pays_twice() -> None:
    rows = [json.loads(line) for line in BUNDLED.read_text().splitlines()]
    assert len(rows) >= 60
    assert len({row["id"] for row in rows}) == len({row["problem"] for row in rows}) == len(rows)
    assert {row["subject"] for row in rows} >= {
        "arithmetic",
        "algebra",
        "geometry",
        "number theory",
        "counting",
    }
    for level in range(5):
        answers = [row["answer"] for row in rows if row["level"] == level + 1]
        assert len(answers) == len(set(answers)) == ENV.space(level) == ENV.size(level, "all", ENV_OPTIONS)


ENV_OPTIONS = {option.name: option.default for option in ENV.parameters}


def test_the_answer_of_one_bundled_problem_is_right_for_no_other_of_its_level() -> None:
    for level in range(5):
        problems = [ENV.problem(ENV.row(seed, level=level)) for seed in range(ENV.space(level))]
        for one in problems:
            right = [ENV.verify(other.data, one.data["answer"]).correct for other in problems]
            assert right.count(True) == 1


@pytest.mark.parametrize(
    ("working", "answer", "leads"),
    [
        (["2 * 3"], "6", True),
        (["2 / 4"], "1/2", True),
        (["3 / 2"], "1.5", True),
        (["3 - 5"], "-2", True),
        (["1 + 1", "2 + 1"], "(2, 3)", True),
        (["1 + 1", "2 + 1"], "3, 2", False),
        (["2 * 3"], "7", False),
        (["n * (n + 1)"], "n^2 + n", True),
        (["n * (n + 1)"], "n^2 - n", False),
    ],
)
def test_a_working_leads_to_its_answer_alone(working: list[str], answer: str, leads: bool) -> None:
    assert leads_to(working, answer) == leads


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7/12", "ok"),
        (r"\boxed{\frac{7}{12}}", "ok"),
        ("<answer>14/24</answer>", "ok"),
        ("First 4/12, then 3/12.\n\nThe answer is $\\frac{7}{12}$.", "ok"),
        ("0.5833", "wrong_value"),
        ("7/12 or 5/12", "hedged"),
        (r"\boxed{7/12} or \boxed{5/12}", "hedged"),
        ("", "no_answer"),
        ("<think>7/12", "no_answer"),
    ],
)
def test_answers_are_read_from_completions(text: str, expected: str) -> None:
    assert ENV.verify({"problem": "What is 1/3 + 1/4?", "answer": "7/12"}, text).reason == expected


def test_an_answer_in_words_is_read_too() -> None:
    data = {"problem": "Who is oldest?", "answer": "Evelyn"}
    for text in ("Evelyn", r"\boxed{\text{Evelyn}}", "The answer is Evelyn."):
        assert ENV.verify(data, text).correct, text
    assert not ENV.verify(data, "Evelyn or Mara").correct


# -- seeds, rows and digests --------------------------------------------------------------------------


def test_seed_s_is_item_s_and_outside_raises(tmp_path: Path) -> None:
    path = written(tmp_path / "sums.jsonl", sums(30))
    for seed in range(30):
        assert ENV.problem(ENV.row(seed, data=path)).data["answer"] == str(2 * seed)
    with pytest.raises(UsageError, match="has 30 problems: seed 30 is outside"):
        ENV.problem(ENV.row(30, data=path))
    made = gymnasium.make("reasongym/MathProblems-v0", data=path)
    assert made.reset(seed=31)[1]["row"].seed == 1
    assert made.reset(seed=31)[0].startswith("What is 1 + 1?")


def test_a_row_carries_the_digest_of_its_data_and_refuses_other_data(tmp_path: Path) -> None:
    path = tmp_path / "sums.jsonl"
    row = ENV.row(3, data=written(path, sums(5)))
    assert len(row.options["digest"]) == 32
    again = Row.from_dict(json.loads(json.dumps(row.as_dict())))
    assert reasongym.problem(again) == ENV.problem(row)
    assert reasongym.replay(again, ["6"]).correct
    written(path, [*sums(4), {"problem": "What is 9 + 9?", "answer": "81"}])
    with pytest.raises(DataError, match="has changed since it was first read"):
        reasongym.problem(again)
    open_source.cache_clear()
    with pytest.raises(DataError, match="it is other data"):
        reasongym.problem(again)


def test_styles_change_the_prompt_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "sums.jsonl", sums(3))
    made = [ENV.problem(ENV.row(1, data=path, style=style)) for style in ENV.styles]
    assert len({str(one.data) for one in made}) == 1
    assert len({one.prompt for one in made}) == len(ENV.styles)
    assert made[0].row.key == made[1].row.key


# -- columns, levels and splits -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "grades", [[1, 2, 3, 4, 5], ["Level 1", "Level 2", "Level 3", "Level 4", "Level 5"], [5.0, 4, 3, 2, 1.0]]
)
def test_grades_one_to_five_are_levels_nought_to_four(tmp_path: Path, grades: list[Any]) -> None:
    rows = [{"problem": f"p{grade}", "answer": str(at), "hard": grade} for at, grade in enumerate(grades)]
    path = written(tmp_path / "graded.jsonl", rows)
    for at, grade in enumerate(grades):
        level = int(float(str(grade).removeprefix("Level "))) - 1
        row = ENV.row(0, level=level, data=path, level_column="hard")
        assert ENV.problem(row).data["answer"] == str(at)


def test_many_grades_are_levelled_in_order_and_words_are_grades(tmp_path: Path) -> None:
    rows = [{"problem": f"p{n}", "answer": str(n), "grade": n / 2} for n in range(1, 21)]
    path = written(tmp_path / "many.jsonl", rows)
    sizes = [
        ENV.size(level, "all", ENV_OPTIONS | {"data": path, "level_column": "grade"}) for level in range(5)
    ]
    assert sizes == [4] * 5
    words = written(
        tmp_path / "words.jsonl",
        [{"problem": word, "answer": "1", "grade": word} for word in ("easy", "Medium", "hard")],
    )
    for level, word in ((0, "easy"), (2, "Medium"), (4, "hard")):
        assert ENV.problem(ENV.row(0, level=level, data=words, level_column="grade")).data["problem"] == word
    with pytest.raises(UsageError, match=r"level 1 has no problem .* these have: 0 \(1\), 2 \(1\), 4 \(1\)"):
        ENV.problem(ENV.row(0, level=1, data=words, level_column="grade"))


def test_a_large_file_is_split_by_hash_and_a_small_one_is_not(tmp_path: Path) -> None:
    rows = sums(2_400)
    large, small = written(tmp_path / "large.jsonl", rows), written(tmp_path / "small.jsonl", rows[:1_999])
    assert ENV.row(0, data=small).split == "all"
    options = ENV_OPTIONS | {"data": large}
    found: dict[str, list[str]] = {}
    for split in ENV.splits_of(2, options):
        size = ENV.size(2, split, options) or 0
        found[split] = [
            ENV.problem(ENV.row(seed, split=split, data=large)).data["problem"] for seed in range(size)
        ]
    assert set(found) == {"train", "eval"}
    assert 0.22 < len(found["eval"]) / 2_400 < 0.28
    for split, problems in found.items():
        in_order = [row["problem"] for row in rows if row["problem"] in set(problems)]
        assert problems == in_order
        held = {is_eval("math problems", canonical(problem)) for problem in problems}
        assert held == {split == "eval"}
    assert sorted(found["train"] + found["eval"]) == sorted(row["problem"] for row in rows)
    assert ENV.row(0, data=large, hold_out=False).split == "all"


def test_a_folder_keeps_its_own_splits(tmp_path: Path) -> None:
    rows = sums(10)
    written(tmp_path / "train.jsonl", rows[:7])
    written(tmp_path / "test.jsonl", rows[7:])
    (tmp_path / "README.md").write_text("two splits")
    options = ENV_OPTIONS | {"data": str(tmp_path)}
    assert ENV.splits_of(2, options) == ("train", "eval")
    assert [ENV.size(2, split, options) for split in ("train", "eval")] == [7, 3]
    assert ENV.problem(ENV.row(0, split="eval", data=str(tmp_path))).data["answer"] == "14"
    with pytest.raises(UsageError, match="has only: train, eval"):
        ENV.row(0, split="all", data=str(tmp_path))


def test_answers_are_taken_from_where_they_stand(tmp_path: Path) -> None:
    rows = [
        {"question": "2 + 2?", "answer": "We add.\n#### 4"},
        {"question": "no answer", "answer": "We add."},
        {"question": "3 + 3?", "answer": "So\n#### 6"},
    ]
    path = written(tmp_path / "gsm.jsonl", rows)
    named: dict[str, Any] = {"data": path, "problem_column": "question", "answer_transform": "hashes"}
    assert [ENV.problem(ENV.row(seed, **named)).data["answer"] for seed in range(2)] == ["4", "6"]
    boxed = [{"problem": "2 + 2?", "solution": r"First \boxed{5}. No: \boxed{\frac{8}{2}}."}]
    path = written(tmp_path / "math.jsonl", boxed)
    row = ENV.row(0, data=path, answer_column="solution", answer_transform="boxed")
    assert ENV.problem(row).data["answer"] == r"\frac{8}{2}"


def test_columns_inside_others_are_found(tmp_path: Path) -> None:
    rows = [{"0": {"value": "2 + 2?"}, "1": {"ground_truth": {"value": "4"}}, "answers": ["5"]}]
    path = written(tmp_path / "nested.jsonl", rows)
    row = ENV.row(0, data=path, problem_column="0.value", answer_column="1.ground_truth.value")
    assert ENV.problem(row).data == {"problem": "2 + 2?", "answer": "4"}
    row = ENV.row(0, data=path, problem_column="0.value", answer_column="answers")
    assert ENV.problem(row).data["answer"] == "5"


# -- parquet and Hugging Face -------------------------------------------------------------------------


def test_parquet_holds_the_same_problems(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = sums(20)
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "sums.parquet")
    lines = written(tmp_path / "sums.jsonl", rows)
    for seed in range(4):
        made = [
            ENV.problem(ENV.row(seed, level=3, data=data, level_column="level")).data
            for data in (lines, str(tmp_path / "sums.parquet"))
        ]
        assert made[0] == made[1]


def test_a_known_data_set_is_loaded_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library loads a folder as it loads a repository of the Hub."""
    pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "repository"
    folder.mkdir()
    written(folder / "train.jsonl", [{"question": f"{n} + 1?", "answer": f"#### {n + 1}"} for n in range(5)])
    written(folder / "test.jsonl", [{"question": "9 + 1?", "answer": "#### 10"}])
    local = Known(str(folder), held_out="test", problem="question", transform="hashes")
    monkeypatch.setitem(KNOWN, "GSM8K", local)
    open_source.cache_clear()
    try:
        row = ENV.row(2, data="GSM8K")
        assert (row.split, ENV.problem(row).data) == ("train", {"problem": "2 + 1?", "answer": "3"})
        held = ENV.row(0, split="eval", data="GSM8K")
        assert ENV.problem(held).data["answer"] == "10"
        assert held.options["digest"] == row.options["digest"]
    finally:
        open_source.cache_clear()


# -- what is wrong with a source ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        (
            "a.jsonl",
            b'{"problem": "p", "answer": "1"}\n{"problem": "p", "ans',
            r"item 1 \(at byte 32\) is no JSON object",
        ),
        ("a.jsonl", b'{"problem": "p", "answer": "\xff"}\n', "is no JSON object"),
        ("a.jsonl", b"[1, 2]\n", "is no JSON object"),
        ("a.jsonl", b'{"question": "p", "answer": "1"}\n', "no column 'problem'; it has: question, answer"),
        ("a.parquet", b"PAR1 not at all", "is no parquet file"),
        ("a.csv", b"problem,answer\n", r"none of the files .* \(.jsonl, .ndjson, .parquet, .arrow\)"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=complaint):
        ENV.row(0, data=str(tmp_path / name))


def test_a_source_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*gone\.jsonl: No such file"):
        ENV.row(0, data=str(tmp_path / "gone.jsonl"))
    with pytest.raises(DataError, match=r"must hold one file train\.\* or one test\.\*"):
        ENV.row(0, data=str(tmp_path))
    with pytest.raises(UnknownName, match="did you mean 'GSM8K'"):
        ENV.row(0, data="GSM-8K")
    path = written(tmp_path / "words.jsonl", [{"problem": "p", "answer": "1", "grade": "steep"}])
    with pytest.raises(DataError, match="'steep' is no level"):
        ENV.row(0, data=path, level_column="grade")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(UsageError, match="these have: none"):
        ENV.problem(ENV.row(0, data=str(tmp_path / "empty.jsonl")))


# -- real data ----------------------------------------------------------------------------------------


@pytest.mark.skipif(
    "REASONGYM_BENCHMARKS" not in os.environ,
    reason="REASONGYM_BENCHMARKS names no folder of benchmark files (JSON lines with problem and answer)",
)
@pytest.mark.parametrize(
    "name", ["math500", "gsm8k_test", "aime24", "minerva_math", "olympiadbench", "hmmt25"]
)
def test_the_oracle_is_right_on_every_item_of_a_benchmark(name: str) -> None:
    path = str(Path(os.environ["REASONGYM_BENCHMARKS"]) / f"{name}.jsonl")
    options = ENV_OPTIONS | {"data": path} | ({"level_column": "level"} if name == "math500" else {})
    source = open_source(sources.Asked(path, "", "", options["level_column"], "", True))
    for level in range(5):
        for seed in range(source.size(level, "all")):
            data = ENV.item(seed, level, "all", options)
            assert ENV.verify(data, ENV.oracle(data)[0]).correct, data["answer"]
            assert ENV.verify(data, f"So it is \\boxed{{{data['answer']}}}.").correct, data["answer"]
