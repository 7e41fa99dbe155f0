"""Episodes that a server plays over loopback, per CPU second, beside OpenEnv's own reasoning-gym server.

Run by the interpreter of OpenEnv (`REASONGYM_OPENENV_PYTHON`), in which both servers and their clients are.
An episode is a problem that is made, sent, answered and judged: of Countdown, where making it costs most, and
of Gcd, where the way there does. CPU seconds are those of the server's process, all threads together, as
/proc counts them; the client's are told beside them.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.bars import Bar, Outcome, at_least

ROOT = Path(__file__).parents[1]
PYTHON = "REASONGYM_OPENENV_PYTHON"
BATCH = 256
CONNECTIONS = 32
WINDOWS = 5
WINDOW_S = 2.0
LEAST_PER_S = 2_000
LEAST_RATIO = 3.0
FAMILIES = {"Countdown-v0": ("countdown", "1 + 2"), "Gcd-v0": ("gcd", "3")}
"""What the rival calls ours, and what is answered."""
VERSIONS = ("openenv", "reasoning-gym", "fastapi", "uvicorn")
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
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    found = figures["rates"]
    bars: list[Bar] = []
    for env_id in FAMILIES:
        ours, theirs = found[f"{env_id}, http in batches"], found[f"{env_id}, OpenEnv with reasoning-gym"]
        ratio = ours["server"] / theirs["server"]
        bars += [
            at_least(f"{env_id}: episodes per CPU second of the server", ours["server"], LEAST_PER_S),
            at_least(f"{env_id}: times OpenEnv's own reasoning-gym server", ratio, LEAST_RATIO),
        ]
    return Outcome(bars, figures)


@contextmanager
def _server(*arguments: str) -> Generator[_Served]:
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


def _answer(env_id: str) -> str:
    return f"<answer>{FAMILIES[env_id][1]}</answer>"


def _batches(url: str, env_id: str, size: int) -> Callable[[], int]:
    """Open a batch of episodes and answer them, for our server."""
    from reasongym import registry
    from reasongym.agents.adapters.serving.client import RemoteEnvs

    envs, env, text = RemoteEnvs(url), registry.get(env_id), _answer(env_id)
    seeds = iter(range(10**9))

    def play() -> int:
        episodes = envs.begin([env.row(next(seeds)) for _ in range(size)])
        steps = envs.step([(one, text) for one in episodes])
        assert all(step.terminated for step in steps)
        return size

    return play


def _verdicts(url: str, env_id: str) -> Callable[[], int]:
    """Let a batch of whole episodes be judged."""
    from reasongym import registry
    from reasongym.agents.adapters.serving.client import RemoteEnvs

    envs, env, text = RemoteEnvs(url), registry.get(env_id), _answer(env_id)
    seeds = iter(range(10**9))

    def play() -> int:
        return len(envs.judge([(env.row(next(seeds)), [text]) for _ in range(BATCH)]))

    return play


def _connections(
    url: str, first: dict[str, Any], following: Callable[[], dict[str, Any]], answer: dict[str, str]
) -> Callable[[], int]:
    """Play an episode in each of several connections of OpenEnv's generic client.

    Its loop runs on while others are played, or the server would take its connections for lost.
    """
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

    threading.Thread(target=loop.run_forever, daemon=True).start()
    asyncio.run_coroutine_threadsafe(start(), loop).result()

    def play() -> int:
        asyncio.run_coroutine_threadsafe(all_of_them(), loop).result()
        return CONNECTIONS

    return play


def _contestants(
    env_id: str, http: _Served, ours: _Served, rival: _Served
) -> dict[str, tuple[Callable[[], int], int]]:
    """Say how each server is played, and in which process it is."""
    seeds = iter(range(1_000, 10**9))
    problem, (dataset, answer) = {"env_id": env_id}, FAMILIES[env_id]
    named = {"dataset_name": dataset, "size": 1_000_000}
    by_openenv = _connections(
        ours.url, problem, lambda: problem | {"seed": next(seeds)}, {"text": _answer(env_id)}
    )
    by_rival = _connections(rival.url, named, dict[str, Any], {"answer": answer})
    found = {
        "http in batches": (_batches(http.url, env_id, BATCH), http.pid),
        "http one at a time": (_batches(http.url, env_id, 1), http.pid),
        "http verdicts in batches": (_verdicts(http.url, env_id), http.pid),
        "OpenEnv": (by_openenv, ours.pid),
        "OpenEnv with reasoning-gym": (by_rival, rival.pid),
    }
    return {f"{env_id}, {name}": one for name, one in found.items()}


def main() -> None:
    """Race, and print the rates as JSON."""
    serve = ("reasongym", "serve", "env", "--port", "0")
    rates: dict[str, list[Rate]] = {}
    with (
        _server(*serve) as http,
        _server(*serve, "--protocol", "openenv") as ours,
        _server("benchmarks.serving_rival") as rival,
    ):
        contestants = {
            name: one for env_id in FAMILIES for name, one in _contestants(env_id, http, ours, rival).items()
        }
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
    print(json.dumps({"versions": {name: version(name) for name in VERSIONS}, "rates": told}))


if __name__ == "__main__":
    main()
