"""Data-backed programming: any data set of problems with tests as an environment."""

from reasongym.envs.code.problems import env

__all__ = ["env"]
