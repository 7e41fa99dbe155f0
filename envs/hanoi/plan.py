"""`TowerOfHanoiPlan-v0`: the whole plan in one answer."""

from reasongym.core import Data, Json
from reasongym.envs._transfers import TransferPlan
from reasongym.envs.hanoi import disks
from reasongym.envs.hanoi.disks import PEGS
from reasongym.envs.hanoi.steps import TowerOfHanoi, picture_in_words, rules
from reasongym.registry import register
from reasongym.seeding import Stream

_CHANCE = (0.045, 0.004, 0.0, 0.0, 0.0, 0.0, 0.0)
_ASK = {
    "plain": "End with the moves alone.",
    "tags": "Think in <think> </think> tags, then write the moves in <answer> </answer> tags.",
    "boxed": "Put the moves in \\boxed{}.",
}


@register("TowerOfHanoiPlan-v0")
class TowerOfHanoiPlan(TransferPlan, TowerOfHanoi):
    """Write all moves from start to goal; any legal plan within the limit is right.

    The problems are those of `TowerOfHanoi-v0`.
    """

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return self.terse(self.position(data))
        return (
            f"{rules(data)} Write every move as a pair of pegs, with commas between moves: `A C , B A` moves "
            f"the top disk of A to C and then that of B to A. {_ASK[style]}\n\n{picture_in_words(data)}"
        )

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 1,000 problems and rounded."""
        return _CHANCE[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write random legal moves, as many as are drawn up to the limit."""
        num = rng.between(1, state["limit"])
        return self.written(list(disks.random_walk(rng, state["start"], PEGS[: state["pegs"]], num)))
