"""Which settings of an algorithm work together; those that do not are refused with what to do instead."""

from collections.abc import Iterable

from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.aggregation import AGGREGATIONS
from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.corrections import CORRECTIONS
from reasongym.agents.filters import FILTERS
from reasongym.agents.kl import ESTIMATES
from reasongym.agents.losses import CLIPS, RATIOS
from reasongym.agents.trees import Shape
from reasongym.errors import UnknownName, UsageError

AT_LEAST = {
    "updates": 1, "epochs": 1, "critic_updates": 1, "clip_low": 0, "clip_high": 0, "dual_clip": 0,
    "normaliser": 0, "correction_low": 0, "off_policy_mask": 0, "max_staleness": -1, "refills": 0, "gamma": 0,
    "lam": 0, "turn_gamma": 0, "critic_learning_rate": 0, "critic_clip": 0, "beta": 0,
    "reward_learning_rate": 0,
}  # fmt: skip
AT_MOST = {"gamma": 1, "lam": 1, "turn_gamma": 1, "label_smoothing": 0.5, "filter_high": 1}


def check_algorithm(settings: AlgorithmSettings, *, group_size: int) -> None:
    """Raise UsageError, or UnknownName, for the first setting that cannot work."""
    tables: dict[str, Iterable[str]] = {
        "advantage": ESTIMATORS,
        "ratio": RATIOS,
        "clip": CLIPS,
        "aggregation": AGGREGATIONS,
        "kl_estimator": ESTIMATES,
        "correction": ["none", *CORRECTIONS],
        "filter": FILTERS,
    }
    for name, table in tables.items():
        if getattr(settings, name) not in table:
            raise UnknownName(f"algorithm.{name}", getattr(settings, name), table)
    for name, least in AT_LEAST.items():
        require_at_least(f"algorithm.{name}", getattr(settings, name), least)
    for name, most in AT_MOST.items():
        require_at_least(f"algorithm.{name}", getattr(settings, name), 0)
        if getattr(settings, name) > most:
            raise UsageError(f"algorithm.{name} must be at most {most}, got {getattr(settings, name)}")
    is_relative = ESTIMATORS[settings.advantage].is_relative
    require_at_least(
        "rollout.group_size", group_size, 2 if is_relative else 1, "to form a baseline" * is_relative
    )
    _check_bounds(settings)


def check_tree(settings: AlgorithmSettings, shape: Shape | None) -> None:
    """Raise UsageError for a tree that cannot be grown, or whose pieces the algorithm cannot learn from."""
    if shape is None:
        return
    require_at_least("rollout.branches", shape.branches, 2, "(or 0 for no tree)")
    require_at_least("rollout.branch_tokens", shape.tokens, 1)
    require_at_least("rollout.branch_depth", shape.depth, 1)
    if ESTIMATORS[settings.advantage].needs:
        raise UsageError(
            f"algorithm.advantage {settings.advantage!r} looks at whole episodes, and a tree teaches pieces: "
            "set rollout.branches to 0, or take an advantage of groups such as 'grpo'"
        )


def _check_bounds(settings: AlgorithmSettings) -> None:
    if 0 < settings.dual_clip <= 1:
        raise UsageError(f"algorithm.dual_clip must be 0 (no bound) or above 1, got {settings.dual_clip}")
    for low, high in (("filter_low", "filter_high"), ("correction_low", "correction_high")):
        if not getattr(settings, low) <= getattr(settings, high):
            raise UsageError(
                f"algorithm.{low} must be at most algorithm.{high} ({getattr(settings, high)}), "
                f"got {getattr(settings, low)}"
            )
    if settings.on_exhausted == "stop" and not settings.refills:
        raise UsageError(
            "algorithm.on_exhausted 'stop' is about refills, and there are none: set algorithm.refills"
        )
    if settings.clip == "cispo" and settings.ratio == "none":
        raise UsageError("algorithm.clip 'cispo' weighs by a ratio: set algorithm.ratio to 'token'")
    is_paired = "current" in ESTIMATORS[settings.advantage].needs
    if is_paired and (settings.ratio, settings.clip, settings.aggregation) != ("none", "none", "pair-sum"):
        raise UsageError(
            f"algorithm.advantage {settings.advantage!r} is a loss over pairs: set ratio and clip to 'none' "
            "and aggregation to 'pair-sum', or take the preset"
        )


def check_cuts(settings: AlgorithmSettings, *, top_p: float, top_k: int) -> None:
    """Refuse ratios to log-probs of another distribution than the learner's.

    The sampler's log-probs are of the tokens that top-p and top-k left, scaled up; the learner's are of all.
    Their ratio is below 1 for every token where nothing has changed.
    """
    if not 0 < top_p <= 1:
        raise UsageError(f"rollout.top_p must be above 0 and at most 1, got {top_p}")
    require_at_least("rollout.top_k", top_k, 0, "(which keeps every token)")
    if (top_p < 1 or top_k) and _trusts_sampler(settings):
        name, value, whole = ("top_k", top_k, 0) if top_k else ("top_p", top_p, 1)
        raise UsageError(
            f"rollout.{name} {value} samples from fewer tokens than the learner scores, so the ratio of "
            f"their probabilities is biased: set {name} to {whole}, or algorithm.correction to 'recomputed' "
            "(the learner then compares with its own scores), or algorithm.ratio to 'none'"
        )


def _trusts_sampler(settings: AlgorithmSettings) -> bool:
    """Say whether the sampler's log-probs are compared with the learner's."""
    compares = (
        settings.ratio != "none"
        or settings.off_policy_mask > 0
        or (settings.kl > 0 and settings.kl_placement == "reward")
        or "current" in ESTIMATORS[settings.advantage].needs
    )
    weighs = settings.correction not in ("none", "recomputed")
    return weighs or (compares and settings.correction == "none")


def require_at_least(name: str, value: float, least: int, why: str = "") -> None:
    """Raise UsageError for a setting that is too small."""
    if not value >= least:  # NaN is no value either
        raise UsageError(f"{name} must be at least {least} {why}".rstrip() + f", got {value}")
