"""`BlocksworldPlan-v0`: the whole plan in one answer."""

from reasongym.core import Data, Json
from reasongym.envs._transfers import TransferPlan
from reasongym.envs.blocksworld import towers
from reasongym.envs.blocksworld.steps import Blocksworld, example, picture_in_words, rules
from reasongym.registry import register
from reasongym.seeding import Stream

_CHANCE = (0.022, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
_ASK = {
    "plain": "End with the moves alone, one a line.",
    "tags": "Think in <think> </think> tags, then write the moves in <answer> </answer> tags, one a line.",
    "boxed": "Put the moves in \\boxed{}, separated by commas.",
}


@register("BlocksworldPlan-v0")
class BlocksworldPlan(TransferPlan, Blocksworld):
    """Write all moves from start to goal; any legal plan within the limit is right.

    The problems are those of `Blocksworld-v0`.
    """

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return self.terse(self.position(data))
        return (
            f"{rules(data)} Write every move, such as {example(data)}. {_ASK[style]}\n\n"
            f"{picture_in_words(data)}"
        )

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 1,000 problems and rounded."""
        return _CHANCE[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write random legal moves, as many as are drawn up to the limit."""
        stacks = towers.ordered(state["start"])
        return self.written(list(towers.random_walk(rng, stacks, rng.between(1, state["limit"]))))
