"""What items of benchmarks say beyond their golds reaches the grader, in training as in evaluation."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

import reasongym
from reasongym.answers.matching import form
from reasongym.core import Data
from reasongym.envs._benchmarks import FOLDER_VARIABLE
from reasongym.envs.math_problems.benchmarks import open_benchmark
from reasongym.envs.math_problems.grading import options
from reasongym.errors import DataError
from tests.answers.test_benchmark_golds import FOLDER, needs_benchmarks

ENV = reasongym.get("MathProblems-v0")
BENCHMARKS = (
    *("aime24", "aime25", "amc23", "math500", "minerva", "olympiadbench"),
    *("gsm8k", "hmmt25", "brumo25", "cmimc25", "math-train"),
)


def items(benchmark: str) -> list[Data]:
    source = open_benchmark(benchmark)
    levels = range(len(ENV.levels))
    return [source.item(at, level, "all") for level in levels for at in range(source.size(level, "all"))]


def is_right(data: Data, answer: str) -> bool:
    return ENV.verify(data, f"So it is \\boxed{{{answer}}}.").correct


def untold(data: Data) -> Data:
    return {name: value for name, value in data.items() if name != "options"}


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(FOLDER))


@needs_benchmarks
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_item_takes_its_gold_and_not_the_next_one(name: str) -> None:
    found = items(name)
    assert [data["answer"] for data in found if not is_right(data, data["answer"])] == []
    for data, other in pairwise(found):
        if is_right(data, other["answer"]):
            assert form(data["answer"]).split(" ")[0] == form(other["answer"]).split(" ")[0] != ""


def item_of(name: str, gold: str) -> Data:
    return next(data for data in items(name) if data["answer"] == gold)


@needs_benchmarks
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "gold", "right", "wrong"),
    [
        ("olympiadbench", "4.2", ["4.1", "4.19", "4.3\\%"], ["4.31", "4.6", "42", "4.19 km"]),
        ("olympiadbench", "$t(0,4]$", ["(0,4]"], ["[0,4]", "(0,4)"]),
        (
            "olympiadbench",
            "$(\\frac{1}{4}, \\frac{1}{27})$",
            ["\\frac{1}{27}, \\frac{1}{4}"],
            ["\\frac{1}{4}", "\\frac{1}{4}, \\frac{1}{26}"],
        ),
        ("minerva", "20.39", ["20.392", "20.39499"], ["20.4", "20.395", "2039"]),
        ("minerva", "4.5e33", ["4.52 \\times 10^{33}"], ["4.6e33", "4.5e32"]),
        ("math-train", "\\$\\dfrac23 \\approx \\$0.67", ["0.67"], ["0.66", "0.7"]),
    ],
)
def test_an_answer_is_right_by_what_its_item_says_alone(
    name: str, gold: str, right: list[str], wrong: list[str]
) -> None:
    data = item_of(name, gold)
    assert [answer for answer in right if not is_right(data, answer)] == []
    assert [answer for answer in right if is_right(untold(data), answer)] == []
    assert [answer for answer in wrong if is_right(data, answer)] == []


@needs_benchmarks
@pytest.mark.usefixtures("folder")
def test_a_unit_may_be_left_out_but_not_be_another_one() -> None:
    data = item_of("olympiadbench", "$\\frac{600}{7}$")
    assert all(is_right(data, f"\\frac{{600}}{{7}}{unit}") for unit in ("", "\\text{ km/h}"))
    assert is_right(untold(data), "\\frac{600}{7}\\text{ m/s}")
    assert not is_right(data, "\\frac{600}{7}\\text{ m/s}")


@needs_benchmarks
@pytest.mark.usefixtures("folder")
def test_coordinates_of_one_point_keep_their_order_though_it_is_marked_as_several_answers() -> None:
    data = item_of("olympiadbench", "$(-\\frac{1}{2}, \\frac{7}{2})$")
    assert is_right(data, "(-0.5, 3.5)")
    assert not is_right(data, "3.5, -0.5")


@pytest.mark.parametrize(
    ("gold", "figures"),
    [
        ("20.39", 4),
        ("4.5e33", 2),
        ("-0.875", 3),
        ("0.006", 2),
        ("3e6", 2),
        ("2.7778e-6", 5),
        ("1.0", 2),
        ("300", 0),
        ("-1./3", 0),
        ("e^{t} / 3", 0),
        ("\\sqrt{2}", 0),
    ],
)
def test_decimals_of_minerva_are_compared_to_their_figures(gold: str, figures: int) -> None:
    assert options("minerva", {"answer": gold}).get("significant_figures", 0) == figures
    assert options("math500", {"answer": gold}) == {}


def test_another_gold_at_a_known_place_is_left_alone() -> None:
    assert options("minerva", {"id": "minerva-5", "answer": "np.arcsin(10/13)"})["alternatives"]
    assert "alternatives" not in options("minerva", {"id": "minerva-5", "answer": "0.9"})


@needs_benchmarks
@pytest.mark.parametrize(
    ("name", "file", "column", "told"),
    [
        ("olympiadbench", "olympiadbench", "unit", "is other data than olympiadbench"),
        ("olympiadbench", "olympiadbench", "tolerance", "is other data than olympiadbench"),
        ("olympiadbench", "olympiadbench", "id", "has no id olympiadbench-1687"),
        ("minerva", "minerva_math", "id", "has no id minerva-5"),
    ],
)
def test_a_file_that_says_less_is_refused_for_it_would_be_judged_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, file: str, column: str, told: str
) -> None:
    rows = [json.loads(line) for line in (FOLDER / f"{file}.jsonl").read_text().splitlines()]
    less = [{key: value for key, value in row.items() if key != column} for row in rows]
    (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in less))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(DataError, match=told):
        open_benchmark(name)
