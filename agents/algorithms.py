"""Algorithms as data: the pieces of the loss by name, and presets that name all of them at once.

An algorithm is advantage x ratio x clip x aggregation x KL x sampler correction x filter. Each piece is a
function and an entry of a table; `docs/algorithms.md` lists them with their sources.
"""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from reasongym.errors import UnknownName, UsageError


@dataclass(frozen=True)
class AlgorithmSettings:
    """The loss (see docs/algorithms.md); `preset` in a config file or as a flag names all pieces at once."""

    advantage: str = "grpo"
    """How much better an episode, a turn or a token was than expected; a name of `advantages.ESTIMATORS`."""
    ratio: str = "token"
    """What probabilities are compared with the old ones: of a token, of a sequence, or none."""
    clip: str = "ppo"
    """What bounds an update: ppo, cispo, dppo, sapo or none."""
    clip_low: float = 0.2
    clip_high: float = 0.28
    """Above `clip_low` it leaves room for rare tokens to grow (DAPO's clip-higher)."""
    dual_clip: float = 0.0
    """With clip ppo: a token of negative advantage costs at most this many times it; 0 for no bound."""
    aggregation: str = "token-mean"
    """What a token weighs: token-mean, sequence-mean, prompt-mean, constant or pair-sum."""
    normaliser: int = 0
    """With aggregation constant: tokens an episode's sum is divided by; 0 for `rollout.max_tokens`."""
    kl: float = 0.0
    """Weight of KL(policy || the model at the start)."""
    kl_estimator: str = "k3"
    """k1, k2, k3, or k3-k2 (the value of k3 with the gradient of k2)."""
    kl_placement: Literal["loss", "reward"] = "loss"
    entropy: float = 0.0
    """Weight of the entropy bonus."""
    updates: int = 1
    """Optimizer steps per pass over a step's groups; each takes its share of them."""
    epochs: int = 1
    """Passes over a step's groups."""
    mask_truncated: bool = False
    """Leave episodes that ran out of turns or tokens out of the loss and its denominator."""
    correction: str = "none"
    """What makes up for a sampler that differs from the learner; any but none lets the learner score anew."""
    correction_low: float = 0.0
    correction_high: float = 2.0
    """Bounds of the ratio learner / sampler."""
    off_policy_mask: float = 0.0
    """Drop episodes of negative advantage whose mean log-prob fell by more than this; 0 keeps all."""
    max_staleness: int = -1
    """Oldest weights, in steps, whose episodes are learned from; -1 for any."""
    filter: str = "none"
    """Which groups are learned from: none (all that can teach), contrast, band or variance."""
    filter_low: float = 0.0
    filter_high: float = 1.0
    """Bounds of filter band on a group's solve rate; filter variance keeps the share `filter_high`."""
    refills: int = 0
    """Most rounds of further problems a step plays to make up for groups that are not learned from."""
    on_exhausted: Literal["continue", "stop"] = "continue"
    """What a step does that lacks groups after its last round: learn from those it has, or end the run."""
    gamma: float = 1.0
    """Discount per sampled token (per turn: `turn_gamma`)."""
    lam: float = 1.0
    """GAE's lambda."""
    turn_gamma: float = 1.0
    step_weight: float = 1.0
    """Weight of step advantages beside the episode's (gigpo), or of process rewards (prime)."""
    critic: Literal["separate", "shared"] = "separate"
    """With a value head: on a copy of the model, or on the policy's own hidden states."""
    critic_learning_rate: float = 1e-5
    critic_clip: float = 0.2
    """How far a value may move in one step before its loss stops falling; 0 for no bound."""
    critic_updates: int = 1
    """Critic steps per optimizer step."""
    beta: float = 0.1
    """Temperature of implicit rewards (dpo, prime)."""
    label_smoothing: float = 0.0
    """Share of pairs taken to be labelled the wrong way round (dpo)."""
    pair_reference: Literal["step", "start"] = "step"
    """What dpo compares with: the weights that sampled the step, or the model at the start."""
    reward_learning_rate: float = 1e-6
    """Of the implicit reward model (prime)."""


