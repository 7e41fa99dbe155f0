"""The model that a KL term holds the policy to: the policy when the run began, or as it was a while ago."""

import copy
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import TypeAlias

import torch
from torch import Tensor

from reasongym.agents.batch import MicroBatch
from reasongym.agents.layers import stop_recomputing
from reasongym.agents.lora import adapter_weights, adapters_as, adapters_off, has_adapters
from reasongym.agents.models import LoadedModel
from reasongym.agents.scoring import Scorer, Scores

State: TypeAlias = dict[str, Tensor] | None


class Reference(ABC):
    """Scores micro-batches without gradients; `refresh` may replace it by the policy of that step."""

    def __init__(self, scorer: Scorer, every: int) -> None:
        self.scorer = scorer
        self.every = every
        """Steps between refreshes; 0 for none."""

    @property
    def loaded(self) -> LoadedModel:
        """The model that is run; with adapters it is the policy's own."""
        return self.scorer.loaded

    def __call__(self, micro: MicroBatch) -> Scores:
        """Return log-probs `[N]` of the sampled ids under the reference."""
        with torch.no_grad(), self._in_place():
            return self.scorer(micro)

    def refresh(self, step: int) -> None:
        """Become the policy as it is after `step` steps, where a refresh is due."""
        if self.every and step % self.every == 0:
            self._take()

    @property
    @abstractmethod
    def state(self) -> State:
        """What a checkpoint needs; None for a reference that the start of the run makes again."""

    @abstractmethod
    def load_state(self, state: State) -> None:
        """Continue from a checkpoint."""

    @abstractmethod
    def _in_place(self) -> AbstractContextManager[None]: ...

    @abstractmethod
    def _take(self) -> None: ...


class CopiedReference(Reference):
    """A frozen second copy; it needs nothing but the model in memory, wherever that came from."""

    def __init__(self, policy: LoadedModel, temperature: float, every: int = 0) -> None:
        model = copy.deepcopy(policy.model).requires_grad_(False).eval()
        stop_recomputing(model)
        super().__init__(Scorer(LoadedModel(model, policy.tokenizer), temperature), every)
        self._policy = policy

    @property
    def state(self) -> State:
        return self.loaded.model.state_dict() if self.every else None

    def load_state(self, state: State) -> None:
        if state is not None:
            self.loaded.model.load_state_dict(state)

    def _in_place(self) -> AbstractContextManager[None]:
        return torch.no_grad()

    def _take(self) -> None:
        self.loaded.model.load_state_dict(self._policy.model.state_dict())


class AdapterReference(Reference):
    """The policy's own frozen weights, with the adapters off or as they were at the last refresh."""

    def __init__(self, policy: LoadedModel, temperature: float, every: int = 0) -> None:
        super().__init__(Scorer(policy, temperature), every)
        self._kept: State = None

    @property
    def state(self) -> State:
        return self._kept

    def load_state(self, state: State) -> None:
        device = self.loaded.device
        self._kept = None if state is None else {name: one.to(device) for name, one in state.items()}

    def _in_place(self) -> AbstractContextManager[None]:
        model = self.loaded.model
        return adapters_off(model) if self._kept is None else adapters_as(model, self._kept)

    def _take(self) -> None:
        own = adapter_weights(self.loaded.model)
        self._kept = {name: weight.clone() for name, weight in own.items()}


def reference_of(policy: LoadedModel, temperature: float, *, every: int = 0) -> Reference:
    """Make the reference of a policy as it is: without a second copy where adapters are what is trained."""
    kind = AdapterReference if has_adapters(policy.model) else CopiedReference
    return kind(policy, temperature, every)
