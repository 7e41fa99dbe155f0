"""Adapters of low rank beside frozen linear layers: LoRA (Hu et al., arXiv 2106.09685), by the library peft.

The adapters stand inside the Hugging Face model, which stays what it was: `W x` becomes
`W x + alpha / rank * B A x` with A drawn and B zero, so that a fresh adapter changes nothing. There is no
dropout: sampler and learner must agree.
"""

import copy
import importlib
import warnings
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import torch as safetensors_torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from reasongym.agents.models import LoadedModel, whole_folder
from reasongym.errors import UsageError

ADAPTER = "default"
"""The name peft gives to an only adapter; it stands in the names of the weights."""


def add_adapters(loaded: LoadedModel, *, rank: int, alpha: float, targets: Iterable[str], seed: int) -> None:
    """Freeze a model and put adapters into it; raises UsageError naming layers that are not there.

    The A's are drawn from `seed` (Kaiming-uniform, as peft draws them) and the B's are zero.
    """
    peft: Any = importlib.import_module("peft")
    wanted = list(targets)
    config = peft.LoraConfig(
        r=rank,
        lora_alpha=alpha,
        target_modules="all-linear" if wanted == ["all-linear"] else wanted,
        lora_dropout=0.0,
        fan_in_fan_out=any(isinstance(module, Conv1D) for module in loaded.model.modules()),
        task_type="CAUSAL_LM",
    )
    _check_targets(loaded, wanted)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of layers that store their weights transposed, which peft sorts out
        torch.manual_seed(seed)
        peft.inject_adapter_in_model(config, loaded.model)
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
    bare.load_state_dict(_plain_weights(model, loaded.dtype), assign=True, strict=False)
    bare.tie_weights()
    left = [name for name, weight in bare.named_parameters() if weight.is_meta]
    assert not left, left
    bare.generation_config = model.generation_config
    return LoadedModel(bare.eval(), loaded.tokenizer)


def save_adapter(loaded: LoadedModel, base: str, path: Path) -> None:
    """Write the adapters alone, in peft's format, to be put on the model `base`; raises DataError."""
    config = copy.deepcopy(cast(Any, loaded.model).peft_config[ADAPTER])
    config.base_model_name_or_path = base
    config.inference_mode = True
    weights = {
        f"base_model.model.{name.replace(f'.{ADAPTER}.', '.')}": weight.contiguous().cpu()
        for name, weight in adapter_weights(loaded.model).items()
    }
    with whole_folder(path) as partial:
        config.save_pretrained(str(partial))
        cast(Any, safetensors_torch).save_file(
            weights, partial / "adapter_model.safetensors", metadata={"format": "pt"}
        )
        loaded.tokenizer.save_pretrained(partial)


def _plain_weights(model: nn.Module, dtype: torch.dtype) -> dict[str, Tensor]:
    """Return every weight by its name without adapters: products added, 4 bits unpacked to `dtype`."""
    adapted = _adapted(model)
    modules: dict[str, nn.Module] = dict(cast(Iterable[tuple[str, nn.Module]], model.named_modules()))
    weights: dict[str, Tensor] = {}
    for name, tensor in [*model.named_parameters(remove_duplicate=False), *model.named_buffers()]:
        owner, _, short = name.rpartition(".")
        if ".lora_" in name:
            continue
        plain_owner = owner.removesuffix(".base_layer")
        if short == "weight":
            tensor = _unpacked(modules[owner], tensor, dtype)
            tensor = _with_product(tensor, adapted[plain_owner]) if plain_owner != owner else tensor
        weights[f"{plain_owner}.{short}"] = tensor.detach()
    return weights


def _with_product(weight: Tensor, layer: Any) -> Tensor:
    exact = torch.promote_types(weight.dtype, torch.float32)
    return (weight.to(exact) + layer.get_delta_weight(ADAPTER).to(exact)).to(weight.dtype)


def _unpacked(module: nn.Module, weight: Tensor, dtype: torch.dtype) -> Tensor:
    if not hasattr(weight, "quant_state"):
        return weight
    integrations: Any = importlib.import_module("peft.utils.integrations")
    return integrations.dequantize_module_weight(module).to(dtype)


def _adapted(model: nn.Module) -> dict[str, Any]:
    lora: Any = importlib.import_module("peft.tuners.lora")
    modules: dict[str, nn.Module] = dict(cast(Iterable[tuple[str, nn.Module]], model.named_modules()))
    return {name: module for name, module in modules.items() if isinstance(module, lora.LoraLayer)}


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