PRESETS: dict[str, dict[str, Any]] = {
    # DeepSeekMath, arXiv 2402.03300, eq. 3 and section 4.2.
    "grpo": {"advantage": "grpo", "aggregation": "sequence-mean", "clip_high": 0.2, "kl": 0.04},
    # Dr. GRPO, arXiv 2503.20783.
    "dr_grpo": {"advantage": "dr_grpo", "aggregation": "constant", "clip_high": 0.2},
    # DAPO, arXiv 2503.14476; its recipe's dual clip and ten batches; overlong shaping is a reward's.
    "dapo": {"advantage": "grpo", "dual_clip": 10.0, "filter": "contrast", "refills": 9},
    # GSPO, arXiv 2507.18071, section 5.1.
    "gspo": {
        "advantage": "grpo", "ratio": "sequence", "aggregation": "sequence-mean",
        "clip_low": 3e-4, "clip_high": 4e-4,
    },
    # MiniMax-M1, arXiv 2506.13585, section 3.1; the range [0, 5] is SkyRL's.
    "cispo": {"advantage": "grpo", "clip": "cispo", "clip_low": 1.0, "clip_high": 4.0},
    # SAPO, arXiv 2511.20347.
    "sapo": {"advantage": "grpo", "clip": "sapo", "aggregation": "sequence-mean"},
    # DPPO with total variation in binary form, arXiv 2602.04879; thresholds of prime-rl.
    "dppo": {"advantage": "dr_grpo", "clip": "dppo", "clip_high": 0.2},
    # RLOO, arXiv 2402.14740; the penalty of TRL.
    "rloo": {
        "advantage": "rloo", "ratio": "none", "clip": "none", "aggregation": "constant",
        "kl": 0.05, "kl_estimator": "k1", "kl_placement": "reward",
    },
    # Williams 1992.
    "reinforce": {"advantage": "reinforce", "ratio": "none", "clip": "none"},
    # REINFORCE++, arXiv 2501.03262.
    "reinforce++": {
        "advantage": "reinforce++", "clip_high": 0.2,
        "kl": 0.01, "kl_estimator": "k1", "kl_placement": "reward",
    },
    "reinforce++-baseline": {
        "advantage": "reinforce++-baseline", "clip_high": 0.2, "kl": 0.001, "kl_estimator": "k2",
    },
    # PPO, arXiv 1707.06347, as TinyZero and RAGEN run it.
    "ppo": {
        "advantage": "gae", "clip_high": 0.2, "kl": 0.001, "kl_estimator": "k1", "kl_placement": "reward",
    },
    # RAGEN, arXiv 2504.20073; its config's turn discount.
    "ragen": {"advantage": "bi-level-gae", "turn_gamma": 0.95},
    # GiGPO, arXiv 2505.10978.
    "gigpo": {"advantage": "gigpo", "turn_gamma": 0.95, "clip_high": 0.2, "kl": 0.01},
    "turn-returns": {"advantage": "turn-returns", "clip_high": 0.2},
    # MaxRL, arXiv 2602.02710.
    "maxrl": {"advantage": "maxrl"},
    # OPO, arXiv 2505.23585: exactly on-policy.
    "opo": {"advantage": "opo", "ratio": "none", "clip": "none"},
    # LOOP, arXiv 2502.01600; the bound below is 1 / (1 + 0.1).
    "loop": {"advantage": "loop", "clip_low": 0.1 / 1.1, "clip_high": 0.1, "epochs": 2},
    # RAFT, arXiv 2304.06767, as arXiv 2504.11343 puts it: the likelihood of what earned a reward.
    "raft": {"advantage": "raft", "ratio": "none", "clip": "none"},
    # DPO, arXiv 2305.18290, iterated on verifier pairs as Online-DPO-R1 does.
    "dpo": {
        "advantage": "dpo", "ratio": "none", "clip": "none", "aggregation": "pair-sum",
        "beta": 0.1, "label_smoothing": 0.1, "epochs": 2,
    },
    # PRIME, arXiv 2502.01456.
    "prime": {
        "advantage": "prime", "clip_high": 0.2, "beta": 0.05,
        "filter": "band", "filter_low": 0.2, "filter_high": 0.8,
    },
}  # fmt: skip
"""What each preset says of the pieces; of the rest it leaves the defaults, or what else was set."""


def preset(name: str, **changes: Any) -> AlgorithmSettings:
    """Return a preset's settings, with changes; raises UnknownName, or UsageError for a wrong change."""
    try:
        return msgspec.convert(_pieces(name) | changes, AlgorithmSettings)
    except msgspec.ValidationError as error:
        raise UsageError(f"preset {name}: {error}") from error


def with_preset(tables: dict[str, Any], flag: str = "") -> dict[str, Any]:
    """Replace `preset` in a config's table `algorithm` by the pieces it stands for.

    What the table sets beside it outranks the preset; a preset given as a flag outranks the table.
    """
    table = dict(tables.get("algorithm", {}))
    named = table.pop("preset", None)
    if named is not None and not isinstance(named, str):
        raise UsageError(f"algorithm.preset must be a name such as 'dapo', got {named!r}")
    settled = (_pieces(named) if named else {}) | table | (_pieces(flag) if flag else {})
    return tables | {"algorithm": settled} if settled or "algorithm" in tables else tables


def _pieces(name: str) -> dict[str, Any]:
    if name not in PRESETS:
        raise UnknownName("preset", name, PRESETS)
    return PRESETS[name]
