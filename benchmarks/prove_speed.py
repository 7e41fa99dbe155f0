"""How fast problems are made and judged, on one core, beside reasoning-gym and gym-sokoban in the same run.

`python -m benchmarks.prove --only speed`. Rates are items per CPU second. A peer's item that does not end in
30 s counts as what it is: 0 per second. Sokoban is raced again with gym-sokoban, each contestant in a process
of its own (see `bench_sokoban.py`), because gym-sokoban can hang.
"""

import contextlib
import importlib
import importlib.util
import io
import signal
import time
from collections.abc import Callable, Generator
from itertools import count
from typing import Any, NamedTuple

import gymnasium

import reasongym
from benchmarks import bench_sokoban
from benchmarks.bars import Outcome, at_least, at_most
from benchmarks.timing import Once, rates
from reasongym.core import Data, Env, Row
from reasongym.seeding import Stream, is_eval, stream

NUM_WINDOWS, WINDOW_S = 3, 0.4
SURVEY_S, MOST_SURVEYED, LEAST_SURVEYED = 0.6, 10_000, 100
"""How long, and how many at most and at least, is drawn of each level to find its slowest item."""
HARDEST, LEAST_HARDEST = "reasongym/Sokoban-v0 level 5", 1_000
"""The level whose slowest in a hundred are held to a bar, and how many are drawn of it."""
LEAST_PLAIN, MOST_ITEM_S, MOST_P99_S = 20_000, 1.0, 0.2
MOST_STEP_US, MOST_RESET_US = 5.0, 20.0
NUM_FACED = 3_000


class Race(NamedTuple):
    """One of our levels, the rate it must reach, and the peer's data set that is nearest to it."""

    env_id: str
    level: int
    bar: float
    peer: str
    settings: dict[str, Any]


def _people(level: int, bar: float, number: int) -> Race:
    return Race("KnightsKnaves-v0", level, bar, "knights_knaves", {"n_people": number})


def _square(size: int, boxes: int) -> dict[str, Any]:
    return dict.fromkeys(("min_w", "max_w", "min_h", "max_h"), size) | {
        "min_boxes": boxes,
        "max_boxes": boxes,
    }


RACES = (
    _people(2, 10_000, 3),
    _people(4, 5_000, 5),
    _people(6, 2_000, 8),
    Race("Sokoban-v0", 2, 1_000, "sokoban", _square(6, 2)),
    Race("Sokoban-v0", 5, 50, "sokoban", _square(10, 3)),
    Race("Countdown-v0", 3, 20_000, "countdown", {"min_numbers": 5, "max_numbers": 5}),
    Race("Arithmetic-v0", 3, LEAST_PLAIN, "basic_arithmetic", {}),
    Race("Multiplication-v0", 3, LEAST_PLAIN, "products", {}),
    Race("Gcd-v0", 3, LEAST_PLAIN, "gcd", {}),
    Race("Sequence-v0", 3, LEAST_PLAIN, "number_sequence", {}),
    Race("FractionArithmetic-v0", 3, LEAST_PLAIN, "fraction_simplification", {}),
    Race("BaseConversion-v0", 3, 0, "base_conversion", {}),
    Race("Factorization-v0", 3, 0, "prime_factorization", {}),
    Race("LinearEquation-v0", 3, LEAST_PLAIN, "simple_equations", {}),
    Race("PolynomialExpand-v0", 3, 0, "polynomial_multiplication", {}),
    Race("Integral-v0", 3, 0, "intermediate_integration", {}),
    Race("Geometry-v0", 3, 0, "simple_geometry", {}),
    Race("WordProblem-v0", 3, 0, "gsm_symbolic", {}),
    Race("Sudoku-v0", 4, 0, "sudoku", {}),
    Race("ZebraPuzzle-v0", 3, 0, "zebra_puzzles", {}),
    Race("NQueens-v0", 3, 0, "n_queens", {}),
    Race("GraphColouring-v0", 3, 0, "graph_color", {}),
    Race("ShortestPath-v0", 3, 0, "shortest_path", {}),
    Race("Circuit-v0", 3, 0, "circuit_logic", {}),
    Race("Entailment-v0", 3, 0, "propositional_logic", {}),
    Race("TowerOfHanoiPlan-v0", 3, 0, "tower_of_hanoi", {}),
    Race("MazePath-v0", 3, 0, "maze", {}),
)
"""Bars of 0 are for comparison: the peer's problems are of another kind or size there."""


