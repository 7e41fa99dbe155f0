"""Model directories: loading a Hugging Face causal LM and its tokenizer, writing one whole or not at all."""

import os
import shutil
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import torch
import transformers
from torch import nn

from reasongym.errors import DataError, UsageError

DTYPES = {
    "float32": torch.float32,
    "float64": torch.float64,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


@dataclass(frozen=True)
class LoadedModel:
    """A causal LM and its tokenizer, ready to sample and to train."""

    model: nn.Module
    tokenizer: Any
    """A Hugging Face tokenizer."""

    @property
    def config(self) -> Any:
        """The model's Hugging Face configuration."""
        return self.model.config

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.model.parameters()).device

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
    def takes_4d_masks(self) -> bool:
        """Whether boolean 4D attention masks may be given: full attention through torch's SDPA only."""
        kinds: Iterable[str] = getattr(self.config, "layer_types", None) or ()
        return self.config._attn_implementation == "sdpa" and set(kinds) <= {"full_attention"}

    def digest(self) -> str:
        """Name the weights: 16 hex digits over every parameter's name and bytes."""
        total = blake2b(digest_size=8)
        for name, tensor in sorted(self.model.state_dict().items()):
            total.update(name.encode())
            total.update(tensor.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes())
        return total.hexdigest()


def load_model(path: str | Path, *, device: str = "cpu", dtype: str = "float32") -> LoadedModel:
    """Load a model directory (or a hub name, where a network is); raises DataError saying what is wrong."""
    if dtype not in DTYPES:
        raise UsageError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
    _check_folder(Path(path))
    try:
        load_tokenizer = cast(Any, transformers.AutoTokenizer.from_pretrained)
        tokenizer = load_tokenizer(str(path))
        model: Any = transformers.AutoModelForCausalLM.from_pretrained(str(path), dtype=DTYPES[dtype])
    except Exception as error:  # transformers and safetensors raise dozens of types for a bad directory
        raise DataError(
            f"cannot load a model from {path}: {_first_line(error)}; the directory needs config.json, "
            "*.safetensors and tokenizer files as save_pretrained writes them"
        ) from error
    _check_layers(model.config, path)
    return LoadedModel(model.to(device), tokenizer)


def _check_folder(path: Path) -> None:
    looks_local = path.is_absolute() or str(path).startswith((".", "~")) or len(path.parts) != 2
    if not path.exists() and looks_local:
        raise DataError(f"there is no model directory {path}")
    if path.is_dir() and not (path / "config.json").is_file():
        raise DataError(f"{path} has no config.json; it is not a Hugging Face model directory")


def _check_layers(config: Any, path: str | Path) -> None:
    kinds = set(getattr(config, "layer_types", None) or ())
    other = kinds - {"full_attention", "sliding_attention", "chunked_attention"}
    if other:
        kinds = ", ".join(sorted(other))
        raise UsageError(f"the model at {path} has {kinds} layers; only attention layers are supported")


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip() or 'no message').splitlines()[0]}"


def save_model(loaded: LoadedModel, path: Path) -> None:
    """Write a plain Hugging Face model directory, in full or not at all."""
    partial = path.with_name(path.name + ".partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # transformers warns about generation settings nobody set
            loaded.model.save_pretrained(partial)  # pyright: ignore
            loaded.tokenizer.save_pretrained(partial)
        shutil.rmtree(path, ignore_errors=True)
        os.replace(partial, path)
    except OSError as error:
        raise DataError(f"cannot write the model to {path}: {error.strerror}") from error
