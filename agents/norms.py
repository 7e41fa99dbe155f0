"""Root-mean-square norms in fewer passes over memory: the same numbers but for rounding.

As Hugging Face writes it, a norm and its gradient are about twenty small operations, each of which reads and
writes all activations; on a CPU that was a twentieth of a GRPO step, measured at 1M parameters.
"""

from types import MethodType
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from reasongym.agents.models import LoadedModel

EPSILONS = ("variance_epsilon", "eps")
"""Names under which norms keep the number that is added to the mean square."""
CLOSE = 1e-5
"""Relative difference within which two norms are the same."""


def quicken_norms(loaded: LoadedModel) -> int:
    """Run the norms of a float32 model on a CPU by `rms_norm`, where that gives what they give; counts them.

    Layers that are to be compiled stay as they are: the compiler has passes of its own to save.
    """
    if loaded.device.type != "cpu" or loaded.dtype != torch.float32 or loaded.learner_forwards:
        return 0
    norms = [module for module in loaded.model.modules() if _is_rms_norm(module)]
    for norm in norms:
        norm.forward = MethodType(_forward, norm)  # a deep copy of the model gets one of its own
    return len(norms)


def _is_rms_norm(module: nn.Module) -> bool:
    """Say whether a module is `x / sqrt(mean(x^2) + eps) * weight`: by its name, and by what it does."""
    named = dict(module.named_parameters(recurse=False))
    if not type(module).__name__.endswith("RMSNorm") or list(named) != ["weight"]:
        return False
    weight, eps = named["weight"], _epsilon(module)
    if eps is None or weight.ndim != 1 or weight.dtype != torch.float32:
        return False
    ramp = torch.linspace(-1, 1, len(weight))
    probe = torch.stack((ramp, eps**0.5 * ramp))  # the second shows where eps is added
    with torch.no_grad():
        try:
            theirs: Any = module(probe)
        except (TypeError, RuntimeError):  # it takes more than hidden states, or another shape of them
            return False
        return isinstance(theirs, Tensor) and torch.allclose(
            theirs, rms_norm(probe, weight, eps), rtol=CLOSE, atol=0.0
        )


def _epsilon(module: nn.Module) -> float | None:
    found = [value for name in EPSILONS if isinstance(value := vars(module).get(name), float)]
    return found[0] if len(found) == 1 and found[0] > 0 else None


def _forward(module: nn.Module, hidden: Tensor) -> Tensor:
    weight: Any = module.weight
    eps = _epsilon(module)
    assert eps is not None  # quicken_norms takes no norm without one
    return rms_norm(hidden, weight, eps)


def rms_norm(hidden: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Return `x / sqrt(mean(x^2) + eps) * weight` over the last axis (Zhang and Sennrich, arXiv 1910.07467).

    hidden `[..., width]`, weight `[width]`. With and without gradients it is the same to the bit.
    """
    if not torch.is_grad_enabled():
        return _normed(hidden, eps)[0] * weight
    norm: Any = _RmsNorm
    return norm.apply(hidden, weight, eps)


def _normed(hidden: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """Return normed states and their scales `[..., 1]`."""
    linalg: Any = torch.linalg
    norms: Tensor = linalg.vector_norm(hidden, dim=-1, keepdim=True)
    scales = norms.square_().div_(hidden.shape[-1]).add_(eps).rsqrt_()
    return hidden * scales, scales


class _RmsNorm(torch.autograd.Function):
    """Keeps the normed states and their scales; with `n = x s`, `dx = s (g w - n mean(g w n))`."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, eps: float) -> Tensor:
        normed, scales = _normed(hidden, eps)
        ctx.save_for_backward(normed, scales, weight)
        return normed * weight

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, *grad_outputs: Tensor
    ) -> tuple[Tensor, Tensor | None, None]:
        (gradient,) = grad_outputs
        normed, scales, weight = ctx.saved_tensors
        products = gradient * normed
        means = (products @ weight).div_(len(weight)).unsqueeze(-1)  # [..., 1]
        back = (gradient * weight).addcmul_(normed, means, value=-1.0).mul_(scales)
        own = products.flatten(0, -2).sum(0) if ctx.needs_input_grad[1] else None
        return back, own, None
