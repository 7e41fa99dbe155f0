"""Mastermind: find a secret code from how many pegs of each guess fit."""

from reasongym.envs.mastermind import game

__all__ = ["game"]
