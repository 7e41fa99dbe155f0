"""Rows that share a prompt while they are decoded sample what they would with prompts of their own."""

import random

import pytest
import torch

from reasongym.agents.policies import shared_prompts
from reasongym.agents.policies.ticks import tick_of
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.episodes import Completion, Request, Sampling, generate
from tests.agents.small_models import VOCABULARY, plain_logits, request, small

KINDS = ("llama", "qwen2, tied, grouped", "qwen3")
GROUPS = ((3, 5), (9, 4), (9, 6), (1, 5))
"""Lengths of prompts, and requests for each."""


@pytest.fixture(autouse=True)
def _short_prompts_are_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_prompts, "LEAST_WIDTH", 1)
    monkeypatch.setattr(shared_prompts, "LEAST_ROWS", 1)


def grouped(seed: int) -> list[Request]:
    """Ask for completions of unlike lengths, several of each prompt."""
    rng = random.Random(seed)
    requests: list[Request] = []
    for length, num in GROUPS:
        prompt = [rng.randrange(2, VOCABULARY) for _ in range(length)]
        for _ in range(num):
            sampling = Sampling(max_tokens=rng.randrange(2, 24))
            requests.append(request(len(requests), prompt, sampling))
    return requests


def check(kind: str, requests: list[Request], completions: list[Completion]) -> None:
    loaded = small(kind, torch.float32)
    for one, done in zip(requests, completions, strict=True):
        prompt = one.prompt_ids or []
        scores = plain_logits(loaded, [*prompt, *done.token_ids])[len(prompt) - 1 : -1].log_softmax(-1)
        wanted = scores.gather(1, torch.tensor(done.token_ids)[:, None])[:, 0]
        assert torch.allclose(torch.tensor(done.logprobs), wanted, rtol=0, atol=1e-5)


def shares(policy: TorchPolicy) -> bool:
    batch = policy._batch  # pyright: ignore[reportPrivateUsage]
    return batch is not None and batch.shared is not None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_ragged_completions_of_shared_prompts_are_scored_as_plain_rows(kind: str, seed: int) -> None:
    requests = grouped(seed)
    policy = TorchPolicy(small(kind, torch.float32))
    policy.submit(requests)
    done = dict(policy.poll())
    assert shares(policy)
    while len(done) < len(requests):
        done.update(policy.poll())
    check(kind, requests, [done[one.id] for one in requests])


@pytest.mark.parametrize("kind", KINDS)
def test_requests_that_join_and_leave_find_every_row_as_it_was(kind: str) -> None:
    requests = grouped(7)
    policy = TorchPolicy(small(kind, torch.float32))
    early, late = requests[:12], requests[12:]
    policy.submit(early)
    done = dict(policy.poll())
    assert shares(policy)
    policy.cancel([early[1].id, early[6].id])
    done.update(policy.poll())
    policy.submit(late)
    done.update(policy.poll())
    assert not shares(policy)
    kept = [one for one in requests if one not in (early[1], early[6])]
    while len(done) < len(kept):
        done.update(policy.poll())
    check(kind, kept, [done[one.id] for one in kept])


def test_rows_left_of_uneven_groups_have_prompts_of_their_own() -> None:
    lengths = [20, 20, 20, 20, 20, 3, 3, 3, 3, 20, 3, 3, 3, 3, 20]
    requests = [
        request(place, [2 + place // 5, 5, 6], Sampling(max_tokens=length))
        for place, length in enumerate(lengths)
    ]
    policy = TorchPolicy(small("llama", torch.float32))
    policy.submit(requests)
    done = dict(policy.poll())
    assert shares(policy)
    while len(done) < 8:
        done.update(policy.poll())
    assert not shares(policy)
    while len(done) < len(requests):
        done.update(policy.poll())
    check("llama", requests, [done[one.id] for one in requests])


def test_a_tick_that_cannot_share_is_used_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise AttributeError("no such operation")

    monkeypatch.setattr(shared_prompts, "attend", missing)
    tick = tick_of(small("llama", torch.float32))
    assert tick is not None
    assert not tick.shares
    requests = grouped(1)
    check("llama", requests, generate(TorchPolicy(small("llama", torch.float32)), requests))
