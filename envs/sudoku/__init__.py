"""Sudoku of 4x4, 6x6 and 9x9 cells with one solution."""

from reasongym.envs.sudoku import single

__all__ = ["single"]
