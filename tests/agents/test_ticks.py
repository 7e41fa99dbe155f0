"""A tick gives what the model's own forward gives, and is left out where it would not."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from reasongym.agents.kv_cache import new_cache
from reasongym.agents.layers import layers_of
from reasongym.agents.lora import add_adapters
from reasongym.agents.models import LoadedModel
from reasongym.agents.policies.ticks import Tick, tick_of
from tests.agents.small_models import KINDS, VOCABULARY, small

TICKED = ("llama", "qwen2, tied, grouped", "qwen3")


def _prefilled(loaded: LoadedModel, ids: Tensor, starts: Tensor) -> Any:
    columns = torch.arange(ids.shape[1])
    visible = columns >= starts
    causal = (columns[:, None] >= columns) & visible[:, None] | (columns[:, None] == columns)
    cache = new_cache(loaded.config.num_hidden_layers, num_more=4)
    positions = (columns - starts).clamp(min=0)
    loaded.model(
        input_ids=ids,
        attention_mask=causal[:, None],
        position_ids=positions,
        past_key_values=cache,
        use_cache=True,
    )
    return cache, visible


@pytest.mark.parametrize("kind", TICKED)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**31), rows=st.integers(1, 5), width=st.integers(1, 9), ticks=st.integers(1, 4))
@torch.no_grad()
def test_ticks_after_a_padded_prefill_are_the_forward_of_the_model(
    kind: str, seed: int, rows: int, width: int, ticks: int
) -> None:
    loaded = small(kind, torch.float32)
    tick = tick_of(loaded)
    assert tick is not None
    dice = torch.Generator().manual_seed(seed)
    ids = torch.randint(VOCABULARY, (rows, width + ticks), generator=dice)
    starts = torch.randint(width, (rows, 1), generator=dice)
    (mine, visible), (theirs, _) = (_prefilled(loaded, ids[:, :width], starts) for _ in range(2))
    for newest in ids[:, width:].T:
        visible = torch.nn.functional.pad(visible, (0, 1), value=True)
        mask, positions = visible[:, None, None], visible.sum(1) - 1
        logits = tick(newest, positions, None if bool(visible.all()) else mask, mine)
        expected = loaded.model(
            input_ids=newest[:, None],
            attention_mask=mask,
            position_ids=positions[:, None],
            past_key_values=theirs,
            use_cache=True,
        ).logits[:, -1]
        assert torch.allclose(logits, expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TICKED])
def test_models_of_another_kind_have_no_tick(kind: str) -> None:
    assert tick_of(small(kind, torch.float32)) is None


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_precisions_have_no_tick(dtype: torch.dtype) -> None:
    assert tick_of(small("qwen3", dtype)) is None


def test_wrapped_layers_have_no_tick() -> None:
    adapted = small("qwen3", torch.float32)
    add_adapters(adapted, rank=2, alpha=4.0, targets=("q_proj",), seed=0)
    assert tick_of(adapted) is None


def _louder(module: Any, args: Any, output: Tensor) -> Tensor:
    return 1.5 * output


def test_a_model_that_a_tick_does_not_follow_has_none() -> None:
    loaded = small("llama", torch.float32)
    assert tick_of(loaded) is not None
    layers: Any = layers_of(loaded.model)
    layers[0].mlp.register_forward_hook(_louder)
    assert tick_of(loaded) is None


@torch.no_grad()
def test_a_tick_reads_the_weights_of_now() -> None:
    loaded = small("qwen2, tied, grouped", torch.float32)
    tick = tick_of(loaded)
    assert isinstance(tick, Tick)
    ids, starts = torch.tensor([[3, 4, 5]]), torch.tensor([[0]])
    for parameter in loaded.model.parameters():
        parameter.mul_(1.5)
    cache, _ = _prefilled(loaded, ids, starts)
    logits = tick(torch.tensor([6]), torch.tensor([3]), None, cache)
    whole = loaded.model(input_ids=torch.tensor([[3, 4, 5, 6]])).logits[:, -1]
    assert torch.allclose(logits, whole, atol=1e-4)


@torch.no_grad()
def test_a_tick_heeds_adapters_that_are_put_in_later() -> None:
    loaded = small("qwen3", torch.float32)
    tick = tick_of(loaded)
    assert tick is not None
    add_adapters(loaded, rank=2, alpha=4.0, targets=("q_proj", "down_proj"), seed=0)
    for name, parameter in loaded.model.named_parameters():
        if ".lora_B." in name:
            parameter.fill_(0.5)
    cache, _ = _prefilled(loaded, torch.tensor([[3, 4, 5]]), torch.tensor([[0]]))
    logits = tick(torch.tensor([6]), torch.tensor([3]), None, cache)
    whole = loaded.model(input_ids=torch.tensor([[3, 4, 5, 6]])).logits[:, -1]
    assert torch.allclose(logits, whole, atol=1e-4)
