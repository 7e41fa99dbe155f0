"""Procedural mathematics: exact answers in every equivalent form."""

from reasongym.envs.math import (
    arithmetic,
    multiplication,
)

__all__ = [
    "arithmetic",
    "multiplication",
]
