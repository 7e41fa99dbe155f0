"""Propositional entailment: which conclusions follow from the premises."""

from reasongym.envs.entailment import env

__all__ = ["env"]
