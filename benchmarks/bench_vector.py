"""How fast the native vector environment is beside Gymnasium's `SyncVectorEnv` over the same environments.

`python -m benchmarks.bench_vector`. Every figure is the best of interleaved windows in CPU time of the
thread, with the garbage collector as a user has it. Both play the same actions on the same seeds.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium

import reasongym
from reasongym.seeding import stream

RESULTS = Path(__file__).parent / "results" / "vector.json"
NUM_ENVS = (1, 8, 64)
FAMILIES = {
    "reasongym/Countdown-v0": 1,
    "reasongym/CountdownSteps-v0": 3,
    "reasongym/KnightsKnaves-v0": 3,
    "reasongym/Sokoban-v0": 1,
}
"""Ids and levels, cheap and costly; those that are not registered are left out."""
NUM_WINDOWS = 7
WINDOW_S = 0.15
SLOWER_MEANS = 1.0
MODES = {"native": None, "sync": "sync"}


def rates(env_id: str, level: int, num_envs: int) -> dict[str, float]:
    """Return the environment steps per CPU second of each mode, the best of the windows."""
    steppers = {name: _stepper(env_id, level, num_envs, mode) for name, mode in MODES.items()}
    best = dict.fromkeys(MODES, 0.0)
    for _ in range(NUM_WINDOWS):
        for name, step in steppers.items():
            best[name] = max(best[name], num_envs * _per_s(step))
    return best


def _per_s(step: Callable[[], object]) -> float:
    num, begun, spent = 0, time.thread_time(), 0.0
    while spent < WINDOW_S:
        step()
        num += 1
        spent = time.thread_time() - begun
    return num / spent


def _stepper(env_id: str, level: int, num_envs: int, mode: str | None) -> Callable[[], object]:
    envs: Any = gymnasium.make_vec(env_id, num_envs=num_envs, vectorization_mode=mode, level=level)
    _, infos = envs.reset(seed=0)
    env = reasongym.get(env_id)
    states = [env.begin(env.problem(row)).state for row in infos["row"]]
    actions = tuple(env.random_action(state, stream(b"%d" % i)) for i, state in enumerate(states))
    return lambda: envs.step(actions)


def main() -> list[str]:
    """Race, print, write the figures; return what was lost."""
    found: dict[str, dict[str, float]] = {}
    lost: list[str] = []
    for env_id, level in FAMILIES.items():
        if env_id not in reasongym.specs():
            continue
        for num_envs in NUM_ENVS:
            rate = rates(env_id, level, num_envs)
            name = f"{env_id} level {level}, {num_envs} envs"
            ratio = rate["native"] / rate["sync"]
            found[name] = {one: round(value) for one, value in rate.items()} | {"ratio": round(ratio, 3)}
            print(f"{name:<44} {rate['native']:>10,.0f}/s  sync {rate['sync']:>10,.0f}/s  x{ratio:.2f}")
            if ratio < SLOWER_MEANS:
                lost.append(f"{name}: {found[name]}")
    record = {
        "command": "python -m benchmarks.bench_vector",
        "unit": f"environment steps per CPU second of one thread, best of {NUM_WINDOWS} interleaved windows",
        "rates": found,
    }
    RESULTS.write_text(json.dumps(record, indent=1) + "\n")
    return lost


if __name__ == "__main__":
    sys.exit("\n".join(main()))
