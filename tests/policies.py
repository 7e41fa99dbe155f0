"""A policy that says what a test wants said, in the tokens of a real tokenizer, as an engine would say it."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reasongym.episodes import Completion, Finish, Request


class Speaker:
    """Samples the ids that `say` gives until one ends it, a stop string is complete, or the limit is there.

    `say` sees the request, so that it may draw from its noise key.
    """

    def __init__(self, tokenizer: Any, say: Callable[[Request], list[int]]) -> None:
        self._tokenizer = tokenizer
        self._say = say
        self._queue: deque[Request] = deque()
        self.requests: list[Request] = []

    def submit(self, requests: Sequence[Request]) -> None:
        self._queue.extend(requests)
        self.requests += requests

    def poll(self) -> list[tuple[int, Completion]]:
        request = self._queue.popleft()
        return [(request.id, self._complete(request))]

    def cancel(self, ids: Iterable[int]) -> None:
        self._queue.clear()

    def push(self, weights: Any, version: int) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def _complete(self, request: Request) -> Completion:
        ids: list[int] = []
        finish: Finish = "length"
        for token in self._say(request)[: request.sampling.max_tokens]:
            ids.append(token)
            if self._ends(request, ids):
                finish = "stop"
                break
        assert finish == "stop" or len(ids) == request.sampling.max_tokens, "say more, or end"
        logprobs = [-0.5] * len(ids)
        return Completion(self._text(ids), finish, request.prompt_ids or [], ids, logprobs)

    def _ends(self, request: Request, ids: list[int]) -> bool:
        sampling = request.sampling
        is_end = ids[-1] == self._tokenizer.eos_token_id or ids[-1] in sampling.stop_ids
        return is_end or any(stop in self._text(ids) for stop in sampling.stop)

    def _text(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
