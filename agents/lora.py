"""Adapters of low rank beside frozen linear layers: LoRA (Hu et al., arXiv 2106.09685), by the library peft.

The adapters stand inside the Hugging Face model, which stays what it was: `W x` becomes
`W x + alpha / rank * B A x` with A drawn and B zero, so that a fresh adapter changes nothing. There is no
dropout: sampler and learner must agree.
"""

import copy
import warnings
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from reasongym.agents.models import LoadedModel
from reasongym.errors import DataError, UsageError

ADAPTER = "default"
"""The name peft gives to an only adapter; it stands in the names of the weights."""


def add_adapters(loaded: LoadedModel, *, rank: int, alpha: float, targets: Iterable[str], seed: int) -> None:
    """Freeze a model and put adapters into it; raises UsageError naming layers that are not there.

    The A's are drawn from `seed` (Kaiming-uniform, as peft draws them) and the B's are zero.
    """
    from peft import LoraConfig, inject_adapter_in_model

    wanted = list(targets)
    config = LoraConfig(
        r=rank,
        lora_alpha=cast(int, alpha),  # any number will do
        target_modules="all-linear" if wanted == ["all-linear"] else wanted,
        lora_dropout=0.0,
        fan_in_fan_out=any(isinstance(module, Conv1D) for module in loaded.model.modules()),
        task_type="CAUSAL_LM",
    )
    _check_targets(loaded, wanted)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of layers that store their weights transposed, which peft sorts out
        torch.manual_seed(seed)
        inject_adapter_in_model(config, loaded.model)
    loaded.model.eval()


def has_adapters(model: nn.Module) -> bool:
    """Say whether there are adapters in a model."""
    return any(".lora_A." in name for name, _ in model.named_parameters())


@contextmanager
def adapters_off(model: nn.Module) -> Generator[None]:
    """Let a model compute as if it had no adapters."""
    layers = list(_adapted(model).values())
    for layer in layers:
        layer.enable_adapters(False)
    try:
        yield
    finally:
        for layer in layers:
            layer.enable_adapters(True)


def adapter_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return the adapters' own weights by name, not copied."""
    return {name: weight.data for name, weight in model.named_parameters() if ".lora_" in name}


@contextmanager
def adapters_as(model: nn.Module, weights: dict[str, Tensor]) -> Generator[None]:
    """Let a model compute with other weights in its adapters, without copying either."""
    adapters = {name: weight for name, weight in model.named_parameters() if ".lora_" in name}
    own = {name: weight.data for name, weight in adapters.items()}
    for name, weight in adapters.items():
        weight.data = weights[name]
    try:
        yield
    finally:
        for name, weight in adapters.items():
            weight.data = own[name]


# -- writing ------------------------------------------------------------------------------------------------


def merged(loaded: LoadedModel) -> LoadedModel:
    """Return a model without adapters that computes what this one does; its weights are for writing only.

    Each product is added in float32 or better; weights of 4 bits are unpacked first. What needs no change is
    shared, so memory grows by the layers that have adapters. A model without adapters is returned as it is.
    """
    if not has_adapters(loaded.model):
        return loaded
    model: Any = loaded.model
    config = copy.deepcopy(model.config)
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    with torch.device("meta"):
        bare = type(model)(config)
    bare.load_state_dict(_plain_weights(model), assign=True, strict=False)
    bare.tie_weights()
    left = [name for name, weight in bare.named_parameters() if weight.is_meta]
    assert not left, left
    bare.generation_config = model.generation_config
    return LoadedModel(bare.eval(), loaded.tokenizer)


def save_adapter(loaded: LoadedModel, base: str, path: Path) -> None:
    """Write the adapters alone, in peft's format, to be put on the model directory `base`."""
    config = copy.deepcopy(cast(Any, loaded.model).peft_config[ADAPTER])
    config.base_model_name_or_path = base
    config.inference_mode = True
    weights = {
        f"base_model.model.{name.replace(f'.{ADAPTER}.', '.')}": weight.contiguous().cpu()
        for name, weight in adapter_weights(loaded.model).items()
    }
    try:
        path.mkdir(parents=True, exist_ok=True)
        config.save_pretrained(str(path))
        save_file(weights, path / "adapter_model.safetensors", metadata={"format": "pt"})
        loaded.tokenizer.save_pretrained(path)
    except OSError as error:
        raise DataError(f"cannot write the adapter to {path}: {error.strerror}") from error


def _plain_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return every weight under the name it has without adapters, products added and 4 bits unpacked."""
    adapted = _adapted(model)
    weights: dict[str, Tensor] = {}
    for name, module in model.named_modules():
        own = [(n, t) for n, t in module.named_parameters(recurse=False) if not n.startswith("lora_")]
        if ".lora_" in name:
            continue
        plain_name = name.removesuffix(".base_layer")
        for short, tensor in [*own, *module.named_buffers(recurse=False)]:
            whole = _unpacked(module, tensor) if short == "weight" else tensor
            if short == "weight" and plain_name != name:
                whole = _with_product(whole, adapted[plain_name])
            weights[f"{plain_name}.{short}"] = whole.detach()
    return weights


def _with_product(weight: Tensor, layer: Any) -> Tensor:
    exact = torch.promote_types(weight.dtype, torch.float32)
    return (weight.to(exact) + layer.get_delta_weight(ADAPTER).to(exact)).to(weight.dtype)


def _unpacked(module: nn.Module, weight: Tensor) -> Tensor:
    if not hasattr(weight, "quant_state"):
        return weight
    from peft.utils.integrations import dequantize_module_weight

    return dequantize_module_weight(module)


def _adapted(model: nn.Module) -> dict[str, Any]:
    from peft.tuners.lora import LoraLayer

    return {name: module for name, module in model.named_modules() if isinstance(module, LoraLayer)}


def _check_targets(loaded: LoadedModel, targets: list[str]) -> None:
    """Refuse names of no linear layer, and a head that is the embedding too: a product would part them."""
    if targets == ["all-linear"]:
        return
    model: Any = loaded.model
    linear = {name: m for name, m in model.named_modules() if isinstance(m, (nn.Linear, Conv1D))}
    known = sorted({name.rpartition(".")[2] for name in linear})
    for target in targets:
        found = [m for name, m in linear.items() if name == target or name.endswith(f".{target}")]
        if not found:
            raise UsageError(
                f"model.lora_targets: {type(model).__name__} has no linear layer {target!r}; it has "
                f"{', '.join(known)}"
            )
        if any(m.weight is model.get_input_embeddings().weight for m in found):
            raise UsageError(
                f"model.lora_targets: {target!r} shares its weight with the embedding, and an adapter would "
                "part the two; leave it out"
            )
