"""What items of benchmarks say beyond their golds reaches the grader, in training as in evaluation."""

from itertools import pairwise

import pytest

import reasongym
from reasongym.answers.matching import form
from reasongym.core import Data
from reasongym.envs._benchmarks import FOLDER_VARIABLE
from reasongym.envs.math_problems.benchmarks import open_benchmark
from reasongym.envs.math_problems.grading import options
from tests.answers.test_benchmark_golds import FOLDER, needs_benchmarks

ENV = reasongym.get("MathProblems-v0")
BENCHMARKS = (
    *("aime24", "aime25", "amc23", "math500", "minerva", "olympiadbench"),
    *("hmmt25", "brumo25", "cmimc25"),
)


def items(benchmark: str) -> list[Data]:
    source = open_benchmark(benchmark)
    levels = range(len(ENV.levels))
    return [source.item(at, level, "all") for level in levels for at in range(source.size(level, "all"))]


def is_right(data: Data, answer: str) -> bool:
    return ENV.verify(data, f"So it is \\boxed{{{answer}}}.").correct


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


@needs_benchmarks
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "gold", "right", "wrong"),
    [
        ("olympiadbench", "4.2", ["4.2", "4.19"], ["4.7", "42"]),
        ("olympiadbench", "$\\frac{600}{7}$", ["\\frac{600}{7}\\text{ km/h}"], ["600/7 m/s"]),
        ("olympiadbench", "$69$,$84$", ["84, 69", "69 and 84"], ["69", "84, 68"]),
        ("olympiadbench", "$m_{\\max }=n^{2}-n-1$", ["n^2-n-1"], ["n^2-n"]),
        ("minerva", "20.39", ["20.39", "20.392", "20.39 km"], ["20.4", "20.35", "2039"]),
        ("minerva", "4.5e33", ["4.5e33", "4.52 \\times 10^{33}"], ["4.6e33", "4.5e32"]),
        ("minerva", "np.arcsin(10/13)", ["\\arcsin(10/13)"], ["\\arccos(10/13)"]),
    ],
)
def test_an_item_is_judged_as_it_says(name: str, gold: str, right: list[str], wrong: list[str]) -> None:
    data = next(data for data in items(name) if data["answer"] == gold)
    assert [answer for answer in right if not is_right(data, answer)] == []
    assert [answer for answer in wrong if is_right(data, answer)] == []
    assert not is_right({key: data[key] for key in ("problem", "answer")}, right[-1]) or "options" in data


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
        (".", 2),
    ],
)
def test_decimals_of_minerva_are_compared_to_their_figures(gold: str, figures: int) -> None:
    assert options("minerva", {"answer": gold}).get("significant_figures", 0) == figures
    assert options("math500", {"answer": gold}) == {}


def test_another_gold_at_a_known_place_is_left_alone() -> None:
    assert options("minerva", {"id": "minerva-5", "answer": "np.arcsin(10/13)"})["alternatives"]
    assert "alternatives" not in options("minerva", {"id": "minerva-5", "answer": "0.9"})
