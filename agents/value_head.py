"""The critic of PPO: a linear head that says of every state what is still to come.

The state before a token is the model's last hidden state there. The body is a copy of the policy's at the
start, which learns with the head, or the policy's own, whose states the head reads and does not change.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor, nn

from reasongym.agents.batch import MicroBatch, micro_batches, rows_of
from reasongym.agents.config import TrainConfig
from reasongym.agents.models import LoadedModel
from reasongym.agents.optimizer import Optimizer
from reasongym.agents.passes import Cut, read
from reasongym.agents.played import Lesson
from reasongym.agents.scoring import Scorer


class Critic:
    """Values of states, and how they are learned."""

    def __init__(self, config: TrainConfig, loaded: LoadedModel) -> None:
        self.settings = config.algorithm
        self.is_shared = config.algorithm.critic == "shared"
        body = loaded if self.is_shared else LoadedModel(copy.deepcopy(loaded.model), loaded.tokenizer)
        self.head = zero_head(body)
        self.trained: nn.Module = self.head if self.is_shared else nn.ModuleList([body.model, self.head])
        self._scorer = Scorer(body)
        self._cut = Cut.of(body, config.optimizer.micro_tokens)
        rates = replace(config.optimizer, learning_rate=config.algorithm.critic_learning_rate)
        self._optimizer = Optimizer(self.trained, rates, config.run.steps)

    def values(self, lessons: Sequence[Lesson]) -> list[Tensor]:
        """Return the value before every sampled token of each lesson, float64 `[n]`."""
        return read(lessons, self._cut, self._values, shares_prompts=self._scorer.shares_prompts())

    def update(self, lessons: Sequence[Lesson], step: int) -> dict[str, float]:
        """Take a step towards the lessons' `target`, from their `value`, on the mean over tokens."""
        rows = rows_of([replace(one, advantage=0.0) for one in lessons], "token-mean")
        batches = micro_batches(
            rows,
            max_tokens=self._cut.max_tokens,
            device=self._cut.device,
            dtype=self._cut.dtype,
            shares_prompts=self._scorer.shares_prompts(),
        )
        total = sum(self._learn(micro) for micro in batches)
        return {"value_loss": float(total), "critic_grad_norm": self._optimizer.step(step)}

    def _learn(self, micro: MicroBatch) -> Tensor:
        losses = value_losses(
            self._values(micro), micro.tokens["value"], micro.tokens["target"], self.settings.critic_clip
        )
        loss = (micro.weights * losses).sum()
        self._optimizer.backward(loss)
        return loss.detach()

    def _values(self, micro: MicroBatch) -> Tensor:
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.is_shared):
            hidden = self._scorer.hidden(micro)  # [N, hidden]
        return self.head(hidden)[:, 0].to(micro.weights.dtype)

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint needs."""
        return {
            "body": None if self.is_shared else self._scorer.loaded.trained_weights(),
            "head": self.head.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        if not self.is_shared:
            self._scorer.loaded.load_trained_weights(state["body"])
        self.head.load_state_dict(state["head"])
        self._optimizer.load_state_dict(state["optimizer"])


def zero_head(loaded: LoadedModel) -> nn.Linear:
    """Make a head that says 0 of every state: what a critic knows before it has learned anything."""
    model = cast(Any, loaded.model)
    width: int = model.get_output_embeddings().weight.shape[1]
    head = nn.Linear(width, 1, device=loaded.device, dtype=loaded.dtype)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return head


def value_losses(values: Tensor, old: Tensor, targets: Tensor, clip: float) -> Tensor:
    """Return `max((v - R)^2, (clip(v, old - c, old + c) - R)^2) / 2`, or without a bound `(v - R)^2 / 2`.

    The clipped value loss of OpenAI baselines' ppo2 (2017), as verl has it. All `[tokens]`.
    """
    errors = (values - targets).square()
    if clip:
        bounded = values.clamp(old - clip, old + clip)
        errors = errors.maximum((bounded - targets).square())
    return errors / 2
