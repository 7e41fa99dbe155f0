"""The implicit reward model of PRIME: a copy of the policy that learns which episodes are solved.

Its log-ratio to the reference is a reward by token, though it is told outcomes alone.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from reasongym.agents.batch import micro_batches, rows_of
from reasongym.agents.config import TrainConfig
from reasongym.agents.models import LoadedModel
from reasongym.agents.optimizer import Optimizer
from reasongym.agents.passes import Cut, read
from reasongym.agents.played import Lesson
from reasongym.agents.process_rewards import outcome_slope
from reasongym.agents.scoring import Scorer


class RewardModel:
    """Log-ratios by token, and how they are learned."""

    def __init__(self, config: TrainConfig, loaded: LoadedModel) -> None:
        self.beta = config.algorithm.beta
        self.loaded = LoadedModel(copy.deepcopy(loaded.model), loaded.tokenizer)
        self._scorer = Scorer(self.loaded, config.rollout.temperature)
        self._cut = Cut.of(self.loaded, config.optimizer.micro_tokens)
        rates = replace(config.optimizer, learning_rate=config.algorithm.reward_learning_rate)
        self._optimizer = Optimizer(self.loaded.model, rates, config.run.steps)

    def logprobs(self, lessons: Sequence[Lesson]) -> list[Tensor]:
        """Return the log-prob of every sampled token of each lesson, float64 `[n]`."""
        return read(
            lessons,
            self._cut,
            lambda micro: self._scorer(micro).logprobs,
            shares_prompts=self._scorer.shares_prompts(),
        )

    def update(self, lessons: Sequence[Lesson], log_ratios: Sequence[float], step: int) -> dict[str, float]:
        """Take a step on the mean cross-entropy of outcomes over episodes, whose log-ratios are given.

        The loss depends on an episode's tokens through their sum alone: its slope there is the weight of each
        token's log-prob, and an episode may be cut into any micro-batches.
        """
        slopes = [
            outcome_slope(ratio, solved=one.played.solved, beta=self.beta)
            for one, ratio in zip(lessons, log_ratios, strict=True)
        ]
        sloped = [replace(one, advantage=slope) for one, slope in zip(lessons, slopes, strict=True)]
        batches = micro_batches(
            rows_of(sloped, "constant"),
            max_tokens=self._cut.max_tokens,
            device=self._cut.device,
            dtype=self._cut.dtype,
            shares_prompts=self._scorer.shares_prompts(),
        )
        for micro in batches:
            self._optimizer.backward((micro.weights * micro.advantages * self._scorer(micro).logprobs).sum())
        right = [(ratio > 0) == one.played.solved for one, ratio in zip(lessons, log_ratios, strict=True)]
        return {
            "reward_model_accuracy": sum(right) / len(right),
            "reward_model_grad_norm": self._optimizer.step(step),
        }

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint needs."""
        return {"model": self.loaded.trained_weights(), "optimizer": self._optimizer.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        self.loaded.load_trained_weights(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
