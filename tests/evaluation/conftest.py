"""Run folders to look at and to tamper with, and a policy that is sometimes right."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from reasongym.episodes import Completion, Request
from reasongym.evaluation import Player, Protocol, Report, Run, env_suite, evaluate, planned
from tests.policies import Erratic, right_text


class Halfway(Erratic):
    """Answers a request rightly or wrongly by its noise key alone, and is killed after so many answers."""

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__(_said)
        self._left = stop_after

    def poll(self) -> list[tuple[int, Completion]]:
        if self._left is None:
            return super().poll()
        if self._left == 0:
            raise KeyboardInterrupt
        done = super().poll()[: self._left]
        self._left -= len(done)
        return done


def _said(request: Request) -> str:
    noise = random.Random(request.noise_key)
    return right_text(request) if noise.random() < 0.7 else f"{noise.randrange(99)} + 1"


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
