"""Facts about vLLM as the learner's sampler, printed as JSON: run by vLLM's own interpreter (`test_vllm.py`).

Every log-prob is compared with a plain float64 forward over the prompt and the sampled ids, at the weights
that it should be of.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from reasongym.agents.config import (
    AlgorithmSettings,
    ModelSettings,
    OptimizerSettings,
    ProblemSettings,
    RolloutSettings,
    RunSettings,
    TrainConfig,
)
from reasongym.agents.lora import merged
from reasongym.agents.metrics import Metrics
from reasongym.agents.models import LoadedModel, load_model
from reasongym.agents.policies.vllm_policy import VllmPolicy
from reasongym.agents.samplers import push, sampler
from reasongym.agents.trainer import Trainer
from reasongym.core import Problem, Verdict
from reasongym.episodes import Completion, Episode, Request, Sampling, generate, read_episodes
from reasongym.errors import PolicyError
from tests.agents.served_models import CONTEXT, save_served_model
from tests.agents.small_models import plain_logits, request

TEMPERATURE = 0.7
BEFORE_PUSH = 5
"""Tokens that requests in flight have when new weights come."""
SHARED_IDS = 300
"""What all prompts begin with: more than a block of the prefix cache, which holds 128 ids on CPUs."""
CONFIG = TrainConfig(
    problems=ProblemSettings(options={"style": "terse"}),
    rollout=RolloutSettings(groups=8, group_size=8, max_tokens=8, engine="vllm"),
    algorithm=AlgorithmSettings(correction="tis"),
    optimizer=OptimizerSettings(learning_rate=1e-2),
    run=RunSettings(steps=3, threads=1, checkpoint_every=1, log_groups=8),
)


def pushes(folder: Path, *, tied: bool) -> dict[str, Any]:
    """Sample before and after optimizer steps, amid a push, and after one that fails."""
    path = save_served_model(folder / f"tied-{tied}", tied=tied)
    loaded = load_model(path)
    policy = sampler(replace(CONFIG, model=ModelSettings(str(path))), loaded)
    assert isinstance(policy, VllmPolicy)
    first = _exactly(loaded)
    old = generate(policy, _requests())
    second = _improve(loaded)
    push(policy, loaded, 1)
    new = generate(policy, _requests())
    amid, third = _pushed_amid(policy, loaded)
    return {
        "ids in are ids out": [one.prompt_ids for one in new] == [one.prompt_ids for one in _requests()],
        "versions": sorted({one.weights_version for one in old})
        + sorted({one.weights_version for one in new}),
        "gap before": max(_gaps(first, one) for one in old),
        "gap after": max(_gaps(second, one) for one in new),
        "gap of old weights": max(_gaps(first, one) for one in new),
        "amid: versions": sorted({one.weights_version for one in amid}),
        "amid: gap of tokens before": max(_gaps(second, one, stop=BEFORE_PUSH) for one in amid),
        "amid: gap of tokens after": max(_gaps(third, one, start=BEFORE_PUSH) for one in amid),
        "amid: gap of old weights": max(_gaps(second, one, start=BEFORE_PUSH) for one in amid),
        "told": _told_of_missing_weights(policy, loaded),
    }


def _requests() -> list[Request]:
    """Ask for completions of prompts that share most of their ids; nothing ends them early but their end."""
    sampling = Sampling(TEMPERATURE, max_tokens=12)
    shared = [3 + place % 250 for place in range(SHARED_IDS)]
    return [request(place, [*shared, 3 + place], sampling) for place in range(8)]


def _improve(loaded: LoadedModel) -> LoadedModel:
    """Take a real optimizer step; returns the result in float64."""
    optimizer = torch.optim.AdamW([one for one in loaded.model.parameters() if one.requires_grad], lr=1e-2)
    ids = torch.arange(3, 250)[None]
    model: Any = loaded.model
    for _ in range(2):
        optimizer.zero_grad()
        model(input_ids=ids, labels=ids.flip(1)).loss.backward()
        optimizer.step()
    return _exactly(loaded)


def _exactly(loaded: LoadedModel) -> LoadedModel:
    with tempfile.TemporaryDirectory() as name:
        whole: Any = merged(loaded).model
        whole.save_pretrained(name)
        loaded.tokenizer.save_pretrained(name)
        return load_model(name, dtype="float64")


def _gaps(loaded: LoadedModel, one: Completion, *, start: int = 0, stop: int = CONTEXT) -> float:
    """Return the largest difference of the completion's log-probs to those of a plain forward."""
    ids = torch.tensor(one.token_ids)
    logits = plain_logits(loaded, one.prompt_ids + one.token_ids)[len(one.prompt_ids) - 1 : -1]
    exact = (logits / TEMPERATURE).log_softmax(-1).gather(1, ids[:, None])[:, 0]
    gaps = (exact - torch.tensor(one.logprobs, dtype=torch.float64)).abs()[start:stop]
    return float(gaps.max()) if len(gaps) else 0.0


