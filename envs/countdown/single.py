"""`Countdown-v0`: one expression of the given numbers that equals the target."""

from collections import Counter
from collections.abc import Mapping

from reasongym.answers.alternatives import offers_alternatives
from reasongym.answers.arithmetic import Expression, parse
from reasongym.answers.extraction import extract
from reasongym.core import Data, Env, Json, Option, Verdict
from reasongym.envs.countdown import problems, prompts, solver, traces
from reasongym.registry import register
from reasongym.seeding import Stream

_SHOWN_CHARS = 200
_SPACE = (73_000, 9_500, 760_000, 990_000, 990_000, 990_000, 990_000, 990_000)
_CHANCE = (0.07, 0.075, 0.022, 0.002, 0.001, 0.001, 0.001, 0.001)


@register("Countdown-v0")
class Countdown(Env):
    """Combine the numbers by + - * / to the target; any exact expression that keeps the rule is right.

    `data` holds `numbers`, `target`, `use_all` (each number exactly once, else at most once) and
    `solution`, the steps of one way to the target.
    """

    family = "countdown"
    levels = tuple(level.about for level in problems.LEVELS)
    default_level = 3
    styles = prompts.STYLES
    traces = traces.KINDS
    parameters = (
        Option("num_numbers", 0, "how many numbers, 3 to 8; 0 means as the level says", (0, *range(3, 9))),
    )

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = problems.LEVELS[level]
        return problems.generate(rng, meant, options["num_numbers"] or meant.num_numbers)

    def prompt(self, data: Data, style: str) -> str:
        return prompts.expression_prompt(
            data["numbers"], data["target"], use_all=data["use_all"], style=style
        )

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = extract(text)
        if answer is None:
            return Verdict(0.0, False, reason)
        read = parse(answer)
        if isinstance(read, str):
            hedged = read == "syntax" and offers_alternatives(answer)
            return Verdict(0.0, False, "hedged" if hedged else read, answer[:_SHOWN_CHARS])
        reason = _judge(data, read)
        return Verdict(float(reason == "ok"), reason == "ok", reason, answer)

    def oracle(self, data: Data) -> list[str]:
        return [problems.expression(data["numbers"], problems.read_steps(data["solution"]))]

    def trace(self, data: Data, kind: str, rng: Stream) -> str:
        return traces.trace(data, kind, rng)

    def canonical(self, data: Data) -> str:
        return f"{sorted(data['numbers'])} {data['target']}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"numbers": rng.shuffled(data["numbers"])}

    def space(self, level: int) -> int:
        """Return how many were counted in a million draws (rounded down; `benchmarks/prove_countdown.py`)."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 10,000 problems and rounded up."""
        return _CHANCE[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write random steps as one expression and its value: all the numbers, or as few as are allowed.

        Where the rule is "at most once" the number of steps is drawn too, except that one step is all
        that the warm-up level needs.
        """
        numbers = state["numbers"]
        most = len(numbers) - 1
        if not state["use_all"]:
            most = 1 if len(state["solution"]) == 1 else rng.between(1, most)
        steps = problems.random_steps(rng.random, numbers, most)
        return f"{problems.expression(numbers, steps)} = {steps[-1].result}"

    def prove(self, data: Data) -> bool:
        return solver.is_solvable(data["numbers"], data["target"], use_all=data["use_all"])

    def effort(self, data: Data) -> float:
        return solver.num_nodes(data["numbers"], data["target"], use_all=data["use_all"])


def _judge(data: Data, answer: Expression) -> str:
    """Return `ok`, or which rule of the problem the expression breaks."""
    numbers: list[int] = data["numbers"]
    if sorted(answer.numbers) != sorted(numbers):
        if Counter(answer.numbers) - Counter(numbers):
            return "illegal_number"
        if data["use_all"]:
            return "unused_number"
    if answer.denominator != 1 or answer.numerator != data["target"]:
        return "wrong_value"
    return "ok"
