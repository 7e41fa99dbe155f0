"""Knights and Knaves, after Raymond Smullyan's "What Is the Name of This Book?" (1978)."""

from reasongym.envs.knights_knaves import env

__all__ = ["env"]
