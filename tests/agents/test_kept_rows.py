"""Turns that go on from what was kept are sampled as if their whole prompt had been read."""

import random
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

import reasongym
from reasongym.agents.config import ProblemSettings
from reasongym.agents.from_scratch import ModelShape, build
from reasongym.agents.models import LoadedModel
from reasongym.agents.policies.kept_rows import KeptRows
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.episodes import Completion, Request, Sampling, generate
from reasongym.rollouts import Seat, Setting, group_plays, play, rollout
from reasongym.templates import TEMPLATES, Renderer
from tests.agents.small_models import KINDS, VOCABULARY, plain_logits, request, small

TURNS = 4


def check(loaded: LoadedModel, one: Request, done: Completion) -> None:
    prompt = one.prompt_ids or []
    scores = plain_logits(loaded, [*prompt, *done.token_ids])[len(prompt) - 1 : -1].log_softmax(-1)
    wanted = scores.gather(1, torch.tensor(done.token_ids)[:, None])[:, 0]
    bound = 1e-5 if loaded.dtype == torch.float32 or loaded.config._attn_implementation == "eager" else 1e-9
    assert torch.allclose(torch.tensor(done.logprobs, dtype=wanted.dtype), wanted, rtol=0, atol=bound)


class Episodes:
    """Episodes of ragged turns: each prompt is the one before, what was sampled, and some ids more."""

    def __init__(self, num: int, seed: int) -> None:
        self.dice = random.Random(seed)
        self.turns = dict.fromkeys(range(num), 0)
        self.owner: dict[int, int] = {}
        self.asked: dict[int, Request] = {}
        self.num_asked = 0

    def ids(self, most: int) -> list[int]:
        return [self.dice.randrange(2, VOCABULARY) for _ in range(self.dice.randrange(1, most))]

    def ask(self, episode: int, prompt: list[int], follows: int | None) -> Request:
        self.turns[episode] += 1
        asked = request(self.num_asked, prompt, Sampling(max_tokens=self.dice.randrange(1, 7)))
        self.num_asked += 1
        asked = replace(asked, goes_on=self.turns[episode] < TURNS, follows=follows)
        self.owner[asked.id], self.asked[asked.id] = episode, asked
        return asked

    def next(self, done: Completion, request_id: int) -> Request | None:
        episode = self.owner[request_id]
        if self.turns[episode] == TURNS:
            return None
        said = done.token_ids
        if self.dice.random() < 0.2:
            said = said[: self.dice.randrange(len(said))]  # a template that strips what was said
        prompt = [*(self.asked[request_id].prompt_ids or []), *said, *self.ids(9)]
        return self.ask(episode, prompt, request_id)


@contextmanager
def read_ids(model: nn.Module) -> Generator[list[int]]:
    """Count the ids of every forward."""
    counts: list[int] = []

    def note(_: nn.Module, args: Any, options: dict[str, Any]) -> None:
        counts.append(options["input_ids"].numel())

    hook = model.register_forward_pre_hook(note, with_kwargs=True)
    try:
        yield counts
    finally:
        hook.remove()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("max_rows", [3, 64])
@pytest.mark.parametrize("kind", KINDS)
def test_every_turn_is_scored_as_its_whole_prompt_is(kind: str, max_rows: int, dtype: torch.dtype) -> None:
    if "eager" in kind and dtype == torch.float32:
        pytest.skip("float64 shows it")
    loaded, episodes = small(kind, dtype), Episodes(9, seed=max_rows)
    policy = TorchPolicy(loaded, max_rows=max_rows)
    policy.submit([episodes.ask(episode, episodes.ids(9), None) for episode in range(9)])
    num_done = 0
    while num_done < 9 * TURNS:
        for request_id, done in policy.poll():
            num_done += 1
            check(loaded, episodes.asked[request_id], done)
            following = episodes.next(done, request_id)
            if following is not None:
                policy.submit([following])


def following(one: Request, done: Completion, *more: int) -> Request:
    prompt = [*(one.prompt_ids or []), *done.token_ids, *more]
    return replace(request(one.id + 1, prompt, Sampling(max_tokens=3)), follows=one.id)


def first(*prompt: int) -> Request:
    return replace(request(0, list(prompt), Sampling(max_tokens=4)), goes_on=True)