def speed() -> Outcome:
    """Time every race, survey every level for its slowest item, and weigh what Gymnasium's face adds."""
    sokoban = bench_sokoban.rates(bench_sokoban.of_sizes(), num_windows=1)
    raced = rates(_contestants(), NUM_WINDOWS, WINDOW_S)
    surveyed = {
        f"{env_id} level {level}": _survey(reasongym.get(env_id), level)
        for env_id in reasongym.specs()
        for level in range(len(reasongym.get(env_id).levels))
    }
    surveyed[HARDEST] = _survey(reasongym.get("Sokoban-v0"), 5, LEAST_HARDEST)
    face = _face()
    bars = [
        at_least(f"{_name(race)}, problems per s", raced[_name(race)]["per_s"], race.bar)
        for race in RACES
        if race.bar
    ]
    slowest = max(surveyed, key=lambda name: surveyed[name]["slowest_s"])
    bars += [
        at_most(f"slowest item of any level, s ({slowest})", surveyed[slowest]["slowest_s"], MOST_ITEM_S),
        at_most("Sokoban-v0 level 5, s for the slowest in a hundred", surveyed[HARDEST]["p99_s"], MOST_P99_S),
        at_most("step of a made environment beyond its verify or act, us", face["step_us"], MOST_STEP_US),
        at_most(
            "reset of a made environment beyond its generate, us",
            face["reset_us"],
            MOST_RESET_US,
        ),
    ]
    figures = {"races": _beside_peers(raced), "levels": surveyed, "face": face}
    return Outcome(bars, figures | {"sokoban": bench_sokoban.ratios(sokoban) | sokoban})


def _name(race: Race) -> str:
    return f"{race.env_id} level {race.level}"


def _peer_name(race: Race) -> str:
    return f"reasoning-gym {race.peer} {race.settings or ''}".strip()


def _contestants() -> dict[str, Once]:
    entries: dict[str, Once] = {}
    for race in RACES:
        entries[_name(race)] = _generate(reasongym.get(race.env_id), race.level)
        entries[f"{_name(race)}, verify"] = _verify(reasongym.get(race.env_id), race.level)
        if importlib.util.find_spec("reasoning_gym"):
            entries[_peer_name(race)] = _peer(race)
    return entries


def _generate(env: Env, level: int) -> Once:
    split = env.splits(level)[0]
    env.problem(env.row(0, level=level))  # whatever loads or compiles at first use
    return lambda number: env.problem(Row(env.env_id, level, split, number))


def _verify(env: Env, level: int) -> Once:
    problems = [env.problem(env.row(seed, level=level)) for seed in range(100)]
    played = [(problem, env.oracle(problem.data)) for problem in problems]
    return lambda number: env.judge(*played[number % len(played)])


def _peer(race: Race) -> Once:
    reasoning_gym: Any = importlib.import_module("reasoning_gym")
    data = reasoning_gym.create_dataset(race.peer, seed=1, size=10**6, **race.settings)

    given_up = _TooLong, ValueError, RuntimeError  # such an item counts as made, with its time

    def once(number: int) -> object:
        with contextlib.suppress(*given_up), contextlib.redirect_stdout(io.StringIO()), _limited():
            return data[number]

    return once


class _TooLong(Exception):
    """A peer's item took longer than any item may."""


