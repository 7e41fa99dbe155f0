"""Suites: which problems a policy is measured on, as data with a digest of the problems themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from itertools import groupby

import msgspec

from reasongym import registry
from reasongym.core import Env, Json, Problem, Row, Split
from reasongym.errors import UnknownName, UsageError
from reasongym.evaluation.benchmarks import (
    BUNDLES,
    PARTS,
    bundle_named,
    is_known_data,
    names_of,
    part_at,
)

DEFAULT_PROBLEMS = 200

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive seeds of one environment at one level."""

    env_id: str
    level: int
    split: Split
    num_problems: int
    first_seed: int = 0
    options: dict[str, Json] = field(default_factory=dict[str, Json])
    """Only the options that differ from their defaults."""

    def __post_init__(self) -> None:
        if self.num_problems < 1:
            raise UsageError(f"a suite needs at least 1 problem, got num_problems={self.num_problems}")

    def rows(self) -> list[Row]:
        """Return the rows, seed after seed."""
        env = registry.get(self.env_id)
        seeds = range(self.first_seed, self.first_seed + self.num_problems)
        return [env.row_of(seed, self.level, self.split, self.options) for seed in seeds]

    @property
    def title(self) -> str:
        """Name the slice in words; the split is left out where it is `eval`."""
        if is_known_data(self.options) and (name := part_at(self.options["data"], self.level)):
            few = [] if self.num_problems == PARTS[name].num_problems else [f"{self.num_problems} problems"]
            return ", ".join([name, *few, *self._seeds])
        options = [f"{name} {value}" for name, value in self.options.items()]
        splits = [] if self.split == "eval" else [f"{self.split} split"]
        return ", ".join(
            [f"{self.env_id.removeprefix('reasongym/')} level {self.level}", *options, *splits, *self._seeds]
        )

    @property
    def _seeds(self) -> list[str]:
        return [f"seeds from {self.first_seed}"] if self.first_seed else []

    @property
    def benchmark(self) -> str:
        """The name of the benchmark suite that this slice is the whole of; else empty."""
        if self.first_seed or self.split != "all" or not is_known_data(self.options):
            return ""
        name = part_at(self.options["data"], self.level)
        return name if name and self.num_problems == PARTS[name].num_problems else ""


@dataclass(frozen=True)
class Suite:
    """A set of rows in a fixed order; its name is made from what it holds, so it cannot lie."""

    slices: tuple[Slice, ...]

    @property
    def name(self) -> str:
        """Name the suite in words."""
        bundle = bundle_named(tuple(one.benchmark for one in self.slices))
        return bundle or " + ".join(_titles(self.slices))

    @property
    def benchmarks(self) -> list[str]:
        """The benchmarks that it is the whole of; none for the slices of other environments."""
        return [one.benchmark for one in self.slices if one.benchmark]

    @property
    def env_ids(self) -> list[str]:
        """The environments it draws on."""
        return sorted({one.env_id for one in self.slices})

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem, in order."""
        return tuple(registry.problem(row) for one in self.slices for row in one.rows())

    @cached_property
    def digest(self) -> str:
        """Twelve hex digits that name the rows, the problems made from them and their prompts."""
        hashed = blake2b(digest_size=6)
        for problem in self.problems:
            hashed.update(_encode([problem.row.as_dict(), problem.data, problem.prompt]))
        return hashed.hexdigest()


def _titles(slices: Sequence[Slice]) -> Iterator[str]:
    """Name slices that differ in their seeds alone together."""
    for _, alike in groupby(slices, key=lambda one: replace(one, first_seed=0, num_problems=1)):
        first, *others = alike
        more = [f"{len(others)} more stretches"] if others else []
        yield ", ".join([first.title, *more])


def env_suite(
    env_id: str,
    *,
    level: int | None = None,
    split: Split | None = None,
    num_problems: int | None = None,
    first_seed: int = 0,
    **options: Json,
) -> Suite:
    """Make the suite of an environment at a level: by default of its eval split, where it has one.

    By default it has 200 problems, or all that are left of a finite source where these are fewer.
    """
    env = registry.get(env_id)
    level = env.row(0, level=level).level
    if split is None:
        split = env.practice_row(first_seed, level, "eval", options).split
    row = env.row(first_seed, level=level, split=split, **options)
    if num_problems is None:
        size = env.size(level, split, _filled(env, row))
        num_problems = DEFAULT_PROBLEMS if size is None else max(1, min(DEFAULT_PROBLEMS, size - first_seed))
    return Suite((Slice(env.env_id, level, split, num_problems, first_seed, row.options),))


def size_of(one: Slice) -> int | None:
    """Return how many problems there are of a slice's kind in all; None where a generator makes them."""
    env = registry.get(one.env_id)
    return env.size(one.level, one.split, _filled(env, one.rows()[0]))


def _filled(env: Env, row: Row) -> dict[str, Json]:
    return {name: option.default for name, option in env.options().items()} | row.options


def problem_names(suite: Suite) -> list[str]:
    """Return what a benchmark itself calls each problem of a suite; empty where it has no name."""
    return [name for one in suite.slices for name in _names(one)]


def _names(one: Slice) -> list[str]:
    named = names_of(one.options["data"], one.level, one.split) if one.benchmark else []
    return named or [""] * one.num_problems


def named_suite(name: str, *, num_problems: int | None = None) -> Suite:
    """Make a benchmark suite, a bundle, or several joined by `+`; `num_problems` takes the first of each.

    Raises UnknownName, and DataError where the file of a benchmark is missing, cut off or another one.
    """
    names = [part for word in name.split("+") for part in BUNDLES.get(word, (word,))]
    for one in names:
        if one not in PARTS:
            raise UnknownName("suite", one, [*PARTS, *BUNDLES])
    if len(set(names)) < len(names):
        raise UsageError(f"the suite {name} holds a benchmark twice")
    return Suite(tuple(_part(one, num_problems) for one in names))


def _part(name: str, num_problems: int | None) -> Slice:
    part = PARTS[name]
    wanted = part.num_problems if num_problems is None else min(num_problems, part.num_problems)
    row = registry.get(part.env_id).row(0, level=part.level, split="all", data=part.data, **part.options)
    return Slice(part.env_id, part.level, "all", wanted, options=row.options)
