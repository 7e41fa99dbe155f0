"""Choosing how a model directory is run: in this process, by torch or by vLLM."""

from dataclasses import dataclass
from typing import Literal

from reasongym.cli.seated import Seated
from reasongym.evaluation import Player


@dataclass(frozen=True)
class EngineFlags:
    """How a model directory is run."""

    engine: Literal["torch", "vllm"] = "torch"
    """torch runs anything anywhere; vllm is quicker, and needs an installation of its own."""
    device: str = "cpu"
    """Of torch; vLLM takes the device that it was built for."""
    dtype: str = "float32"
    context_length: int | None = None
    """Most tokens of a prompt and its completion; the model's own where not given."""


def seat_model(path: str, label: str, flags: EngineFlags) -> Seated:
    """Load a model directory into this process; raises DataError, UsageError."""
    return _seat_torch(path, label, flags) if flags.engine == "torch" else _seat_vllm(path, label, flags)


def _seat_torch(path: str, label: str, flags: EngineFlags) -> Seated:
    from reasongym.agents.models import load_model
    from reasongym.agents.policies.torch_policy import TorchPolicy

    loaded = load_model(path, device=flags.device, dtype=flags.dtype)
    loaded.model.eval()
    player = Player("torch", label, loaded.digest(), {"device": flags.device, "dtype": flags.dtype})
    context_length = flags.context_length or loaded.context_length
    return Seated(TorchPolicy(loaded), player, loaded.tokenizer, context_length)


def _seat_vllm(path: str, label: str, flags: EngineFlags) -> Seated:
    from reasongym.agents.models import load_model
    from reasongym.agents.policies.vllm_policy import VllmPolicy

    loaded = load_model(path, dtype=flags.dtype)
    digest, tokenizer, eos_ids = loaded.digest(), loaded.tokenizer, loaded.eos_ids
    context_length = flags.context_length or loaded.context_length
    del loaded  # the engine loads the weights again, and there may be no room for two
    policy = VllmPolicy(path, tokenizer, eos_ids, dtype=flags.dtype, context_length=context_length)
    player = Player("vllm", label, digest, {"device": policy.device, "dtype": flags.dtype})
    return Seated(policy, player, tokenizer, context_length)
