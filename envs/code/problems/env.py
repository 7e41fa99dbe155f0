"""`CodeProblems-v0`: programming problems with tests, from the bundled set or from any data set."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NoReturn

from reasongym.answers.code import PYTHON, find_block, find_code
from reasongym.answers.declarations import Extraction
from reasongym.core import Data, Env, Json, Option, Row, Split, Verdict
from reasongym.envs._places import Place, canonical
from reasongym.envs.code.judging import tested
from reasongym.envs.code.problems.benchmarks import BENCHMARKS, open_benchmark
from reasongym.envs.code.problems.items import Trial
from reasongym.envs.code.problems.sources import FAMILY, Asked, Source, data_of, open_source
from reasongym.errors import DataError, UsageError
from reasongym.registry import register
from reasongym.seeding import Stream

_SIZES = (8, 8, 8)
_NAMED = PYTHON[1:]
_KEPT_TRIALS = 8
"""Problems whose tests are kept in memory; they may be of many megabytes."""


@register("CodeProblems-v0")
class CodeProblems(Env):
    """Write a Python program; it must pass all tests of the problem.

    `data` holds the problem, what must be defined (`function`, empty for a program that reads stdin), the
    `head` that it is written under, `before` (what is imported before it), `examples`, `cpu_s` of each test,
    and `source`: where the tests are read when a program is judged, with a digest of them in `tests`. Seed s
    is item s of the source; docs/code-problems.md says what a source may be.
    """

    family = FAMILY
    needs_sandbox = True
    answers_in_fences = True
    levels = (
        "easy: introductory, or rated under 1400",
        "medium: of interviews, or rated under 2000; everything of a source that does not grade its problems",
        "hard: of competitions, or rated 2000 and more",
    )
    default_level = 1
    styles = {  # noqa: RUF012
        "plain": "the problem, the head where there is one, and the answer format",
        "tags": "asks for <think> and <answer> tags",
    }
    parameters = (
        Option(
            "data",
            "",
            "a file, a folder, a repository of Hugging Face, a known set, a benchmark; else ours",
            names_data=True,
        ),
        Option(
            "examples",
            1,
            "tests shown where the problem shows none (MBPP); those are no secret",
            low=0,
            high=9,
        ),
        Option("hold_out", True, "hold a quarter of a large source without splits of its own out for eval"),
        Option("digest", "", "the digest of the data; a row carries it, and refuses other data"),
    )

    # -- the source -----------------------------------------------------------------------------------

    def row_of(self, seed: int, level: int | None, split: Split | None, options: Mapping[str, Json]) -> Row:
        """Make a row as other environments do; that of a source of one's own holds its digest."""
        row = super().row_of(seed, level, split, options)
        if "data" not in row.options:
            return row
        named = row.options | {"digest": _source(self._filled(row.options)).digest}
        return Row(row.env_id, row.level, row.split, row.seed, dict(sorted(named.items())))

    def splits(self, level: int) -> tuple[Split, ...]:
        return ("all",)

    def splits_of(self, level: int, options: Mapping[str, Json]) -> tuple[Split, ...]:
        return _source(options).splits if options["data"] else self.splits(level)

    def size(self, level: int, split: Split, options: Mapping[str, Json]) -> int:
        source = _source(options)
        size = source.size(level, split)
        if size == 0:
            sizes = {one: source.size(one, split) for one in range(len(self.levels))}
            told = ", ".join(f"{one} ({number:,})" for one, number in sizes.items() if number) or "none"
            raise UsageError(
                f"level {level} has no problem in split {split!r} of this source; these have: {told}"
            )
        return size

    def item(self, index: int, level: int, split: Split, options: Mapping[str, Json]) -> Data:
        source = _source(options)
        place = source.place(index, level, split)
        data = data_of(*source.item(place))
        named = {name: options[name] for name in ("data", "hold_out", "digest")}
        data["examples"] = data["examples"][: options["examples"]]
        return data | {"source": {**named, "part": place.part, "row": place.row}}

    # -- the problem ----------------------------------------------------------------------------------

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> NoReturn:
        raise NotImplementedError(f"{self.env_id} has the problems of its source and makes none")

    def prompt(self, data: Data, style: str) -> str:
        parts = [data["problem"].strip()]
        if data["is_head"]:
            parts = [f"Complete this Python function.\n\n```python\n{data['problem'].rstrip()}\n```"]
        elif data["head"]:
            parts.append(f"```python\n{data['head'].rstrip()}\n```")
        elif data["function"]:
            parts.append(f"Name it `{data['function']}`.")
        else:
            parts.append("The program reads its input from stdin and writes its output to stdout.")
        if data["examples"]:
            parts.append("It must pass, among other tests:\n" + "\n".join(data["examples"]))
        return "\n\n".join([*parts, _ASK[style]])

    def verify(self, data: Data, text: str) -> Verdict:
        code, reason = _found(data["function"], text)
        if code is None:
            return Verdict(0.0, False, reason)
        return tested(_whole(data["before"], code), self._trial(data), data["cpu_s"], code)

    def _trial(self, data: Data) -> Trial:
        place = Place(data["source"]["part"], data["source"]["row"])
        trial = _read(_asked(data["source"]), data["source"]["digest"], place)
        if not trial.tests:
            raise DataError(f"{place} of {data['source']['data'] or 'the bundled set'} has no tests")
        return trial

    def oracle(self, data: Data) -> list[str]:
        return [f"```python\n{_solutions(data)[0]}\n```"]

    def canonical(self, data: Data) -> str:
        return canonical(f"{data['problem']} {data['head']}")

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Put blank lines between the lines."""
        return data | {
            "problem": "".join(one + rng.pick(("\n", "\n\n")) for one in data["problem"].split("\n"))
        }

    def space(self, level: int) -> int:
        """Return the size of the bundled set."""
        return _SIZES[level]

    def chance(self, level: int) -> float:
        """Return what programs earn that give back their input: nothing."""
        return 0.0

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write a program that gives back its input or a small number."""
        number = rng.below(10)
        if not state["function"]:
            return f"```python\n{rng.pick(('print(input())', f'print({number})'))}\n```"
        value = rng.pick(("given[0]", str(number)))
        return f"```python\ndef {state['function']}(*given):\n    return {value}\n```"

    def prove(self, data: Data) -> bool:
        """Judge every program that the source knows to be right; the bundled set has two for each problem."""
        return all(self.verify(data, f"```python\n{one}\n```").correct for one in _solutions(data))

    def effort(self, data: Data) -> float:
        """Return how many words the program has that we know."""
        return len(_solutions(data)[0].split())


