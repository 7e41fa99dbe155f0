"""The figures of Countdown that are too long for the test suite: `python -m benchmarks.prove_countdown`.

Each item is a function that returns its figures. They are written after each item to
benchmarks/results/countdown_proof.json, and items already there are skipped: remove the file to start anew.
"""

import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import reasongym
from benchmarks.countdown_fuzz import fuzz_mutations, fuzz_soups
from benchmarks.countdown_reference import independent_value
from reasongym.checks.result import draw, own_stream, play_randomly
from reasongym.core import Env
from reasongym.seeding import is_eval, stream

RESULTS = Path(__file__).parent / "results" / "countdown_proof.json"
IDS = ("reasongym/Countdown-v0", "reasongym/CountdownSteps-v0")
ENV = reasongym.get(IDS[0])
LEVELS = range(len(ENV.levels))

Figures = dict[str, Any]


def oracle_wins(num: int = 10_000) -> Figures:
    """Count oracle episodes with reward 1.0 per id and level."""
    return {
        env_id: [sum(_oracle_wins(reasongym.get(env_id), level, num)) for level in LEVELS] for env_id in IDS
    } | {"of": num}


def _oracle_wins(env: Env, level: int, num: int) -> list[bool]:
    return [env.replay(made.row, env.oracle(made.data)).reward == 1.0 for made in draw(env, level, num)]


def solver_confirms(num: int = 1_000) -> Figures:
    """Count problems up to 6 numbers that the exhaustive solver finds solvable."""
    levels = [level for level in LEVELS if len(next(draw(ENV, level, 1)).data["numbers"]) <= 6]
    return {f"level {n}": sum(ENV.prove(made.data) for made in draw(ENV, n, num)) for n in levels} | {
        "of": num
    }


def evaluator_confirms(num: int = 10_000) -> Figures:
    """Count oracle expressions whose value and numbers an independent evaluator confirms."""
    figures: Figures = {"of": num}
    for level in LEVELS:
        confirmed = 0
        for made in draw(ENV, level, num):
            value, numbers = independent_value(ast.parse(ENV.oracle(made.data)[0], mode="eval").body)
            given: Counter[int] = Counter(made.data["numbers"])
            is_legal = numbers == given if made.data["use_all"] else numbers <= given
            confirmed += is_legal and value == made.data["target"]
        figures[f"level {level}"] = confirmed
    return figures


def fuzzed_answers(num: int = 100_000) -> Figures:
    """Judge mutated right answers and drawn token soups; an exception would end the item."""
    return {"mutations": asdict(fuzz_mutations(num)), "hypothesis": asdict(fuzz_soups(num // 2))}


def not_trivial(num: int = 10_000) -> Figures:
    """Count problems that one operation solves, by brute force; only the warm-up level may have any."""
    return {
        f"level {level}": sum(
            _takes_one_step(made.data["numbers"], made.data["target"]) for made in draw(ENV, level, num)
        )
        for level in LEVELS
    } | {"of": num}


def _takes_one_step(numbers: list[int], target: int) -> bool:
    return target in numbers or any(
        target in (a + b, a - b, a * b) or (b and a == target * b)
        for i, a in enumerate(numbers)
        for j, b in enumerate(numbers)
        if i != j
    )


def symmetries(num: int = 10_000) -> Figures:
    """Count random reorderings that change the canonical form."""
    changed = 0
    for made in islice(draw(ENV, 4, num), num):
        guise = ENV.symmetric(made.data, own_stream("symmetry", made))
        changed += ENV.canonical(guise) != ENV.canonical(made.data)
    return {"reordered": num, "changed": changed}


def splits(num: int = 1_000_000) -> Figures:
    """Draw without a split at every level; count distinct problems and those that both splits hold."""
    figures: Figures = {"draws a level": num}
    for level in LEVELS:
        rng = stream(b"prove splits %d" % level)
        options = {option.name: option.default for option in ENV.parameters}
        sides: dict[bool, set[str]] = {True: set(), False: set()}
        for _ in range(num):
            name = ENV.canonical(ENV.generate(rng, level, options))
            sides[is_eval(ENV.family, name)].add(name)
        held_out, trained = len(sides[True]), len(sides[False])
        figures[f"level {level}"] = {
            "distinct": held_out + trained,
            "eval share": round(held_out / (held_out + trained), 4),
            "shared": len(sides[True] & sides[False]),
        }
    return figures


def rows_of_both_splits(num: int = 500_000) -> Figures:
    """Make problems of rows of both splits at the level with the fewest; count those they share."""
    sides = [{ENV.canonical(made.data) for made in draw(ENV, 1, num, split)} for split in ("train", "eval")]
    return {"draws": 2 * num, "distinct": [len(side) for side in sides], "shared": len(sides[0] & sides[1])}


def chance(num: int = 10_000) -> Figures:
    """Measure what the random legal player earns."""
    return {
        env_id: [_mean_random_reward(reasongym.get(env_id), level, num) for level in LEVELS] for env_id in IDS
    } | {"of": num}


def _mean_random_reward(env: Env, level: int, num: int) -> float:
    return sum(play_randomly(env, made)[1].reward for made in draw(env, level, num)) / num


ITEMS: dict[str, Callable[[], Figures]] = {
    item.__name__: item
    for item in (
        oracle_wins,
        solver_confirms,
        evaluator_confirms,
        fuzzed_answers,
        not_trivial,
        symmetries,
        splits,
        rows_of_both_splits,
        chance,
    )
}


def countdown_bars() -> Figures:
    """Return every item's figures, running those that are not in the results file."""
    done: Figures = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name, item in ITEMS.items():
        if name not in done:
            print(f"{name} ...", file=sys.stderr, flush=True)
            done[name] = {"about": item.__doc__, "commit": _commit(), "figures": item()}
            partial = RESULTS.with_suffix(".partial")
            partial.write_text(json.dumps(done, indent=1) + "\n")
            partial.replace(RESULTS)
    return done


def _commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=True,
        cwd=RESULTS.parent,
    )
    return described.stdout.strip()


if __name__ == "__main__":
    print(json.dumps(countdown_bars(), indent=1))
