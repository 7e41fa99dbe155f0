"""Rows of like length run together: no gradient notices, and padding that costs more than a pass is gone."""

import random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from reasongym.agents import batch
from reasongym.agents.batch import WeightedRow, chunks, micro_batches, spans
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


def _row(prompt: int, length: int) -> WeightedRow:
    """Make a row behind one of the prompts of 30 ids, named by a number."""
    ids = [prompt] * 30 + [1] * length
    return WeightedRow(
        TrainingRow(ids, [False] * 30 + [True] * length, [0.0] * len(ids), [0] * len(ids), 30), 1.0, 1.0
    )


@pytest.mark.parametrize("shares_prompts", [True, False])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 20)), min_size=1, max_size=60))
def test_micro_batches_hold_every_row_once_and_no_more_padded_ids_than_allowed(
    shares_prompts: bool, drawn: list[tuple[int, int]]
) -> None:
    rows = [_row(prompt, length) for prompt, length in drawn]
    cut = list(chunks(rows, max_tokens=200, shares_prompts=shares_prompts))
    assert sorted(id(row) for chunk in cut for row in chunk) == sorted(map(id, rows))
    for chunk in cut:
        num_prompts = len({row.prompt for row in chunk}) if shares_prompts else len(chunk)
        assert 30 * num_prompts + len(chunk) * max(row.tail_length for row in chunk) <= 200


@pytest.mark.parametrize(
    ("members", "sizes"),
    [
        (10, [10, 10, 10]),  # 130 padded ids each, and two would be 260
        (7, [14, 7]),  # 100 each
        (4, [12]),  # 70 each
        (30, [18, 12, 18, 12]),  # 330 each
        (5, [10, 10]),  # 80 each: one alone would leave the micro-batch less than half full
    ],
)
def test_groups_of_one_length_are_cut_apart_where_that_leaves_half_of_a_micro_batch(
    members: int, sizes: list[int]
) -> None:
    rows = [_row(prompt, 10) for prompt in range(sum(sizes) // members) for _ in range(members)]
    assert [len(chunk) for chunk in chunks(rows, max_tokens=210)] == sizes
