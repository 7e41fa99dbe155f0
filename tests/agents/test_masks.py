"""Additive masks against boolean ones, through attention itself."""

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention as attend

from reasongym.agents.masks import additive


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_attention_sees_the_same_to_the_bit(dtype: torch.dtype) -> None:
    queries, keys, values = (torch.randn(3, 2, n, 8, dtype=dtype) for n in (4, 7, 7))
    visible = torch.rand(3, 1, 4, 7) < 0.6
    visible[..., 0] = True
    assert 0 < int(visible.sum()) < visible.numel()
    with_additive = attend(queries, keys, values, attn_mask=additive(visible, dtype))
    assert torch.equal(with_additive, attend(queries, keys, values, attn_mask=visible))


def test_what_is_hidden_weighs_nothing() -> None:
    visible = torch.tensor([True, False, True])
    assert additive(visible, torch.float32).tolist() == [0.0, float("-inf"), 0.0]
    assert additive(visible, torch.float32).exp().tolist() == [1.0, 0.0, 1.0]
