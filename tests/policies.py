"""Policies of tests: one that speaks in the tokens of a real tokenizer, and one that keeps no order."""

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reasongym import registry
from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.episodes import Completion, Finish, Request


def right_texts(request: Request) -> list[str]:
    """Return what the oracle says to the request's problem, turn after turn."""
    problem = request.session.problem
    return registry.get(problem.row.env_id).oracle(problem.data)


def right_text(request: Request) -> str:
    """Return what the oracle says in the turn that is due."""
    texts = right_texts(request)
    return texts[min(request.session.num_turns, len(texts) - 1)]


class Speaker(ScriptedPolicy):
    """Samples the ids that `say` gives until one ends it, a stop string is complete, or the limit is there.

    `say` sees the request, so that it may draw from its noise key.
    """

    def __init__(self, tokenizer: Any, say: Callable[[Request], list[int]]) -> None:
        super().__init__(self._complete)
        self._tokenizer = tokenizer
        self._say = say
        self.requests: list[Request] = []

    def submit(self, requests: Sequence[Request]) -> None:
        super().submit(requests)
        self.requests += requests

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


class Erratic:
    """Answers any number of waiting requests at a time, in any order."""

    def __init__(self, reply: Callable[[Request], str], seed: int = 0) -> None:
        self.reply = reply
        self.rng = random.Random(seed)
        self.waiting: list[Request] = []
        self.most_waiting = 0
        self.cancelled: list[int] = []

    def submit(self, requests: Sequence[Request]) -> None:
        self.waiting += requests
        self.most_waiting = max(self.most_waiting, len(self.waiting))

    def poll(self) -> list[tuple[int, Completion]]:
        self.rng.shuffle(self.waiting)
        number = self.rng.randrange(len(self.waiting) + 1)
        now, self.waiting = self.waiting[:number], self.waiting[number:]
        return [(request.id, Completion(self.reply(request), "stop")) for request in now]

    def cancel(self, ids: Iterable[int]) -> None:
        gone = set(ids)
        self.cancelled += gone
        self.waiting = [request for request in self.waiting if request.id not in gone]

    def push(self, weights: Any, version: int) -> None: ...

    def close(self) -> None: ...
