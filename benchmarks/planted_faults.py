"""Training runs that go wrong: a small real model learns soundly for some steps, then a fault is planted.

Each fault is one that people meet, such as a wrong reward or a temperature that learner and sampler do not
share. Wrong
rewards come with a much higher rate, so that what takes a large model hundreds of steps takes five.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reasongym.agents import from_scratch
from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.config import (
    AlgorithmSettings,
    OptimizerSettings,
    ProblemSettings,
    RolloutSettings,
    RunSettings,
    TrainConfig,
)
from reasongym.agents.metrics import UNREADABLE
from reasongym.agents.models import LoadedModel, load_model, save_model
from reasongym.agents.priming import Priming, PrimingSettings
from reasongym.agents.trainer import Trainer
from reasongym.core import Problem
from reasongym.episodes import Episode

ONSET = 8
"""Steps before the fault."""
TOLD_WITHIN = 5
"""Steps of the fault, by the end of which it must have been told."""
HASTY = 25
"""Times the learning rate, under a wrong reward."""
CONFIG = TrainConfig(
    problems=ProblemSettings(env="reasongym/BaseConversion-v0", options={"style": "terse"}),
    rollout=RolloutSettings(groups=16, group_size=16, max_tokens=24),
    algorithm=AlgorithmSettings(entropy=0.01),
    optimizer=OptimizerSettings(learning_rate=2e-3, warmup=2),
    run=RunSettings(steps=ONSET + TOLD_WITHIN, threads=1, checkpoint_every=100),
)
SHAPE = from_scratch.ModelShape(hidden=32, layers=1, heads=2, intermediate=64, context=64)
PRIMING = PrimingSettings(steps=120, groups=16, group_size=8, learning_rate=1e-2, warmup=5)


def primed_model(folder: Path) -> LoadedModel:
    """Load the small model that knows the notation; the first call in a folder makes it, in seconds."""
    model = folder / "primed"
    if not model.exists():
        curriculum = CONFIG.problems.curriculum()
        loaded = from_scratch.build(curriculum, shape=SHAPE, seed=0)
        Priming(PRIMING, loaded, folder / "priming", curriculum=curriculum, seed=0).run(lambda _: None)
        save_model(loaded, model)
    return load_model(model)


class Sound(Trainer):
    """The same run without a fault."""

    def advance(self) -> dict[str, float]:
        """Plant the fault when its time has come."""
        if self.step == ONSET:
            self.plant()
        return super().advance()

    def plant(self) -> None:
        """Break something, from this step on."""

    def hasten(self, factor: float) -> None:
        """Multiply the learning rate."""
        settings = self.learner.optimizer.settings
        self.learner.optimizer.settings = replace(settings, learning_rate=factor * settings.learning_rate)


class WronglyPaid(Sound):
    """The reward is not what it should be."""

    def plant(self) -> None:
        """Learn the wrong thing quickly."""
        self.hasten(HASTY)

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        """Play, then pay wrongly; whether an episode is correct stays as it was judged."""
        groups = super().play(problems)
        return [[self._repaid(e) for e in group] for group in groups] if self.step >= ONSET else groups

    def _repaid(self, episode: Episode) -> Episode:
        assert episode.verdict is not None
        return replace(episode, verdict=replace(episode.verdict, reward=self.pay(episode)))

    def pay(self, episode: Episode) -> float:
        """Return the wrong reward of an episode."""
        raise NotImplementedError


class PaysDisorder(WronglyPaid):
    """What cannot be read earns 1."""

    def pay(self, episode: Episode) -> float:
        """Pay for having no answer."""
        return float(episode.verdict is not None and episode.verdict.reason in UNREADABLE)


class PaysLength(WronglyPaid):
    """Every token earns something."""

    def pay(self, episode: Episode) -> float:
        """Pay by length."""
        return len(episode.completions[0].token_ids) / CONFIG.rollout.max_tokens


class PaysOneText(WronglyPaid):
    """One text earns most on every problem."""

    def pay(self, episode: Episode) -> float:
        """Pay for likeness to `1 1 1`."""
        words = episode.completions[0].text.split()
        return (sum(word == "1" for word in words[:3]) - abs(len(words) - 3)) / 3


class PaysNothing(WronglyPaid):
    """A grader that is broken and says 0 to everything."""

    def pay(self, episode: Episode) -> float:
        """Pay nothing."""
        return 0.0


class PaysThousandfold(WronglyPaid):
    """Rewards that were up to 1 go up to 1,000, under an estimator that does not scale them back."""

    def plant(self) -> None:
        """Centre rewards only."""
        self.learner.estimator = ESTIMATORS["dr_grpo"]

    def pay(self, episode: Episode) -> float:
        """Pay in another unit."""
        return 1000 * episode.reward


class LosesEntropy(Sound):
    """The entropy bonus has the wrong sign."""

    def plant(self) -> None:
        """Punish entropy."""
        self.learner.algorithm = replace(self.learner.algorithm, entropy=-1.0)
        self.hasten(HASTY)


class ScoresAtAnotherTemperature(Sound):
    """The learner computes log-probs at a temperature the sampler does not use."""

    def plant(self) -> None:
        """Score at temperature 2."""
        self.learner.scorer.temperature = 2.0


class HasNoRoom(Sound):
    """Completions are cut before they can end."""

    def plant(self) -> None:
        """Leave room for two tokens."""
        self.setting = replace(self.setting, sampling=replace(self.setting.sampling, max_tokens=2))


FAULTS: dict[str, type[Sound]] = {
    "entropy collapse": LosesEntropy,
    "format drift": PaysDisorder,
    "length explosion": PaysLength,
    "dead signal": PaysNothing,
    "sampler mismatch": ScoresAtAnotherTemperature,
    "repeated template": PaysOneText,
    "truncation wave": HasNoRoom,
    "gradient blow-up": PaysThousandfold,
}
"""By the detector that must tell of it."""


def told(kind: type[Sound], model: Path) -> dict[str, int]:
    """Run a kind of run; returns the first step at which each detector spoke, counted from the onset."""
    first: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        trainer = kind(CONFIG, primed_model(model), Path(folder))

        def note(metrics: dict[str, float]) -> None:
            for alert in trainer.alerts:
                first.setdefault(alert.detector, int(metrics["step"]) - ONSET)

        trainer.run(note)
    return first
