"""N queens: complete a placement of queens that do not attack each other."""

from reasongym.envs.queens import single

__all__ = ["single"]
