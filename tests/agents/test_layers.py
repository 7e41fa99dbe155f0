"""Recomputed and compiled layers learn the same, and the sampler does neither."""

import warnings
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from reasongym.agents import layers
from reasongym.agents.batch import MicroBatch
from reasongym.agents.layers import compile_layers, learning, recompute
from reasongym.agents.models import LoadedModel
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.agents.scoring import Scorer
from reasongym.episodes import Sampling, generate
from reasongym.errors import UsageError
from tests.agents.small_models import request, small
from tests.agents.test_scoring import expected, ragged_rows, whole

KINDS = ("llama", "qwen2, tied, grouped", "gpt2, absolute positions", "opt")


def gradients(loaded: LoadedModel, micro: MicroBatch) -> dict[str, Tensor]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of plain rows, which the tests of the scorer look at
        Scorer(loaded)(micro).logprobs.sum().backward()
    named = loaded.model.named_parameters()
    return {name: weight.grad for name, weight in named if weight.grad is not None}


def with_dropout(loaded: LoadedModel) -> LoadedModel:
    """Turn on every rate there is; a model in evaluation mode applies none."""
    for module in loaded.model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.5
        for name, value in list(vars(module).items()):
            if "dropout" in name and isinstance(value, float):
                setattr(module, name, 0.5)
    return loaded


class Calls:
    """Counts the forwards of a model's first layer."""

    def __init__(self, loaded: LoadedModel) -> None:
        self.num = 0
        first: Any = layers.layers_of(loaded.model)[0]
        inner = next(module for module in first.modules() if isinstance(module, nn.Linear | nn.LayerNorm))
        inner.register_forward_hook(self._count)

    def _count(self, *_: object) -> None:
        self.num += 1


@pytest.mark.parametrize("kind", KINDS)
def test_recomputing_changes_no_gradient_and_brings_no_dropout_back(kind: str) -> None:
    micro = whole(ragged_rows())
    plain = gradients(small(kind), micro)
    loaded = with_dropout(small(kind))
    recompute(loaded.model)
    calls = Calls(loaded)
    recomputed = gradients(loaded, micro)
    assert calls.num >= 2 * 2  # once more in the backward pass; the rest is the comparison of forwards
    assert recomputed.keys() == plain.keys()
    for name, gradient in plain.items():
        torch.testing.assert_close(recomputed[name], gradient, rtol=0, atol=1e-5)
    assert not any(module.training for module in loaded.model.modules())


def test_layers_are_recomputed_in_the_backward_pass() -> None:
    loaded, micro = small("llama"), whole(ragged_rows())
    recompute(loaded.model)
    scorer = Scorer(loaded, is_shared=False, projects_sampled=True)
    calls = Calls(loaded)
    loss = scorer(micro).logprobs.sum()
    assert calls.num == 1
    loss.backward()
    assert calls.num == 2


def test_the_sampler_keeps_its_cache_where_the_learner_recomputes() -> None:
    """A layer that is recomputed drops the cache, and a completion would forget its prompt."""
    loaded = small("llama")
    requests = [request(place, [7, 8, 9][: place + 1], Sampling(max_tokens=6)) for place in range(3)]
    before = generate(TorchPolicy(loaded), requests)
    recompute(loaded.model)
    gradients(loaded, whole(ragged_rows()))
    after = generate(TorchPolicy(loaded), requests)
    assert [one.token_ids for one in after] == [one.token_ids for one in before]
    assert [one.logprobs for one in after] == [one.logprobs for one in before]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # torch's compiler warns about its own parts
@pytest.mark.parametrize("recomputes", [False, True])
def test_compiled_layers_learn_the_same_and_the_sampler_runs_plain_ones(recomputes: bool) -> None:
    micro = whole(ragged_rows())
    plain = gradients(small("qwen3"), micro)
    loaded = small("qwen3")
    if recomputes:
        recompute(loaded.model)
    own = [layer.forward for layer in layers.layers_of(loaded.model)]
    compile_layers(loaded)
    compiled = gradients(loaded, micro)
    assert [layer.forward for layer in layers.layers_of(loaded.model)] == own
    for name, gradient in plain.items():
        torch.testing.assert_close(compiled[name], gradient, rtol=0, atol=1e-5)
    logprobs = Scorer(loaded, is_shared=False)(micro).logprobs
    torch.testing.assert_close(logprobs, expected(loaded, ragged_rows())[0], rtol=0, atol=1e-5)


def test_compiled_forwards_stand_in_only_while_learning() -> None:
    loaded = small("llama")
    layer: Any = layers.layers_of(loaded.model)[0]
    plain: Any = cast(Any, type(layer)).forward
    seen: list[str] = []

    def stand_in(*args: Any, **kwargs: Any) -> Any:
        seen.append("stand-in")
        return plain(layer, *args, **kwargs)

    loaded.learner_forwards[layer] = stand_in
    scorer = Scorer(loaded)
    with pytest.warns(UserWarning, match="its layers are compiled"):
        logprobs = scorer(whole(ragged_rows())).logprobs
    assert len(seen) == 1
    torch.testing.assert_close(logprobs, expected(loaded, ragged_rows())[0], rtol=0, atol=1e-9)
    assert len(seen) == 1
    with pytest.raises(ZeroDivisionError), learning(loaded):
        raise ZeroDivisionError
    assert "forward" not in vars(layer)


def test_compiling_without_a_compiler_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(UsageError, match=r"needs a C\+\+ compiler on CPUs: install g\+\+"):
        compile_layers(small("llama"))


def test_a_model_that_names_no_layers_is_refused() -> None:
    with pytest.raises(UsageError, match="Linear does not say what its layers are"):
        recompute(nn.Linear(2, 2))
