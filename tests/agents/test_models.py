"""Model directories: what is written is read back, what is broken is named, and nothing is half written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from safetensors import torch as safetensors_torch
from transformers import AutoModelForCausalLM, MambaConfig

from reasongym.agents.models import LoadedModel, load_model, save_model
from reasongym.errors import DataError, ReasongymError, UsageError
from tests.agents.small_models import IDS, KINDS, VOCABULARY, small
from tests.chat_templates import FAMILIES
from tests.chats import tokenizer_of

weights_file: Any = safetensors_torch
Break = Callable[[Path], object]


def chat_model() -> LoadedModel:
    """Make a small Qwen2 with a chat template."""
    return LoadedModel(small("qwen2, tied, grouped", torch.float32).model, tokenizer_of("chatml"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    save_model(chat_model(), tmp_path / "model")
    return tmp_path / "model"


# -- writing and reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_is_read_back_as_it_was_written(kind: str, tmp_path: Path) -> None:
    loaded = small(kind, torch.float32)
    save_model(loaded, tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert again.digest() == loaded.digest()
    assert again.eos_ids == loaded.eos_ids
    assert again.tokenizer.get_vocab() == loaded.tokenizer.get_vocab()
    assert again.tokenizer.backend_tokenizer.to_str() == loaded.tokenizer.backend_tokenizer.to_str()
    assert not again.model.training


def test_the_chat_template_goes_with_the_model(directory: Path) -> None:
    again = load_model(directory)
    assert again.tokenizer.chat_template == FAMILIES["chatml"].chat
    assert again.tokenizer.encode("the answer<|im_end|>") == tokenizer_of("chatml").encode(
        "the answer<|im_end|>"
    )


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_weights_come_in_the_type_asked_for(directory: Path, dtype: str) -> None:
    parameters = load_model(directory, dtype=dtype).model.parameters()
    assert {str(parameter.dtype) for parameter in parameters} == {f"torch.{dtype}"}


def test_a_type_that_does_not_exist_is_refused(directory: Path) -> None:
    with pytest.raises(UsageError, match=r"dtype must be one of float32, .*, got 'int8'"):
        load_model(directory, dtype="int8")


def test_the_digest_moves_with_every_single_weight() -> None:
    loaded = chat_model()
    digests = {loaded.digest()}
    parameters = list(loaded.model.parameters())
    for parameter in parameters:
        with torch.no_grad():
            flat = parameter.view(-1)
            flat[-1] += 1e-6 + 1e-6 * abs(float(flat[-1]))
        digests.add(loaded.digest())
    assert len(digests) == 1 + len(parameters)
    assert chat_model().digest() == chat_model().digest()


@pytest.mark.parametrize("change", ["chat template", "words", "end ids"])
def test_the_digest_moves_with_what_reads_and_ends_texts(change: str) -> None:
    loaded = chat_model()
    before = loaded.digest()
    if change == "chat template":
        loaded.tokenizer.chat_template += "\n"
    elif change == "words":
        loaded.tokenizer.add_tokens(["another"])
    else:
        model: Any = loaded.model
        model.generation_config.eos_token_id = [1, 2, 3]
        loaded = LoadedModel(loaded.model, loaded.tokenizer)
    assert loaded.digest() != before


def test_the_digest_reads_scalars_and_16_bit_weights() -> None:
    loaded = small("llama", torch.bfloat16)
    before = loaded.digest()
    loaded.model.register_parameter("scale", torch.nn.Parameter(torch.tensor(1.0)))
    assert loaded.digest() != before


def test_end_ids_come_from_tokenizer_config_and_generation_config() -> None:
    loaded = chat_model()
    model: Any = loaded.model
    model.config.eos_token_id = [3]
    model.generation_config.eos_token_id = [4, 5]
    assert loaded.eos_ids == sorted({loaded.tokenizer.eos_token_id, 3, 4, 5})
    bare = chat_model()
    cast(Any, bare.model).config.eos_token_id = None
    cast(Any, bare.model).generation_config.eos_token_id = None
    assert bare.eos_ids == [bare.tokenizer.eos_token_id]


def test_the_context_is_what_the_configuration_says() -> None:
    assert small("llama").context_length == 64
    assert small("gpt2, absolute positions").context_length == 64
    assert small("bloom, alibi, eager").context_length is None


# -- what is broken -----------------------------------------------------------------------------------------


def half(name: str) -> Break:
    def cut(path: Path) -> None:
        content = (path / name).read_bytes()
        (path / name).write_bytes(content[: len(content) // 2])

    return cut


def without(*names: str) -> Break:
    def remove(path: Path) -> None:
        for name in names:
            (path / name).unlink()

    return remove


def with_text(name: str, text: str) -> Break:
    return lambda path: (path / name).write_text(text)


def lacking_a_weight(path: Path) -> None:
    weights = weights_file.load_file(path / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    weights_file.save_file(weights, path / "model.safetensors", metadata={"format": "pt"})


def with_a_weight_of_another_shape(path: Path) -> None:
    weights = weights_file.load_file(path / "model.safetensors")
    weights["model.norm.weight"] = weights["model.norm.weight"][:-1].clone()
    weights_file.save_file(weights, path / "model.safetensors", metadata={"format": "pt"})


def with_recurrent_layers(path: Path) -> None:
    config = json.loads((path / "config.json").read_text())
    config["layer_types"] = ["linear_attention", "full_attention"]
    (path / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (without("config.json"), r"has no config\.json; it is not a Hugging Face model directory"),
        (half("config.json"), r"not a valid JSON file.*needs config\.json"),
        (with_text("config.json", "{}"), "Unrecognized model"),
        (without("model.safetensors"), r"no file named model\.safetensors"),
        (half("model.safetensors"), "SafetensorError: .*; the directory needs"),
        (with_text("model.safetensors", ""), "SafetensorError: .*; the directory needs"),
        (lacking_a_weight, r"lacks 1 weights, model\.layers\.1\.mlp\.up_proj\.weight first"),
        (with_a_weight_of_another_shape, "cannot load a model"),
        (half("tokenizer.json"), "JSONDecodeError: .*; the directory needs"),
        (without("tokenizer.json"), r"cannot load a model from .*tokenizer"),
        (without("tokenizer.json", "tokenizer_config.json"), "knows no word"),
        (with_recurrent_layers, "has linear_attention layers; only attention layers are supported"),
    ],
)
def test_a_broken_directory_is_one_clear_sentence(directory: Path, broken: Break, message: str) -> None:
    broken(directory)
    with pytest.raises(ReasongymError, match=message) as caught:
        load_model(directory)
    assert str(directory) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere", "./nowhere/at-all", "~/nowhere-at-all", "a/b/c"])
def test_a_directory_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(DataError, match="there is no model directory"):
        load_model(name)


def test_a_path_of_two_parts_is_no_hub_name_where_the_first_is_a_folder(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(directory.parent.parent)
    with pytest.raises(DataError, match="there is no model directory"):
        load_model(f"{directory.parent.name}/nowhere")


def test_recurrent_models_are_refused(tmp_path: Path) -> None:
    config = MambaConfig(**IDS, hidden_size=16, num_hidden_layers=1)
    model: Any = cast(Any, AutoModelForCausalLM).from_config(config)
    save_model(LoadedModel(model, tokenizer_of("plain")), tmp_path / "model")
    with pytest.raises(UsageError, match="only attention layers are supported"):
        load_model(tmp_path / "model")


# -- writing in full or not at all --------------------------------------------------------------------------


def names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())


def test_writing_over_a_model_leaves_the_new_one_and_nothing_else(directory: Path) -> None:
    loaded = chat_model()
    with torch.no_grad():
        next(loaded.model.parameters()).add_(1.0)
    (directory / "of the old one").write_text("")
    save_model(loaded, directory)
    assert load_model(directory).digest() == loaded.digest()
    assert names(directory.parent) == ["model"]
    assert not (directory / "of the old one").exists()


def test_a_write_that_fails_leaves_the_model_before_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_model(directory).digest()
    loaded = small("llama", torch.float32)

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(loaded.tokenizer, "save_pretrained", full)
    with pytest.raises(DataError, match=r"cannot write the model to .*model: .*No space left on device"):
        save_model(loaded, directory)
    assert load_model(directory).digest() == before
    monkeypatch.undo()
    save_model(loaded, directory)
    assert load_model(directory).digest() == loaded.digest()
    assert names(directory.parent) == ["model"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"cannot write the model to .*file/model"):
        save_model(chat_model(), tmp_path / "file" / "model")


# -- what is known of its attention -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_windows_and_masks_are_known_of_every_kind(kind: str) -> None:
    loaded = small(kind)
    assert loaded.has_windows == ("windows" in kind)
    may_take = not any(word in kind for word in ("windows", "alibi", "eager"))
    assert loaded.takes_4d_masks == may_take
    assert loaded.config.vocab_size == VOCABULARY
