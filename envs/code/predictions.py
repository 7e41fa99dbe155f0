"""Problems that ask what a small program gives, or what it must be given."""

import json
from collections.abc import Mapping, Sequence

from reasongym.core import Data, Json
from reasongym.envs.code import snippets
from reasongym.envs.code.interpreter import Parsed, call
from reasongym.envs.code.known import Stopped
from reasongym.envs.code.snippets import FUNCTIONS, NAMES, Shape, Snippet, drawn, renamed, written
from reasongym.sandbox.syntax import parsed
from reasongym.seeding import Stream

FAMILY = "code_prediction"
LEVELS = (
    Shape("one loop of one or two statements over 3 or 4 elements", 1, 1, 1, (3, 4)),
    Shape("one loop of two statements with branches over 4 or 5 elements", 1, 2, 1, (4, 5)),
    Shape("two loops with branches over 4 to 6 elements", 2, 2, 1, (4, 6)),
    Shape("two loops with loops in them over 4 to 6 elements", 2, 2, 2, (4, 6)),
    Shape("two loops three deep over 5 or 6 elements", 2, 2, 3, (5, 6)),
    Shape("two loops three deep of more statements over 7 to 9 elements", 2, 3, 3, (7, 9)),
)
_MAX_STEPS = 4_000
_MOST = 9_999
_MOST_LENGTH = (8, 12, 16, 20, 28, 40)
_NUM_TRIED = 6
_NUM_DISTINCT = 6
_NUM_TRIED_EACH = 3


def asked(rng: Stream, level: int) -> Data:
    """Make a program and an input whose result is that of hardly any other input."""
    shape = LEVELS[level]
    while True:
        snippet = written(rng, shape)
        program = parsed(snippet.template)
        given = [drawn(rng, kind, shape.length) for kind in snippet.kinds]
        expected = _result(program, given, level)
        if expected is None or not _is_telling(rng, snippet, program, given, expected, level):
            continue
        return {
            "template": snippet.template,
            "kinds": list(snippet.kinds),
            "names": rng.shuffled(NAMES)[: snippet.num_names],
            "function": rng.pick(FUNCTIONS),
            "length": list(shape.length),
            "given": given,
            "expected": expected,
        }


def _result(program: Parsed, given: Sequence[Json], level: int) -> Json:
    """Return what the program gives, None where that is too large to ask for."""
    try:
        value, _ = call(program, "FUNCTION", given, _MAX_STEPS)
    except Stopped:
        return None
    is_short = len(value) <= _MOST_LENGTH[level]
    is_small = type(value) is str or all(abs(one) <= _MOST for one in value)
    return value if is_short and is_small else None


def _is_telling(
    rng: Stream, snippet: Snippet, program: Parsed, given: Sequence[Json], expected: Json, level: int
) -> bool:
    """Say whether results vary with each of the arguments, so that none can be guessed."""
    bounds = LEVELS[level].length

    def num_seen(varied: Sequence[int], num: int) -> int:
        seen = {json.dumps(expected)}
        for _ in range(num):
            other = list(given)
            for at in varied:
                other[at] = drawn(rng, snippet.kinds[at], bounds)
            seen.add(json.dumps(_result(program, other, level)))
        return len(seen)

    every = range(len(given))
    each_matters = len(given) == 1 or all(num_seen([at], _NUM_TRIED_EACH) > 2 for at in every)
    return each_matters and num_seen(every, _NUM_TRIED) >= _NUM_DISTINCT


def program_of(data: Data) -> str:
    """Write the program as it is shown."""
    return renamed(data["template"], data["names"]).replace("FUNCTION", data["function"])


def called(data: Data, given: Sequence[Json]) -> str:
    """Write a call of the program."""
    return f"{data['function']}({', '.join(map(repr, given))})"


def canonical(data: Data, asked_for: Json) -> str:
    """Name a problem whatever its names."""
    return json.dumps([data["template"], asked_for])


def in_another_guise(data: Data, rng: Stream) -> Data:
    """Give the program other names."""
    names = rng.shuffled(NAMES)[: len(data["names"])]
    return data | {"names": names, "function": rng.pick(FUNCTIONS)}


def num_steps(data: Data) -> int:
    """Count the steps in which our interpreter comes to the result."""
    return call(parsed(data["template"]), "FUNCTION", data["given"], _MAX_STEPS)[1]


def same(value: Json, expected: Json) -> bool:
    """Compare values by kind, but that a tuple is a list."""
    return json.dumps(value) == json.dumps(expected)


def arguments_told(data: Data) -> Mapping[str, str]:
    """Say of each argument what it may be."""
    told = [snippets.described(kind, data["length"]) for kind in data["kinds"]]
    return dict(zip(data["names"], told, strict=False))
