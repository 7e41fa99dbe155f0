"""Sokoban: push boxes onto goals, move by move or as one plan."""

from reasongym.envs.sokoban import plan, play
from reasongym.envs.sokoban.xsb import Level, read

__all__ = ["Level", "plan", "play", "read"]
