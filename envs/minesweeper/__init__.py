"""Minesweeper: open all cells that hold no mine, on boards that need no guess."""

from reasongym.envs.minesweeper import game

__all__ = ["game"]
