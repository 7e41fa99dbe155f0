"""Adapters: they begin as nothing, alone are trained, and what is exported computes what was trained."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import Tensor
from torch.nn.functional import log_softmax
from transformers import AutoModelForCausalLM

from reasongym.agents.batch import micro_batches
from reasongym.agents.lora import (
    adapter_weights,
    adapters_off,
    add_adapters,
    has_adapters,
    merged,
    save_adapter,
)
from reasongym.agents.models import LoadedModel, load_model, save_model
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.agents.scoring import Scorer
from reasongym.episodes import Sampling, generate
from reasongym.errors import DataError, UsageError
from tests.agents.small_models import VOCABULARY, adapted, plain_logits, request, small
from tests.agents.test_scoring import expected, ragged_rows, whole

peft: Any = pytest.importorskip("peft")

ARCHITECTURES = (
    "llama",
    "qwen2, tied, grouped",
    "qwen3",
    "gpt2, absolute positions",
    "gemma3, windows",
    "mistral, windows",
)
IDS = [3, 1, 4, 1, 5, 9, 2, 6]


def weights_of(loaded: LoadedModel) -> dict[str, Tensor]:
    return {name: weight.clone() for name, weight in loaded.model.state_dict().items()}


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_a_fresh_adapter_changes_nothing_and_one_turned_off_is_the_base_model(kind: str) -> None:
    base = plain_logits(small(kind), IDS)
    fresh = small(kind)
    add_adapters(fresh, rank=2, alpha=4.0, targets=["all-linear"], seed=0)
    torch.testing.assert_close(plain_logits(fresh, IDS), base, rtol=0, atol=1e-12)
    learned = adapted(kind, torch.float64)
    assert float((plain_logits(learned, IDS) - base).abs().max()) > 1e-2
    with adapters_off(learned.model):
        assert torch.equal(plain_logits(learned, IDS), plain_logits(fresh, IDS))
    assert float((plain_logits(learned, IDS) - base).abs().max()) > 1e-2


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_an_adapter_computes_w_plus_alpha_over_rank_b_a(kind: str) -> None:
    """The products are put into the weights by hand, in float64."""
    learned = adapted(kind, torch.float64)
    by_hand = small(kind)
    plain = by_hand.model.state_dict()
    adapters = adapter_weights(learned.model)
    firsts = [name for name in adapters if ".lora_A." in name]
    assert len(firsts) * 2 == len(adapters) > 0
    for name in firsts:
        layer = name.partition(".lora_A.")[0]
        product = 8.0 / 3 * adapters[name.replace("lora_A", "lora_B")] @ adapters[name]
        weight = plain[f"{layer}.weight"]
        weight += product.T if weight.shape != product.shape or "gpt2" in kind else product
    torch.testing.assert_close(plain_logits(learned, IDS), plain_logits(by_hand, IDS), rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_a_merged_export_is_a_plain_directory_that_computes_what_the_adapter_did(
    kind: str, tmp_path: Path
) -> None:
    learned = adapted(kind)
    before = weights_of(learned)
    save_model(merged(learned), tmp_path / "model")
    exported = load_model(tmp_path / "model")
    torch.testing.assert_close(plain_logits(exported, IDS), plain_logits(learned, IDS), rtol=0, atol=1e-5)
    assert not has_adapters(exported.model)
    assert exported.model.state_dict().keys() == small(kind).model.state_dict().keys()
    assert not list((tmp_path / "model").glob("adapter*"))
    after = weights_of(learned)
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_a_tied_head_stays_tied_in_an_export(tmp_path: Path) -> None:
    save_model(merged(adapted("qwen2, tied, grouped")), tmp_path / "model")
    model: Any = load_model(tmp_path / "model").model
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["tie_word_embeddings"] is True


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_an_export_keeps_the_type_of_the_weights(dtype: torch.dtype) -> None:
    weights = merged(adapted("llama", dtype)).model.state_dict()
    assert {weight.dtype for weight in weights.values()} == {dtype}


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # peft's own
@pytest.mark.parametrize("kind", ["llama", "gpt2, absolute positions"])
def test_an_exported_adapter_is_read_by_peft_itself(kind: str, tmp_path: Path) -> None:
    save_model(small(kind, torch.float32), tmp_path / "base")
    learned = adapted(kind)
    save_adapter(learned, str(tmp_path / "base"), tmp_path / "adapter")
    base = cast(Any, AutoModelForCausalLM).from_pretrained(str(tmp_path / "base"))
    model: Any = peft.PeftModel.from_pretrained(base, str(tmp_path / "adapter"))
    again = LoadedModel(model.eval(), learned.tokenizer)
    torch.testing.assert_close(plain_logits(again, IDS), plain_logits(learned, IDS), rtol=0, atol=1e-6)
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(tmp_path / "base")


# -- learning -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["llama", "qwen2, tied, grouped", "qwen3", "gpt2, absolute positions"])
def test_shared_prompts_with_adapters_give_the_plain_forward_and_only_adapters_have_gradients(
    kind: str,
) -> None:
    learned, rows = adapted(kind, torch.float64), ragged_rows()
    scorer = Scorer(learned)
    logprobs = scorer(whole(rows)).logprobs
    assert scorer.is_shared
    torch.testing.assert_close(logprobs, expected(learned, rows)[0], rtol=0, atol=1e-9)
    logprobs.sum().backward()
    named: dict[str, Any] = dict(learned.model.named_parameters())
    assert {name for name, weight in named.items() if weight.grad is not None} == set(
        adapter_weights(learned.model)
    )
    assert all(
        bool(cast(Tensor, named[name].grad).count_nonzero()) for name in adapter_weights(learned.model)
    )


def test_the_sampler_draws_from_the_adapted_model() -> None:
    learned = adapted("qwen3", torch.float64)
    (completion,) = generate(TorchPolicy(learned), [request(0, IDS, Sampling(max_tokens=5))])
    ids = IDS + completion.token_ids
    every = log_softmax(plain_logits(learned, ids), -1)
    wanted = [float(every[len(IDS) + place - 1, token]) for place, token in enumerate(completion.token_ids)]
    assert completion.logprobs == pytest.approx(wanted, rel=0, abs=1e-9)


def test_a_checkpoint_holds_the_adapters_alone_and_is_refused_by_another_model() -> None:
    learned = adapted("qwen2, tied, grouped")
    weights = learned.trained_weights()
    assert weights.keys() == adapter_weights(learned.model).keys()
    fresh = small("qwen2, tied, grouped", torch.float32)
    add_adapters(fresh, rank=3, alpha=8.0, targets=["all-linear"], seed=5)
    fresh.load_trained_weights(weights)
    torch.testing.assert_close(plain_logits(fresh, IDS), plain_logits(learned, IDS), rtol=0, atol=0)
    with pytest.raises(DataError, match="the checkpoint is of another model"):
        small("qwen2, tied, grouped", torch.float32).load_trained_weights(weights)


def test_adapters_are_a_function_of_their_seed_and_draw_nothing_from_the_global_stream() -> None:
    some, same, other = (small("llama") for _ in range(3))
    state = torch.random.get_rng_state()
    for loaded, seed in ((some, 0), (same, 0), (other, 1)):
        add_adapters(loaded, rank=2, alpha=4.0, targets=["q_proj"], seed=seed)
    assert torch.equal(torch.random.get_rng_state(), state)
    drawn = [torch.cat([w.flatten() for w in adapter_weights(x.model).values()]) for x in (some, same, other)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_targets_choose_the_layers() -> None:
    learned = adapted("llama", targets=("q_proj", "v_proj"))
    layers = {name.partition(".lora_")[0].rpartition(".")[2] for name in adapter_weights(learned.model)}
    assert layers == {"q_proj", "v_proj"}
    every = adapted("llama")
    layers = {name.partition(".lora_")[0].rpartition(".")[2] for name in adapter_weights(every.model)}
    assert layers == {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


@pytest.mark.parametrize(
    ("kind", "target", "complaint"),
    [
        ("llama", "query", "LlamaForCausalLM has no linear layer 'query'; it has down_proj, "),
        ("qwen2, tied, grouped", "lm_head", "'lm_head' shares its weight with the embedding"),
    ],
)
def test_targets_that_cannot_be_are_refused(kind: str, target: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        add_adapters(small(kind), rank=2, alpha=4.0, targets=[target], seed=0)


def test_a_head_of_its_own_may_have_an_adapter(tmp_path: Path) -> None:
    learned = adapted("llama", targets=("lm_head",))
    save_model(merged(learned), tmp_path / "model")
    logits = plain_logits(load_model(tmp_path / "model"), IDS)
    torch.testing.assert_close(logits, plain_logits(learned, IDS), rtol=0, atol=1e-5)
    (micro,) = micro_batches(ragged_rows(), max_tokens=10**6, device=torch.device("cpu"))
    scorer = Scorer(learned)
    scorer(micro)
    assert scorer.is_shared
    assert logits.shape[1] == VOCABULARY
