"""AdamW with its schedule, on float32 copies where the weights have 16 bits.

A step of 1e-6 is lost in bfloat16, whose neighbours are 0.4% apart: updates are summed up in the copies,
gradients too, and the weights follow.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from reasongym.agents.config import OptimizerSettings

COARSE = (torch.bfloat16, torch.float16)


class Optimizer:
    """Updates a model over `num_steps` steps of the run."""

    def __init__(self, model: nn.Module, settings: OptimizerSettings, num_steps: int) -> None:
        self.settings = settings
        self.num_steps = num_steps
        self._weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self._masters = [
            weight.detach().float().requires_grad_() if weight.dtype in COARSE else weight
            for weight in self._weights
        ]
        self._adamw = torch.optim.AdamW(
            self._masters,
            lr=settings.learning_rate,
            betas=settings.betas,
            weight_decay=settings.weight_decay,
            fused=True,
        )

    def backward(self, loss: Tensor) -> None:
        """Add the gradient of a part of the loss."""
        loss.backward()
        for weight, master in self._copies():
            if weight.grad is not None:
                gradient = weight.grad.float()
                master.grad = gradient if master.grad is None else master.grad + gradient
                weight.grad = None

    @torch.no_grad()
    def step(self, step: int) -> float:
        """Take the update of a step of the run; returns the gradient's norm before it was clipped."""
        norm = nn.utils.clip_grad_norm_(self._masters, self.settings.max_grad_norm)
        for group in self._adamw.param_groups:
            group["lr"] = self.rate(step)
        self._adamw.step()
        self._adamw.zero_grad()
        for weight, master in self._copies():
            weight.copy_(master)
        return float(norm)

    def rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        settings = self.settings
        if step < settings.warmup:
            return settings.learning_rate * (step + 1) / settings.warmup
        progress = (step - settings.warmup) / max(1, self.num_steps - settings.warmup)
        factors = {
            "constant": 1.0,
            "linear": 1 - progress,
            "cosine": 0.5 * (1 + math.cos(math.pi * progress)),
        }
        share = settings.floor + (1 - settings.floor) * factors[settings.schedule]
        return settings.learning_rate * share

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint needs beside the model's weights."""
        return {"adamw": self._adamw.state_dict(), "masters": [master for _, master in self._copies()]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        self._adamw.load_state_dict(state["adamw"])
        with torch.no_grad():
            for (_, master), saved in zip(self._copies(), state["masters"], strict=True):
                master.copy_(saved)

    def _copies(self) -> list[tuple[Tensor, Tensor]]:
        pairs = zip(self._weights, self._masters, strict=True)
        return [(weight, master) for weight, master in pairs if weight is not master]
