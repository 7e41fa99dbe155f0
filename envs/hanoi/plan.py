"""`TowerOfHanoiPlan-v0`: the whole plan in one answer."""

from reasongym.answers.transfers import transferred
from reasongym.core import Data, Json, Turn, Verdict
from reasongym.envs.hanoi import disks
from reasongym.envs.hanoi.disks import PEGS
from reasongym.envs.hanoi.steps import (
    TowerOfHanoi,
    moved,
    names_of,
    picture_in_words,
    position,
    rules,
    terse,
    written,
)
from reasongym.registry import register
from reasongym.seeding import Stream

_CHANCE = (0.045, 0.004, 0.0, 0.0, 0.0, 0.0, 0.0)
_ASK = {
    "plain": "End with the moves alone.",
    "tags": "Think in <think> </think> tags, then write the moves in <answer> </answer> tags.",
    "boxed": "Put the moves in \\boxed{}.",
}


@register("TowerOfHanoiPlan-v0")
class TowerOfHanoiPlan(TowerOfHanoi):
    """Write all moves from start to goal; any legal plan within the limit is right.

    The problems are those of `TowerOfHanoi-v0`.
    """

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return terse(position(data))
        return (
            f"{rules(data)} Write every move as a pair of pegs, with commas between moves: `A C , B A` moves "
            f"the top disk of A to C and then that of B to A. {_ASK[style]}\n\n{picture_in_words(data)}"
        )

    def max_turns(self, level: int) -> int:
        return 1

    def start(self, data: Data) -> Json:
        return data

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        verdict = self.verify(state, text)
        return Turn(state, "", verdict.reward, verdict)

    def verify(self, data: Data, text: str) -> Verdict:
        read = transferred(text, names_of(PEGS[: data["pegs"]]), 4 * data["limit"])
        if isinstance(read, str):
            return Verdict.of(read)
        answer = written([(transfer.what, transfer.to) for transfer in read])
        here: str = data["start"]
        for transfer in read:
            here = moved(here, transfer)
            if here.islower():
                return Verdict.of(here, answer)
        if here != data["goal"]:
            return Verdict.of("misses_goal", answer)
        return Verdict.of("ok" if len(read) <= data["limit"] else "too_many_moves", answer)

    def oracle(self, data: Data) -> list[str]:
        return [written(disks.shortest(data["start"], data["goal"], PEGS[: data["pegs"]]))]

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 1,000 problems and rounded."""
        return _CHANCE[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write random legal moves, as many as are drawn up to the limit."""
        num = rng.between(1, state["limit"])
        return written(list(disks.random_walk(rng, state["start"], PEGS[: state["pegs"]], num)))
