"""Regular languages that are told in words, and the pattern that matches one."""

from reasongym.envs.code.regex import synthesis

__all__ = ["synthesis"]
