"""The `[model]` table: what it says is what is loaded, and what cannot be is refused in one sentence."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from reasongym.agents import models
from reasongym.agents.config import ModelSettings
from reasongym.agents.lora import adapter_weights, has_adapters, merged
from reasongym.agents.models import LoadedModel, load_model, save_model
from reasongym.agents.preparing import prepare
from reasongym.agents.scoring import Scorer
from reasongym.errors import UsageError
from tests.agents.small_models import IDS, SIZES, byte_tokenizer, plain_logits, small, with_random_weights
from tests.agents.test_scoring import ragged_rows, whole

SOME_IDS = [3, 1, 4, 1, 5]


@pytest.fixture
def settings(tmp_path: Path) -> ModelSettings:
    save_model(small("qwen3", torch.float32), tmp_path / "model")
    return ModelSettings(path=str(tmp_path / "model"))


def test_nothing_but_a_path_is_the_model_as_it_is(settings: ModelSettings) -> None:
    assert prepare(settings).digest() == load_model(settings.path).digest()


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_attention_is_the_one_asked_for_and_computes_the_same(
    settings: ModelSettings, attention: Any
) -> None:
    loaded = prepare(replace(settings, attention=attention))
    assert loaded.config._attn_implementation == attention
    plain = plain_logits(prepare(settings), SOME_IDS)
    torch.testing.assert_close(plain_logits(loaded, SOME_IDS), plain, rtol=0, atol=1e-5)


@pytest.mark.parametrize("attention", ["flash_attention_2", "flash_attention_3"])
def test_flash_attention_says_what_it_needs(settings: ModelSettings, attention: Any) -> None:
    with pytest.raises(UsageError, match=rf"'{attention}' needs a CUDA device and the package flash"):
        prepare(replace(settings, attention=attention))


def test_adapters_come_with_recomputed_layers(settings: ModelSettings) -> None:
    pytest.importorskip("peft")
    loaded = prepare(replace(settings, lora_rank=2, lora_targets=("q_proj",), gradient_checkpointing=True))
    assert has_adapters(loaded.model)
    with pytest.warns(UserWarning, match="gradient checkpointing"):
        Scorer(loaded)(whole(ragged_rows())).logprobs.sum().backward()
    trained = {name for name, weight in loaded.model.named_parameters() if weight.grad is not None}
    assert trained == set(adapter_weights(loaded.model))


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"lora_rank": -1}, "model.lora_rank must be at least 0"),
        ({"lora_rank": 4, "lora_alpha": 0.0}, "model.lora_alpha must be above 0"),
        ({"lora_rank": 4, "lora_targets": ()}, "model.lora_targets names no layer"),
        ({"load_in_4bit": True}, "set model.lora_rank"),
        ({"reference_every": -1}, "model.reference_every must be at least 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(changed: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        ModelSettings(**changed).check()


def test_four_bits_without_the_package_say_what_to_install(
    settings: ModelSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "find_spec", lambda _: None)  # pyright: ignore
    with pytest.raises(UsageError, match=r"needs bitsandbytes.*pip install 'reasongym\[qlora\]'"):
        prepare(replace(settings, lora_rank=2, load_in_4bit=True))


@pytest.mark.filterwarnings("ignore")  # of bitsandbytes on CPUs
def test_four_bits_are_frozen_and_an_export_computes_what_was_trained(tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    pytest.importorskip("peft")
    sizes: dict[str, Any] = SIZES | {"hidden_size": 64, "intermediate_size": 128}
    model = with_random_weights(LlamaForCausalLM(LlamaConfig(**IDS, **sizes)), 0)
    save_model(LoadedModel(model, byte_tokenizer()), tmp_path / "base")
    loaded = prepare(ModelSettings(path=str(tmp_path / "base"), lora_rank=2, load_in_4bit=True))
    packed = [weight for weight in loaded.model.parameters() if weight.dtype == torch.uint8]
    assert len(packed) == 2 * 7
    difference = plain_logits(loaded, SOME_IDS) - plain_logits(load_model(tmp_path / "base"), SOME_IDS)
    assert float(difference.abs().max()) > 1e-4
    with torch.no_grad():
        for weight in adapter_weights(loaded.model).values():
            weight.normal_(std=0.1)
    Scorer(loaded)(whole(ragged_rows())).logprobs.sum().backward()
    trained = {name for name, weight in loaded.model.named_parameters() if weight.grad is not None}
    assert trained == set(adapter_weights(loaded.model)) == set(loaded.trained_weights())
    save_model(merged(loaded), tmp_path / "model")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exported = load_model(tmp_path / "model")
    torch.testing.assert_close(
        plain_logits(exported, SOME_IDS), plain_logits(loaded, SOME_IDS), rtol=0, atol=1e-5
    )
