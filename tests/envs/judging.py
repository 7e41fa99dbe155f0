"""What the tests of several families share: reasons of verdicts, and attacks that must fail cheaply."""

import time

from reasongym.core import Data, Env

_LIMIT_S = 0.05


def reason(env: Env, data: Data, text: str) -> str:
    """Judge a text and return the reason, once the other fields of the verdict say the same."""
    verdict = env.verify(data, text)
    assert verdict.correct == (verdict.reason == "ok") == (verdict.reward == 1.0)
    return verdict.reason


def wrapped(text: str) -> tuple[str, ...]:
    """Return a text bare, in tags, in a box and behind a phrase."""
    return text, f"<answer>{text}</answer>", f"\\boxed{{{text}}}", f"The answer is {text}"


def attacks_around(term: str) -> dict[str, str]:
    """Name the attacks that every reader of formulas meets, around a term it can read."""
    return {
        "tower of powers": "9^9^9^9",
        "tower of powers in Python": "9**9**9**9",
        "tower of powers in braces": "10^{10^{10}}",
        "a megabyte of sum": f"{term}+" * (10**6 // (len(term) + 1)) + term,
        "20,000 brackets": "(" * 20_000 + term + ")" * 20_000,
        "binomial": rf"\binom{{{term}}}{{5}}",
    }


def assert_fails_cheaply(env: Env, data: Data, text: str, limit_s: float = _LIMIT_S) -> None:
    """Judge a text in every wrapping: it earns nothing and costs little CPU time."""
    for answer in wrapped(text):
        start = time.thread_time()
        assert reason(env, data, answer) != "ok", answer[:80]
        assert time.thread_time() - start < limit_s, answer[:80]
