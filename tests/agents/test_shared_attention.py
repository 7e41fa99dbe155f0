"""Attending to a shared prompt and to own columns apart is attending to both at once, gradients too."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from reasongym.agents import shared_attention
from reasongym.agents.masks import additive
from reasongym.agents.scoring import Scorer
from reasongym.agents.shared_attention import Prompts, attend, places
from tests.agents.small_models import KINDS, small

SIZE, SCALE = 8, 0.3
BOUND = {torch.float64: 1e-12, torch.float32: 2e-5}
OWNERS = st.lists(st.integers(0, 3), min_size=1, max_size=7).map(
    lambda drawn: [sorted(set(drawn)).index(one) for one in drawn]
)


def by_definition(queries: Tensor, keys: Tensor, values: Tensor, hidden: Tensor) -> Tensor:
    """Attend in plain operations; keys and values `[rows, key heads, columns, size]`."""
    group = queries.shape[1] // keys.shape[1]
    scores = SCALE * queries @ keys.repeat_interleave(group, 1).transpose(2, 3)
    return scores.masked_fill(hidden, -math.inf).softmax(-1) @ values.repeat_interleave(group, 1)


@pytest.mark.parametrize("dtype", BOUND)
@settings(max_examples=40, deadline=None)
@given(
    owners=OWNERS,
    heads=st.sampled_from([(4, 2), (2, 2), (2, 1)]),
    width=st.integers(1, 9),
    steps=st.integers(1, 7),
    is_causal=st.booleans(),
    seed=st.integers(0, 2**31),
)
def test_both_parts_are_one_attention(
    dtype: torch.dtype,
    owners: list[int],
    heads: tuple[int, int],
    width: int,
    steps: int,
    is_causal: bool,
    seed: int,
) -> None:
    dice = torch.Generator().manual_seed(seed)
    owner, num_rows, num_prompts = torch.tensor(owners), len(owners), max(owners) + 1

    def drawn(rows: int, of_heads: int, columns: int) -> Tensor:
        drawn = torch.randn(rows, of_heads, columns, SIZE, generator=dice, dtype=dtype)
        return drawn.requires_grad_()

    queries = drawn(num_rows, heads[0], steps)
    keys, values = (drawn(num_rows, heads[1], steps) for _ in range(2))
    prompt_keys, prompt_values = (drawn(num_prompts, heads[1], width) for _ in range(2))
    lengths = torch.randint(1, width + 1, (num_prompts, 1), generator=dice)
    visible = torch.arange(width) < lengths
    own_visible = torch.rand(num_rows, steps, generator=dice) < 0.7
    own_visible[:, 0] = True

    def attended() -> Tensor:
        return attend(
            queries,
            (keys, values),
            Prompts(prompt_keys, prompt_values, additive(visible[:, None, None], dtype)),
            places(owner, num_prompts),
            scale=SCALE,
            own_mask=None if is_causal else additive(own_visible[:, None, None], dtype),
            is_causal=is_causal,
        )

    found = attended()
    with torch.no_grad():
        assert torch.equal(attended(), found)
    later = torch.ones(steps, steps, dtype=torch.bool).triu(1)
    own_hidden = later.expand(num_rows, 1, -1, -1) if is_causal else ~own_visible[:, None, None]
    wanted = by_definition(
        queries,
        torch.cat((prompt_keys[owner], keys), 2),
        torch.cat((prompt_values[owner], values), 2),
        torch.cat(
            [part.expand(num_rows, 1, steps, -1) for part in (~visible[owner][:, None, None], own_hidden)],
            -1,
        ),
    )
    given_out = torch.randn(found.shape, generator=dice, dtype=dtype)
    leaves = (queries, keys, values, prompt_keys, prompt_values)
    for one, other in zip(
        (found, *torch.autograd.grad(found, leaves, given_out)),
        (wanted, *torch.autograd.grad(wanted, leaves, given_out)),
        strict=True,
    ):
        assert torch.allclose(one, other, rtol=0, atol=BOUND[dtype])


@given(owners=OWNERS, steps=st.integers(1, 3))
def test_places_of_a_prompt_are_its_own_and_rows_come_back(owners: list[int], steps: int) -> None:
    owner, num_prompts = torch.tensor(owners), max(owners) + 1
    of_rows = places(owner, num_prompts)
    most = max(owners.count(prompt) for prompt in range(num_prompts))
    assert of_rows.of_rows.unique().numel() == len(owners)
    assert torch.equal(of_rows.of_rows // most, owner)
    assert of_rows.are_rows == (of_rows.of_rows.tolist() == list(range(num_prompts * most)))
    states = torch.arange(len(owners) * 2 * steps * 3.0).view(len(owners), 2, steps, 3)
    laid = of_rows.by_prompt(states)
    assert laid.shape == (num_prompts, 2, most * steps, 3)
    assert torch.equal(of_rows.by_row(laid), states)
    assert float(laid.sum()) == float(states.sum())


@pytest.mark.parametrize("dtype", BOUND)
@pytest.mark.parametrize("kind", KINDS)
def test_models_that_take_masks_attend_so_and_others_as_they_did(kind: str, dtype: torch.dtype) -> None:
    scorer = Scorer(small(kind, dtype))
    shares = KINDS[kind].shares_prompts
    if not shares:
        with pytest.warns(UserWarning, match="trains on plain rows"):
            assert not scorer.shares_prompts()
    assert scorer.shares_prompts() == shares
    assert scorer.attends_apart == (shares and scorer.loaded.takes_4d_masks)


def test_attention_with_dropout_stays_as_it_is() -> None:
    loaded = small("llama")
    loaded.config.attention_dropout = 0.1
    scorer = Scorer(loaded)
    assert scorer.shares_prompts()
    assert not scorer.attends_apart


def test_a_model_that_attends_otherwise_shares_prompts_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **options: Any) -> Tensor:
        return 1.01 * attend(*args, **options)

    monkeypatch.setattr("reasongym.agents.prompt_attention.attend", broken)
    scorer = Scorer(small("llama"))
    assert scorer.shares_prompts()
    assert not scorer.attends_apart


def test_rows_that_would_leave_most_places_empty_are_repeated() -> None:
    assert shared_attention.places(torch.tensor([0, 0, 0, 0]), 1).are_few
    assert not shared_attention.places(torch.tensor([0, 0, 0, 0, 1, 2]), 3).are_few
