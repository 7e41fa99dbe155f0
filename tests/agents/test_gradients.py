"""The gradient does not depend on how a batch is cut, padded or ordered, and planted errors show."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import pytest
import torch
from torch import Tensor

from reasongym.agents import shared_attention
from reasongym.agents.aggregation import AGGREGATIONS
from reasongym.agents.batch import MicroBatch, WeightedRow, micro_batches, weigh
from reasongym.agents.losses import clipped_surrogate
from reasongym.agents.models import LoadedModel
from reasongym.agents.scoring import Scorer
from reasongym.episodes import Episode
from tests.agents.small_models import small
from tests.agents.unlike_episodes import unlike_episodes

BOUND = {torch.float64: 1e-10, torch.float32: 1e-5}
SMALLEST_NORM = 0.1
NORMALISER = 16
PATHS: dict[str, dict[str, bool]] = {
    "whole rows": {"is_shared": False},
    "prompts repeated": {"is_shared": True},
    "prompts attended to apart": {"is_shared": True, "attends_apart": True},
}
"""Ways to score rows, which all must give one gradient."""
APART = "prompts attended to apart"

DTYPES = (torch.float64, torch.float32)


def _model(dtype: torch.dtype) -> LoadedModel:
    """Make a GPT-2 in float64, a Qwen2 in float32: Qwen2's norms compute in float32 whatever its weights."""
    return small("gpt2, absolute positions" if dtype == torch.float64 else "qwen2, tied, grouped", dtype)


def _weighed(episodes: Sequence[Episode], advantages: Sequence[float], aggregation: str) -> list[WeightedRow]:
    return weigh(episodes, advantages, aggregation, normaliser=NORMALISER)


def _loss(scorer: Scorer, micro: MicroBatch) -> Tensor:
    logprobs = scorer(micro).logprobs
    per_token = clipped_surrogate(
        logprobs - logprobs.detach(), micro.advantages, clip_low=0.2, clip_high=0.28
    )
    return (micro.weights * per_token).sum()


def _gradient(loaded: LoadedModel, losses: Sequence[Tensor]) -> Tensor:
    loaded.model.zero_grad()
    for loss in losses:
        loss.backward()
    return torch.cat([p.grad.flatten() for p in loaded.model.parameters() if p.grad is not None])


@pytest.fixture(autouse=True)
def _however_few_rows_share_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_attention, "MOST_EMPTY", math.inf)


def _accumulated(
    rows: list[WeightedRow], dtype: torch.dtype, *, max_tokens: int, path: str = APART
) -> Tensor:
    loaded = _model(dtype)
    scorer = Scorer(loaded, **PATHS[path])
    cut = micro_batches(rows, max_tokens=max_tokens, device=loaded.device, dtype=dtype)
    return _gradient(loaded, [_loss(scorer, micro) for micro in cut])


def _distance(found: Tensor, wanted: Tensor) -> float:
    size = _norm(wanted)
    assert size >= SMALLEST_NORM
    return _norm(found - wanted) / size


def _norm(vector: Tensor) -> float:
    return math.sqrt(vector.double().square().sum().item())


def _one_by_one(episodes: list[Episode], advantages: list[float], aggregation: str) -> Tensor:
    """Write the definition out in float64: every completion alone, unpadded, through the plain model."""
    loaded = _model(torch.float64)
    counts = [sum(len(completion.token_ids) for completion in episode.completions) for episode in episodes]
    losses: list[Tensor] = []
    for episode, advantage, count in zip(episodes, advantages, counts, strict=True):
        in_group = sum(n for one, n in zip(episodes, counts, strict=True) if one.group == episode.group)
        share = {
            "token-mean": 1 / sum(counts),
            "sequence-mean": 1 / (count * len(episodes)),
            "prompt-mean": 1 / (in_group * len({one.group for one in episodes})),
            "constant": 1 / (len(episodes) * NORMALISER),
            "pair-sum": 2 / len(episodes),
        }[aggregation]
        for completion in episode.completions:
            ids = torch.tensor([completion.prompt_ids + completion.token_ids])
            logits = cast(Tensor, loaded.model(ids).logits)[0, len(completion.prompt_ids) - 1 : -1]
            chosen = logits.log_softmax(-1).gather(1, torch.tensor(completion.token_ids)[:, None])
            ratio = (chosen - chosen.detach()).exp()
            losses.append(-share * advantage * ratio.sum())
    return _gradient(loaded, losses)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_the_gradient_is_that_of_every_completion_alone(aggregation: str, path: str) -> None:
    episodes, advantages = unlike_episodes(0)
    rows = _weighed(episodes, advantages, aggregation)
    found = _accumulated(rows, torch.float64, max_tokens=10**6, path=path)
    assert _distance(found, _one_by_one(episodes, advantages, aggregation)) <= BOUND[torch.float64]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("max_tokens", [1, 40, 150])