@contextlib.contextmanager
def _limited(seconds: int = 30) -> Generator[None]:
    def stop(*_: object) -> None:
        raise _TooLong

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _survey(env: Env, level: int, least: int = LEAST_SURVEYED) -> dict[str, float]:
    """Draw problems of a level, of both splits, and describe how long they take."""
    taken: list[float] = []
    once = [_generate_split(env, level, split) for split in env.splits(level)]
    start = before = time.process_time()
    while len(taken) < least or (len(taken) < MOST_SURVEYED and before - start < SURVEY_S):
        once[len(taken) % len(once)](len(taken))
        after = time.process_time()
        taken.append(after - before)
        before = after
    ordered = sorted(taken)
    return {
        "per_s": round(len(taken) / sum(taken)),
        "p99_s": ordered[int(0.99 * (len(ordered) - 1))],
        "slowest_s": ordered[-1],
        "drawn": len(taken),
    }


def _generate_split(env: Env, level: int, split: Any) -> Once:
    env.problem(env.row(0, level=level, split=split))
    return lambda number: env.problem(
        env.practice_row(1_000 + number, level, split, {})
    )  # inside a finite source


def _face() -> dict[str, float]:
    """Return what reset and step of `gymnasium.make`'s environment cost beyond the family's own functions."""
    return {
        "step_us": max(_step_us("Countdown-v0"), _step_us("CountdownSteps-v0")),
        "reset_us": _reset_us("Countdown-v0"),
    }


def _step_us(env_id: str) -> float:
    made = gymnasium.make(f"reasongym/{env_id}", split="train")
    env: Any = made.unwrapped
    made.reset(seed=0)
    session, rng = env._session, stream(b"face")
    text = env.random_action(session.state, rng)

    def step(_: int) -> None:
        env._session = session
        made.step(text)

    def play(_: int) -> None:
        if env.max_turns(env.default_level) == 1:
            env.verify(session.state, text)
        else:
            env.act(session.state, text, rng)

    return round(_least_us(step) - _least_us(play), 2)


def _reset_us(env_id: str) -> float:
    """Count as the family's own its generate, canonical and prompt, with a stream already seeded."""
    made = gymnasium.make(f"reasongym/{env_id}", split="train")
    env: Any = made.unwrapped
    options = {option.name: option.default for option in env.parameters}

    def draw(rng: Stream) -> tuple[Data, str]:
        data = env.generate(rng, env.default_level, options)
        return data, env.canonical(data)

    def num_draws(key: bytes) -> int:
        rng = stream(key)
        return next(num for num in count(1) if not is_eval(env.family, draw(rng)[1]))

    keys = [Row(env.env_id, env.default_level, "train", number).key for number in range(NUM_FACED)]
    nums = [num_draws(key) for key in keys]

    def reset(number: int) -> None:
        made.reset(seed=number)

    def own(number: int) -> None:
        rng = stream(keys[number])
        *_, (data, _) = [draw(rng) for _ in range(nums[number])]
        env.prompt(data, "plain")

    def seeding(number: int) -> None:
        _ = stream(keys[number]).random

    return round(_least_us(reset) - (_least_us(own) - _least_us(seeding)), 2)


def _least_us(once: Callable[[int], object], num: int = NUM_FACED, times: int = 9) -> float:
    found: list[float] = []
    for _ in range(times):
        start = time.process_time()
        for number in range(num):
            once(number)
        found.append((time.process_time() - start) / num)
    return 1e6 * min(found)


def _beside_peers(raced: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = {}
    for race in RACES:
        ours = raced[_name(race)]["per_s"]
        figures[_name(race)] = {"per_s": ours, "verified_per_s": raced[f"{_name(race)}, verify"]["per_s"]}
        if _peer_name(race) in raced:
            theirs = raced[_peer_name(race)]["per_s"]
            figures[_name(race)] |= {_peer_name(race): theirs, "ratio": round(ours / max(theirs, 1), 1)}
    return figures
