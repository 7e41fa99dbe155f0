"""Every case of `cases.jsonl`, which was written from the grader's specification alone."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reasongym.answers.grader import Options, grade

CASES = Path(__file__).parent / "cases.jsonl"
AGREED_FAILURES: dict[str, str] = {}
"""Cases that the grader judges otherwise, with the reason why it may."""
LEAST_RIGHT = 0.99


class Case(NamedTuple):
    """A gold and a completion with the verdict that is due."""

    id: str
    kind: str
    gold: str
    answer: str
    correct: bool
    options: Options


@cache
def cases() -> tuple[Case, ...]:
    return tuple(map(case, map(json.loads, CASES.read_text().splitlines())))


def case(row: dict[str, Any]) -> Case:
    options = Options.of(row.get("options") or {})
    return Case(row["id"], row["kind"], row["gold"], row["answer"], row["correct"], options)


def is_met(one: Case) -> bool:
    return grade(one.gold, one.answer, one.options).correct == one.correct


@pytest.mark.parametrize("kind", sorted({one.kind for one in cases()}))
def test_cases_of_a_kind_have_the_verdicts_that_are_due(kind: str) -> None:
    failed = [one.id for one in cases() if one.kind == kind and not is_met(one)]
    assert [one for one in failed if one not in AGREED_FAILURES] == []


def test_nearly_all_cases_are_met_and_agreed_failures_do_fail() -> None:
    failed = {one.id for one in cases() if not is_met(one)}
    assert len(failed) <= (1 - LEAST_RIGHT) * len(cases())
    assert failed == set(AGREED_FAILURES)


def test_half_of_the_cases_are_negatives_and_no_kind_is_rare() -> None:
    counts = Counter(one.correct for one in cases())
    assert counts[False] >= len(cases()) / 2
    assert min(Counter(one.kind for one in cases()).values()) >= 9


def test_spans_are_where_the_answer_stands() -> None:
    for one in cases():
        found = grade(one.gold, one.answer, one.options)
        if found.span is not None and found.extracted is not None:
            start, end = found.span
            assert found.extracted in one.answer[start:end] or one.answer[start:end] in found.extracted
