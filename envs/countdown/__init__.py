"""Countdown: reach a target from given numbers by arithmetic, in one answer or step by step."""

from reasongym.envs.countdown import single, steps

__all__ = ["single", "steps"]
