"""Blocksworld: rebuild stacks of blocks, move by move or by a plan in one answer."""

from reasongym.envs.blocksworld import plan, steps

__all__ = ["plan", "steps"]
