"""The native vector environment beside Gymnasium's `SyncVectorEnv`, and beside environments that block.

`python -m benchmarks.bench_vector`. Both play the same actions on the same seeds, from the same reset, in
turns; a figure is the best of several such runs in CPU time of the thread.
"""

import sys
import time
from collections.abc import Mapping
from typing import Any

import gymnasium

import reasongym
from benchmarks.bars import Bar, Outcome, at_least, at_most
from reasongym import registry
from reasongym.core import Data, Env, Json, Turn, Verdict
from reasongym.seeding import Stream, stream

NUM_ENVS = (1, 8, 64)
FAMILIES = {
    "reasongym/Arithmetic-v0": 0,
    "reasongym/Countdown-v0": 1,
    "reasongym/CountdownSteps-v0": 3,
    "reasongym/KnightsKnaves-v0": 3,
    "reasongym/Sokoban-v0": 2,
    "reasongym/Sudoku-v0": 3,
}
"""Ids and levels, from cheap to costly."""
NUM_RUNS = 9
RUN_S = 0.1
SAME = 0.98
"""What two runs of equal work measure as equal: where the problems cost all the time, the race is a draw."""
BLOCKED_S = 0.05
NUM_BLOCKED = 16
MOST_OF_SLOWEST = 1.3


class Race:
    """One family and number of environments: both vector environments, and the actions they play."""

    def __init__(self, env_id: str, level: int, num_envs: int) -> None:
        self.envs: dict[str, Any] = {
            name: gymnasium.make_vec(env_id, num_envs=num_envs, vectorization_mode=mode, level=level)
            for name, mode in (("native", None), ("sync", "sync"))
        }
        env = reasongym.get(env_id)
        _, infos = self.envs["native"].reset(seed=0)
        states = [env.begin(env.problem(row)).state for row in infos["row"]]
        self.actions = tuple(env.random_action(state, stream(b"%d" % i)) for i, state in enumerate(states))

    def seconds(self, name: str, num_steps: int) -> float:
        """Time so many steps from the same reset."""
        envs = self.envs[name]
        envs.reset(seed=0)
        begun = time.thread_time()
        for _ in range(num_steps):
            envs.step(self.actions)
        return time.thread_time() - begun

    def rates(self) -> dict[str, float]:
        """Return steps of the batch a second, the best of runs that take turns."""
        num_steps = 1
        while self.seconds("native", num_steps) < RUN_S:
            num_steps *= 2
        found: dict[str, list[float]] = {name: [] for name in self.envs}
        for run in range(NUM_RUNS):
            for name in sorted(self.envs, reverse=bool(run % 2)):
                found[name].append(self.seconds(name, num_steps))
        return {name: num_steps / min(seconds) for name, seconds in found.items()}


class Blocks(Env):
    """Wait, as an environment does that asks a sandbox or a server."""

    family = "blocks"
    levels = ("wait 50 ms",)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return {"number": rng.below(2**40)}

    def prompt(self, data: Data, style: str) -> str:
        return "Wait."

    def max_turns(self, level: int) -> int:
        return 1_000

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        time.sleep(BLOCKED_S)
        return Turn(state, "waited", 0.0, Verdict.of("ok") if text == "stop" else None)

    def oracle(self, data: Data) -> list[str]:
        return ["stop"]

    def canonical(self, data: Data) -> str:
        return str(data["number"])

    def space(self, level: int) -> int:
        return 2**40

    def chance(self, level: int) -> float:
        return 0.0

    def random_action(self, state: Json, rng: Stream) -> str:
        return "wait"


def blocked_s() -> float:
    """Return the wall seconds of a step of 16 environments that block for 50 ms, the best of a few."""
    registry.register("benchmark/Blocks-v0")(Blocks)
    envs: Any = gymnasium.make_vec("benchmark/Blocks-v0", num_envs=NUM_BLOCKED, slow=True)
    envs.reset(seed=0)
    best = float("inf")
    for _ in range(10):
        begun = time.perf_counter()
        envs.step(("wait",) * NUM_BLOCKED)
        best = min(best, time.perf_counter() - begun)
    envs.close()
    registry.unregister("benchmark/Blocks-v0")
    return best


def vector() -> Outcome:
    """Race every family and size, and time blocking environments."""
    bars: list[Bar] = []
    figures: dict[str, Any] = {}
    for env_id, level in FAMILIES.items():
        for num_envs in NUM_ENVS:
            found = Race(env_id, level, num_envs).rates()
            name = f"{env_id} level {level}, {num_envs} envs"
            figures[name] = {f"{one} steps/s": round(num_envs * rate) for one, rate in found.items()}
            ratio = found["native"] / found["sync"]
            bars.append(at_least(f"{name}: native over sync", round(ratio, 3), SAME))
    figures["blocked_s"] = blocked_s()
    ratio = round(figures["blocked_s"] / BLOCKED_S, 3)
    bars.append(at_most("a step of 16 blocking environments over the slowest", ratio, MOST_OF_SLOWEST))
    return Outcome(bars, figures)


def test_the_native_vector_environment_is_never_slower() -> None:
    """Every bar is met."""
    assert [bar for bar in vector().bars if not bar.is_met] == []


if __name__ == "__main__":
    outcome = vector()
    for bar in outcome.bars:
        print(f"{'met ' if bar.is_met else 'LOST'}  {bar.name:<64} {bar.figure:g} ({bar.bound})")
    for name, figure in outcome.figures.items():
        print(f"{name}: {figure}")
    sys.exit(not all(bar.is_met for bar in outcome.bars))
