"""vLLM in this process, for a model directory: token ids in and out, noise keyed per request, weights pushed.

vLLM batches as it likes and computes each batch by other kernels, so equal requests may differ in their low
bits. What it samples is keyed by the request, but not drawn as the torch policy draws: the two agree where
sampling is greedy, up to ties. Log-probs are of the distribution that was drawn from: of all tokens at the
sampling temperature, as a ratio to the learner's needs them, unless top-p or top-k cuts it. A server with
more than one device is started with `vllm serve` and reached by its URL.
"""

import importlib
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from reasongym.episodes import Completion, Finish, Request
from reasongym.errors import PolicyError

SETTINGS = {
    # The engine itself is in this process: none is forked from under torch's threads, or left after a kill.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1",
}
"""Put into the environment where the user has not."""
TRANSFER = "same-process"
"""How weights come: vLLM's name for the receiver."""
RECEIVER = ("reasongym.agents.policies.vllm_weights", "SameProcess")
"""Module and class, which only vLLM can import."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that vLLM has."""

    prompt_ids: list[int]
    version: int
    """Of the weights when it was submitted."""


class VllmPolicy:
    """Completes prompts by a vLLM engine of its own."""

    def __init__(
        self,
        path: str | Path,
        tokenizer: Any,
        eos_ids: Sequence[int],
        *,
        dtype: str = "float32",
        context_length: int | None = None,
        memory_share: float | None = None,
    ) -> None:
        """Start an engine; raises PolicyError saying why vLLM cannot.

        `memory_share` is the part of the device's memory that it takes; vLLM's default is nearly all.
        """
        for name, value in SETTINGS.items():
            os.environ.setdefault(name, value)
        self._vllm: Any = importlib.import_module("vllm")
        self.device: str = importlib.import_module("vllm.platforms").current_platform.device_type
        self._tokenizer = tokenizer
        self._eos_ids = list(eos_ids)
        self._asked: dict[str, _Asked] = {}
        self.weights_version = 0
        self._is_broken = False
        options = {} if memory_share is None else {"gpu_memory_utilization": memory_share}
        self._engine: Any = self._started(
            str(path), {"dtype": dtype, "max_model_len": context_length, **options}
        )
        self._engine.collective_rpc("init_weight_transfer_engine", args=({},))

    def submit(self, requests: Sequence[Request]) -> None:
        """Hand requests to the engine."""
        if self._is_broken:
            raise PolicyError("a push has failed, and what vLLM would sample from is unknown: start again")
        for request in requests:
            if not request.prompt_ids:
                raise PolicyError("vLLM is given token ids, and a prompt has none: give play() a renderer")
            try:
                prompt = {"prompt_token_ids": request.prompt_ids}
                self._engine.add_request(str(request.id), prompt, self._params(request))
            except ValueError as error:  # a prompt that is longer than the context, a temperature above 2
                raise PolicyError(f"vLLM refuses a request: {error}") from error
            self._asked[str(request.id)] = _Asked(request.prompt_ids, self.weights_version)

    def poll(self) -> list[tuple[int, Completion]]:
        """Decode one token for every request that vLLM has in its batch, and return what is done."""
        if not self._asked:
            return []
        return [self._completion(output) for output in self._engine.step() if output.finished]

    def cancel(self, ids: Iterable[int]) -> None:
        """Forget requests."""
        gone = [str(one) for one in ids if str(one) in self._asked]
        for name in gone:
            del self._asked[name]
        self._engine.abort_request(gone)

    def push(self, weights: Mapping[str, Tensor], version: int) -> None:
        """Take a whole model's weights, by the names of its directory, before any further token is sampled.

        They are copied. Attention caches of the old weights are dropped: requests in flight are read again
        with the new ones, and their completions bear the version they were submitted under, that of their
        oldest token. Raises PolicyError, after which nothing more is sampled.
        """
        self._is_broken = True
        try:
            for method, args in _update(weights):
                self._engine.collective_rpc(method, args=args)
        except (ValueError, RuntimeError, KeyError, AssertionError) as error:
            raise PolicyError(f"vLLM does not take the weights of step {version}: {_told(error)}") from error
        if not self._engine.reset_prefix_cache(reset_running_requests=True):
            raise PolicyError(f"vLLM keeps caches of the weights before step {version}; start again")
        self._engine.set_weight_version(str(version))
        self.weights_version = version
        self._is_broken = False

    def close(self) -> None:
        """Forget every request; the memory is freed when the process ends."""
        self.cancel([int(name) for name in self._asked])

    def _started(self, path: str, options: Mapping[str, Any]) -> Any:
        transfer: Any = importlib.import_module("vllm.distributed.weight_transfer")
        with suppress(ValueError):  # an engine before this one has registered it
            transfer.WeightTransferEngineFactory.register_engine(TRANSFER, *RECEIVER)
        try:
            llm = self._vllm.LLM(
                path,
                **options,
                weight_transfer_config={"backend": TRANSFER},
                enforce_eager=self.device == "cpu",  # compiling takes minutes there
                generation_config="vllm",  # no sampling settings of the model's own
                logprobs_mode="processed_logprobs",  # of the distribution that was drawn from
            )
        except (ValueError, RuntimeError, NotImplementedError) as error:
            raise PolicyError(
                f"vLLM cannot run {path}: {_told(error)}; --context-length lowers what it reserves, "
                "--dtype its size"
            ) from error
        return llm.llm_engine

    def _params(self, request: Request) -> Any:
        sampling = request.sampling
        return self._vllm.SamplingParams(
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            max_tokens=sampling.max_tokens,
            seed=request.noise_key >> 1,  # it takes 63 bits
            stop=list(sampling.stop),
            stop_token_ids=[*self._eos_ids, *sampling.stop_ids],
            logprobs=0,
            detokenize=bool(sampling.stop),
            output_kind=self._vllm.sampling_params.RequestOutputKind.FINAL_ONLY,
        )

    def _completion(self, output: Any) -> tuple[int, Completion]:
        sampled = output.outputs[0]
        ids, finish = list(sampled.token_ids), _finish(sampled.finish_reason)
        logprobs = [each[token].logprob for token, each in zip(ids, sampled.logprobs, strict=True)]
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        asked = self._asked.pop(output.request_id)
        completion = Completion(text, finish, asked.prompt_ids, ids, logprobs, asked.version)
        return int(output.request_id), completion


def _update(weights: Mapping[str, Tensor]) -> list[tuple[str, tuple[Any, ...]]]:
    """List the calls of vLLM's workers that an update is made of."""
    return [
        ("start_weight_update", ()),
        ("update_weights", ({"weights": weights},)),
        ("finish_weight_update", ()),
    ]


def _finish(reason: str) -> Finish:
    """Read why a completion is over; raises PolicyError for a failure of vLLM's, such as `error`."""
    if reason == "length":
        return "length"
    if reason == "stop":
        return "stop"
    raise PolicyError(f"vLLM ended a completion by {reason!r}, a failure of its own; start again")


def _told(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
