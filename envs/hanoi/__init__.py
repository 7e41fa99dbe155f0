"""TowerOfHanoi: from any legal position to any other, move by move or by a plan in one answer."""

from reasongym.envs.hanoi import plan, steps

__all__ = ["plan", "steps"]
