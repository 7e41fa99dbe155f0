"""`ProgramSynthesisRepl-v0`: write a function over several turns, with an interpreter to try it in."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from reasongym.answers.code import PYTHON as PYTHON_FENCES
from reasongym.answers.code import find_block, find_code
from reasongym.answers.thinking import without_thinking
from reasongym.core import Data, Env, Json, Turn
from reasongym.envs.code import specifications, synthesis
from reasongym.envs.code.judging import judged, tried
from reasongym.envs.code.pipelines import program
from reasongym.registry import register
from reasongym.seeding import Stream

_SHOWN_CHARS = 2_000
_ANSWER = re.compile(r"</?answer>", re.IGNORECASE)
_TURNS = (4, 5, 6, 6, 8, 8)


class Position(NamedTuple):
    """What is asked for, and what the interpreter has been through."""

    data: Data
    turns: tuple[str, ...]


@register("ProgramSynthesisRepl-v0")
class ProgramSynthesisRepl(Env):
    """Write a Python function; each turn runs code in one interpreter, or hands the program in.

    `data` is that of `ProgramSynthesis`. A turn with <answer> tags hands in the program inside them, which
    hidden tests judge and which ends the episode. Any other turn runs its last block of Python in a session
    that is kept between turns, and shows what it wrote; where the block defines the function, its results
    on the examples are shown, too, of the block by itself.
    """

    family = "program_synthesis"
    needs_sandbox = True
    answers_in_fences = True
    levels = synthesis.ProgramSynthesis.levels
    default_level = 1
    styles = {  # noqa: RUF012
        "plain": "the specification in words, with examples as calls, and how turns go",
        "docstring": "the head of the function with the specification as its docstring, and how turns go",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        data = specifications.specified(rng, synthesis.LEVELS[level].shapes)
        return data | {"turns": _TURNS[level]}

    def prompt(self, data: Data, style: str) -> str:
        return synthesis.worded(data, style, _ASK.format(turns=data["turns"]))

    def max_turns(self, level: int) -> int:
        return _TURNS[level]

    def start(self, data: Data) -> Position:
        return Position(data, ())

    def act(self, state: Position, text: str, rng: Stream) -> Turn:
        function = state.data["function"]
        if _ANSWER.search(without_thinking(text)):
            code, reason = find_code(text, function)
            if code is None:
                return Turn(state, f"no program in the answer ({reason})")
            verdict = judged(code, function, state.data["tests"])
            return Turn(state, "", verdict.reward, verdict)
        code, reason = find_block(text, PYTHON_FENCES)
        if code is None or "```" not in text:
            return Turn(state, f"no block of Python ({'no_answer' if code else reason})")
        return _run(state, code)

    def oracle(self, data: Data) -> list[str]:
        """Define the function and call it, and then hand it in."""
        code = f"```python\n{program(data['steps'], data['function'], data['names'])}\n```"
        return [code, f"<answer>\n{code}\n</answer>"]

    def canonical(self, data: Data) -> str:
        return specifications.behaviour(data)

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return specifications.in_another_guise(data, rng)

    def space(self, level: int) -> int:
        """Return how many were counted for `ProgramSynthesis`."""
        return synthesis.LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what random small programs earn: nothing, for results vary between the tests."""
        return 0.0

    def random_action(self, state: Position, rng: Stream) -> str:
        """Run or hand in a program that returns an argument, or what an example does."""
        code = synthesis.random_program(state.data, rng)
        return code if rng.below(2) else f"<answer>\n{code}\n</answer>"

    def prove(self, data: Data) -> bool:
        """Compare with the second implementations."""
        return synthesis.is_proved(data)

    def effort(self, data: Data) -> float:
        """Return the length of the program we know."""
        return len(self.oracle(data)[0].split())


_ASK = (
    "You have {turns} turns. In each, a ```python block is run in an interpreter that keeps its "
    "names between turns, and you see what it writes; if the block defines the function, you also "
    "see what it returns for the examples. To hand in, write the whole program in a ```python "
    "block inside <answer> </answer> tags: that ends the episode, and hidden tests judge it by "
    "itself."
)


def _run(state: Position, code: str) -> Turn:
    from reasongym.tools.python import PythonTool  # the sandbox is loaded where code is run

    ran = PythonTool(most_chars=_SHOWN_CHARS).use(state.turns, code)
    lines = [ran.text]
    function = state.data["function"]
    if find_code(f"```python\n{code}\n```", function).answer is not None:
        lines += tried(code, function, state.data["examples"])
    return Turn(Position(state.data, ran.past), "\n".join(lines))
