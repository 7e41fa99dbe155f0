"""Facts about vLLM as the learner's sampler, printed as JSON: run by vLLM's own interpreter (`test_vllm.py`).

Every log-prob is compared with a plain forward over the prompt and the sampled ids, in float64 but for
adapters, at the weights that it should be of and over the tokens that a cut leaves.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from reasongym.agents.config import (
    AlgorithmSettings,
    ModelSettings,
    OptimizerSettings,
    ProblemSettings,
    RolloutSettings,
    RunSettings,
    TrainConfig,
)
from reasongym.agents.lora import add_adapters, merged
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
CUTS: dict[str, dict[str, Any]] = {
    "top-k": {"top_k": 5},
    "top-p": {"top_p": 0.6},
    "both": {"top_k": 5, "top_p": 0.6},
}
STOP_IDS = tuple(range(3, 40))
STOP = "e"
HOT: dict[str, Any] = {"temperature": 2.0, "max_tokens": 150}
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
    """Sample before and after optimizer steps, with cuts, amid a push, with adapters, after a failed push."""
    path = save_served_model(folder / f"tied-{tied}", tied=tied)
    loaded = load_model(path)
    policy = sampler(replace(CONFIG, model=ModelSettings(str(path))), loaded)
    assert isinstance(policy, VllmPolicy)
    first = _exactly(loaded)
    old = generate(policy, _requests())
    second = _improve(loaded)
    push(policy, loaded, 1)
    new = generate(policy, _requests())
    facts = _cuts(policy, second) | _ends(policy, loaded)
    amid, third = _pushed_amid(policy, loaded)
    return facts | {
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
        "adapters": _adapters(policy, loaded),
        "told": _told_of_missing_weights(policy, loaded),
    }


def _requests(count: int = 8, **changes: Any) -> list[Request]:
    """Ask for completions of prompts that share most of their ids."""
    sampling = replace(Sampling(TEMPERATURE, max_tokens=12), **changes)
    shared = [3 + place % 250 for place in range(SHARED_IDS)]
    return [request(place, [*shared, 3 + place], sampling) for place in range(count)]


def _cuts(policy: VllmPolicy, loaded: LoadedModel) -> dict[str, Any]:
    """Sample from a part of the tokens; returns the largest gap of each cut."""
    return {
        f"gap of {name}": max(_gaps(loaded, done, **cut) for done in generate(policy, _requests(**cut)))
        for name, cut in CUTS.items()
    }


def _ends(policy: VllmPolicy, loaded: LoadedModel) -> dict[str, dict[str, list[int]]]:
    """Count completions that end by what they should and have it as their last id, all that stop, and all.

    A high temperature lets the end of sequence come, which is as likely as any other token or less.
    """
    eos = set(loaded.eos_ids)
    runs: dict[str, tuple[set[int], dict[str, Any]]] = {
        "eos": (eos, {**HOT}),
        "stop ids": (eos | set(STOP_IDS), {"stop_ids": STOP_IDS}),
        "stop string": (
            eos | _ids_with(STOP, loaded),
            {"stop": (STOP,), **HOT},
        ),
    }
    counts: dict[str, list[int]] = {}
    for name, (ends, changes) in runs.items():
        done = generate(policy, _requests(32, **changes))
        most = changes.get("max_tokens", 12)
        sound = [_ends_soundly(one, ends, most) and one.text == _text(one, loaded) for one in done]
        counts[name] = [sum(sound), sum(one.finish == "stop" for one in done), len(done)]
    return {"ends": counts}


def _ids_with(text: str, loaded: LoadedModel) -> set[int]:
    ids = range(len(loaded.tokenizer))
    return {token for token in ids if text in loaded.tokenizer.decode([token], skip_special_tokens=True)}


def _ends_soundly(one: Completion, ends: set[int], most: int) -> bool:
    """Say whether the last id alone is an end where it stopped, and none is where its tokens ran out."""
    *before, last = one.token_ids
    is_whole = len(one.logprobs) == len(one.token_ids) and not ends & set(before)
    return is_whole and (last in ends if one.finish == "stop" else len(one.token_ids) == most)


def _text(one: Completion, loaded: LoadedModel) -> str:
    return loaded.tokenizer.decode(one.token_ids, skip_special_tokens=True)


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


def _gaps(
    loaded: LoadedModel,
    one: Completion,
    *,
    start: int = 0,
    stop: int = CONTEXT,
    top_k: int = 0,
    top_p: float = 1.0,
) -> float:
    """Return the largest difference of the completion's log-probs to those of a plain forward."""
    logits = plain_logits(loaded, one.prompt_ids + one.token_ids)[len(one.prompt_ids) - 1 : -1]
    rows = (logits.double() / TEMPERATURE).softmax(-1)
    exact = torch.stack(
        [_share(row, token, top_k, top_p) for row, token in zip(rows, one.token_ids, strict=True)]
    ).log()
    gaps = (exact - torch.tensor(one.logprobs, dtype=torch.float64)).abs()[start:stop]
    return float(gaps.max()) if len(gaps) else 0.0


def _share(row: Tensor, token: int, top_k: int, top_p: float) -> Tensor:
    """Return a token's probability among those that a cut leaves, 0 for one that is cut."""
    order = row.argsort(descending=True)[: top_k or None]
    likeliest = row[order] / row[order].sum()
    kept = order[likeliest.cumsum(0) - likeliest < top_p]
    return row[token] / row[kept].sum() if token in kept else torch.zeros((), dtype=row.dtype)


def _adapters(policy: VllmPolicy, loaded: LoadedModel) -> dict[str, float]:
    """Push a model whose adapters have learned; its own forward adds them layer by layer, in float32."""
    whole = _exactly(loaded)
    add_adapters(loaded, rank=4, alpha=8.0, targets=["all-linear"], seed=0)
    _improve(loaded)
    push(policy, loaded, 3)
    done = generate(policy, _requests())
    return {
        "gap": max(_gaps(loaded, one) for one in done),
        "gap without": max(_gaps(whole, one) for one in done),
    }


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
    return [_error(lambda: policy.push(weights, 4)), _error(lambda: policy.submit(_requests()))]


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
            "tied": pushes(Path(name), tied=True),
            "untied": pushes(Path(name), tied=False),
            "training": training(Path(name)),
        }
    print(json.dumps(facts))
