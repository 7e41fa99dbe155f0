"""Norms in few passes against the formula in float64, and against the norms whose place they take."""

import copy
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from transformers.models.gemma2.modeling_gemma2 import Gemma2RMSNorm
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from reasongym.agents.models import LoadedModel
from reasongym.agents.norms import quicken_norms, rms_norm
from tests.agents.small_models import KINDS, small

WITH_RMS = {
    "llama": 5,
    "qwen2, tied, grouped": 5,
    "qwen3": 9,
    "mistral, windows": 5,
    "granite, scaled logits": 5,
}
"""Norms of two layers and the last one; Qwen3 norms queries and keys too."""


def written_out(hidden: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Return the paper's formula, one state at a time (arXiv 1910.07467, eq. 4, eps under the root)."""
    states: list[Tensor] = []
    for state in hidden.reshape(-1, hidden.shape[-1]).unbind():
        squares: Tensor = torch.stack([one * one for one in state.unbind()]).sum()
        states.append(state / (squares / len(state) + eps).sqrt() * weight)
    return torch.stack(states).reshape(hidden.shape)


Norm = Callable[[Tensor, Tensor], Tensor]


def gradients(norm: Norm, *given: Tensor, direction: Tensor) -> list[Tensor]:
    hidden, weight = leaves = [one.clone().requires_grad_() for one in given]
    (norm(hidden, weight) * direction).sum().backward()
    return [leaf.grad for leaf in leaves if leaf.grad is not None]


@given(
    rows=st.integers(1, 4),
    width=st.integers(1, 9),
    seed=st.integers(0, 2**32),
    scale=st.sampled_from([1e-4, 1.0, 100.0]),
    eps=st.sampled_from([1e-6, 1e-5]),
)
def test_values_and_gradients_are_those_of_the_formula(
    rows: int, width: int, seed: int, scale: float, eps: float
) -> None:
    stream = torch.Generator().manual_seed(seed)
    hidden = scale * torch.randn(rows, 2, width, generator=stream, dtype=torch.float64)
    weight, direction = (torch.randn(n, generator=stream).double() for n in (width, width))
    torch.testing.assert_close(rms_norm(hidden, weight, eps), written_out(hidden, weight, eps))
    ours = gradients(lambda h, w: rms_norm(h, w, eps), hidden, weight, direction=direction)
    theirs = gradients(lambda h, w: written_out(h, w, eps), hidden, weight, direction=direction)
    for own, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-9, atol=1e-9 / scale)


def test_with_and_without_gradients_it_is_the_same_to_the_bit() -> None:
    hidden, weight = torch.randn(7, 3, 32), torch.randn(32, requires_grad=True)
    with torch.no_grad():
        sampled = rms_norm(hidden, weight, 1e-6)
    learned = rms_norm(hidden, weight, 1e-6)
    assert learned.requires_grad
    assert torch.equal(sampled, learned)


def test_a_frozen_weight_gets_no_gradient() -> None:
    hidden, weight = torch.randn(2, 3, 8, requires_grad=True), torch.ones(8)
    rms_norm(hidden, weight, 1e-6).sum().backward()
    assert hidden.grad is not None
    assert weight.grad is None


@pytest.mark.parametrize("kind", KINDS)
def test_models_compute_the_same_and_only_known_norms_change(kind: str) -> None:
    plain, quick = small(kind, torch.float32), small(kind, torch.float32)
    quick.model.load_state_dict(plain.model.state_dict())
    assert quicken_norms(quick) == WITH_RMS.get(kind, 0)
    ids = torch.arange(24).view(2, 12)
    results: list[list[Tensor]] = []
    for loaded in (plain, quick):
        loss = loaded.model(input_ids=ids, use_cache=False).logits.log_softmax(-1)[..., 3].sum()
        loss.backward()
        results.append([loss.detach(), *(p.grad for p in loaded.model.parameters() if p.grad is not None)])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_models_in_other_precisions_keep_their_own() -> None:
    assert quicken_norms(small("llama", torch.float64)) == 0
    assert quicken_norms(small("llama", torch.bfloat16)) == 0


def test_a_copy_of_the_model_has_norms_of_its_own() -> None:
    loaded = small("llama", torch.float32)
    quicken_norms(loaded)
    copied = copy.deepcopy(loaded.model)
    ids = torch.arange(6)[None]
    before = copied(input_ids=ids).logits
    with torch.no_grad():
        for parameter in loaded.model.parameters():
            parameter.mul_(2.0)
    assert torch.equal(copied(input_ids=ids).logits, before)


class Between(LlamaRMSNorm):
    """Named like one, but it does something else: half of every state goes by unchanged."""

    def forward(self, hidden_states: Tensor) -> Tensor:
        return (super().forward(hidden_states) + hidden_states) / 2


class HalfRMSNorm(Between): ...


class GatedRMSNorm(LlamaRMSNorm):
    def forward(self, hidden_states: Tensor, gate: Tensor) -> Tensor:  # pyright: ignore
        return super().forward(hidden_states) * gate


@pytest.mark.parametrize(
    "norm",
    [HalfRMSNorm(8), Gemma2RMSNorm(8), GatedRMSNorm(8), nn.RMSNorm(8), nn.LayerNorm(8)],
    ids=lambda norm: type(norm).__name__,
)
def test_a_norm_that_does_something_else_is_left_alone(norm: nn.Module) -> None:
    tokenizer = small("llama", torch.float32).tokenizer
    model = nn.Sequential(norm, LlamaRMSNorm(8))
    assert quicken_norms(LoadedModel(model, tokenizer)) == 1
    assert "forward" not in vars(norm)
