"""Data-backed mathematics: any data set of problems and answers as an environment."""

from reasongym.envs.math_problems import env

__all__ = ["env"]
