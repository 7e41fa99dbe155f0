"""Killing what a sandbox hangs on elsewhere, in the middle of a batch: containers, engines, servers."""

import os
import random
import signal
from contextlib import suppress

from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.battery.kills import Batch, batch_amid
from tests.sandbox.engines import OwnEngine
from tests.sandbox.servers import Server

_ENDED_BETWEEN = 40
"""Jobs from one death of an engine or a server to the next, which takes seconds to start."""


def batch_amid_dead_containers(engine: OwnEngine, num_jobs: int, *, seed: int = 0) -> Batch:
    """Judge a batch while a container of the engine that DOCKER_HOST names is killed again and again."""
    rng = random.Random(seed)
    with Sandbox("docker", workers=2) as sandbox:
        return batch_amid(sandbox, num_jobs, lambda: _killed_container(engine, rng), rng=rng)


def batch_amid_dead_engines(engine: OwnEngine, num_jobs: int, *, seed: int = 0) -> Batch:
    """Judge a batch while the engine is killed again and again, every other time with all containers."""
    rng = random.Random(seed)
    is_alone = False

    def strike() -> bool:
        nonlocal is_alone
        is_alone = not is_alone
        zygotes = engine.zygotes()
        engine.kill()
        for zygote in [] if is_alone else zygotes:
            _kill(zygote)
        engine.start()
        return True

    with Sandbox("docker", workers=2) as sandbox:
        return batch_amid(sandbox, num_jobs, strike, rng=rng, between=_ENDED_BETWEEN)


def batch_amid_dead_servers(num_jobs: int, *, seed: int = 0) -> Batch:
    """Judge a batch on a server that is killed, and started again, as soon as it has judged some more."""
    server = Server("--workers", "2")

    def strike() -> bool:
        server.stop(signal.SIGKILL)
        server.start()
        return True

    server.start()
    try:
        with server.sandbox(patience_s=600.0) as sandbox:
            rng = random.Random(seed)
            return batch_amid(sandbox, num_jobs, strike, rng=rng, between=_ENDED_BETWEEN)
    finally:
        server.stop()


def _killed_container(engine: OwnEngine, rng: random.Random) -> bool:
    zygotes = engine.zygotes()
    return bool(zygotes) and _kill(rng.choice(zygotes))


def _kill(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False
