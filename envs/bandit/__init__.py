"""Bandit: find the best arms of a slot machine with few pulls."""

from reasongym.envs.bandit import game

__all__ = ["game"]
