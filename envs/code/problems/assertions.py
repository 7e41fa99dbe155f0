"""Problems with tests in Python: MBPP and MBPP+, HumanEval and HumanEval+."""

import re
from typing import TYPE_CHECKING

from reasongym.envs.code.problems.items import Format, Item, SourceRow, Trial, text_of, texts_of
from reasongym.errors import DataError

if TYPE_CHECKING:
    from reasongym.sandbox.grading import Test

_IN_PLACE = "tested_in_place_{}"


# -- MBPP: a sentence, and assertions -------------------------------------------------------------------


def _mbpp_item(row: SourceRow) -> Item:
    problem = text_of(row, "text") or text_of(row, "prompt")
    return Item(problem, function=_mbpp_function(row), examples=tuple(texts_of(row.get("test_list"))))


def _mbpp_function(row: SourceRow) -> str:
    from reasongym.sandbox.forms import called_function, defined_names

    for assertion in texts_of(row.get("test_list")):
        name = called_function(assertion, defined_names(text_of(row, "code")))
        if name:
            return name
    raise DataError(f"problem {row.get('task_id')} has no assertion that calls what its program defines")


def _mbpp_trial(row: SourceRow) -> Trial:
    from reasongym.sandbox.comparison import STRICT

    before = "\n".join((*texts_of(row.get("test_imports")), text_of(row, "test_setup_code")))
    function = _mbpp_function(row)
    behind = [text_of(row, "test_setup_code")]
    tests: list[Test] = []
    for assertion in (*texts_of(row.get("test_list")), *texts_of(row.get("challenge_test_list"))):
        tests += _mbpp_tests(assertion, function, before, behind)
    if text_of(row, "test"):  # MBPP+
        tests += _read(text_of(row, "test"), function, before)
    return Trial(tests, STRICT, behind="\n".join(filter(None, behind)))


def _mbpp_tests(assertion: str, function: str, before: str, behind: list[str]) -> "list[Test]":
    """Read an assertion; where only the program can make the arguments, what makes them is put behind it."""
    from reasongym.sandbox.assertions import NotReadable, read_assertions
    from reasongym.sandbox.forms import read_in_place

    try:
        return [*read_assertions(assertion)]
    except NotReadable:
        found = read_in_place(assertion, function, _IN_PLACE.format(len(behind)))
    if found is None:
        return _read(assertion, function, before)
    behind.append(found[0])
    return [found[1]]


def _read(code: str, function: str, before: str) -> "list[Test]":
    from reasongym.sandbox.assertions import NotReadable
    from reasongym.sandbox.forms import read_code

    try:
        return [*read_code(code, function, before)]
    except NotReadable as error:
        raise DataError(str(error)) from error


def _programs(row: SourceRow) -> list[str]:
    return texts_of([text_of(row, "code").replace("\r\n", "\n")])


MBPP = Format(
    "MBPP",
    frozenset(("code", "test_list")),
    ("test_list", "challenge_test_list", "test_setup_code", "test_imports", "test"),
    _mbpp_item,
    _mbpp_trial,
    _programs,
)


# -- HumanEval: the head of a function, and `check(candidate)` ------------------------------------------


def _humaneval_item(row: SourceRow) -> Item:
    function, prompt = text_of(row, "entry_point"), text_of(row, "prompt")
    return Item(prompt, function=function, is_head=True, before=_before(prompt, function))


def _before(prompt: str, function: str) -> str:
    """Return what stands before the function that is to be written: imports and helpers."""
    starts = [one.start() for one in re.finditer(rf"^def\s+{re.escape(function)}\b", prompt, re.MULTILINE)]
    return prompt[: starts[-1]].strip() if starts else ""


def _humaneval_trial(row: SourceRow) -> Trial:
    from reasongym.sandbox.comparison import STRICT

    function = text_of(row, "entry_point")
    before = _before(text_of(row, "prompt"), function)
    return Trial(_read(text_of(row, "test"), function, before), STRICT)


def _completed(row: SourceRow) -> list[str]:
    return [text_of(row, "prompt") + text_of(row, "canonical_solution")]


HUMANEVAL = Format(
    "HumanEval",
    frozenset(("prompt", "canonical_solution", "test", "entry_point")),
    ("test", "entry_point"),
    _humaneval_item,
    _humaneval_trial,
    _completed,
)
