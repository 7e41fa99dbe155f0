"""`BlocksworldPlan-v0`: the whole plan in one answer."""

from reasongym.answers.transfers import transferred
from reasongym.core import Data, Json, Turn, Verdict
from reasongym.envs.blocksworld import towers
from reasongym.envs.blocksworld.steps import (
    Blocksworld,
    example,
    moved,
    names_of,
    picture_in_words,
    rules,
    shortest,
    terse,
    written,
)
from reasongym.registry import register
from reasongym.seeding import Stream

_CHANCE = (0.022, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
_ASK = {
    "plain": "End with the moves alone, one a line.",
    "tags": "Think in <think> </think> tags, then write the moves in <answer> </answer> tags, one a line.",
    "boxed": "Put the moves in \\boxed{}, separated by commas.",
}


@register("BlocksworldPlan-v0")
class BlocksworldPlan(Blocksworld):
    """Write all moves from start to goal; any legal plan within the limit is right.

    The problems are those of `Blocksworld-v0`.
    """

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return terse(Blocksworld.start(self, data))
        return (
            f"{rules(data)} Write every move, such as {example(data)}. {_ASK[style]}\n\n"
            f"{picture_in_words(data)}"
        )

    def max_turns(self, level: int) -> int:
        return 1

    def start(self, data: Data) -> Json:
        return data

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        verdict = self.verify(state, text)
        return Turn(state, "", verdict.reward, verdict)

    def verify(self, data: Data, text: str) -> Verdict:
        stacks, goal = towers.ordered(data["start"]), towers.ordered(data["goal"])
        read = transferred(text, names_of(stacks), 4 * data["limit"])
        if isinstance(read, str):
            return Verdict.of(read)
        answer = written([(transfer.what, transfer.to) for transfer in read])
        for transfer in read:
            after = moved(stacks, transfer)
            if isinstance(after, str):
                return Verdict.of(after, answer)
            stacks = after
        if stacks != goal:
            return Verdict.of("misses_goal", answer)
        return Verdict.of("ok" if len(read) <= data["limit"] else "too_many_moves", answer)

    def oracle(self, data: Data) -> list[str]:
        return [written(shortest(data))]

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 1,000 problems and rounded."""
        return _CHANCE[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write random legal moves, as many as are drawn up to the limit."""
        stacks = towers.ordered(state["start"])
        return written(list(towers.random_walk(rng, stacks, rng.between(1, state["limit"]))))
