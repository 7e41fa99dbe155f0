"""`InputPrediction-v0`: find an input for which a program returns a given value."""

import re
from collections.abc import Mapping
from typing import cast

from reasongym.answers.extraction import extract
from reasongym.answers.literals import NotLiteral, read_literals
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs.code import predictions, snippets
from reasongym.envs.code.judging import judged
from reasongym.registry import register
from reasongym.seeding import Stream


@register("InputPrediction-v0")
class InputPrediction(Env):
    """Find arguments for which a small Python program returns a value; any that do are right.

    `data` is that of `OutputPrediction`: there is an answer because `given` is one. Arguments must be of the
    kinds and sizes that the prompt names; the program is run on them in the sandbox.
    """

    family = predictions.FAMILY
    needs_sandbox = True
    levels = tuple(level.about for level in predictions.LEVELS)
    default_level = 1
    styles = {  # noqa: RUF012
        "plain": "the program, the value, what the arguments may be, and the answer format",
        "tags": "asks for <think> and <answer> tags",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return predictions.asked(rng, level)

    def prompt(self, data: Data, style: str) -> str:
        told = "; ".join(f"`{name}` must be {one}" for name, one in predictions.arguments_told(data).items())
        call = f"{data['function']}({', '.join(data['names'][: len(data['kinds'])])})"
        return (
            f"Find arguments for which this program returns `{data['expected']!r}`.\n\n"
            f"```python\n{predictions.program_of(data)}\n```\n\n"
            f"Any that do are right: {told}. {_ASK[style].format(call=call)}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = extract(text, "line")
        if answer is None:
            return Verdict(0.0, False, reason)
        given = _arguments(answer, data)
        if given is None:
            return Verdict.of("no_value", answer)
        kinds = data["kinds"]
        is_legal = len(given) == len(kinds) and all(
            snippets.is_allowed(value, kind, data["length"]) for value, kind in zip(given, kinds, strict=True)
        )
        if not is_legal:
            return Verdict.of("illegal_input", answer)
        program = predictions.program_of(data)
        return judged(program, data["function"], [[given, data["expected"]]], shown=answer)

    def oracle(self, data: Data) -> list[str]:
        return [predictions.called(data, data["given"])]

    def canonical(self, data: Data) -> str:
        """Name a problem as `OutputPrediction` does, so that what one holds out the other does not tell."""
        return predictions.canonical(data, data["given"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return predictions.in_another_guise(data, rng)

    def space(self, level: int) -> int:
        """Return a bound far below the number of programs; 20,000 draws gave hardly any twice."""
        return predictions.LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what random arguments earn, measured and rounded up."""
        return 0.0

    def random_action(self, state: Data, rng: Stream) -> str:
        given = [snippets.drawn(rng, kind, state["length"]) for kind in state["kinds"]]
        return predictions.called(state, given)

    def prove(self, data: Data) -> bool:
        """Run the program by Python, in the sandbox, on the arguments that we know."""
        program = predictions.program_of(data)
        return judged(program, data["function"], [[data["given"], data["expected"]]]).correct

    def effort(self, data: Data) -> float:
        """Return the number of steps of an interpreter on the arguments that we know."""
        return predictions.num_steps(data)


_ASK = {
    "plain": "Reply with a call, `{call}` with values in the place of the names, and no more.",
    "tags": (
        "Think in <think> </think> tags and return a call, `{call}` with values in the place of the "
        "names, in <answer> </answer> tags."
    ),
}


def _arguments(answer: str, data: Data) -> list[Json] | None:
    """Read the arguments of a call, or arguments by themselves; None where there are none."""
    told = answer.strip().strip("`").partition("==")[0].strip()
    call = re.search(rf"\b{data['function']}\s*\((.*)\)", told, re.DOTALL)
    listed = call[1] if call else told
    for name in data["names"][: len(data["kinds"])]:
        listed = re.sub(rf"(^|,)\s*{name}\s*=\s*", r"\1 ", listed)
    try:
        values = read_literals(listed)
    except NotLiteral:
        return None
    if len(values) == 1 and isinstance(values[0], tuple):
        return list(cast("tuple[Json, ...]", values[0]))
    return values
