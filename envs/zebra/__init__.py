"""Zebra puzzles: who lives in which house, from clues that leave one possibility."""

from reasongym.envs.zebra import single

__all__ = ["single"]
