"""`Combinatorics-v0`: how many ways; each kind has a formula and a count that does without it."""

from reasongym.envs.math.combinatorics import env

__all__ = ["env"]
