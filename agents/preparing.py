"""Making a model ready to learn, as the `[model]` table of a config says."""

from reasongym.agents.config import ModelSettings
from reasongym.agents.layers import compile_layers, recompute
from reasongym.agents.lora import add_adapters
from reasongym.agents.models import LoadedModel, load_model

ADAPTER_SEED = 0
"""Of the adapters' first weights: runs that differ in their own seed begin with the same model."""


def prepare(settings: ModelSettings) -> LoadedModel:
    """Load a model with its adapters and its savings of memory and time; raises DataError, UsageError."""
    settings.check()
    loaded = load_model(
        settings.path,
        device=settings.device,
        dtype=settings.dtype,
        attention=settings.attention,
        load_in_4bit=settings.load_in_4bit,
    )
    if settings.lora_rank:
        add_adapters(
            loaded,
            rank=settings.lora_rank,
            alpha=settings.lora_alpha,
            targets=settings.lora_targets,
            seed=ADAPTER_SEED,
        )
    if settings.gradient_checkpointing:
        recompute(loaded.model)
    if settings.compile:
        compile_layers(loaded)
    return loaded
