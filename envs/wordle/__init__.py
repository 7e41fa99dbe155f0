"""A Wordle-like game: find a hidden word from how the letters of each guess fit."""

from reasongym.envs.wordle import game

__all__ = ["game"]