def _pushed_amid(policy: VllmPolicy, loaded: LoadedModel) -> tuple[list[Completion], LoadedModel]:
    """Push improved weights while requests have some of their tokens; leaves out what ended before."""
    policy.submit(_requests())
    ended = [one for _ in range(BEFORE_PUSH) for one in policy.poll()]
    third = _improve(loaded)
    push(policy, loaded, 2)
    amid: list[Completion] = []
    while len(amid) + len(ended) < len(_requests()):
        amid += [completion for _, completion in policy.poll()]
    return amid, third


def _told_of_missing_weights(policy: VllmPolicy, loaded: LoadedModel) -> list[str]:
    """Push a model that lacks its last norm, then ask for a completion nonetheless."""
    weights = merged(loaded).model.state_dict()
    del weights["model.norm.weight"]
    return [_error(lambda: policy.push(weights, 3)), _error(lambda: policy.submit(_requests()))]


def _error(act: Callable[[], None]) -> str:
    try:
        act()
    except PolicyError as error:
        return str(error)
    return ""


class EvenIds(Trainer):
    """Rewards episodes by the share of their sampled ids that are even."""

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        """Play as any run does, and judge by the ids."""
        return [
            [replace(one, verdict=Verdict(_share_of_even(one), False, "ok")) for one in group]
            for group in super().play(problems)
        ]


def _share_of_even(episode: Episode) -> float:
    ids = [token for completion in episode.completions for token in completion.token_ids]
    return sum(token % 2 == 0 for token in ids) / max(1, len(ids))


class Killed(Exception):
    """Ends a run before the checkpoint of its step."""


def training(folder: Path) -> dict[str, Any]:
    """Train undisturbed, and with a death amid the run."""
    path = save_served_model(folder / "model")
    config = replace(CONFIG, model=ModelSettings(str(path)))
    whole, broken = folder / "whole", folder / "broken"
    EvenIds(config, load_model(path), whole).run()
    try:
        EvenIds(config, load_model(path), broken).run(_die_at_second_step)
    except Killed:
        EvenIds(config, load_model(path), broken).run()
    metrics = [json.loads(line) for line in (whole / "metrics.jsonl").read_text().splitlines()]
    episodes = list(read_episodes(whole / "episodes.jsonl"))
    steps = [episodes[start : start + 64] for start in range(0, len(episodes), 64)]
    return {
        "even": [sum(map(_share_of_even, step)) / len(step) for step in steps],
        "versions": [sorted({c.weights_version for e in step for c in e.completions}) for step in steps],
        "mismatch": [one["sampler_mismatch_max"] for one in metrics],
        "corrections": [one["correction"] for one in metrics],
        "resumed alike": all(
            (whole / log).read_bytes() == (broken / log).read_bytes()
            for log in ("metrics.jsonl", "episodes.jsonl")
        ),
    }


def _die_at_second_step(metrics: Metrics) -> None:
    if metrics["step"] == 2:
        raise Killed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        facts = {
            "tied": lambda folder: pushes(folder, tied=True),
            "untied": lambda folder: pushes(folder, tied=False),
            "training": training,
        }[sys.argv[1]](Path(name))
    print(json.dumps(facts))
