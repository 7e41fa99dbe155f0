"""Hold the figures of `prove_countdown.py` against the bars."""

from typing import Any

from benchmarks.bars import Bar, Outcome, at_most, exactly
from benchmarks.prove_countdown import countdown_bars

SLOWEST_ANSWER_S = 0.005


def countdown() -> Outcome:
    """Run what is missing of Countdown's proof and judge all of it."""
    found = {name: item["figures"] for name, item in countdown_bars().items()}
    return Outcome([*_counts(found), *_splits(found), *_fuzz(found["fuzzed_answers"])], found)


def _counts(found: dict[str, Any]) -> list[Bar]:
    """Compare each count of successes with the number of trials beside it."""
    bars: list[Bar] = []
    for name in ("oracle_wins", "solver_confirms", "evaluator_confirms"):
        trials: int = found[name]["of"]
        counts = [value for key, value in found[name].items() if key != "of"]
        counts = [one for value in counts for one in (value if isinstance(value, list) else [value])]
        bars.append(exactly(f"{name}, fewest of a level", min(counts), trials))
    return bars


def _splits(found: dict[str, Any]) -> list[Bar]:
    trivial = [value for key, value in found["not_trivial"].items() if key not in ("of", "level 0")]
    shared = [value["shared"] for key, value in found["splits"].items() if key.startswith("level")]
    return [
        exactly("problems of one step above the warm-up level", sum(trivial), 0),
        exactly("symmetries that change the canonical form", found["symmetries"]["changed"], 0),
        exactly("problems in both splits", sum(shared) + found["rows_of_both_splits"]["shared"], 0),
    ]


def _fuzz(fuzzed: dict[str, Any]) -> list[Bar]:
    false_accepts = sum(len(kind["false_accepts"]) for kind in fuzzed.values())
    slowest_s = max(kind["slowest_s"] for kind in fuzzed.values())
    return [
        exactly("wrong answers accepted", false_accepts, 0),
        at_most("seconds for the slowest answer", slowest_s, SLOWEST_ANSWER_S),
    ]
