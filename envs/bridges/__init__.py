"""Bridges to environments of others, whose problems and scores are not ours: `trusted` is False."""

from reasongym.envs.bridges import tasks

__all__ = ["tasks"]
