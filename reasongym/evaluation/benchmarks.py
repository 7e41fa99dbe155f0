"""Benchmark suites by name: which part of which benchmark each is, and what they are bundled into."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from reasongym.core import Json, Split
from reasongym.envs._benchmarks import Benchmark
from reasongym.envs.code.problems import benchmarks as of_code
from reasongym.envs.math_problems import benchmarks as of_math

ENV_ID = "reasongym/MathProblems-v0"
"""The environment that puts and judges the problems of mathematics."""
CODE_ENV_ID = "reasongym/CodeProblems-v0"
"""The environment that puts and judges the problems of programming."""
DATA_ENV_IDS = (ENV_ID, CODE_ENV_ID)
"""The environments whose problems are those of the data that a row names."""
_TERSE: Mapping[str, Json] = MappingProxyType({"style": "terse"})
"""The problem alone: how the answer is to be given is for the protocol's template to say."""
_AS_IT_IS: Mapping[str, Json] = MappingProxyType({})
_ALL_SHOWN: Mapping[str, Json] = MappingProxyType({"examples": 3})
"""The three tests of MBPP, which its authors put into the prompt."""
_UNGRADED, _UNGRADED_CODE = 2, 1
_MATH_TRAIN = (566, 1345, 1584, 1681, 2296)


class Part(NamedTuple):
    """All problems of one level of a benchmark."""

    data: str
    level: int
    num_problems: int
    env_id: str = ENV_ID
    options: Mapping[str, Json] = _TERSE


def _of_code(name: str, benchmark: Benchmark) -> Part:
    options = _ALL_SHOWN if name.startswith("mbpp") else _AS_IT_IS
    return Part(name, _UNGRADED_CODE, benchmark.num_problems, CODE_ENV_ID, options)


PARTS = {
    **{
        name: Part(name, _UNGRADED, one.num_problems)
        for name, one in of_math.BENCHMARKS.items()
        if not one.level
    },
    **{f"math-train-{grade}": Part("math-train", grade - 1, num) for grade, num in enumerate(_MATH_TRAIN, 1)},
    **{name: _of_code(name, one) for name, one in of_code.BENCHMARKS.items()},
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
    benchmark = _benchmark(part.data)
    if benchmark is None:
        return ""
    return f"{benchmark.about}, level {part.level + 1}" if benchmark.level else benchmark.about


def is_known_data(options: Mapping[str, Json]) -> bool:
    """Say whether options name a benchmark, by the digest that is known of it, and put it as usual."""
    benchmark = _benchmark(options.get("data", ""))
    if benchmark is None:
        return False
    usual = next(part.options for part in PARTS.values() if part.data == options["data"])
    put = {name: one for name, one in options.items() if name not in ("data", "digest")}
    return put == usual and "digest" in options and benchmark.digest in ("", options["digest"])


def names_of(data: str, level: int, split: Split) -> list[str]:
    """Return what a benchmark itself calls its problems."""
    if data in of_code.BENCHMARKS:
        return of_code.open_benchmark(data).ids(level, split)
    return of_math.open_benchmark(data).ids(level, split)


def _benchmark(data: Json) -> Benchmark | None:
    return of_math.BENCHMARKS.get(data) or of_code.BENCHMARKS.get(data)
