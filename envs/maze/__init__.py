"""Maze: find the way to the goal, walking turn by turn or in one answer."""

from reasongym.envs.maze import path, walk

__all__ = ["path", "walk"]
