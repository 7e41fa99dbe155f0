"""Perturbed twins: does a policy solve problems of a published suite better than others of the same make?

A twin has the environment, level, split and options of a published problem, and other numbers, names and
wording, as its generator draws them. Who learned the published problems by heart does not know their twins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from statistics import fmean

from reasongym import registry
from reasongym.core import Problem
from reasongym.errors import UsageError
from reasongym.evaluation.comparison import Tally, shuffle_p
from reasongym.evaluation.runs import Run
from reasongym.evaluation.statistics import Interval, difference_interval, population_interval
from reasongym.evaluation.suites import Slice, Suite, size_of
from reasongym.seeding import stream

SIGNIFICANCE = 0.05
"""Of the one-sided test that accuses: so often an honest policy is accused."""
FIRST_SEED = 2**32
"""Twins have seeds from here on, where no suite that counts from 0 comes."""
NUM_PLACES = 2**40
"""Stretches of seeds to draw from."""
STRETCH = 2**20
"""Seeds from the beginning of one to the next."""


@dataclass(frozen=True, slots=True)
class Drop:
    """What the twins of a run's problems show."""

    published: float
    """The solve rate on the published problems."""
    twins: float
    interval: Interval
    """95% interval of the difference, for such problems."""
    p: float
    """How often an honest policy would drop as far, one-sided."""

    @property
    def drop(self) -> float:
        """How much better the published problems are solved."""
        return self.published - self.twins

    @property
    def is_memorised(self) -> bool:
        """Whether the published problems look learned by heart."""
        return self.p < SIGNIFICANCE


def twin_suite(suite: Suite, salt: str) -> Suite:
    """Make the suite of twins; none of them is a problem of the suite, whatever its seed.

    Raises UsageError where nothing makes new problems, or hardly any others than the published ones.
    """
    for one in suite.slices:
        if size_of(one) is not None:
            raise UsageError(
                f"{one.title} is a fixed list of problems, and what their answers follow from is not known, "
                "so they have no twins; those of a generated environment do"
            )
    taken = frozenset(map(_identity, suite.problems))
    return Suite(tuple(part for one in suite.slices for part in _twins(one, taken, salt)))


def memorisation(published: Tally, twins: Tally) -> Drop:
    """Compare a policy's solve rates on published problems and on their twins."""
    one, other = fmean(published.rates), fmean(twins.rates)
    interval = difference_interval(
        (one, population_interval(published.counts, published.samples)),
        (other, population_interval(twins.counts, twins.samples)),
    )
    return Drop(one, other, interval, shuffle_p(published, twins))


def require_twins(published: Run, twins: Run) -> None:
    """Raise UsageError where two runs differ in more than the numbers in their problems."""
    one, other = published.player, twins.player
    if (one.policy, one.model, one.digest) != (other.policy, other.model, other.digest):
        raise UsageError(f"twins are played by the same policy, got {one.name} and {other.name}")
    if published.protocol.digest != twins.protocol.digest:
        told = f"{published.protocol.title}; {twins.protocol.title}"
        raise UsageError(f"twins are played by the same protocol, got {told}")
    if _makes(published.suite) != _makes(twins.suite):
        raise UsageError(
            f"twins have the environments, levels and options of the suite, got {published.suite.name} and "
            f"{twins.suite.name}; `reasongym eval --twin-of RUN` plays them"
        )
    shared = len({*map(_identity, published.suite.problems)} & {*map(_identity, twins.suite.problems)})
    if shared:
        raise UsageError(f"{shared} of the twins are problems of {published.suite.name} themselves")


def _twins(one: Slice, taken: frozenset[tuple[str, str]], salt: str) -> Iterator[Slice]:
    """Yield stretches of consecutive seeds that step over the published problems."""
    key = f"twins {salt} {one.env_id} {one.level} {one.split} {one.first_seed}"
    begin = start = FIRST_SEED + STRETCH * stream(key.encode()).below(NUM_PLACES)
    num_left = num_skipped = one.num_problems
    for seed in count(begin):
        if num_left and _identity(_problem(one, seed)) not in taken:
            num_left -= 1
            continue
        if seed > start:
            yield Slice(one.env_id, one.level, one.split, seed - start, start, one.options)
        if not num_left:
            return
        start, num_skipped = seed + 1, num_skipped - 1
        if not num_skipped:
            raise UsageError(
                f"{one.title} has too few problems for twins: of {seed - begin + 1} that were made anew "
                f"{one.num_problems} are published ones"
            )


def _problem(one: Slice, seed: int) -> Problem:
    return registry.problem(registry.get(one.env_id).row_of(seed, one.level, one.split, one.options))


def _identity(problem: Problem) -> tuple[str, str]:
    env = registry.get(problem.row.env_id)
    return env.family, env.canonical(problem.data)


def _makes(suite: Suite) -> dict[str, int]:
    """Count a suite's problems by how they are made."""
    makes: dict[str, int] = {}
    for one in suite.slices:
        make = f"{one.env_id} {one.level} {one.split} {sorted(one.options.items())}"
        makes[make] = makes.get(make, 0) + one.num_problems
    return makes
