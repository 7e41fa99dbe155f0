"""Circuits of boolean gates, evaluated."""

from reasongym.envs.circuit import env

__all__ = ["env"]
