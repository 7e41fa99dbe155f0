import math
from typing import Literal

import pytest
import torch
from torch import nn

from reasongym.agents.config import OptimizerSettings
from reasongym.agents.optimizer import Optimizer

SMALL_STEPS = OptimizerSettings(learning_rate=1e-5, max_grad_norm=math.inf)


def _model(dtype: torch.dtype) -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(4, 3, bias=False).to(dtype)


def _slope(model: nn.Linear) -> torch.Tensor:
    return model.weight.sum()


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_the_learning_rate_warms_up_and_then_follows_its_schedule(
    schedule: Literal["constant", "linear", "cosine"],
) -> None:
    settings = OptimizerSettings(learning_rate=1.0, warmup=4, schedule=schedule)
    optimizer = Optimizer(_model(torch.float32), settings, 12)
    rates = [optimizer.rate(step) for step in range(12)]
    assert rates[:5] == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0])
    assert rates[8] == pytest.approx({"constant": 1.0, "linear": 0.5, "cosine": 0.5}[schedule])


def test_it_is_torchs_adamw_with_clipping_in_float32() -> None:
    settings = OptimizerSettings(learning_rate=0.1, weight_decay=0.1, max_grad_norm=0.5)
    ours, theirs = _model(torch.float32), _model(torch.float32)
    optimizer = Optimizer(ours, settings, 5)
    reference = torch.optim.AdamW(theirs.parameters(), lr=0.1, weight_decay=0.1)
    for step in range(5):
        optimizer.backward(ours.weight.square().sum())
        norm = optimizer.step(step)
        theirs.weight.square().sum().backward()
        assert norm == pytest.approx(float(nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)))
        reference.step()
        reference.zero_grad()
    assert torch.allclose(ours.weight, theirs.weight, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_steps_too_small_for_16_bits_add_up(dtype: torch.dtype) -> None:
    model = _model(dtype)
    before = model.weight.detach().float()
    optimizer = Optimizer(model, SMALL_STEPS, 2000)
    for step in range(2000):
        optimizer.backward(_slope(model))
        optimizer.step(step)
    moved = before - model.weight.detach().float()
    assert torch.allclose(moved, torch.full_like(moved, 2000 * 1e-5), atol=4e-3)


def test_gradients_of_parts_add_up_in_float32() -> None:
    model = _model(torch.bfloat16)
    optimizer = Optimizer(model, SMALL_STEPS, 1)
    optimizer.backward(_slope(model))
    for _ in range(100):
        optimizer.backward(_slope(model) * 1e-3)  # each is lost beside 1 in bfloat16
    assert optimizer.step(0) == pytest.approx(1.1 * math.sqrt(12), rel=1e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_restored_optimizer_continues_to_the_same_bits(dtype: torch.dtype) -> None:
    def steps(model: nn.Linear, optimizer: Optimizer, first: int, last: int) -> None:
        for step in range(first, last):
            optimizer.backward(model.weight.square().sum())
            optimizer.step(step)

    settings = OptimizerSettings(learning_rate=1e-3)
    whole = _model(dtype)
    steps(whole, Optimizer(whole, settings, 20), 0, 20)
    first = _model(dtype)
    stopped = Optimizer(first, settings, 20)
    steps(first, stopped, 0, 7)
    second = _model(dtype)
    second.load_state_dict(first.state_dict())
    resumed = Optimizer(second, settings, 20)
    resumed.load_state_dict(stopped.state_dict())
    steps(second, resumed, 7, 20)
    assert torch.equal(second.weight, whole.weight)
