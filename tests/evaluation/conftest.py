"""Run folders to look at and to tamper with, and a policy that is sometimes right."""

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from reasongym import registry
from reasongym.episodes import Completion, Request
from reasongym.evaluation import Player, Protocol, Report, Run, env_suite, evaluate, planned


class Halfway:
    """Answers a request rightly or wrongly by its noise key alone, the newest first, a few a poll."""

    def __init__(self, stop_after: int | None = None) -> None:
        self._queue: list[Request] = []
        self._left = stop_after

    def submit(self, requests: Sequence[Request]) -> None:
        self._queue.extend(requests)

    def poll(self) -> list[tuple[int, Completion]]:
        return [self._complete(self._queue.pop()) for _ in range(min(3, len(self._queue)))]

    def cancel(self, ids: Iterable[int]) -> None:
        gone = set(ids)
        self._queue = [request for request in self._queue if request.id not in gone]

    def push(self, weights: Any, version: int) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def _complete(self, request: Request) -> tuple[int, Completion]:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise KeyboardInterrupt
        noise = random.Random(request.noise_key)
        problem = request.session.problem
        texts = registry.get(problem.row.env_id).oracle(problem.data)
        right = texts[min(request.session.num_turns, len(texts) - 1)]
        text = right if noise.random() < 0.7 else f"{noise.randrange(99)} + 1"
        return request.id, Completion(text, "stop")


def plan(env_id: str = "Countdown-v0", *, num_problems: int = 6, samples: int = 2, seed: int = 0) -> Run:
    """Plan a small run of `Halfway`."""
    suite = env_suite(env_id, level=0, num_problems=num_problems)
    return planned(suite, Protocol(samples=samples), Player("halfway"), seed=seed)


@pytest.fixture
def halfway() -> type[Halfway]:
    return Halfway


@pytest.fixture
def planned_run() -> Callable[..., Run]:
    return plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A complete run folder of 6 problems, 2 samples each."""
    report: Report = evaluate(Halfway(), plan(), tmp_path / "run")
    assert not report.findings
    return tmp_path / "run"
