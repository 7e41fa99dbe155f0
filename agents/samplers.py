"""What plays for the learner: its own model in this process, or vLLM with the weights pushed to it."""

from importlib.util import find_spec

from reasongym.agents.config import TrainConfig
from reasongym.agents.lora import merged
from reasongym.agents.models import LoadedModel
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.agents.policies.vllm_policy import VllmPolicy
from reasongym.episodes import Policy
from reasongym.errors import UsageError


def sampler(config: TrainConfig, loaded: LoadedModel) -> Policy:
    """Start what `rollout.engine` names, with the learner's weights; raises UsageError, PolicyError."""
    if config.rollout.engine == "torch":
        return TorchPolicy(loaded, max_rows=config.rollout.max_rows)
    if not config.model.path:
        raise UsageError(
            "rollout.engine 'vllm' starts from a model directory: set model.path, or engine to 'torch'"
        )
    if find_spec("vllm") is None:
        raise UsageError(
            "rollout.engine 'vllm' needs vLLM, which is not installed: pip install 'reasongym[vllm]', "
            "or `make vllm` where there is no GPU"
        )
    policy = VllmPolicy(
        config.model.path,
        loaded.tokenizer,
        loaded.eos_ids,
        dtype=config.model.dtype,
        context_length=loaded.context_length,
        memory_share=config.rollout.vllm_memory,
    )
    push(policy, loaded, 0)  # the model may have learned since its directory was written
    return policy


def push(policy: Policy, loaded: LoadedModel, version: int) -> None:
    """Let a sampler have the learner's weights; adapters are added to a copy of the layers they stand in."""
    shares = isinstance(policy, TorchPolicy)
    policy.push(None if shares else merged(loaded).model.state_dict(), version)
