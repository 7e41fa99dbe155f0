"""The tables of docs/diagnosis.md name every metric that a run writes, and every detector."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from reasongym.agents import from_scratch
from reasongym.agents.algorithms import AlgorithmSettings, preset
from reasongym.agents.config import ProblemSettings, RolloutSettings, RunSettings, TrainConfig
from reasongym.agents.detectors import DETECTORS
from reasongym.agents.metrics import UNREADABLE
from reasongym.agents.trainer import Trainer
from reasongym.core import Problem, Verdict
from reasongym.curriculum import Source
from reasongym.episodes import Episode

PAGE = (Path(__file__).parents[2] / "docs" / "diagnosis.md").read_text(encoding="utf-8")
TERSE = {"style": "terse"}
CONFIG = TrainConfig(
    problems=ProblemSettings(env="reasongym/Gcd-v0", options=TERSE),
    rollout=RolloutSettings(groups=8, group_size=8, max_tokens=3),
    run=RunSettings(steps=1, threads=1, eval_every=1, eval_problems=4, reporters=()),
)
MOVING = ProblemSettings(
    mixture=(
        Source("reasongym/Gcd-v0", 0, highest=1, options=TERSE),
        Source("reasongym/BaseConversion-v0", 0, highest=1, options=TERSE),
    ),
    target=0.5,
)
CONFIGS = {
    "entropy and kl": replace(CONFIG, algorithm=AlgorithmSettings(entropy=0.01, kl=0.1)),
    "correction": replace(CONFIG, algorithm=AlgorithmSettings(correction="tis")),
    "curriculum": replace(CONFIG, problems=MOVING),
    "critic": replace(CONFIG, algorithm=preset("ppo")),
    "reward model": replace(CONFIG, algorithm=replace(preset("prime"), filter="none")),
}


class JudgedByFirstWord(Trainer):
    """An untrained model solves next to nothing; here its first word decides, so that there is a signal."""

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        return [[replace(one, verdict=_verdict(one)) for one in group] for group in super().play(problems)]


def _verdict(episode: Episode) -> Verdict:
    right = episode.completions[0].token_ids[0] % 2 == 0
    return Verdict(float(right), right, "ok" if right else "wrong_value", parts={"progress": 0.5})


def _rows(heading: str) -> list[str]:
    """Return the first cells of the table below a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")][2:]


def _named(metric: str) -> bool:
    patterns = [name for row in _rows("Metrics") for name in re.findall(r"`([^`]+)`", row)]
    named = [re.escape(name).replace(r"\.\.\.", ".+") for name in patterns]
    named = [re.sub(r"(?<=/)ENV", r"\\w+/[\\w-]+", name).replace("level\\-N", r"level-\d+") for name in named]
    return any(re.fullmatch(name, metric) for name in named)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_metric_of_a_run_is_in_the_table(tmp_path: Path, name: str) -> None:
    config = CONFIGS[name]
    shape = from_scratch.ModelShape(hidden=16, layers=1, heads=2, intermediate=32)
    loaded = from_scratch.build(config.problems.curriculum(), shape=shape, seed=0)
    JudgedByFirstWord(config, loaded, tmp_path).run()
    metrics = json.loads((tmp_path / "metrics.jsonl").read_text().splitlines()[0])
    assert "loss" in metrics  # the update's metrics too
    assert [metric for metric in metrics if not _named(metric)] == []


def test_a_metric_that_is_not_in_the_table_is_seen() -> None:
    assert _named("solve_rate/reasongym/Gcd-v0/level-3")
    assert not _named("solve_rate/reasongym")
    assert not _named("brand_new")


def test_every_detector_is_in_the_table() -> None:
    assert _rows("Detectors") == list(DETECTORS)


def test_the_reasons_of_what_is_unreadable_are_in_the_table() -> None:
    (line,) = (line for line in PAGE.splitlines() if line.startswith("| `unreadable` |"))
    assert set(re.findall(r"`(\w+)`", line.split("|")[2])) == UNREADABLE
