"""`CountdownSteps-v0`: the same problems played one arithmetic step a turn."""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from reasongym.answers.arithmetic import Expression, parse
from reasongym.answers.extraction import extract
from reasongym.answers.thinking import without_thinking
from reasongym.core import Data, Json, Turn, Verdict
from reasongym.envs.countdown import problems, prompts
from reasongym.envs.countdown.single import Countdown
from reasongym.registry import register
from reasongym.seeding import Stream

_CHANCE = (0.14, 0.075, 0.02, 0.008, 0.003, 0.001, 0.001, 0.001)
_GIVING_UP = frozenset(("done", "give up"))


class Position(NamedTuple):
    """What remains, and what is wanted."""

    numbers: tuple[int, ...]
    target: int
    use_all: bool


@register("CountdownSteps-v0")
class CountdownSteps(Countdown):
    """Replace two of the numbers by their sum, difference, product or quotient until the target is there.

    A step such as `3 * 7` or `3 * 7 = 21` must give a positive whole number. Text that is no legal step
    spends its turn and is answered by what was wrong. The episode ends with 1 when the target is there
    (where each number must be used: when it alone is left), with 0 when one other number is left or the
    player writes `done`; after twice as many turns as steps are needed it is truncated.
    """

    parameters = ()
    traces: ClassVar[Mapping[str, str]] = {}

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return problems.generate(rng, problems.LEVELS[level], problems.LEVELS[level].num_numbers)

    def prompt(self, data: Data, style: str) -> str:
        return prompts.steps_prompt(data["numbers"], data["target"], use_all=data["use_all"], style=style)

    def max_turns(self, level: int) -> int:
        return 2 * (problems.LEVELS[level].num_numbers - 1)

    def start(self, data: Data) -> Position:
        return Position(tuple(data["numbers"]), data["target"], data["use_all"])

    def act(self, state: Position, text: str, rng: Stream) -> Turn:
        answer, reason = extract(text)
        said = answer or without_thinking(text)
        if said.strip("`.\n ").lower() in _GIVING_UP:
            return Turn(state, "", 0.0, Verdict(0.0, False, "gave_up", said))
        if answer is None:
            return _refusal(state, reason)
        read = parse(answer)
        reason = read if isinstance(read, str) else _illegality(state.numbers, read)
        if isinstance(read, str) or reason:
            return _refusal(state, reason)
        return _moved(_after(state, read), answer)

    def oracle(self, data: Data) -> list[str]:
        texts: list[str] = []
        for step in problems.read_steps(data["solution"]):
            texts.append(step.text)
            if step.result == data["target"] and not data["use_all"]:
                break  # the target may come up before the last step
        return texts

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 10,000 problems and rounded up."""
        return _CHANCE[level]

    def random_action(self, state: Position, rng: Stream) -> str:
        return problems.random_step(rng.random, state.numbers).text


def _illegality(numbers: tuple[int, ...], step: Expression) -> str:
    """Return which rule a step breaks, or nothing."""
    if len(step.numbers) != 2:
        return "not_one_step"
    first, second = step.numbers
    if first not in numbers or second not in numbers or (first == second and numbers.count(first) < 2):
        return "illegal_number"
    if step.denominator != 1 or step.numerator < 1:
        return "not_positive_whole"
    return ""


def _after(state: Position, step: Expression) -> Position:
    numbers = list(state.numbers)
    for used in step.numbers:
        numbers.remove(used)
    return state._replace(numbers=(*numbers, step.numerator))


def _moved(state: Position, answer: str) -> Turn:
    numbers, target, use_all = state
    observation = prompts.terse(numbers, target)
    if target in numbers and (len(numbers) == 1 or not use_all):
        return Turn(state, observation, 1.0, Verdict(1.0, True, "ok", answer))
    if len(numbers) == 1:
        return Turn(state, observation, 0.0, Verdict(0.0, False, "wrong_value", answer))
    return Turn(state, observation)


def _refusal(state: Position, reason: str) -> Turn:
    return Turn(state, f"not a legal step ({reason})\n{prompts.terse(state.numbers, state.target)}")
