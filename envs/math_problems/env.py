"""`MathProblems-v0`: problems with one right answer each, from the bundled set or from any data set."""

import re
from collections.abc import Mapping
from typing import NoReturn

from reasongym.core import Data, Env, Json, Option, Row, Split, Verdict
from reasongym.envs._places import canonical
from reasongym.envs.math_problems.benchmarks import BENCHMARKS, open_benchmark
from reasongym.envs.math_problems.sources import FAMILY, Asked, Source, open_source
from reasongym.errors import DataError, UsageError
from reasongym.registry import register
from reasongym.seeding import Stream

_SIZES = (13, 14, 21, 15, 13)
_OPERATION = re.compile(r"[-+*/^]")


@register("MathProblems-v0")
class MathProblems(Env):
    """Answer problems of mathematics; any form of the right answer is right.

    `data` holds `problem` and `answer`; `options` where the grader is told more of an item of a benchmark;
    and `working` where the bundled set is the source: calculations that lead to the answer. Seed s is item s
    of the source; docs/math-problems.md says what a source may be.
    """

    family = FAMILY
    levels = (
        "grade 1: one step",
        "grade 2: two steps",
        "grade 3: three or four steps; everything of a source that does not grade its problems",
        "grade 4: five or more steps, or one idea",
        "grade 5: several ideas, as in a competition",
    )
    default_level = 2
    styles = {  # noqa: RUF012
        "plain": "the problem, and that the answer stands on the last line",
        "tags": "the answer in <answer> tags",
        "boxed": "the answer in \\boxed{}",
        "terse": "the problem alone",
    }
    parameters = (
        Option(
            "data",
            "",
            "a file, a folder, a repository of Hugging Face, a known set or benchmark; empty: the bundled",
            names_data=True,
        ),
        Option(
            "problem_column", "", "the column of the problems; empty: `problem`, or as a known set has it"
        ),
        Option("answer_column", "", "the column of the answers; empty: `answer`, or as a known set has it"),
        Option("level_column", "", "the column of the grades; empty: none, or as a known set has it"),
        Option("answer_transform", "", "where the answer stands in its column", ("", "hashes", "boxed")),
        Option("hold_out", True, "hold a quarter of a large source without splits of its own out for eval"),
        Option("digest", "", "the digest of the data; a row carries it, and refuses other data"),
    )

    # -- the source -----------------------------------------------------------------------------------

    def row_of(self, seed: int, level: int | None, split: Split | None, options: Mapping[str, Json]) -> Row:
        """Make a row as other environments do; that of a source of one's own holds its digest."""
        row = super().row_of(seed, level, split, options)
        if "data" not in row.options:
            return row
        named = row.options | {"digest": self._source(self._filled(row.options)).digest}
        return Row(row.env_id, row.level, row.split, row.seed, dict(sorted(named.items())))

    def splits(self, level: int) -> tuple[Split, ...]:
        return ("all",)

    def splits_of(self, level: int, options: Mapping[str, Json]) -> tuple[Split, ...]:
        return self._source(options).splits if options["data"] else self.splits(level)

    def size(self, level: int, split: Split, options: Mapping[str, Json]) -> int:
        source = self._source(options)
        size = source.size(level, split)
        if size == 0:
            sizes = {one: source.size(one, split) for one in range(len(self.levels))}
            told = ", ".join(f"{one} ({number:,})" for one, number in sizes.items() if number) or "none"
            raise UsageError(
                f"level {level} has no problem in split {split!r} of this source; these have: {told}"
            )
        return size

    def item(self, index: int, level: int, split: Split, options: Mapping[str, Json]) -> Data:
        return self._source(options).item(index, level, split)

    def _source(self, options: Mapping[str, Json]) -> Source:
        columns = (options["problem_column"], options["answer_column"], options["level_column"])
        asked = Asked(options["data"], *columns, options["answer_transform"], options["hold_out"])
        source = open_benchmark(asked.data) if asked.data in BENCHMARKS else open_source(asked)
        if options["digest"] not in ("", source.digest):
            told = f"has the digest {source.digest}, the row was made from {options['digest']}"
            raise DataError(f"{options['data'] or 'the bundled set'} {told}: it is other data")
        return source

    # -- the problem ----------------------------------------------------------------------------------

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> NoReturn:
        raise NotImplementedError(f"{self.env_id} has the problems of its source and makes none")

    def prompt(self, data: Data, style: str) -> str:
        return f"{data['problem']}{_ASK[style]}"

    def verify(self, data: Data, text: str) -> Verdict:
        from reasongym.answers.grader import Options, judge  # its patterns are compiled when first needed

        told = data.get("options", {})
        return judge(data["answer"], text, Options.of(told | {"worked_out": "working" in data}))

    def oracle(self, data: Data) -> list[str]:
        answer: str = data["answer"]
        return [answer if self.verify(data, answer).correct else f"\\boxed{{{answer}}}"]

    def canonical(self, data: Data) -> str:
        return canonical(data["problem"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Break the lines elsewhere."""
        words = data["problem"].split(" ")
        return data | {"problem": "".join(word + rng.pick((" ", "  ", "\n")) for word in words).strip()}

    def space(self, level: int) -> int:
        """Return the size of the bundled set."""
        return _SIZES[level]

    def chance(self, level: int) -> float:
        """Return what the answer of one bundled problem earns: no two of a level are the same."""
        return 1 / _SIZES[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        return str(rng.below(100))

    def prove(self, data: Data) -> bool:
        """Work the answer of a bundled problem out by itself; of another one, see that it can be read."""
        from reasongym.answers.matching import is_readable
        from reasongym.envs.math_problems.working import leads_to

        return leads_to(data["working"], data["answer"]) if "working" in data else is_readable(data["answer"])

    def effort(self, data: Data) -> float:
        """Return how many operations the working of a bundled problem takes."""
        if "working" not in data:
            raise NotImplementedError("only the bundled problems show their working")
        return sum(len(_OPERATION.findall(line)) for line in data["working"])


_ASK = {
    "plain": "\n\nEnd with a line that holds only the answer.",
    "tags": "\n\nShow your work in <think> </think> tags and put the answer in <answer> </answer> tags.",
    "boxed": "\n\nPut the answer in \\boxed{}.",
    "terse": "",
}
