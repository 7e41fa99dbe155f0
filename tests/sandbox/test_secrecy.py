"""What a test expects is nowhere in the process of the solution: its memory, files, descriptors, names."""

import secrets
from typing import Any

import pytest

from reasongym.sandbox.assertions import Assertion
from reasongym.sandbox.grading import CallTest, StdinTest, Test, grade
from reasongym.sandbox.jobs import DEFAULT_LIMITS, Outcome
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.witness import Witness

NUM_ROUNDS = 3
SEARCH = r'''
import ctypes, gc, glob, mmap, os, re, sys

PATTERN = re.compile(rb"expected[-][0-9a-f]{32}|(?:e.x.p.e.c.t.e.d.)[-].(?:[0-9a-f].){32}", re.DOTALL)
found, searched = set(), {}

def look(where, content):
    searched[where] = searched.get(where, 0) + len(content)
    found.update((where, match) for match in PATTERN.findall(content))

def look_into_memory():
    try:
        regions = [line.split()[:2] for line in open("/proc/self/maps")]
    except OSError:
        return look_around()
    with open("/proc/self/mem", "rb") as memory:
        for span, rights in regions:
            start, end = (int(part, 16) for part in span.split("-"))
            if rights.startswith("rw"):
                try:
                    memory.seek(start)
                    look("memory", memory.read(end - start))
                except (OSError, OverflowError):
                    pass

def look_around():
    """Without /proc: go up and down from objects, as far as there are pages."""
    libc, page, state = ctypes.CDLL(None), mmap.PAGESIZE, ctypes.create_string_buffer(1)
    for item in (object(), [], b"x" * 100_000, sys.modules, str(1 << 4_000)):
        for step in (-page, page):
            at = id(item) // page * page
            while libc.mincore(ctypes.c_void_p(at), page, state) == 0 and abs(at - id(item)) < 64 << 20:
                look("memory", ctypes.string_at(at, page))
                at += step

def look_everywhere():
    look_into_memory()
    for item in gc.get_objects():
        if isinstance(item, (dict, list, tuple)):
            for member in (item.values() if isinstance(item, dict) else item):
                if isinstance(member, (str, bytes)):
                    look("objects", member if isinstance(member, bytes) else member.encode(errors="replace"))
    for fd in range(64):
        try:
            look("descriptors", os.pread(fd, 1 << 20, 0))
        except OSError:
            pass
    look("names", repr((sys.argv, sys.orig_argv, dict(os.environ))).encode())
    for pattern in ("/proc/[0-9]*/cmdline", "/proc/[0-9]*/environ", "/proc/[0-9]*/comm"):
        for path in glob.glob(pattern):
            try:
                look("names", open(path, "rb").read())
            except OSError:
                pass
    for top in (".", "/tmp", "/dev/shm", "/etc", "/run"):
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                try:
                    look("files", path.encode())
                    look("files", open(path, "rb").read(1 << 20) if os.path.isfile(path) else b"")
                except OSError:
                    pass
    print("found", sorted({where for where, _ in found}), "in", sorted(searched))
    print("bytes", sum(searched.values()))

'''


def searching(sandbox: Sandbox, test: Test, *, code: str) -> list[Outcome]:
    witness = Witness(sandbox)
    grade(witness, SEARCH + code, [test], DEFAULT_LIMITS)
    return witness.outcomes


def _forms(value: str) -> list[Any]:
    return [value, value.encode(), [value, {"x": value}], {value: (1, value)}, {value}]


CALLED = "def solve(*_):\n    look_everywhere()\n    return 1\n"


@pytest.mark.parametrize("form", range(5))
def test_the_value_that_a_call_must_return_is_nowhere(sandbox: Sandbox, form: int) -> None:
    for _ in range(NUM_ROUNDS):
        expected = _forms(f"expected-{secrets.token_hex(16)}")[form]
        for test in (CallTest("solve", [1], expected), Assertion("solve", [1], expected)):
            (outcome,) = searching(sandbox, test, code=CALLED)
            assert outcome.text.startswith("found [] in "), outcome
            assert "'memory'" in outcome.text
            assert "'objects'" in outcome.text


def test_the_output_that_a_program_must_write_is_nowhere(sandbox: Sandbox) -> None:
    for _ in range(NUM_ROUNDS):
        expected = f"expected-{secrets.token_hex(16)}"
        for test in (
            StdinTest("1", expected),
            StdinTest("1", checker=lambda _, found, it=expected: found == it),
        ):
            (outcome,) = searching(sandbox, test, code="look_everywhere()")
            assert outcome.text.startswith("found [] in "), outcome


def test_the_search_finds_what_is_there(sandbox: Sandbox) -> None:
    given = f"expected-{secrets.token_hex(16)}"
    (outcome,) = searching(sandbox, CallTest("solve", [given], 1), code=CALLED)
    assert "'memory'" in outcome.text.partition(" in ")[0], outcome
    (outcome,) = searching(sandbox, StdinTest(given, "1"), code="look_everywhere()")
    assert "'descriptors'" in outcome.text.partition(" in ")[0], outcome
