"""How the learner runs a model's layers: recomputed in the backward pass, or compiled; the sampler, neither.

Both are on only inside `learning`. A recomputed layer would write its cache twice, and a compiled one would
be compiled anew for every length that a cache grows through.
"""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn
from transformers.modeling_layers import GradientCheckpointingLayer

from reasongym.agents.models import LoadedModel
from reasongym.errors import UsageError


def layers_of(model: nn.Module) -> list[GradientCheckpointingLayer]:
    """Return the repeated blocks of a Hugging Face model; raises UsageError where it names none."""
    layers = [module for module in model.modules() if isinstance(module, GradientCheckpointingLayer)]
    if not layers:
        raise UsageError(
            f"{type(model).__name__} does not say what its layers are, so they can be neither recomputed nor "
            "compiled; leave out gradient_checkpointing and compile"
        )
    return layers


def recompute(model: nn.Module) -> None:
    """Keep no activations inside the layers while learning (Chen et al., arXiv 1604.06174)."""
    for layer in layers_of(model):
        _silence_dropout(layer)
    hugging_face: Any = model
    hugging_face.activation_checkpointing_enable({"use_reentrant": False})


def stop_recomputing(model: nn.Module) -> None:
    """Undo `recompute`, in a model that takes no gradients."""
    for module in model.modules():
        if isinstance(module, GradientCheckpointingLayer):
            module.gradient_checkpointing = False


def compile_layers(loaded: LoadedModel) -> None:
    """Compile the layers for learning; raises UsageError where torch.compile has no compiler to use."""
    _check_compiler(loaded.device)
    compiled: Any = torch.compile  # pyright: ignore[reportUnknownVariableType]
    for layer in layers_of(loaded.model):
        loaded.learner_forwards[layer] = compiled(layer.forward, dynamic=True)


def plain_rows_reason(loaded: LoadedModel) -> str:
    """Say why the layers need rows of their own instead of shared prompts; empty where they do not."""
    if loaded.learner_forwards:
        return "its layers are compiled, for rows without a cache"
    if any(getattr(module, "gradient_checkpointing", False) for module in loaded.model.modules()):
        return "gradient checkpointing keeps no cache"
    return ""


@contextmanager
def learning(loaded: LoadedModel) -> Generator[None]:
    """Run layers as the learner does: transformers recomputes a layer only where its own flag says training.

    What is inside the layers stays in evaluation mode, so dropout stays off.
    """
    layers = [module for module in loaded.model.modules() if isinstance(module, GradientCheckpointingLayer)]
    recomputed = [layer for layer in layers if layer.gradient_checkpointing]
    flags = [layer.training for layer in recomputed]
    for layer in recomputed:
        layer.training = True
    for layer, forward in loaded.learner_forwards.items():
        layer.forward = forward
    try:
        yield
    finally:
        for layer, flag in zip(recomputed, flags, strict=True):
            layer.training = flag
        for layer in loaded.learner_forwards:
            del layer.forward  # the class's own is found again


def _silence_dropout(layer: nn.Module) -> None:
    """Set rates that a layer applies by its own flag to 0: OPT and BLOOM keep them as plain numbers."""
    for name, value in list(vars(layer).items()):
        if "dropout" in name and isinstance(value, float):
            setattr(layer, name, 0.0)


def _check_compiler(device: torch.device) -> None:
    if device.type != "cpu":
        if find_spec("triton") is None:
            raise UsageError("model.compile needs triton on this device: pip install triton")
        return
    names = (os.environ.get("CXX", ""), "g++", "clang++")
    if not any(shutil.which(name) for name in names if name):
        raise UsageError("model.compile needs a C++ compiler on CPUs: install g++, or leave compile out")
