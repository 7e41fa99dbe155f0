"""Inputs that share a job: the same verdicts as one job each, in fewer jobs, with nothing left in between."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasongym.sandbox.grading import Jails, Judgement, StdinTest, grade
from reasongym.sandbox.inside.layers import LAYERS
from reasongym.sandbox.jobs import Limits, Outcome, Status, series_outcomes
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.witness import Witness

OBEDIENT = """
import os, subprocess, sys, time
word = sys.stdin.read()
if word == 'crash':
    raise ValueError(word)
if word == 'exit':
    sys.exit(3)
if word == 'leave':
    open('left', 'w').write(word)
    open('/dev/shm/left', 'w').write(word)
    os.mkdir('folder')
    os.chmod('folder', 0)
if word == 'look' and (os.listdir('.') != ['solution.py'] or os.listdir('/dev/shm')):
    word = str(os.listdir('.'))
if word == 'edit':
    open('solution.py', 'w').write('')
if word == 'read':
    word = 'read' if 'flood' in open('solution.py').read() else 'gone'
if word == 'daemon' and not os.fork():
    os.setsid()
    while True:
        try:
            open('left', 'a').write(word)
        except OSError:
            pass
if word == 'kill':
    os.kill(os.getppid(), 9)
if word == 'all':
    os.kill(-1, 9)
if word == 'spin':
    while True:
        pass
if word == 'flood':
    word *= 100_000
if word == 'forge':
    for fd in range(3, 32):
        try:
            os.write(fd, b'\\0\\0\\0\\x02{}')
        except OSError:
            pass
if word == 'lie':
    print('not', end='')
if word == 'end':
    print(word, flush=True)
    os._exit(0)
print(word)
"""
WORDS = (
    *("plain", "crash", "exit", "leave", "look", "edit", "read", "daemon", "kill", "all", "spin"),
    *("flood", "forge", "lie", "end"),
)
LIMITS = Limits(cpu_s=0.2, output_bytes=100_000)


@pytest.fixture(scope="session")
def forking(sandbox: Sandbox) -> Sandbox:
    if not LAYERS[sandbox.layer].may_fork:
        pytest.skip(f"jobs of the layer {sandbox.layer} cannot fork")
    return sandbox


def judged(jails: Jails, words: list[str]) -> Judgement:
    return grade(jails, OBEDIENT, [StdinTest(word, word) for word in words], LIMITS, all_tests=True)


@settings(max_examples=8, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), min_size=3, max_size=8))
def test_verdicts_are_those_of_jobs_of_their_own(forking: Sandbox, words: list[str]) -> None:
    alone = judged(Witness(forking), words)
    together = judged(forking, words)
    assert [one.verdict for one in together.tests] == [one.verdict for one in alone.tests]


@pytest.mark.parametrize("word", WORDS)
def test_no_run_disturbs_the_next(forking: Sandbox, word: str) -> None:
    words = ["plain", word, "look", "read", "plain"]
    assert [one.verdict for one in judged(forking, words).tests][2:] == ["AC"] * 3


def test_a_solution_takes_two_jobs_and_a_bad_one_takes_one(forking: Sandbox) -> None:
    jails = Witness(forking, may_fork=True)
    assert judged(jails, ["plain", *map(str, range(20))]).is_accepted
    assert len(jails.outcomes) == 2
    tests = [StdinTest(word, "other") for word in "abcdefgh"]
    assert not grade(jails, OBEDIENT, tests, LIMITS).is_accepted
    assert len(jails.outcomes) == 3


def test_what_each_run_used_is_told(forking: Sandbox) -> None:
    code = "n = int(input())\nheld = bytearray(n * 2**20)\nprint(sum(range(n * 30_000)) > 0)"
    tests = [StdinTest(number, "True") for number in ("1", "1", "60")]
    _, small, large = grade(forking, code, tests, LIMITS).tests
    assert small.usage is not None
    assert large.usage is not None
    assert large.usage.memory_bytes - small.usage.memory_bytes > 50 << 20
    assert small.usage.cpu_s < large.usage.cpu_s <= large.usage.wall_s + 0.1


def test_forged_frames_end_what_is_believed() -> None:
    good: dict[str, Any] = {"stdout": "eAo=", "cpu_s": 0.1, "wall_s": 0.1, "memory_bytes": 1}
    bad: list[dict[str, Any]] = [
        {},
        good | {"stdout": "*"},
        good | {"stdout": 7},
        good | {"cpu_s": []},
        good | {"memory_bytes": 1e400},
    ]
    for frame in [*bad, good | {"stdout": "eHh4" * 40_000}]:
        outcome = Outcome(Status.OK, 0, b"", b"", [good, frame, good])
        assert [one.stdout for one in series_outcomes(outcome, LIMITS)] == [b"x\n"]
