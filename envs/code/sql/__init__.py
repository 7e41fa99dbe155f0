"""Queries of small databases that are asked for in words."""

from reasongym.envs.code.sql import query

__all__ = ["query"]