_ASK = {
    "plain": "Reply with the whole program in a ```python block.",
    "tags": "Think in <think> </think> tags and return the whole program in <answer> </answer> tags, in a "
    "```python block.",
}


def _asked(options: Mapping[str, Json]) -> Asked:
    return Asked(options["data"], options["hold_out"])


def _source(options: Mapping[str, Json]) -> Source:
    return _opened(_asked(options), options["digest"])


def _opened(asked: Asked, digest: str) -> Source:
    source = open_benchmark(asked.data) if asked.data in BENCHMARKS else open_source(asked)
    if digest not in ("", source.digest):
        told = f"has the digest {source.digest}, the row was made from {digest}"
        raise DataError(f"{asked.data or 'the bundled set'} {told}: it is other data")
    return source


@lru_cache(maxsize=_KEPT_TRIALS)
def _read(asked: Asked, digest: str, place: Place) -> Trial:
    return _opened(asked, digest).trial(place)


def _solutions(data: Data) -> list[str]:
    place = Place(data["source"]["part"], data["source"]["row"])
    found = _opened(_asked(data["source"]), data["source"]["digest"]).solutions(place)
    if not found:
        where = data["source"]["data"]
        raise DataError(f"{where} has no program in Python for the problem {data['problem'][:60]!r}")
    return found


def _found(function: str, text: str) -> Extraction:
    """Find the program: the block that defines the function, or the last block that is called Python."""
    if function:
        return find_code(text, function)
    named = find_block(text, _NAMED)
    return named if named.answer is not None or named.reason == "hedged" else find_block(text, PYTHON)


def _whole(before: str, code: str) -> str:
    """Put code before a program; what a program imports from the future stays its first line."""
    if not before:
        return code
    lines = code.split("\n")
    future = [line for line in lines if line.startswith("from __future__ import ")]
    return "\n".join([*future, before, *(line for line in lines if line not in future)])
