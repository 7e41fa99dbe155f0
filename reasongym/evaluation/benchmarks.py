"""Benchmark suites by name: which part of which benchmark each is, and what they are bundled into."""

from typing import NamedTuple

from reasongym.core import Json
from reasongym.envs.math_problems.benchmarks import BENCHMARKS

ENV_ID = "reasongym/MathProblems-v0"
"""The environment that puts and judges the problems."""
STYLE = "terse"
"""The problem alone: how the answer is to be given is for the protocol's template to say."""
_UNGRADED = 2
_MATH_TRAIN = (566, 1345, 1584, 1681, 2296)


class Part(NamedTuple):
    """All problems of one level of a benchmark."""

    data: str
    level: int
    num_problems: int


PARTS = {
    **{name: Part(name, _UNGRADED, one.num_problems) for name, one in BENCHMARKS.items() if not one.level},
    **{f"math-train-{grade}": Part("math-train", grade - 1, num) for grade, num in enumerate(_MATH_TRAIN, 1)},
}

BUNDLES = {
    "math-train": tuple(f"math-train-{grade}" for grade in range(1, 6)),
    "math-train-3to5": tuple(f"math-train-{grade}" for grade in (3, 4, 5)),
    # Too few problems each to tell two models 5 points apart: pooled they are 160.
    "olympiad": ("aime24", "aime25", "hmmt25", "brumo25", "cmimc25"),
    # What SimpleRL-Zoo and its descendants report, arXiv 2503.18892 table 1.
    "reasoning": ("gsm8k", "math500", "minerva", "olympiadbench", "aime24", "amc23"),
}


def part_at(data: Json, level: int) -> str:
    """Return the name of a level of a benchmark; empty where there is none."""
    return next((name for name, part in PARTS.items() if part[:2] == (data, level)), "")


def bundle_named(names: tuple[str, ...]) -> str:
    """Return the name of the bundle of these suites; empty where they are none."""
    return next((name for name, members in BUNDLES.items() if members == names), "")


def about(name: str) -> str:
    """Say what a suite or a bundle holds."""
    if name in BUNDLES:
        return " + ".join(BUNDLES[name])
    part = PARTS[name]
    told = BENCHMARKS[part.data].about
    return f"{told}, level {part.level + 1}" if BENCHMARKS[part.data].level else told


def is_known_data(options: dict[str, Json]) -> bool:
    """Say whether options name a benchmark, by the digest that is known of it, in its usual style."""
    benchmark = BENCHMARKS.get(options.get("data", ""))
    is_usual = set(options) == {"data", "digest", "style"} and options["style"] == STYLE
    return benchmark is not None and is_usual and benchmark.digest in ("", options["digest"])
