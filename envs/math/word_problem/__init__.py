"""Word problems: templated stories of several steps."""

from reasongym.envs.math.word_problem import env

__all__ = ["env"]
