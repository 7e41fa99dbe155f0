"""Slot machines: what they are like, how they are drawn, and how many pulls their ranking takes."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from reasongym.seeding import Stream

ROUND = 10
"""How many wins and losses an arm's list holds; its rate is the number of wins."""
_NAMES = (
    "ant bat bear bee boar bull cat cobra cow crab crane crow deer dog dove duck eagle eel elk fish fly fox "
    "frog goat goose hare hawk hen horse jay kite lamb lark lion lynx mole moth mouse mule newt otter owl ox "
    "panda pig pony puma ram rat raven seal shark sheep slug snail snake swan tiger toad trout viper wasp "
    "whale wolf worm wren yak zebra"
)
NAMES = tuple(_NAMES.split())


class Level(NamedTuple):
    """What the machines of a level are like."""

    arms: int
    best: int
    """How many of the best arms are to be named, in order."""
    gap: int
    """By how much the rate of each of them is above the next one's at least, in wins of ten."""
    pulls: int
    turns: int


LEVELS = (
    Level(6, 1, 6, 42, 12),
    Level(8, 1, 4, 62, 12),
    Level(12, 2, 3, 100, 14),
    Level(14, 2, 2, 122, 14),
    Level(16, 3, 2, 144, 16),
    Level(24, 3, 1, 227, 20),
    Level(32, 4, 1, 310, 24),
)


def draw_tables(rng: Stream, meant: Level) -> list[str]:
    """Draw the rates of the best arms at least `gap` apart, the others below, and shuffle wins and losses."""
    spare = sorted(rng.between(0, ROUND - meant.gap * meant.best) for _ in range(meant.best))
    rates = [meant.gap * rank + more for rank, more in enumerate(spare, start=1)]
    rates += [rng.between(0, rates[0] - meant.gap) for _ in range(meant.arms - meant.best)]
    return ["".join(rng.shuffled("1" * rate + "0" * (ROUND - rate))) for rate in rng.shuffled(rates)]


def eliminate(tables: Sequence[str], num_best: int) -> list[list[int]]:
    """Pull all arms whose place is not certain once a round until it is; return the arms pulled in each.

    After n pulls with w wins an arm's rate lies from w to w + 10 - n. Its place is certain when `num_best`
    arms are surely better, or every other arm is surely better or surely worse.
    """
    open_arms = list(range(len(tables)))
    low, high = [0] * len(tables), [ROUND] * len(tables)
    rounds: list[list[int]] = []
    while open_arms:
        for arm in open_arms:
            wins = tables[arm][len(rounds)] == "1"
            low[arm] += wins
            high[arm] -= not wins
        rounds.append(open_arms)
        open_arms = [arm for arm in open_arms if not _is_placed(arm, low, high, num_best)]
    return rounds


def num_pulls(rounds: Sequence[Sequence[int]]) -> int:
    """Count the pulls of all rounds."""
    return sum(map(len, rounds))


def _is_placed(arm: int, low: Sequence[int], high: Sequence[int], num_best: int) -> bool:
    better = sum(one > high[arm] for one in low)
    return better >= num_best or better + sum(one < low[arm] for one in high) == len(low) - 1


def best_arms(arms: Sequence[str], tables: Sequence[str], num: int) -> list[str]:
    """Return the names of the best arms in order."""
    ranked = sorted(zip(arms, tables, strict=True), key=lambda one: one[1].count("1"), reverse=True)
    return [arm for arm, _ in ranked[:num]]


def least_proof(tables: Sequence[str], num_best: int) -> int:
    """Return the fewest pulls that show the ranking to one who knows which to make.

    Between neighbouring ranks lies a bound: the better one must be shown to win at least so often, the
    worse ones less often.
    """
    ranked = sorted(tables, key=lambda table: table.count("1"), reverse=True)
    reaches = [[_pulls_until(table, "1", wins) for wins in range(ROUND + 1)] for table in ranked]
    misses = [[_pulls_until(table, "0", ROUND - wins + 1) for wins in range(ROUND + 2)] for table in ranked]
    least = ROUND * len(tables)
    for bounds in combinations(range(ROUND, 0, -1), num_best):
        pulls = 0
        for rank in range(num_best):
            above = bounds[rank - 1] if rank else ROUND + 1
            pulls += max(reaches[rank][bounds[rank]], misses[rank][above])
        pulls += sum(one[bounds[-1]] for one in misses[num_best:])
        least = min(least, pulls)
    return least


def _pulls_until(table: str, sign: str, times: int) -> int:
    """Return after how many pulls a sign has come so often, a very large number where it never does."""
    if times <= 0:
        return 0
    seen = 0
    for pulls, one in enumerate(table, start=1):
        seen += one == sign
        if seen == times:
            return pulls
    return 10**6
