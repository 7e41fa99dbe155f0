"""Which engine plays for the learner, as far as no vLLM is needed (see `test_vllm.py` for the rest)."""

from pathlib import Path
from typing import Any

import pytest

from reasongym.agents.config import RolloutSettings, TrainConfig, settings_of
from reasongym.agents.models import load_model
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.agents.samplers import push, sampler
from reasongym.errors import UsageError
from tests.agents.served_models import save_served_model


class Recording:
    """A policy of another process that keeps what is pushed."""

    def __init__(self) -> None:
        self.pushed: list[tuple[Any, int]] = []

    def submit(self, requests: Any) -> None: ...

    def poll(self) -> list[Any]:
        return []

    def cancel(self, ids: Any) -> None: ...

    def push(self, weights: Any, version: int) -> None:
        self.pushed.append((weights, version))

    def close(self) -> None: ...


def test_torch_samples_from_the_learner_and_others_get_every_weight(tmp_path: Path) -> None:
    loaded = load_model(save_served_model(tmp_path / "model"))
    shared = sampler(TrainConfig(), loaded)
    assert isinstance(shared, TorchPolicy)
    push(shared, loaded, 3)
    assert shared.weights_version == 3
    apart = Recording()
    push(apart, loaded, 4)
    (weights, version), state = apart.pushed[0], loaded.model.state_dict()
    assert version == 4
    assert weights.keys() == state.keys()
    assert all(weights[name].equal(state[name]) for name in state)


def test_vllm_without_a_directory_and_unknown_engines_are_refused(tmp_path: Path) -> None:
    loaded = load_model(save_served_model(tmp_path / "model"))
    with pytest.raises(UsageError, match=r"set model\.path"):
        sampler(TrainConfig(rollout=RolloutSettings(engine="vllm")), loaded)
    with pytest.raises(UsageError, match="engine"):
        settings_of({"rollout": {"engine": "sglang"}}, TrainConfig, "a file")
