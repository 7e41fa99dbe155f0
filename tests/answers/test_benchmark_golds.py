"""Every gold of the public benchmarks is itself, is not the next one, and is known where it is odd."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from reasongym.answers.grader import Options, grade
from reasongym.answers.known_golds import known_golds
from reasongym.answers.matching import form, is_readable
from reasongym.envs.math_problems.grading import options

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("REASONGYM_BENCHMARKS", ROOT.parent / "shared" / "benchmarks"))
needs_benchmarks = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="neither REASONGYM_BENCHMARKS nor ../shared/benchmarks is a folder of JSON lines with golds",
)
NOT_MATHEMATICS = "kk_"
_ASIDE = re.compile(r" (?:[a-z]+|°|%)$")


@cache
def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the items of every file that has golds."""
    found = {path.stem: list(_items(path)) for path in sorted(FOLDER.glob("*.jsonl"))}
    return {name: items for name, items in found.items() if items and not name.startswith(NOT_MATHEMATICS)}


def _items(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "problem" in row and "answer" in row:
            yield row


def told(name: str, row: dict[str, Any]) -> Options:
    return Options.of(options(name.removesuffix("_math"), row))


@needs_benchmarks
def test_every_gold_matches_itself() -> None:
    for name, items in rows().items():
        failed = [
            row["id"]
            for row in items
            if not grade(row["answer"], f"\\boxed{{{row['answer']}}}", told(name, row)).correct
        ]
        assert failed == [], name


@needs_benchmarks
def test_no_gold_matches_the_next_one_unless_their_forms_are_equal() -> None:
    """Up to the unit that only one of them has: 120 and 120 degrees."""
    for name, items in rows().items():
        for row, other in pairwise(items):
            if grade(row["answer"], f"\\boxed{{{other['answer']}}}", told(name, row)).correct:
                forms = [_ASIDE.sub("", form(one["answer"])) for one in (row, other)]
                assert forms[0] == forms[1] != "", (name, row["id"], row["answer"], other["answer"])


@needs_benchmarks
def test_a_gold_that_cannot_be_read_is_known() -> None:
    unread = {row["id"] for items in rows().values() for row in items if not is_readable(row["answer"])}
    assert unread <= known_golds().keys()


@needs_benchmarks
def test_what_is_known_of_a_gold_is_of_this_gold() -> None:
    golds = {row["id"]: row["answer"] for items in rows().values() for row in items}
    for name, known in known_golds().items():
        assert golds.get(name, known.gold) == known.gold


def test_known_golds_are_right_themselves_and_accept_only_what_can_be_read() -> None:
    for name, known in known_golds().items():
        allowed = Options(alternatives=known.accept)
        assert known.reason
        for answer in (known.gold, *known.accept):
            assert grade(known.gold, f"\\boxed{{{answer}}}", allowed).correct, (name, answer)
        assert all(is_readable(one) for one in known.accept)
        assert not grade(known.gold, "\\boxed{1009}", allowed).correct
