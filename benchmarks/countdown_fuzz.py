"""Fuzzed answers to Countdown: right answers mutated, and token soup that hypothesis draws and shrinks."""

import time
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import reasongym
from benchmarks.countdown_reference import confirms
from reasongym.checks.hostile import mutated
from reasongym.core import Data, Verdict
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
SIGNS = (*"+-*/" * 4, " × ", r" \times ", "÷", "−", "=", "", " ", " or ")
PROBLEMS: tuple[Data, ...] = (
    {"numbers": [3, 4], "target": 12, "use_all": True, "solution": []},
    {"numbers": [1, 2, 3, 3, 4, 12], "target": 6, "use_all": False, "solution": []},
    {"numbers": [2, 2], "target": 4, "use_all": True, "solution": []},
)


@dataclass
class Fuzzed:
    """What a run of the fuzzer found so far."""

    num_answers: int = 0
    num_accepted: int = 0
    false_accepts: list[str] = field(default_factory=list[str])
    slowest_s: float = 0.0
    """CPU seconds of the slowest verdict."""

    def judge(self, data: Data, text: str) -> None:
        """Judge one text; what is accepted must stand in the text and be confirmed by the second judge."""
        verdict, seconds = _timed(data, text)
        if seconds > self.slowest_s:  # a garbage collection falls into one verdict, not into the same thrice
            seconds = min(seconds, _timed(data, text)[1], _timed(data, text)[1])
        self.slowest_s = max(self.slowest_s, seconds)
        self.num_answers += 1
        self.num_accepted += verdict.correct
        answer = verdict.answer or ""
        if verdict.correct and not (answer in text and confirms(data, answer)):
            self.false_accepts.append(f"{text!r} for {data}")


def _timed(data: Data, text: str) -> tuple[Verdict, float]:
    start = time.thread_time()
    verdict = ENV.verify(data, text)
    return verdict, time.thread_time() - start


def fuzz_mutations(num: int, seed: int = 0) -> Fuzzed:
    """Draw right answers in the notations of models, break nine of ten at one to four places, and judge."""
    found = Fuzzed()
    rng = stream(b"fuzz countdown %d" % seed)
    for number in range(num):
        level = number % len(ENV.levels)
        data = ENV.problem(ENV.row(rng.below(10**9), level=level)).data
        text = ENV.oracle(data)[0].replace(*rng.pick(NOTATIONS))
        wrapped = rng.pick(WRAPPERS).format(target=data["target"]) % text
        found.judge(data, mutated(wrapped, rng) if rng.random() < 0.9 else wrapped)
    return found


def fuzz_soups(num: int) -> Fuzzed:
    """Let hypothesis draw texts from numbers and signs, legal and illegal, and judge each."""
    found = Fuzzed()

    @settings(
        max_examples=num,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.sampled_from(PROBLEMS), st.lists(st.integers(0, 999), min_size=2, max_size=6))
    def judge(data: Data, draws: list[int]) -> None:
        found.judge(data, _soup(data, draws))

    judge()
    return found


def _soup(data: Data, draws: list[int]) -> str:
    """Alternate operands and signs in a wrapper, now and then with a token that does not belong."""
    numbers = [str(number) for number in data["numbers"]]
    operands = (*numbers * 24, *(f"({number}" for number in numbers), *(f"{number})" for number in numbers))
    tables = ((*operands, str(data["target"]), *TOKENS), (*SIGNS * 16, *TOKENS))
    texts = [tables[at % 2][draw % len(tables[at % 2])] for at, draw in enumerate(draws[1:])]
    return WRAPPERS[draws[0] % len(WRAPPERS)].format(target=data["target"]) % "".join(texts)
