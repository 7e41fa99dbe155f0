"""Episodes that a server plays over loopback, per CPU second, beside OpenEnv's own reasoning-gym server.

Run by the interpreter of OpenEnv (`REASONGYM_OPENENV_PYTHON`), in which both servers and their clients are.
An episode is a Countdown problem that is made, sent, answered and judged. CPU seconds are those of the
server's process; the client's are told beside them.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.bars import Outcome, at_least

ROOT = Path(__file__).parents[1]
PYTHON = "REASONGYM_OPENENV_PYTHON"
BATCH = 256
CONNECTIONS = 32
WINDOWS = 5
WINDOW_S = 2.0
LEAST_PER_S = 2_000
LEAST_RATIO = 3.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Rate(NamedTuple):
    """Episodes per CPU second of the server, and of the server and its client together."""

    server: float
    both: float


class _Served(NamedTuple):
    pid: int
    url: str


def serving() -> Outcome:
    """Race in one run of the other interpreter; `make prove` names it."""
    command = [os.environ[PYTHON], "-m", "benchmarks.prove_serving"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    ours, theirs = found["http, batches of 256"]["server"], found["OpenEnv, reasoning-gym"]["server"]
    bars = [
        at_least("episodes per CPU second of the server", ours, LEAST_PER_S),
        at_least("times OpenEnv's own reasoning-gym server", ours / theirs, LEAST_RATIO),
    ]
    return Outcome(bars, found)


@contextmanager
def _server(*arguments: str) -> Iterator[_Served]:
    """Run a server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    try:
        told = process.stdout.readline()
        found = re.search(r"http://\S+", told)
        assert found is not None, told
        yield _Served(process.pid, found[0])
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def _cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _window(play: Callable[[], int], pid: int) -> Rate:
    """Play for some CPU seconds of this process and the server."""
    num, server, client = 0, _cpu_s(pid), time.process_time()
    while True:
        num += play()
        used, own = _cpu_s(pid) - server, time.process_time() - client
        if used + own >= WINDOW_S:
            return Rate(num / used, num / (used + own))


def _batches(url: str, size: int) -> Callable[[], int]:
    """Open a batch of episodes and answer them, for our server."""
    from reasongym import registry
    from reasongym.agents.adapters.serving.client import RemoteEnvs

    envs, env = RemoteEnvs(url), registry.get("Countdown-v0")
    seeds = iter(range(10**9))

    def play() -> int:
        episodes = envs.begin([env.row(next(seeds)) for _ in range(size)])
        steps = envs.step([(one, "<answer>1 + 2</answer>") for one in episodes])
        assert all(step.terminated for step in steps)
        return size

    return play


def _verdicts(url: str) -> Callable[[], int]:
    """Let a batch of whole episodes be judged."""
    from reasongym import registry
    from reasongym.agents.adapters.serving.client import RemoteEnvs

    envs, env = RemoteEnvs(url), registry.get("Countdown-v0")
    seeds = iter(range(10**9))

    def play() -> int:
        return len(envs.judge([(env.row(next(seeds)), ["<answer>1 + 2</answer>"]) for _ in range(BATCH)]))

    return play


def _connections(
    url: str, first: dict[str, Any], following: Callable[[], dict[str, Any]], answer: dict[str, str]
) -> Callable[[], int]:
    """Play an episode in each of several connections of OpenEnv's generic client."""
    from openenv.core.generic_client import GenericEnvClient

    loop = asyncio.new_event_loop()
    clients = [GenericEnvClient(base_url=url, connect_timeout_s=120.0) for _ in range(CONNECTIONS)]

    async def one(client: GenericEnvClient, asked: dict[str, Any]) -> None:
        await client.reset(**asked)
        assert (await client.step(answer)).done

    async def start() -> None:
        for at, client in enumerate(clients):
            await client.connect()
            await one(client, first | {"seed": at})

    async def all_of_them() -> None:
        await asyncio.gather(*(one(client, following()) for client in clients))

    loop.run_until_complete(start())

    def play() -> int:
        loop.run_until_complete(all_of_them())
        return CONNECTIONS

    return play


def _contestants(http: _Served, ours: _Served, rival: _Served) -> dict[str, tuple[Callable[[], int], int]]:
    """Say how each server is played, and in which process it is."""
    seeds = iter(range(1_000, 10**9))
    problem = {"env_id": "Countdown-v0"}
    dataset = {"dataset_name": "countdown", "size": 1_000_000}
    by_openenv = _connections(
        ours.url, problem, lambda: problem | {"seed": next(seeds)}, {"text": "<answer>1 + 2</answer>"}
    )
    return {
        f"http, batches of {BATCH}": (_batches(http.url, BATCH), http.pid),
        "http, one at a time": (_batches(http.url, 1), http.pid),
        f"http, verdicts in batches of {BATCH}": (_verdicts(http.url), http.pid),
        "OpenEnv, ours": (by_openenv, ours.pid),
        "OpenEnv, reasoning-gym": (
            _connections(rival.url, dataset, dict[str, Any], {"answer": "1 + 2"}),
            rival.pid,
        ),
    }


def main() -> None:
    """Race, and print the rates as JSON."""
    serve = ("reasongym", "serve", "env", "--port", "0")
    rates: dict[str, list[Rate]] = {}
    with (
        _server(*serve) as http,
        _server(*serve, "--protocol", "openenv") as ours,
        _server("benchmarks.serving_rival") as rival,
    ):
        contestants = _contestants(http, ours, rival)
        for _ in range(WINDOWS):
            for name, (play, pid) in contestants.items():
                rates.setdefault(name, []).append(_window(play, pid))
    told = {
        name: {
            "server": round(median(one.server for one in found)),
            "server_and_client": round(median(one.both for one in found)),
            "windows": [round(one.server) for one in found],
        }
        for name, found in rates.items()
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
