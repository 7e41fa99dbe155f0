"""`RegexSynthesis-v0`: write the regular expression of a language that is told in words."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from reasongym.answers.code import find_block
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs.code.judging import judged
from reasongym.envs.code.regex.languages import (
    ALPHABETS,
    automaton,
    drawn,
    in_another_order,
    is_nested,
    told,
    written,
)
from reasongym.envs.code.regex.strings import members, strangers
from reasongym.registry import register
from reasongym.seeding import Stream

_MAX_CHARS = 2_000
_NUM_SHOWN = 4
_NUM_HIDDEN = 30
_MATCH = """
import re

def matched(pattern, texts):
    compiled = re.compile(pattern)
    return [compiled.fullmatch(text) is not None for text in texts]
"""
"""What runs in the sandbox; the pattern is an argument, so it can match and no more."""


class Level(NamedTuple):
    """What the languages of a level are made of."""

    about: str
    num_parts: int
    depth: int
    states: tuple[int, int]
    """Of the least automaton, fewest and most."""
    space: int


LEVELS = (
    Level("one part, languages of 2 to 5 states", 1, 0, (2, 5), 1_000),
    Level("two parts, languages of 3 to 6 states", 2, 0, (3, 6), 3_000),
    Level("three parts, languages of 5 to 9 states", 3, 0, (5, 9), 10_000),
    Level("three parts with alternatives or groups, 7 to 14 states", 3, 1, (7, 14), 10_000),
    Level("four parts with alternatives and groups, 10 to 20 states", 4, 1, (10, 20), 10_000),
    Level("four parts with groups in groups, 15 to 30 states", 4, 2, (15, 30), 10_000),
    Level("five parts with groups in groups, 22 to 50 states", 5, 2, (22, 50), 10_000),
)


@register("RegexSynthesis-v0")
class RegexSynthesis(Env):
    """Write a regular expression, as Python's `re` reads it, that matches exactly the strings described.

    `data` holds `alphabet`, `tree` (the language, see `languages`), `shown` and `hidden` (each a list of
    strings in the language and one of strings that are not). The pattern is matched with the whole of
    each hidden string in the sandbox, with 2 CPU seconds for all of them.
    """

    family = "regex"
    needs_sandbox = True
    levels = tuple(level.about for level in LEVELS)
    default_level = 2
    styles = {  # noqa: RUF012
        "plain": "the language in words, strings in it and outside it, and the answer format",
        "tags": "asks for <think> and <answer> tags",
        "terse": "the language alone, as words between blanks",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        least, most = meant.states
        while True:
            alphabet = rng.pick(ALPHABETS)
            tree = drawn(rng, alphabet, meant.num_parts, meant.depth)
            found = automaton(tree, alphabet)
            if not least <= len(found.moves) <= most:
                continue
            inside = members(found, rng, _NUM_SHOWN + _NUM_HIDDEN)
            outside = strangers(found, rng, inside, _NUM_SHOWN + _NUM_HIDDEN)
            if min(len(inside), len(outside)) >= _NUM_SHOWN + _NUM_SHOWN:
                return {
                    "alphabet": alphabet,
                    "tree": tree,
                    "shown": [inside[:_NUM_SHOWN], outside[:_NUM_SHOWN]],
                    "hidden": [inside[_NUM_SHOWN:], outside[_NUM_SHOWN:]],
                }

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return f"{_spaced(told(data['tree']))} : "
        inside, outside = (", ".join(map(repr, texts)) for texts in data["shown"])
        return (
            "Write a regular expression, in the syntax of Python's `re`, that matches as a whole exactly the "
            f"strings over the characters {' '.join(data['alphabet'])} that are made as follows (times and "
            f"alternatives refer to what stands in the brackets behind them):\n\n{told(data['tree'])}\n\n"
            f"It must match: {inside}\nIt must not match: {outside}\n\n{_ASK[style]}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = find_block(text, ("", "regex", "re", "regexp", "text", "python"))
        if answer is None:
            return Verdict(0.0, False, reason)
        pattern = _pattern(answer)
        if not pattern or len(pattern) > _MAX_CHARS:
            return Verdict.of("over_limit" if pattern else "no_answer")
        inside, outside = data["hidden"]
        expected = [True] * len(inside) + [False] * len(outside)
        tests = [[[pattern, inside + outside], expected]]
        return judged(_MATCH, "matched", tests, shown=pattern)

    def oracle(self, data: Data) -> list[str]:
        return [written(data["tree"])]

    def canonical(self, data: Data) -> str:
        return repr(automaton(data["tree"], data["alphabet"])._replace(accepting=frozenset())) + str(
            sorted(automaton(data["tree"], data["alphabet"]).accepting)
        )

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Shuffle the alternatives and the strings."""
        shuffled = {name: [rng.shuffled(texts) for texts in data[name]] for name in ("shown", "hidden")}
        return data | shuffled | {"tree": in_another_order(data["tree"], rng)}

    def space(self, level: int) -> int:
        """Return how many languages were counted in 50,000 draws (rounded down, and at most 10,000)."""
        return LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what random languages of the level earn, measured and rounded up."""
        return 0.0

    def random_action(self, state: Data, rng: Stream) -> str:
        parts = state["tree"][1:]
        depth = int(any(map(is_nested, parts)))
        return " ".join(written(drawn(rng, state["alphabet"], len(parts), depth)))

    def prove(self, data: Data) -> bool:
        """Match all strings, and others, by Python's `re` with our own pattern."""
        pattern = re.compile(written(data["tree"]))
        found = automaton(data["tree"], data["alphabet"])
        return all(
            (pattern.fullmatch(text) is not None) == is_inside == found.accepts(text)
            for texts in (data["shown"], data["hidden"])
            for is_inside, some in zip((True, False), texts, strict=True)
            for text in some
        )

    def effort(self, data: Data) -> float:
        """Return the number of states of the least automaton, which learners of languages go by."""
        return len(automaton(data["tree"], data["alphabet"]).moves)


_ASK = {
    "plain": "Reply with the expression alone in a ``` block.",
    "tags": "Think in <think> </think> tags and return the expression alone in <answer> </answer> tags.",
}


def _spaced(told: str) -> str:
    """Write what is told as words between blanks, which are what a model that knows nothing reads."""
    words = re.sub("'(.*?)'", lambda found: " ".join(found[1]), told)
    return " ".join(re.sub("([(),])", r" \1 ", words).split())


def _pattern(answer: str) -> str:
    """Take away what Python or other languages put around a pattern, and blanks, which no alphabet has."""
    pattern = "".join(answer.split())
    quoted = re.fullmatch(r"""r?(['"])(.*)\1""", pattern, re.DOTALL) or re.fullmatch(
        r"(/)(.*)/", pattern, re.DOTALL
    )
    pattern = quoted[2] if quoted else pattern.strip("`")
    return pattern.removeprefix("^").removesuffix("$") if _is_anchored(pattern) else pattern


def _is_anchored(pattern: str) -> bool:
    """Say whether a pattern has only the two anchors that mean the whole string, and no alternatives beside
    them."""
    return pattern.startswith("^") and pattern.endswith("$") and "|" not in pattern and pattern[-2:-1] != "\\"
