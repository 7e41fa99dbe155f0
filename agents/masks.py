"""Attention masks as attention uses them."""

import math

import torch
from torch import Tensor


def additive(visible: Tensor, dtype: torch.dtype) -> Tensor:
    """Return 0 where `visible` is True and minus infinity elsewhere, in the same shape.

    Given a boolean mask, scaled dot-product attention makes this of it anew in every layer.
    """
    return torch.zeros(visible.shape, dtype=dtype, device=visible.device).masked_fill_(~visible, -math.inf)
