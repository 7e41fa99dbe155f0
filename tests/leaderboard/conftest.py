"""Run folders for the board, made by players whose skill and texts a test chooses."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from reasongym import registry
from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.episodes import Request
from reasongym.evaluation import Player, Protocol, env_suite, evaluate, planned

MakeRun = Callable[..., Path]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Play a run by a model that solves a share of the problems and else says a given text."""

    def make(
        name: str,
        *,
        skill: float = 0.5,
        otherwise: str = "0",
        policy: str = "torch",
        level: int = 0,
        training: str | None = None,
    ) -> Path:
        def reply(request: Request) -> str:
            problem = request.session.problem
            if random.Random(problem.row.seed).random() >= skill:
                return otherwise
            return registry.get(problem.row.env_id).oracle(problem.data)[0]

        suite = env_suite("Countdown-v0", level=level, num_problems=40)
        player = Player(policy, name, f"digest of {name}")
        folder = tmp_path / "runs" / name.replace(" ", "-").replace("/", "_")
        evaluate(
            ScriptedPolicy(reply), planned(suite, Protocol(samples=2), player, training=training), folder
        )
        return folder

    return make
