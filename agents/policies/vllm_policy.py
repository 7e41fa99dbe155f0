"""vLLM in this process, for a model directory: token ids in and out, noise keyed per request, for evaluation.

vLLM batches as it likes and computes each batch by other kernels, so equal requests may differ in their low
bits. What it samples is keyed by the request, but not drawn as the torch policy draws: the two agree where
sampling is greedy, up to ties. A server with more than one device is started with `vllm serve` and reached by
its URL.
"""

import importlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reasongym.episodes import Completion, Finish, Request
from reasongym.errors import PolicyError

SETTINGS = {
    # The engine itself is in this process: none is forked from under torch's threads, or left after a kill.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1",
}
"""Put into the environment where the user has not."""


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
    ) -> None:
        for name, value in SETTINGS.items():
            os.environ.setdefault(name, value)
        self._vllm: Any = importlib.import_module("vllm")
        self.device: str = importlib.import_module("vllm.platforms").current_platform.device_type
        self._tokenizer = tokenizer
        self._eos_ids = list(eos_ids)
        self._prompts: dict[str, list[int]] = {}
        self._engine: Any = self._started(str(path), dtype, context_length)

    def submit(self, requests: Sequence[Request]) -> None:
        """Hand requests to the engine."""
        for request in requests:
            if not request.prompt_ids:
                raise PolicyError("vLLM is given token ids, and a prompt has none: give play() a renderer")
            try:
                prompt = {"prompt_token_ids": request.prompt_ids}
                self._engine.add_request(str(request.id), prompt, self._params(request))
            except ValueError as error:  # a prompt that is longer than the context, or ids it has no word for
                raise PolicyError(f"vLLM refuses a prompt: {error}") from error
            self._prompts[str(request.id)] = request.prompt_ids

    def poll(self) -> list[tuple[int, Completion]]:
        """Decode one token for every request that vLLM has in its batch, and return what is done."""
        if not self._prompts:
            return []
        return [self._completion(output) for output in self._engine.step() if output.finished]

    def cancel(self, ids: Iterable[int]) -> None:
        """Forget requests."""
        gone = [str(one) for one in ids if str(one) in self._prompts]
        for name in gone:
            del self._prompts[name]
        self._engine.abort_request(gone)

    def push(self, weights: Any, version: int) -> None:
        """Refuse: vLLM keeps packed copies, and reloading leaves a tied head as it was without a word."""
        raise PolicyError("the vLLM policy keeps the weights that it was started with: start another one")

    def close(self) -> None:
        """Forget every request; the memory is freed when the process ends."""
        self.cancel([int(name) for name in self._prompts])

    def _started(self, path: str, dtype: str, context_length: int | None) -> Any:
        try:
            llm = self._vllm.LLM(
                path,
                dtype=dtype,
                max_model_len=context_length,
                enforce_eager=self.device == "cpu",  # compiling takes minutes there
                generation_config="vllm",  # no sampling settings of the model's own
                logprobs_mode="processed_logprobs",  # of the distribution that was drawn from
            )
        except (ValueError, RuntimeError, NotImplementedError) as error:
            told = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise PolicyError(
                f"vLLM cannot run {path}: {told}; --context-length lowers what it reserves, --dtype its size"
            ) from error
        return llm.llm_engine

    def _params(self, request: Request) -> Any:
        sampling = request.sampling
        return self._vllm.SamplingParams(
            temperature=sampling.temperature,
            top_p=sampling.top_p,
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
        ids = list(sampled.token_ids)
        finish: Finish = "length" if sampled.finish_reason == "length" else "stop"
        logprobs = [each[token].logprob for token, each in zip(ids, sampled.logprobs, strict=True)]
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        prompt_ids = self._prompts.pop(output.request_id)
        return int(output.request_id), Completion(text, finish, prompt_ids, ids, logprobs)
