"""`OutputPrediction-v0`: say what a program returns."""

import re
from collections.abc import Mapping

from reasongym.answers.extraction import extract
from reasongym.answers.literals import NotLiteral, read_literal
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs.code import predictions
from reasongym.envs.code.judging import judged
from reasongym.registry import register
from reasongym.seeding import Stream

_BRACKETS = re.compile(r"(?<![\w([+*-])\[.*\](?![\w)\]+*-])", re.DOTALL)
_QUOTED = re.compile(r"""(['"`])([^'"`]*)\1""")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@register("OutputPrediction-v0")
class OutputPrediction(Env):
    """Say what a small Python program returns for an input.

    `data` holds `template` and `names` (the program, see `snippets`), `function`, `given` (the arguments),
    `kinds` and `length` (what they are) and `expected`. The value is worked out by an interpreter of our own
    that executes nothing, and proved by Python in the sandbox.
    """

    family = predictions.FAMILY
    levels = tuple(level.about for level in predictions.LEVELS)
    default_level = 1
    styles = {  # noqa: RUF012
        "plain": "the program, the call and the answer format",
        "tags": "asks for <think> and <answer> tags",
        "assertion": "an assertion to be completed",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return predictions.asked(rng, level)

    def prompt(self, data: Data, style: str) -> str:
        program = f"```python\n{predictions.program_of(data)}\n```"
        call = predictions.called(data, data["given"])
        if style == "assertion":
            return (
                f"{program}\n\nComplete the assertion; reply with its right side alone.\n\nassert {call} =="
            )
        return f"What does `{call}` return?\n\n{program}\n\n{_ASK[style]}"

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = extract(text, "line")
        if answer is None:
            return Verdict(0.0, False, reason)
        expected = data["expected"]
        told = answer.rpartition("==")[2].strip(" `*.")
        if isinstance(expected, str) and told == expected:  # quotes are often left out
            return Verdict.of("ok", answer)
        try:
            value = read_literal(_without_words(told, isinstance(expected, str)))
        except NotLiteral:
            return Verdict.of("no_value", answer)
        return Verdict.of("ok" if predictions.same(value, expected) else "wrong_value", answer)

    def oracle(self, data: Data) -> list[str]:
        return [repr(data["expected"])]

    def canonical(self, data: Data) -> str:
        return predictions.canonical(data, data["given"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return predictions.in_another_guise(data, rng)

    def space(self, level: int) -> int:
        """Return a bound far below the number of programs; 20,000 draws gave hardly any twice."""
        return predictions.LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what random values earn: nothing, for results vary with the input."""
        return 0.0

    def random_action(self, state: Data, rng: Stream) -> str:
        size = len(state["expected"])
        if isinstance(state["expected"], str):
            return repr("".join(rng.pick(_LETTERS) for _ in range(size)))
        return str([rng.between(-9, 40) for _ in range(size)])

    def prove(self, data: Data) -> bool:
        """Run the program by Python, in the sandbox."""
        program = predictions.program_of(data)
        return judged(program, data["function"], [[data["given"], data["expected"]]]).correct

    def effort(self, data: Data) -> float:
        """Return the number of steps of an interpreter."""
        return predictions.num_steps(data)


def _without_words(told: str, is_text: bool) -> str:
    """Leave out what stands around the one value of a sentence."""
    if not is_text:
        found = _BRACKETS.search(told)
        return found[0] if found else told
    quoted = _QUOTED.findall(told)
    return repr(quoted[0][1]) if len(quoted) == 1 else told


_ASK = {
    "plain": "Reply with the value alone, as Python writes it.",
    "tags": (
        "Think in <think> </think> tags and return the value, as Python writes it, in <answer> "
        "</answer> tags."
    ),
}
