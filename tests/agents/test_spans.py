"""Rows of like length run together: no gradient notices, and padding that costs more than a pass is gone."""

import random

import pytest
import torch
from torch import Tensor

from reasongym.agents import batch
from reasongym.agents.batch import WeightedRow, micro_batches, spans
from reasongym.agents.models import LoadedModel
from reasongym.agents.scoring import Scorer
from reasongym.episodes import TrainingRow
from tests.agents.small_models import VOCABULARY, small

COST = 256


def _lengths(rng: random.Random) -> list[int]:
    return sorted(rng.choice((1, 2, rng.randint(1, 500))) for _ in range(rng.randint(1, 40)))


def _rows(rng: random.Random) -> list[WeightedRow]:
    """Make rows over three prompts, most of them short, with tokens between turns that carry no loss."""
    prompts = [[rng.randrange(2, VOCABULARY) for _ in range(length)] for length in (3, 5, 5)]
    rows: list[WeightedRow] = []
    for place in range(20):
        prompt, length = prompts[place % 3], rng.choice((1, 2, 3, 20))
        ids = prompt + [rng.randrange(2, VOCABULARY) for _ in range(length)]
        mask = [False] * len(prompt) + [offset % 4 != 1 for offset in range(length)]
        row = TrainingRow(ids, mask, [0.0] * len(ids), [0] * len(ids), len(prompt))
        rows.append(WeightedRow(row, 0.0, rng.random()))
    return rows


def _gradient(loaded: LoadedModel, rows: list[WeightedRow]) -> Tensor:
    loaded.model.zero_grad()
    scorer = Scorer(loaded)
    for micro in micro_batches(rows, max_tokens=10_000, device=loaded.device, dtype=torch.float64):
        (micro.weights * scorer(micro).logprobs).sum().backward()
    return torch.cat([p.grad.flatten() for p in loaded.model.parameters() if p.grad is not None])


def test_spans_cover_the_rows_in_order_and_each_has_the_columns_of_its_longest_row() -> None:
    rng = random.Random(0)
    for _ in range(300):
        lengths = _lengths(rng)
        found, places = spans(lengths, COST), range(len(lengths))
        assert [place for span in found for place in places[span.rows]] == list(places)
        assert all(span.columns == max(lengths[span.rows]) for span in found)


def test_no_further_cut_saves_more_padding_than_a_pass_costs() -> None:
    rng = random.Random(1)
    for _ in range(300):
        lengths = _lengths(rng)
        for span in spans(lengths, COST):
            inside = lengths[span.rows]
            savings = [place * (inside[-1] - inside[place - 1]) for place in range(1, len(inside))]
            assert max(savings, default=0) <= COST


@pytest.mark.parametrize("kind", ["gpt2, absolute positions", "llama"])
def test_the_gradient_is_the_same_over_one_span_or_many(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, rows = small(kind), _rows(random.Random(2))
    monkeypatch.setitem(batch.PASS_COST, "cpu", 10**9)
    whole = _gradient(loaded, rows)
    monkeypatch.setitem(batch.PASS_COST, "cpu", 0)
    assert len(spans(sorted(row.tail_length for row in rows), 0)) == 4
    cut = _gradient(loaded, rows)
    assert whole.norm() > 0.1
    assert (cut - whole).norm() / whole.norm() < 1e-10


@pytest.mark.parametrize("shares_prompts", [True, False])
def test_no_micro_batch_holds_more_padded_ids_than_allowed(shares_prompts: bool) -> None:
    prompt = list(range(30))
    lengths = [random.Random(8).randint(1, 20) for _ in range(40)]
    rows = [
        WeightedRow(
            TrainingRow(
                prompt + [1] * length,
                [False] * 30 + [True] * length,
                [0.0] * (30 + length),
                [0] * (30 + length),
                30,
            ),
            1.0,
            1.0,
        )
        for length in lengths
    ]
    cut = list(micro_batches(rows, max_tokens=200, device=torch.device("cpu"), shares_prompts=shares_prompts))
    assert sum(len(micro.tails) for micro in cut) == len(rows)
    for micro in cut:
        num_prompts = len(micro.prompts) if shares_prompts else len(micro.tails)
        assert num_prompts * micro.prompts.shape[1] + micro.tails.numel() <= 200
