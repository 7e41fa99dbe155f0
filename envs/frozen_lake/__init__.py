"""FrozenLake: walk over ice that may slip, around the holes in it."""

from reasongym.envs.frozen_lake import game

__all__ = ["game"]
