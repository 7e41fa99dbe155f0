"""The receiving end of vLLM's weight transfer for a learner in vLLM's own process: tensors are handed over.

vLLM's own transports (NCCL, CUDA IPC) cross processes and need GPUs. This one is registered beside them under
`vllm_policy.TRANSFER`, is imported by vLLM alone, and goes through the same calls: start, update, finish.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor

if TYPE_CHECKING:

    class Engine:
        """What is used here of vLLM's `WeightTransferEngine`, which the developer's environment lacks."""

        model: Any
        model_config: Any

else:
    Engine = importlib.import_module("vllm.distributed.weight_transfer.base").WeightTransferEngine

_reload: Any = importlib.import_module("vllm.model_executor.model_loader.reload")
_embeddings: Any = importlib.import_module("vllm.model_executor.layers.vocab_parallel_embedding")


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nobody to shake hands with."""


@dataclass(frozen=True, slots=True)
class Update:
    """A whole model's weights under the names of its Hugging Face directory."""

    weights: Mapping[str, Tensor]


class SameProcess(Engine):
    """Loads weights layer by layer into vLLM's layouts, and leaves none of the old ones."""

    init_info_cls = Nothing
    update_info_cls = Update

    def init_transfer_engine(self, init_info: Nothing) -> None:
        """Do nothing: there is no connection."""

    def start_weight_update(self) -> None:
        """Let vLLM set its packed weights aside; they are overwritten in place."""
        _reload.initialize_layerwise_reload(self.model)

    def receive_weights(self, update_info: Update) -> None:
        """Load the weights; raises ValueError where a weight of vLLM's model is not among them.

        vLLM would go on with the old value of such a weight.
        """
        wanted = {name for name, _ in self.model.named_parameters()}
        loaded = self.model.load_weights(iter(update_info.weights.items()))
        if loaded is None:
            raise ValueError("its class for this model does not tell which weights it has loaded")
        if missing := sorted(wanted - loaded):
            raise ValueError(f"{len(missing)} weights were not given, {missing[0]} first")

    def finish_weight_update(self) -> None:
        """Pack what is packed as a whole, and heads that share the embeddings' weights.

        On CPUs a head computes with a packed copy. A tied head has no weights of its own to load, so vLLM
        does not pack it again, and it would compute with the first weights for ever.
        """
        _reload.finalize_layerwise_reload(self.model, self.model_config)
        for layer in self.model.modules():
            method: Any = getattr(layer, "quant_method", None)
            if isinstance(method, _embeddings.UnquantizedEmbeddingMethod):
                method.process_weights_after_loading(layer)

    def shutdown(self) -> None:
        """Do nothing: there is no connection."""
