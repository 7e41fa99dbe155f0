"""Fuzzed answers to Countdown: right answers mutated, and token soup that hypothesis draws and shrinks."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import reasongym
from benchmarks.countdown_reference import confirms
from reasongym.checks.hostile import mutated
from reasongym.core import Data
from reasongym.seeding import stream

ENV = reasongym.get("Countdown-v0")
WRAPPERS = (
    *(
        "%s",
        "%s = {target}",
        "{target} = %s",
        "\\boxed{{%s}}",
        "<answer>%s</answer>",
        "The answer is %s.",
        "$%s$",
    ),
    *(
        "<think>hm</think><answer> %s = {target} </answer>",
        "\\[\\boxed{{%s}}\\]",
        "#### %s",
        "**Answer:** %s",
    ),
)
NOTATIONS = (("*", "×"), ("*", r"\times"), ("/", "÷"), ("-", "−"), ("(", r"\left("), (" ", ""), ("*", "·"))
TOKENS = (
    *"+-*/()[]{}=.,^!#_ \n$\\×÷−·²½０١",
    *(
        "**",
        "//",
        "\\frac{",
        "}{",
        "\\times",
        "\\boxed{",
        "<answer>",
        "</answer>",
        "<think>",
        "</think>",
        " or ",
    ),
    *(
        "0",
        "00",
        "1",
        "1e1",
        "0x1",
        "1.5",
        "1_0",
        "\u200b",
        "\u2009",
        "\\,",
        "Answer: ",
        "\\left(",
        "\\right)",
    ),
)
PROBLEMS: tuple[Data, ...] = (
    {"numbers": [3, 4], "target": 12, "use_all": True, "solution": []},
    {"numbers": [1, 2, 3], "target": 6, "use_all": False, "solution": []},
    {"numbers": [8, 2, 4], "target": 1, "use_all": True, "solution": []},
)


class Fuzzed(NamedTuple):
    """What a run of the fuzzer found."""

    num_answers: int
    num_accepted: int
    false_accepts: list[str]
    slowest_s: float


def mutations(num: int, seed: int) -> Iterator[tuple[Data, str]]:
    """Draw right answers in the notations of models and break each at one to four places."""
    rng = stream(b"fuzz countdown %d" % seed)
    for number in range(num):
        level = number % len(ENV.levels)
        data = ENV.problem(ENV.row(rng.below(10**9), level=level)).data
        text = ENV.oracle(data)[0].replace(*rng.pick(NOTATIONS))
        wrapped = rng.pick(WRAPPERS).format(target=data["target"]) % text
        yield data, mutated(wrapped, rng) if rng.random() < 0.9 else wrapped


def fuzz(answers: Iterator[tuple[Data, str]]) -> Fuzzed:
    """Judge every answer; whatever is accepted must be in the text and confirmed by the second judge."""
    num = num_accepted = 0
    slowest = 0.0
    false: list[str] = []
    for data, text in answers:
        start = time.thread_time()
        verdict = ENV.verify(data, text)
        slowest = max(slowest, time.thread_time() - start)
        num += 1
        num_accepted += verdict.correct
        answer = verdict.answer or ""
        if verdict.correct and not (answer in text and confirms(data, answer)):
            false.append(f"{text!r} for {data}")
    return Fuzzed(num, num_accepted, false, slowest)


def fuzz_with_hypothesis(num: int) -> Fuzzed:
    """Let hypothesis draw token soups about three small problems and judge each."""
    drawn: list[tuple[Data, str]] = []

    @settings(
        max_examples=num,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(_soups())
    def collect(one: Any) -> None:
        drawn.append(one)

    collect()
    return fuzz(iter(drawn))


def _soups() -> st.SearchStrategy[tuple[Data, str]]:
    """Draw a problem with a text made of its numbers, its target, and signs legal and illegal."""
    return st.sampled_from(PROBLEMS).flatmap(
        lambda data: st.tuples(
            st.just(data), st.lists(st.sampled_from(_words(data)), max_size=14).map("".join)
        )
    )


def _words(data: Data) -> list[str]:
    own = [str(number) for number in data["numbers"]]
    return [*own * 6, str(data["target"]), *(" * ", " + ", " - ", " / ") * 4, *TOKENS]
