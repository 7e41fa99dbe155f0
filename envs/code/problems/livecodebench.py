"""Problems of LiveCodeBench: public tests as JSON, private ones as JSON or packed.

Packed tests are JSON in a pickle that is compressed and written in base 64. The pickle must be of one text
and nothing else: its instructions are looked at and none is carried out, so that no file can run anything.
"""

import zlib
from base64 import b64decode
from pickletools import genops

from reasongym.core import Json
from reasongym.envs.code.problems.items import (
    EASY,
    HARD,
    MEDIUM,
    UNGRADED,
    Format,
    Item,
    SourceRow,
    Trial,
    decoded,
    text_of,
)
from reasongym.envs.code.problems.leetcode import IMPORTS, called, defined
from reasongym.errors import DataError

_CPU_S = 6.0
"""For each test, as in LiveCodeBench's own evaluator."""
_MOST_BYTES = 1 << 30
_LEVELS = {"easy": EASY, "medium": MEDIUM, "hard": HARD}
_TEXTS = ("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8")
_AROUND = ("PROTO", "FRAME", "PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "STOP")


def _item(row: SourceRow) -> Item:
    name = _function(row)
    head = text_of(row, "starter_code")
    return Item(
        text_of(row, "question_content"),
        function=defined(name, head),
        head=head,
        before=IMPORTS if name else "",
        level=_LEVELS.get(text_of(row, "difficulty").lower(), UNGRADED),
        cpu_s=_CPU_S,
    )


def _function(row: SourceRow) -> str:
    """Name the function that is called; empty where the program reads stdin."""
    metadata = text_of(row, "metadata")
    told: Json = decoded(metadata, "the metadata") if metadata else None
    return str(told.get("func_name") or "") if told else ""


def _trial(row: SourceRow) -> Trial:
    from reasongym.sandbox.comparison import Comparison
    from reasongym.sandbox.grading import CallTest, StdinTest

    name = called(_function(row), text_of(row, "starter_code"))
    tests = [*_cases(text_of(row, "public_test_cases")), *_cases(text_of(row, "private_test_cases"))]
    if not name:
        stdins = [StdinTest(str(one["input"]), str(one["output"])) for one in tests]
        return Trial([*stdins], Comparison("floats", tolerance=0.0))
    calls = [CallTest(name, _values(one["input"]), decoded(one["output"], "a test")) for one in tests]
    return Trial([*calls], Comparison(lists_are_tuples=True))


def _values(text: str) -> list[Json]:
    """Read the arguments of a call, one a line."""
    return [decoded(line, "an argument of a test") for line in text.split("\n") if line.strip()]


def _cases(text: str) -> list[Json]:
    if not text.strip():
        return []
    return decoded(text if text.lstrip().startswith("[") else unpacked(text), "a list of tests")


def unpacked(text: str) -> str:
    """Unpack private tests; raises DataError for anything but one text, without executing what it is."""
    try:
        expander = zlib.decompressobj()
        pickled = expander.decompress(b64decode(text, validate=True), _MOST_BYTES)
    except (ValueError, zlib.error) as error:
        raise DataError(f"private tests are not packed as LiveCodeBench packs them: {error}") from error
    if expander.unconsumed_tail:
        raise DataError(f"private tests take more than {_MOST_BYTES:,} bytes")
    found: list[str] = []
    try:
        for opcode, argument, _ in genops(pickled):
            if opcode.name in _TEXTS and isinstance(argument, str):
                found.append(argument)
            elif opcode.name not in _AROUND:
                raise DataError(
                    f"private tests hold more than a text: the pickle's instruction {opcode.name}"
                )
    except ValueError as error:
        raise DataError(f"private tests are no pickle: {error}") from error
    if len(found) != 1:
        raise DataError(f"private tests hold {len(found)} texts, not one")
    return found[0]


LIVECODEBENCH = Format(
    "LiveCodeBench",
    frozenset(("question_content", "public_test_cases", "private_test_cases")),
    ("public_test_cases", "private_test_cases"),
    _item,
    _trial,
    lambda _: [],
)
