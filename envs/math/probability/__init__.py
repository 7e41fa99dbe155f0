"""`Probability-v0`: exact probabilities; each kind has a formula and a way through all outcomes."""

from reasongym.envs.math.probability import env

__all__ = ["env"]
