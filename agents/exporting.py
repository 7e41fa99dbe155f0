"""Writing what a run has learned as model directories that any program reads."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from reasongym.agents.config import ModelSettings, read_tables, settings_of
from reasongym.agents.conversations import end_replies_by
from reasongym.agents.lora import has_adapters, merged, save_adapter
from reasongym.agents.models import LoadedModel, save_model
from reasongym.agents.preparing import prepare
from reasongym.agents.run_folder import RunFolder
from reasongym.errors import DataError, UsageError


def save_trained(loaded: LoadedModel, base: str, folder: Path) -> None:
    """Write a run's `model`, adapters merged into it, and beside it the `adapter` where it has one."""
    if has_adapters(loaded.model):
        save_adapter(loaded, base, folder / "adapter")
    save_model(merged(loaded), folder / "model")


def export_model(run: Path, output: Path, *, adapter: bool = False) -> int:
    """Write the model of a run's last checkpoint, or its adapter alone; returns the checkpoint's step.

    The run may be going on. Raises DataError where there is no checkpoint to read, UsageError where the run
    trains no adapter.
    """
    tables = read_tables(run / "config.toml")
    settings = settings_of(_model_table(tables, run), ModelSettings, f"{run} [model]")
    if adapter and not settings.lora_rank:
        raise UsageError(f"the run in {run} trains no adapter; leave out --adapter for the whole model")
    saved = RunFolder(run).last()
    if saved is None:
        raise DataError(f"the run in {run} has no checkpoint yet; wait for its first")
    step, state = saved
    loaded = prepare(_where_it_can(replace(settings, compile=False, gradient_checkpointing=False)))
    loaded.load_trained_weights(state["model"])
    end: str = tables.get("data", {}).get("end", "")
    if end:
        end_replies_by(loaded.model, loaded.tokenizer, end)
    if adapter:
        save_adapter(loaded, settings.path, output)
    else:
        save_model(merged(loaded), output)
    return step


def _where_it_can(settings: ModelSettings) -> ModelSettings:
    """Put the model on the CPU where the run's device is not at hand; 4-bit weights stay where they run."""
    device = torch.device(settings.device)
    is_at_hand = device.type != "cuda" or (device.index or 0) < torch.cuda.device_count()
    if is_at_hand or settings.load_in_4bit:
        return settings
    return replace(settings, device="cpu", attention="auto")


def _model_table(tables: dict[str, Any], run: Path) -> dict[str, Any]:
    if not tables.get("model", {}).get("path"):
        raise DataError(
            f"{run} is no run of `train` or `sft` on a model directory: its config.toml names none"
        )
    return tables["model"]
