"""Whether what a device computes is right: beside a float64 reference that shares no code with the learner.

The reference runs each episode by itself through the whole model and writes GRPO's loss down from the paper.
The same plain loop in the dtype under test shows how far off that dtype is by nature. At the weights that
sampled, GRPO's loss is next to nothing and no ratio is clipped, so all is compared at moved weights, too.
Stock models compute norms and rotary tables in float32 whatever their dtype: the reference is right to 1e-6.
"""

import copy
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.gpu_course import Letters, Load, Shape, build, settings
from benchmarks.step_course import registered
from reasongym.agents.trainer import Trainer
from reasongym.episodes import Episode

LOAD = Load(groups=4, group_size=4, tokens=(64,), micro_tokens=1024)
TINY_LOAD = Load(groups=2, group_size=4, tokens=(12,), micro_tokens=64)
LOW, HIGH = 0.8, 1.28
"""Between which a ratio is not clipped."""
MOVED = 4.0
"""Over the root of the hidden size: the share of itself that each weight is moved by, to clip some ratios."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What one way of computing gives for a batch; all float64."""

    logprobs: Tensor
    """`[N]` of the sampled ids, episode by episode."""
    loss: float
    gradient: list[Tensor]


def check(shape: Shape, load: Load, device: str, dtype: torch.dtype) -> dict[str, float]:
    """Play a batch on the device; compare it with the reference at the weights that sampled, and moved."""
    loaded = build(shape, device, dtype)
    with registered(Letters), tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(settings(load, load.tokens[0]), loaded, Path(folder))
        groups = trainer.play(trainer.problems())
        live = [group for group in groups if len({episode.reward for episode in group}) > 1]
        found = compared(trainer, live)
        move(loaded.model, MOVED / shape.hidden**0.5)
        return found | {f"moved_{name}": figure for name, figure in compared(trainer, live).items()}


def compared(trainer: Trainer, groups: list[list[Episode]]) -> dict[str, float]:
    """Measure how far ours, the same dtype used plainly, and the sampler are from the reference."""
    model: Any = trainer.loaded.model
    ours, plain = learned(trainer, groups), plainly(model, groups)
    exact = plainly(copy.deepcopy(model).double(), groups)
    off, log_ratios = (ours.logprobs - exact.logprobs).abs(), exact.logprobs - sampled_at(groups)
    ratios = log_ratios.exp()
    return {
        "num_tokens": len(off),
        "logprob_max": float(off.max()),
        "logprob_mean": float(off.mean()),
        "sampler_logprob_max": float(log_ratios.abs().max()),
        "loss": abs(ours.loss - exact.loss),
        "plain_loss": abs(plain.loss - exact.loss),
        "gradient": _distance(ours.gradient, exact.gradient),
        "plain_gradient": _distance(plain.gradient, exact.gradient),
        "clipped": float(((ratios < LOW) | (ratios > HIGH)).double().mean()),
    }


def sampled_at(groups: list[list[Episode]]) -> Tensor:
    """Return the log-probs that ids were sampled at: float64 `[N]`."""
    completions = [episode.completions[0] for group in groups for episode in group]
    return torch.tensor([score for one in completions for score in one.logprobs], dtype=torch.float64)


@torch.no_grad()
def move(model: Any, share: float) -> None:
    """Change every weight by a random share of itself."""
    torch.manual_seed(1)
    for weight in model.parameters():
        weight.mul_(1 + share * torch.randn_like(weight))


def learned(trainer: Trainer, groups: list[list[Episode]]) -> Computed:
    """Compute by the learner, in micro-batches."""
    learner = trainer.learner
    lessons = [one for group in learner.prepare(trainer.chosen(groups), 0)[0] for one in group]
    parameters = [one for one in trainer.loaded.model.parameters() if one.requires_grad]
    gradient, loss = [torch.zeros_like(one, dtype=torch.float64) for one in parameters], 0.0
    for micro in learner.micro_batches(learner.rows(lessons)):
        part, _ = learner.loss(micro)
        _add(gradient, torch.autograd.grad(part, parameters))
        loss += float(part.detach())
    return Computed(torch.cat(learner.logprobs(lessons)), loss, gradient)


def plainly(model: Any, groups: list[list[Episode]]) -> Computed:
    """Compute in the model's dtype, losses in float32 at least: GRPO with clip-higher, mean over tokens.

    DeepSeekMath, arXiv 2402.03300, eq. 3 without its KL term and with DAPO's denominator and upper bound
    (arXiv 2503.14476, eq. 10 and 12).
    """
    parameters = [one for one in model.parameters() if one.requires_grad]
    gradient, loss = [torch.zeros_like(one, dtype=torch.float64) for one in parameters], 0.0
    num_tokens = sum(_length(episode) for group in groups for episode in group)
    logprobs: list[Tensor] = []
    for group in groups:
        rewards = [episode.reward for episode in group]
        mean, spread = statistics.fmean(rewards), statistics.stdev(rewards)
        for episode in group:
            advantage = (episode.reward - mean) / (spread + 1e-4)
            scores = _scores(model, episode)
            old = scores.new_tensor(episode.completions[0].logprobs)
            ratio = (scores - old).exp()
            part = -torch.minimum(ratio * advantage, ratio.clamp(LOW, HIGH) * advantage).sum() / num_tokens
            _add(gradient, torch.autograd.grad(part, parameters))
            loss += float(part.detach())
            logprobs.append(scores.detach().double().cpu())
    return Computed(torch.cat(logprobs), loss, gradient)


def _scores(model: Any, episode: Episode) -> Tensor:
    """Return the log-probs of an episode's sampled ids."""
    completion = episode.completions[0]
    prompt, sampled = completion.prompt_ids, completion.token_ids
    ids = torch.tensor([[*prompt, *sampled]], device=model.device)
    logits = model(input_ids=ids, use_cache=False).logits[0, len(prompt) - 1 : -1]
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    return logits.log_softmax(-1).gather(1, ids[0, len(prompt) :, None])[:, 0]


def _add(total: list[Tensor], parts: Sequence[Tensor]) -> None:
    for whole, part in zip(total, parts, strict=True):
        whole += part.double()


def _length(episode: Episode) -> int:
    return len(episode.completions[0].token_ids)


def _distance(some: list[Tensor], others: list[Tensor]) -> float:
    """Return the norm of the difference as a share of the second one's norm."""
    squares = sum(float((one - other).square().sum()) for one, other in zip(some, others, strict=True))
    return (squares / sum(float(other.square().sum()) for other in others)) ** 0.5
