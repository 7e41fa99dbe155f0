"""`Combinatorics-v0`: how many ways; each kind has a formula and a count that does without it."""

from reasongym.envs.math.combinatorics import selections, sums
from reasongym.envs.math.kinds import Kinds
from reasongym.registry import register

KINDS = selections.KINDS | sums.KINDS


@register("Combinatorics-v0")
class Combinatorics(Kinds):
    """Count the ways; `data` as `Kinds` says."""

    family = "combinatorics"
    kinds = KINDS
    levels = (
        "choosing or arranging 2 (a warm-up)",
        "choosing and arranging from up to 24, teams of two groups, multiples",
        "teams, words with repeated letters, routes around a point, multiples, stairs",
        "the same larger, with least shares, gaps and coins",
        "caps by inclusion and exclusion, onto distributions, round tables, fixed points",
        "the same, larger",
        "the same, larger still",
    )
    mixes = (
        (("choose", 0), ("arrange", 0)),
        (("choose", 2), ("arrange", 1), ("mixed", 2), ("divisible", 4), ("both", 1)),
        (
            ("mixed", 3),
            ("letters", 1),
            ("routes", 4),
            ("divisible", 4),
            ("stairs", 3),
            ("both", 3),
            ("either", 4),
        ),
        (
            ("mixed", 4),
            ("letters", 3),
            ("routes", 4),
            ("shares", 2),
            ("spaced", 2),
            ("coins", 2),
            ("either", 5),
        ),
        (
            ("capped", 3),
            ("toys", 4),
            ("together", 3),
            ("hats", 3),
            ("coins", 3),
            ("spaced", 4),
            ("routes", 6),
        ),
        (("capped", 5), ("toys", 6), ("shares", 7), ("letters", 6), ("coins", 4)),
        (("capped", 8), ("toys", 9), ("shares", 12), ("coins", 5), ("routes", 15)),
    )
    default_level = 3
    spaces = (10, 30_000, 35_000, 40_000, 30_000, 45_000, 90_000)
    chances = (0.115, 0.027, 0.018, 0.02, 0.017, 0.008, 0.006)
