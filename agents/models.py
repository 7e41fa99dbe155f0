"""Model directories: loading a Hugging Face causal LM and its tokenizer, writing one whole or not at all."""

import json
import os
import shutil
import warnings
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import torch
import transformers
from safetensors import SafetensorError
from torch import Tensor, nn

from reasongym.errors import DataError, UsageError

transformers.utils.logging.disable_progress_bar()  # progress is the caller's to show

DTYPES = {
    "float32": torch.float32,
    "float64": torch.float64,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
FLASH_PACKAGES = {"flash_attention_2": "flash_attn", "flash_attention_3": "flash_attn_interface"}
"""Attention implementations that a package brings, by what imports it."""


@dataclass(frozen=True)
class LoadedModel:
    """A causal LM and its tokenizer, ready to sample and to train."""

    model: nn.Module
    tokenizer: Any
    """A Hugging Face tokenizer."""
    learner_forwards: dict[nn.Module, Callable[..., Any]] = field(
        default_factory=dict[nn.Module, Callable[..., Any]], compare=False
    )
    """What the learner runs in place of a layer's own forward."""

    @property
    def config(self) -> Any:
        """The Hugging Face configuration of the model's text part."""
        config: Any = self.model.config
        return config.get_text_config(decoder=True)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.model.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """Of the weights."""
        return next(self.model.parameters()).dtype

    @cached_property
    def eos_ids(self) -> list[int]:
        """Ids that end a completion: the tokenizer's and the generation configuration's."""
        generation: Any = getattr(self.model, "generation_config", None)
        ids: set[int] = {self.tokenizer.eos_token_id} - {None}
        for source in (self.config, generation):
            eos: Any = getattr(source, "eos_token_id", None)
            ids.update([] if eos is None else cast(list[int], eos) if isinstance(eos, list) else [eos])
        return sorted(ids)

    @property
    def context_length(self) -> int | None:
        """Most positions the model was built for, where its configuration says."""
        return getattr(self.config, "max_position_embeddings", None)

    @property
    def has_windows(self) -> bool:
        """Whether some layer attends to the latest columns only, or to those of its chunk."""
        return bool(_layer_kinds(self.config) - {"full_attention", "global"})

    @property
    def takes_4d_masks(self) -> bool:
        """Whether 4D attention masks may be given: full attention through torch's SDPA only.

        A 4D mask replaces the model's own, so windows would be lost; ALiBi is read off the 2D mask.
        """
        has_alibi: bool = getattr(self.config, "alibi", False)
        return self.config._attn_implementation == "sdpa" and not self.has_windows and not has_alibi

    def trained_weights(self) -> dict[str, Tensor]:
        """Return what learning changes, by name: everything, or adapters alone where the rest is frozen."""
        state: dict[str, Tensor] = self.model.state_dict()
        named = dict(self.model.named_parameters())
        trained = [name for name, weight in named.items() if weight.requires_grad]
        return state if len(trained) == len(named) else {name: state[name] for name in trained}

    def load_trained_weights(self, weights: dict[str, Tensor]) -> None:
        """Put back what `trained_weights` returned; raises DataError where they are another model's."""
        own = self.trained_weights()
        if own.keys() != weights.keys():
            other = sorted(own.keys() ^ weights.keys())
            raise DataError(
                f"the checkpoint is of another model: {len(other)} weights differ in name, {other[0]} first"
            )
        self.model.load_state_dict(weights, strict=False)

    def digest(self) -> str:
        """Name what decides the completions: 16 hex digits over weights, words, chat template and end ids."""
        total = blake2b(digest_size=8)
        words = sorted(self.tokenizer.get_vocab().items())
        total.update(json.dumps([words, self.tokenizer.chat_template, self.eos_ids]).encode())
        for name, tensor in sorted(self.model.state_dict().items()):
            total.update(name.encode())
            total.update(tensor.detach().cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
        return total.hexdigest()


def load_model(
    path: str | Path,
    *,
    device: str = "cpu",
    dtype: str = "float32",
    attention: str = "auto",
    load_in_4bit: bool = False,
) -> LoadedModel:
    """Load a model directory (or a hub name, where a network is); raises DataError saying what is wrong.

    `attention` is an implementation of transformers, such as sdpa. In 4 bits linear layers are held as
    NormalFloats with quantised scales and compute in `dtype` (QLoRA, Dettmers et al., arXiv 2305.14314, 3).
    """
    if dtype not in DTYPES:
        raise UsageError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
    check_device(device)
    _check_attention(attention, device)
    _check_folder(str(path))
    options = _loading_options(device, dtype, attention, load_in_4bit=load_in_4bit)
    try:
        tokenizer = _load_tokenizer(Path(path))
        load = cast(Any, transformers.AutoModelForCausalLM).from_pretrained
        model, report = load(str(path), dtype=DTYPES[dtype], output_loading_info=True, **options)
    except Exception as error:  # transformers and safetensors raise dozens of types for a bad directory
        raise DataError(
            f"cannot load a model from {path}: {_first_line(error)}; the directory needs config.json, "
            "*.safetensors and tokenizer files as save_pretrained writes them"
        ) from error
    if report["missing_keys"]:  # transformers would go on with random weights in their place
        missing = sorted(report["missing_keys"])
        raise DataError(
            f"the model at {path} lacks {len(missing)} weights, {missing[0]} first; download or save it again"
        )
    if not set(tokenizer.get_vocab()) - set(
        tokenizer.all_special_tokens
    ):  # it makes tokenizers of nothing, too
        raise DataError(
            f"the tokenizer at {path} knows no word; is its tokenizer.json or vocabulary missing?"
        )
    _check_layers(model, path)
    if load_in_4bit:
        _keep_one_layout(model)
        return LoadedModel(model, tokenizer)
    return LoadedModel(model.to(device), tokenizer)


def _keep_one_layout(model: nn.Module) -> None:
    """Keep bitsandbytes from repacking weights on CPUs at the first forward without gradients.

    What is repacked computes in bfloat16 whatever was asked for, so that sampler and learner would differ.
    """
    for module in model.modules():
        if "support_avx512bf16_for_cpu" in vars(module):
            cast(Any, module).support_avx512bf16_for_cpu = False


def _loading_options(device: str, dtype: str, attention: str, *, load_in_4bit: bool) -> dict[str, Any]:
    options: dict[str, Any] = {} if attention == "auto" else {"attn_implementation": attention}
    if not load_in_4bit:
        return options
    for name in ("bitsandbytes", "accelerate"):
        if find_spec(name) is None:
            raise UsageError(
                f"load_in_4bit needs {name}, which is not installed: pip install 'reasongym[qlora]'"
            )
    kind: Any = transformers.BitsAndBytesConfig
    four_bits = kind(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=DTYPES[dtype],
    )
    return options | {"quantization_config": four_bits, "device_map": {"": device}}


def _check_attention(attention: str, device: str) -> None:
    if not attention.startswith("flash_attention"):
        return
    if find_spec(FLASH_PACKAGES[attention]) is None or not device.startswith("cuda"):
        raise UsageError(
            f"attention {attention!r} needs a CUDA device and the package {FLASH_PACKAGES[attention]}; got "
            f"device {device!r}; install it (pip install flash-attn), or take sdpa"
        )


def check_device(device: str) -> None:
    """Raise UsageError for a device that is not here."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:  # torch asserts where it was built without CUDA
        raise UsageError(f"cannot use device {device!r}: {_first_line(error)}") from error


def load_tokenizer(path: Path) -> Any:
    """Load the tokenizer of a model directory, which may lack the weights; raises DataError."""
    if not path.is_dir():
        raise DataError(f"there is no directory {path} to load a tokenizer from")
    try:
        return _load_tokenizer(path)
    except Exception as error:  # transformers and tokenizers raise a dozen types for a bad directory
        raise DataError(
            f"cannot load a tokenizer from {path}: {_first_line(error)}; the directory needs the files that "
            "save_pretrained writes"
        ) from error


def tokenizer_digest(tokenizer: Any) -> str:
    """Name what decides prompts and texts: 16 hex digits over words and chat template."""
    words = sorted(tokenizer.get_vocab().items())
    return blake2b(json.dumps([words, tokenizer.chat_template]).encode(), digest_size=8).hexdigest()


def _load_tokenizer(path: Path) -> Any:
    """Load a tokenizer as it was saved.

    For some architectures, Qwen2 among them, `AutoTokenizer` puts the family's own word splitting in place of
    the saved one, also where the directory says that its tokenizer.json is the whole tokenizer.
    """
    record = path / "tokenizer_config.json"
    saved_as = json.loads(record.read_bytes()).get("tokenizer_class") if record.is_file() else None
    is_whole = saved_as == "TokenizersBackend"
    kind: Any = transformers.PreTrainedTokenizerFast if is_whole else transformers.AutoTokenizer
    return kind.from_pretrained(str(path))


def _check_folder(name: str) -> None:
    path = Path(name)
    looks_local = path.is_absolute() or name.startswith((".", "~")) or len(path.parts) != 2
    if not path.exists() and (looks_local or path.parent.exists()):
        raise DataError(f"there is no model directory {path}")
    if path.is_dir() and not (path / "config.json").is_file():
        raise DataError(f"{path} has no config.json; it is not a Hugging Face model directory")


def _check_layers(model: Any, path: str | Path) -> None:
    config: Any = model.config.get_text_config(decoder=True)
    known = {"full_attention", "sliding_attention", "chunked_attention", "global", "local"}
    other = _layer_kinds(config) - known
    if model._is_stateful:
        other.add("recurrent")
    if other:
        kinds = ", ".join(sorted(other))
        raise UsageError(f"the model at {path} has {kinds} layers; only attention layers are supported")


def _layer_kinds(config: Any) -> set[str]:
    """Return the kinds of layers; configurations that list none may name a window for all."""
    kinds: Iterable[str] = getattr(config, "layer_types", None) or getattr(config, "attention_layers", ())
    if kinds:
        return set(kinds)
    return {"full_attention" if getattr(config, "sliding_window", None) is None else "sliding_attention"}


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip() or 'no message').splitlines()[0]}"


def save_model(loaded: LoadedModel, path: Path) -> None:
    """Write a plain Hugging Face model directory, in full or not at all.

    A model with adapters is given as `lora.merged` makes it.
    """
    with whole_folder(path) as partial, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # transformers warns about generation settings nobody set
        loaded.model.save_pretrained(partial)  # pyright: ignore
        loaded.tokenizer.save_pretrained(partial)


@contextmanager
def whole_folder(path: Path) -> Generator[Path]:
    """Yield a folder to write, which takes its name, in place of one that is there, when it is complete."""
    partial, old = (path.with_name(path.name + ending) for ending in (".partial", ".old"))
    try:
        shutil.rmtree(partial, ignore_errors=True)
        yield partial
        if path.exists():  # a folder that is not empty cannot be replaced, only moved aside
            shutil.rmtree(old, ignore_errors=True)
            os.replace(path, old)
        os.replace(partial, path)
        shutil.rmtree(old, ignore_errors=True)
    except (OSError, SafetensorError) as error:
        raise DataError(f"cannot write the model to {path}: {_first_line(error)}") from error