def test_only_what_is_new_is_read() -> None:
    loaded, one = small("llama"), first(5, 6, 7, 8, 9)
    policy = TorchPolicy(loaded)
    (done,) = generate(policy, [one])
    with read_ids(loaded.model) as counts:
        generate(policy, [following(one, done, 2, 3)])
    assert counts[0] == 1 + 2  # the newest id was not in the cache
    with read_ids(loaded.model) as counts:
        generate(policy, [following(one, done, 2, 3)])
    assert counts[0] == 5 + len(done.token_ids) + 2  # it was taken


def test_nothing_is_kept_of_an_episode_that_ends_with_its_turn() -> None:
    policy, one = TorchPolicy(small("llama")), request(0, [5, 6, 7], Sampling(max_tokens=4))
    (done,) = generate(policy, [one])
    with read_ids(policy.model) as counts:
        generate(policy, [following(one, done, 2)])
    assert counts[0] == 3 + len(done.token_ids) + 1


def test_new_weights_read_everything_again() -> None:
    loaded, one = small("llama"), first(5, 6, 7, 8, 9)
    policy = TorchPolicy(loaded)
    (done,) = generate(policy, [one])
    with torch.no_grad():
        for parameter in loaded.model.parameters():
            parameter.mul_(1.3)
    policy.push(None, 1)
    after = following(one, done, 2, 3)
    check(loaded, after, generate(policy, [after])[0])


def test_a_prompt_that_begins_otherwise_is_read_whole() -> None:
    loaded, one = small("llama"), first(5, 6, 7, 8, 9)
    policy = TorchPolicy(loaded)
    generate(policy, [one])
    other = replace(request(1, [4, 6, 7, 8, 9, 3], Sampling(max_tokens=3)), follows=0)
    with read_ids(loaded.model) as counts:
        (done,) = generate(policy, [other])
    assert counts[0] == 6
    check(loaded, other, done)


def test_no_more_rows_are_kept_than_the_bound() -> None:
    policy = TorchPolicy(small("llama"), max_rows=4)
    requests = [replace(first(5, 6, place), id=place) for place in range(2, 14)]
    generate(policy, requests)
    kept: KeptRows = policy._kept  # pyright: ignore[reportPrivateUsage]
    assert len(kept) == 4


def test_cancelled_requests_leave_nothing_behind() -> None:
    policy, one = TorchPolicy(small("llama")), first(5, 6, 7)
    kept: KeptRows = policy._kept  # pyright: ignore[reportPrivateUsage]
    (done,) = generate(policy, [one])
    assert len(kept) == 1
    policy.cancel([one.id])
    assert len(kept) == 0
    (done,) = generate(policy, [one])
    policy.submit([following(one, done, 2)])
    policy.cancel([one.id + 1])
    assert len(kept) == 0


@pytest.mark.parametrize("enough", [9, 5])
def test_a_rollout_leaves_nothing_behind(enough: int) -> None:
    asked, template = ProblemSettings("FrozenLake-v0", 0, {"style": "terse"}), TEMPLATES["default"]
    loaded = build(asked.curriculum(), shape=ModelShape(hidden=32), seed=0)
    setting = Setting(Sampling(max_tokens=3), template, Renderer(loaded.tokenizer, template))
    env = reasongym.get("FrozenLake-v0")
    problems = [env.problem(env.row(seed, level=0, style="terse")) for seed in range(3)]
    policy = TorchPolicy(loaded)
    plays = group_plays(problems, setting, group_size=3)
    episodes = rollout(policy, plays, max_live=4, is_enough=lambda done: len(done) >= enough)
    assert max(len(episode.completions) for episode in episodes) > 1
    assert len(policy._kept) == 0  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(("env_id", "turns"), [("Gcd-v0", 1), ("FrozenLake-v0", 3)])
def test_requests_say_whether_the_episode_can_go_on(env_id: str, turns: int) -> None:
    problem = reasongym.problem(reasongym.get(env_id).row(0, level=0))
    limit = reasongym.get(env_id).turn_limit(problem.row)
    playing = play(problem, Setting(Sampling(), TEMPLATES["default"]), Seat())
    told = [next(playing).goes_on]
    for _ in range(turns - 1):
        told.append(playing.send(Completion("no move", "stop")).goes_on)
    assert told == [turn < limit for turn in range(1, turns + 1)]
