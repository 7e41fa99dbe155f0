"""How well and how fast answers of mathematics are judged, beside Math-Verify in the same run.

`python -m benchmarks.prove --only grader`. The cases are those of tests/answers, written from the
specification by someone who had not seen the grader; the ordinary boxed answers that are timed are the cases'
golds, right and wrong, at the end of a working. Rates are verifications per CPU second on one core. Attacks
are held to their slowest.
"""

import importlib
import importlib.util
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.bars import Outcome, at_least, at_most, exactly
from benchmarks.timing import Once, rates
from reasongym.answers.grader import Options, grade, judge
from tests.answers.attacks import attacks

CASES = Path(__file__).parents[1] / "tests" / "answers" / "cases.jsonl"
NUM_WINDOWS, WINDOW_S = 5, 1.0
LEAST_RATE, LEAST_RIGHT, MOST_ATTACK_S, MOST_P99_S = 5_000, 0.99, 1.0, 0.05
WORKING = (
    "First we expand the product and collect the terms, so $a_1 = 3$ and $b = \\frac{7}{2}$. Then the "
    "second equation gives 14 - 6 = 8, and with it $x^2 = 9$.\n\n"
) * 3


def grader() -> Outcome:
    """Measure cases, attacks and rates."""
    rows = [json.loads(line) for line in CASES.read_text().splitlines()]
    right, wrong_accepts, times = _cases(rows)
    slowest = max(map(_attacked, attacks()))
    pairs = _ordinary(rows)
    entries: dict[str, Once] = {"ours": lambda at: judge(*pairs[at % len(pairs)])}
    peer = _math_verify()
    if peer is not None:
        entries["math-verify"] = lambda at: peer(*pairs[at % len(pairs)])
    timed = rates(entries, NUM_WINDOWS, WINDOW_S)
    plain = [row for row in rows if not row.get("options")]
    bars = [
        at_least("share of the cases judged as is due", right / len(rows), LEAST_RIGHT),
        exactly("wrong answers accepted", wrong_accepts, 0),
        at_most("slowest attack, s", slowest, MOST_ATTACK_S),
        at_most(
            "ordinary answers, slowest in a hundred, s", sorted(times)[int(0.99 * len(times))], MOST_P99_S
        ),
        at_least("verifications per second and core", timed["ours"]["per_s"], LEAST_RATE),
    ]
    agreement = (
        {} if peer is None else {"math_verify_right": _right(peer, plain), "ours_right": _right(_ours, plain)}
    )
    return Outcome(bars, {"rates": timed, "cases_without_options": len(plain), **agreement})


def _ours(gold: str, answer: str) -> bool:
    return judge(gold, answer).correct


def _cases(rows: list[dict[str, Any]]) -> tuple[int, int, list[float]]:
    """Return how many cases are judged as is due, how many wrong ones are accepted, and the time of each."""
    right = wrong_accepts = 0
    times: list[float] = []
    for row in rows:
        start = time.process_time()
        correct = grade(row["gold"], row["answer"], Options.of(row.get("options") or {})).correct
        times.append(time.process_time() - start)
        right += correct == row["correct"]
        wrong_accepts += correct and not row["correct"]
    return right, wrong_accepts, times


def _attacked(attack: tuple[str, str]) -> float:
    gold, answer = attack
    start = time.process_time()
    grade(gold, f"Thus it is \\boxed{{{answer}}}.")
    return time.process_time() - start


def _ordinary(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Pair golds with completions that box the gold, and with ones that box the next gold."""
    golds = [row["gold"] for row in rows if not row.get("options") and row["kind"] != "attack"]
    boxed = [f"{WORKING}Therefore the answer is $\\boxed{{{gold}}}$." for gold in golds]
    return [*zip(golds, boxed, strict=True), *zip(golds, boxed[1:], strict=False)]


def _right(verify: Callable[[str, str], bool], rows: list[dict[str, Any]]) -> int:
    return sum(
        verify(row["gold"], row["answer"]) == row["correct"] for row in rows if row["kind"] != "attack"
    )


def _math_verify() -> Callable[[str, str], bool] | None:
    """Return Math-Verify as its README uses it, None where it is not installed."""
    if importlib.util.find_spec("math_verify") is None:
        return None
    peer = importlib.import_module("math_verify")

    def verified(gold: str, text: str) -> bool:
        with suppress(Exception):  # whatever a peer raises on an answer is no acceptance
            return bool(peer.verify(peer.parse(f"${gold}$"), peer.parse(text)))
        return False

    return verified