def test_micro_batches_do_not_change_the_gradient(
    aggregation: str, dtype: torch.dtype, max_tokens: int
) -> None:
    rows = _weighed(*unlike_episodes(1), aggregation)
    whole = _accumulated(rows, dtype, max_tokens=10**6)
    assert _distance(_accumulated(rows, dtype, max_tokens=max_tokens), whole) <= BOUND[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_the_order_of_episodes_does_not_change_the_gradient(aggregation: str, dtype: torch.dtype) -> None:
    episodes, advantages = unlike_episodes(2)
    order = random.Random(3).sample(range(len(episodes)), len(episodes))
    shuffled = _weighed([episodes[i] for i in order], [advantages[i] for i in order], aggregation)
    whole = _accumulated(_weighed(episodes, advantages, aggregation), dtype, max_tokens=10**6)
    assert _distance(_accumulated(shuffled, dtype, max_tokens=60), whole) <= BOUND[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("path", [path for path in PATHS if path != "whole rows"])
def test_shared_prompts_give_the_gradient_of_whole_padded_rows(
    path: str, aggregation: str, dtype: torch.dtype
) -> None:
    rows = _weighed(*unlike_episodes(4), aggregation)
    shared = _accumulated(rows, dtype, max_tokens=10**6, path=path)
    whole = _accumulated(rows, dtype, max_tokens=10**6, path="whole rows")
    assert _distance(whole, shared) <= BOUND[dtype]


def _mean_per_micro_batch(rows: list[WeightedRow], episodes: list[Episode]) -> list[WeightedRow]:
    half = len(rows) // 2
    parts = (rows[:half], rows[half:])
    return [
        replace(row, weight=1 / (2 * sum(sum(one.row.mask) for one in part)))
        for part in parts
        for row in part
    ]


def _padding_counted(rows: list[WeightedRow], episodes: list[Episode]) -> list[WeightedRow]:
    padded = len(rows) * max(row.tail_length for row in rows)
    return [replace(row, weight=1 / padded) for row in rows]


def _rows_instead_of_episodes(rows: list[WeightedRow], episodes: list[Episode]) -> list[WeightedRow]:
    return [replace(row, weight=1 / (sum(row.row.mask) * len(rows))) for row in rows]


def _padded_width_as_constant(rows: list[WeightedRow], episodes: list[Episode]) -> list[WeightedRow]:
    width = max(row.tail_length for row in rows)
    return [replace(row, weight=1 / (len(episodes) * width)) for row in rows]


def _rows_as_episodes_of_pairs(rows: list[WeightedRow], episodes: list[Episode]) -> list[WeightedRow]:
    return [replace(row, weight=2 / len(rows)) for row in rows]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("aggregation", "planted"),
    [
        ("token-mean", _mean_per_micro_batch),
        ("token-mean", _padding_counted),
        ("sequence-mean", _rows_instead_of_episodes),
        ("prompt-mean", _mean_per_micro_batch),
        ("constant", _padded_width_as_constant),
        ("pair-sum", _rows_as_episodes_of_pairs),
    ],
)
def test_a_wrong_denominator_exceeds_the_bound_a_hundred_times(
    aggregation: str,
    planted: Callable[[list[WeightedRow], list[Episode]], list[WeightedRow]],
    dtype: torch.dtype,
) -> None:
    episodes, advantages = unlike_episodes(5)
    rows = _weighed(episodes, advantages, aggregation)
    right = _accumulated(rows, dtype, max_tokens=10**6)
    wrong = _accumulated(planted(rows, episodes), dtype, max_tokens=10**6)
    assert _distance(wrong, right) >= 100 * BOUND[dtype]


@pytest.mark.parametrize("aggregation", ["token-mean", "sequence-mean", "prompt-mean"])
def test_weights_of_all_sampled_tokens_sum_to_one(aggregation: str) -> None:
    rows = _weighed(*unlike_episodes(6), aggregation)
    assert sum(row.weight * sum(row.row.mask) for row in rows) == pytest.approx(1.0)


def test_an_episode_without_sampled_tokens_does_not_count() -> None:
    episodes, advantages = unlike_episodes(7)
    empty = replace(episodes[0], completions=[])
    assert _weighed([*episodes, empty], [*advantages, 1.0], "sequence-mean") == _weighed(
        episodes, advantages, "sequence-mean"
    )
