"""The verb that judges one answer: grade."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from reasongym.errors import DataError

if TYPE_CHECKING:
    from reasongym.answers.grader import Grade
    from reasongym.evaluation.second_opinion import Opinion

MAX_CHARS = 4_000_000
"""Of an answer on stdin; no completion is that long."""


def grade_answer(
    gold: Annotated[str, tyro.conf.Positional],
    answer: Annotated[str, tyro.conf.Positional],
    *,
    alternatives: tuple[str, ...] = (),
    tolerance: float = 0.0,
    units: str = "",
    significant_figures: int = 0,
    several: bool = False,
    worked_out: bool = False,
    second_opinion: bool = False,
    json_line: Annotated[bool, tyro.conf.arg(name="json")] = False,
) -> None:
    """Judge an answer, or a whole completion, by the right one.

    Args:
        gold: the right answer, such as 1/2 or '\\frac{1}{2}'
        answer: what is judged, a completion or just its answer; - reads stdin
        alternatives: other right answers
        tolerance: how far a number may be off, relative to the gold
        units: the unit that the problem states, such as km/h
        significant_figures: compare numbers to so many figures
        several: the gold lists several answers, in any order
        worked_out: a number must be worked out, so 3 * 4 is not 12
        second_opinion: say what Math-Verify and sympy think of it, which changes nothing
        json_line: print one JSON object
    """
    from reasongym.answers.grader import Options, grade

    options = Options(alternatives, tolerance, units, significant_figures, several, worked_out)
    completion = _stdin() if answer == "-" else answer
    found = grade(gold, completion, options)
    opinions = _opinions(found, gold, completion) if second_opinion else []
    if json_line:
        print(json.dumps(_told(found) | _told_opinions(opinions), ensure_ascii=False))
        return
    _print(found)
    for one in opinions:
        print(f"{one.peer:<11} says {one.verdict}: {one.reason}")


def _opinions(found: "Grade", gold: str, completion: str) -> "list[Opinion]":
    from reasongym.evaluation.second_opinion import SecondOpinions, asked_of

    with SecondOpinions() as opinions:
        return list(opinions.on(asked_of(found, gold, completion)))


def _told(found: "Grade") -> dict[str, Any]:
    return {
        "correct": found.correct,
        "reason": found.reason,
        "answer": found.extracted,
        "span": found.span,
        "gold_form": found.gold_form or None,
        "answer_form": found.answer_form or None,
    }


def _told_opinions(opinions: "Sequence[Opinion]") -> dict[str, Any]:
    return {"second_opinions": [one._asdict() for one in opinions]} if opinions else {}


def _print(found: "Grade") -> None:
    print("right" if found.correct else f"wrong: {found.reason}")
    if found.extracted is not None:
        place = "" if found.span is None else f"   (characters {found.span[0]} to {found.span[1]})"
        print(f"answer   {' '.join(found.extracted.split())}{place}")
    print(f"gold is  {found.gold_form or 'in no form that is known: only what is written alike is right'}")
    if found.extracted is not None:
        print(f"it is    {found.answer_form or 'in no form that is known'}")


def _stdin() -> str:
    try:
        text = sys.stdin.read(MAX_CHARS + 1)
    except UnicodeDecodeError as error:
        raise DataError(
            f"the answer on stdin is not UTF-8 text: {error.reason} at byte {error.start}"
        ) from error
    if len(text) > MAX_CHARS:
        raise DataError(
            f"the answer on stdin is longer than {MAX_CHARS:,} characters, more than any completion"
        )
    return text
