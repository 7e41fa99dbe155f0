"""The learner: lessons -> old log-probs -> advantages -> rows -> loss -> optimizer, read top to bottom.

What an algorithm is made of is looked up in tables (`docs/algorithms.md`); nothing here knows one by name.
"""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import torch
from torch import Tensor

from reasongym.agents import corrections, kl
from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.batch import MicroBatch, WeightedRow, micro_batches, rows_of
from reasongym.agents.config import TrainConfig
from reasongym.agents.losses import CLIPS, RATIOS, Terms, off_policy_mask
from reasongym.agents.models import LoadedModel
from reasongym.agents.optimizer import Optimizer
from reasongym.agents.passes import Cut, read
from reasongym.agents.played import Lesson
from reasongym.agents.reference import Reference, reference_of
from reasongym.agents.reward_model import RewardModel
from reasongym.agents.scoring import Scorer, Scores
from reasongym.agents.value_head import Critic

Figures: TypeAlias = dict[str, float]
Groups: TypeAlias = Sequence[Sequence[Lesson]]


class Learner:
    """A model, what it learns by, and everything that learns beside it."""

    def __init__(self, config: TrainConfig, loaded: LoadedModel) -> None:
        self.config, self.algorithm, self.loaded = config, config.algorithm, loaded
        self.estimator = ESTIMATORS[config.algorithm.advantage]
        self.scorer = Scorer(loaded, config.rollout.temperature, config.algorithm.entropy > 0)
        self.reference = self._reference()
        needs = self.estimator.needs
        self.critic = Critic(config, loaded) if "critic" in needs else None
        self.reward_model = RewardModel(config, loaded) if "reward model" in needs else None
        self.optimizer = Optimizer(loaded.model, config.optimizer, config.run.steps)
        self.cut = Cut.of(loaded, config.optimizer.micro_tokens)

    def learn(self, groups: Groups, step: int) -> Figures:
        """Take the optimizer steps of one batch of groups, all of which can teach something."""
        groups, figures = self.prepare(groups, step)
        shares = [groups[place :: self.algorithm.updates] for place in range(self.algorithm.updates)]
        passes = [share for _ in range(self.algorithm.epochs) for share in shares]
        updates = [told for share in passes if share and (told := self.update(share, step))]
        means = {name: statistics.fmean(u[name] for u in updates) for name in (updates[0] if updates else ())}
        return {"learning_rate": self.optimizer.rate(step), **figures, **means}

    # -- before the first update ----------------------------------------------------------------------

    def prepare(self, groups: Groups, step: int) -> tuple[Groups, Figures]:
        """Add what the weights before the first update say: old log-probs, penalties, values, advantages."""
        groups = self._members(groups)
        lessons, figures = self._penalised(self._rescored([one for group in groups for one in group]))
        if self.reward_model is not None and lessons:
            lessons, told = self._with_process(lessons, self.reward_model, step)
            figures |= told
        if self.critic is not None:
            lessons = _with(lessons, "value", self.critic.values(lessons))
            lessons = [
                replace(one, played=replace(one.played, values=one.tokens["value"])) for one in lessons
            ]
            lessons = _with(lessons, "target", [self._target(one) for one in lessons])
        groups = _regrouped(lessons, groups)
        return (groups if "current" in self.estimator.needs else self.estimated(groups)), figures

    def estimated(self, groups: Groups) -> Groups:
        """Give every lesson its advantage."""
        played = [[one.played for one in group] for group in groups]
        advantages = self.estimator.estimate(played, self.algorithm)
        return [
            [replace(one, advantage=advantage) for one, advantage in zip(group, own, strict=True)]
            for group, own in zip(groups, advantages, strict=True)
        ]

    def _members(self, groups: Groups) -> Groups:
        """Leave out members that the estimator has no use for."""
        members = self.estimator.members
        if members is None:
            return groups
        return [[group[place] for place in members([one.played for one in group])] for group in groups]

    def _rescored(self, lessons: list[Lesson]) -> list[Lesson]:
        """Score anew what was sampled, where the sampler is not the learner, and weigh the difference."""
        if self.algorithm.correction == "none":
            return lessons
        correct = corrections.CORRECTIONS[self.algorithm.correction]
        bounds = corrections.Bounds(self.algorithm.correction_low, self.algorithm.correction_high)
        old = self.logprobs(lessons)
        weights = [correct(new - one.sampler, bounds) for new, one in zip(old, lessons, strict=True)]
        return _with(_with(lessons, "old", old), "correction", weights)

    def _penalised(self, lessons: list[Lesson]) -> tuple[list[Lesson], Figures]:
        """Let the reference score what was sampled, where that is asked for, and take KL off the rewards."""
        is_in_reward = bool(self.algorithm.kl) and self.algorithm.kl_placement == "reward"
        if self.reference is None or not (is_in_reward or self._compares_with_start):
            return lessons, {}
        lessons = _with(lessons, "reference", self._read(self.reference, self.reference.scorer, lessons))
        if not is_in_reward:
            return lessons, {}
        estimate = kl.ESTIMATES[self.algorithm.kl_estimator]
        divergences = [estimate(_old(one), one.tokens["reference"]) for one in lessons]
        penalised = [
            replace(one, played=replace(one.played, penalties=-self.algorithm.kl * divergence))
            for one, divergence in zip(lessons, divergences, strict=True)
        ]
        num_tokens = sum(map(len, divergences))
        return penalised, {"kl": float(sum(one.sum() for one in divergences)) / max(1, num_tokens)}

    @property
    def _compares_with_start(self) -> bool:
        is_paired = "current" in self.estimator.needs and self.algorithm.pair_reference == "start"
        return is_paired or "reference" in self.estimator.needs

    def _with_process(
        self, lessons: list[Lesson], model: RewardModel, step: int
    ) -> tuple[list[Lesson], Figures]:
        """Let the reward model say what each token contributed, then learn the outcomes."""
        ratios = [
            new - one.tokens["reference"] for new, one in zip(model.logprobs(lessons), lessons, strict=True)
        ]
        told = model.update(lessons, [float(ratio.sum()) for ratio in ratios], step)
        rewarded = [
            replace(one, played=replace(one.played, process=self.algorithm.beta * ratio))
            for one, ratio in zip(lessons, ratios, strict=True)
        ]
        return rewarded, told

    def _target(self, one: Lesson) -> Tensor:
        assert self.estimator.values is not None  # estimators that need a critic say what it learns
        return self.estimator.values(one.played, self.algorithm) + one.tokens["value"]

    # -- one update -----------------------------------------------------------------------------------

    def update(self, groups: Groups, step: int) -> Figures:
        """Take one optimizer step on live groups; returns nothing where every episode was left out."""
        if "current" in self.estimator.needs:
            groups = self.estimated(self._compared(groups))
        lessons = [one for group in groups for one in group]
        rows = self.rows(lessons)
        if not rows:
            return {}
        sums = self.accumulate(self.micro_batches(rows))
        norm = self.optimizer.step(step)
        figures = {"grad_norm": norm, **_settled({name: float(total) for name, total in sums.items()})}
        for _ in range(self.algorithm.critic_updates if self.critic is not None else 0):
            assert self.critic is not None
            figures |= self.critic.update(lessons, step)
        return figures

    def rows(self, lessons: Sequence[Lesson]) -> list[WeightedRow]:
        """Lay lessons out as weighted rows.

        Where the loss looks at whole sequences and some episode lies in several rows, which may come to lie
        in different micro-batches, a pass without gradients measures them first.
        """
        normaliser = self.algorithm.normaliser or self.config.rollout.max_tokens
        rows = rows_of(lessons, self.algorithm.aggregation, normaliser=normaliser)
        looks_at_sequences = self.algorithm.ratio == "sequence" or self.algorithm.off_policy_mask > 0
        if not looks_at_sequences or not any(row.start for row in rows):
            return rows
        means = [
            (new - _old(one)).mean().expand(len(new))
            for new, one in zip(self.logprobs(lessons), lessons, strict=True)
        ]
        lessons = _with(lessons, "sequence", means)
        return rows_of(lessons, self.algorithm.aggregation, normaliser=normaliser)

    def _compared(self, groups: Groups) -> Groups:
        """Tell every lesson how far it is from the reference at the weights of this update."""
        lessons = [one for group in groups for one in group]
        reference = [one.tokens.get("reference", _old(one)) for one in lessons]
        ratios = [
            float((new - old).sum()) for new, old in zip(self.logprobs(lessons), reference, strict=True)
        ]
        compared = [
            replace(one, played=replace(one.played, log_ratio=ratio))
            for one, ratio in zip(lessons, ratios, strict=True)
        ]
        return _regrouped(compared, groups)

    def micro_batches(self, rows: Sequence[WeightedRow]) -> Iterable[MicroBatch]:
        """Cut rows as the settings and the model allow."""
        return micro_batches(
            rows,
            max_tokens=self.cut.max_tokens,
            device=self.cut.device,
            dtype=self.cut.dtype,
            shares_prompts=self.scorer.shares_prompts(),
        )

    def accumulate(self, batches: Iterable[MicroBatch]) -> dict[str, Tensor]:
        """Add the gradients of all micro-batches; returns weighted means over the sampled tokens."""
        sums: dict[str, Tensor] = {}
        for micro in batches:
            loss, parts = self.loss(micro)
            self.optimizer.backward(loss)
            for name, value in parts.items():
                merge = torch.maximum if name.endswith("_max") else torch.add
                sums[name] = merge(sums[name], value) if name in sums else value
        return sums

    def loss(self, micro: MicroBatch) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a micro-batch, its share of the whole, and what to report of it."""
        algorithm = self.algorithm
        logprobs, entropies = self.scorer(micro)
        terms = Terms(logprobs, micro.old_logprobs, micro.advantages, _sequence_log_ratios(logprobs, micro))
        log_ratios = RATIOS[algorithm.ratio](terms)
        per_token = CLIPS[algorithm.clip](log_ratios, terms, algorithm)
        if "correction" in micro.tokens:
            per_token = micro.tokens["correction"] * per_token
        if algorithm.off_policy_mask:
            per_token = off_policy_mask(terms, algorithm.off_policy_mask) * per_token
        parts = self._told(log_ratios.detach(), logprobs.detach(), micro)
        if entropies is not None:
            per_token = per_token - algorithm.entropy * entropies
            parts["entropy"] = (micro.weights * entropies.detach()).sum()
        if self.reference is not None and algorithm.kl and algorithm.kl_placement == "loss":
            reference = self.reference(micro).logprobs
            divergence = kl.ESTIMATES[algorithm.kl_estimator](logprobs, reference)
            per_token = per_token + algorithm.kl * divergence
            parts["kl"] = (micro.weights * divergence.detach()).sum()
        loss = (micro.weights * per_token).sum()
        return loss, parts | {"loss": loss.detach()}

    def _told(self, log_ratios: Tensor, logprobs: Tensor, micro: MicroBatch) -> dict[str, Tensor]:
        """Measure how far the policy is from the old one and from the sampler."""
        ratio = log_ratios.exp()
        is_low, is_high = ratio < 1 - self.algorithm.clip_low, ratio > 1 + self.algorithm.clip_high
        mismatch = logprobs - micro.sampler_logprobs
        drawn = mismatch.clamp(-kl.LARGEST, kl.LARGEST).exp()
        shares = {
            "clip_fraction": is_low | is_high,
            "clip_fraction_low": is_low,
            "clip_fraction_high": is_high,
            "sampler_mismatch": mismatch.abs(),
            "drawn": drawn,
            "drawn_squared": drawn.square(),
        }
        if "correction" in micro.tokens:
            shares["correction"] = micro.tokens["correction"]
        means = {name: (micro.weights * value).sum() for name, value in shares.items()}
        return means | {"sampler_mismatch_max": mismatch.abs().max(), "total": micro.weights.sum()}

    # -- what is scored, and kept -----------------------------------------------------------------------

    def logprobs(self, lessons: Sequence[Lesson]) -> list[Tensor]:
        """Return the log-probs of the sampled tokens of each lesson at the weights of now, float64 `[n]`."""
        scorer = replace(self.scorer, with_entropy=False)
        return self._read(scorer, scorer, lessons)

    def _read(
        self, score: Callable[[MicroBatch], Scores], scorer: Scorer, lessons: Sequence[Lesson]
    ) -> list[Tensor]:
        return read(
            lessons,
            self.cut,
            lambda micro: score(micro).logprobs,
            shares_prompts=scorer.shares_prompts(),
        )

    def refresh(self, step: int) -> None:
        """Move the reference where that is due after `step` steps."""
        if self.reference is not None:
            self.reference.refresh(step)

    def _reference(self) -> Reference | None:
        """Keep the model at the start of the run, if something is measured against it."""
        if not self.algorithm.kl and not self._compares_with_start:
            return None
        every = self.config.model.reference_every
        return reference_of(self.loaded, self.config.rollout.temperature, every=every)

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint needs."""
        state = {
            "model": self.loaded.trained_weights(),
            "optimizer": self.optimizer.state_dict(),
            "reference": self.reference.state if self.reference is not None else None,
        }
        beside = {"critic": self.critic, "reward_model": self.reward_model}
        return state | {name: one.state_dict() for name, one in beside.items() if one is not None}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        self.loaded.load_trained_weights(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.reference is not None:
            self.reference.load_state(state["reference"])
        if self.critic is not None:
            self.critic.load_state_dict(state["critic"])
        if self.reward_model is not None:
            self.reward_model.load_state_dict(state["reward_model"])


def _old(one: Lesson) -> Tensor:
    """Return the log-probs that ratios are taken to: the learner's where it scored anew, or the sampler's."""
    return one.tokens.get("old", one.sampler)


def _with(lessons: Sequence[Lesson], name: str, values: Sequence[Tensor]) -> list[Lesson]:
    return [
        replace(one, tokens=one.tokens | {name: value}) for one, value in zip(lessons, values, strict=True)
    ]


def _regrouped(lessons: Sequence[Lesson], groups: Groups) -> list[list[Lesson]]:
    rest = iter(lessons)
    return [[next(rest) for _ in group] for group in groups]


def _sequence_log_ratios(logprobs: Tensor, micro: MicroBatch) -> Tensor:
    """Return the mean log-ratio of each token's episode: as measured before, or else that of its row."""
    if "sequence" in micro.tokens:
        return micro.tokens["sequence"]
    grid = torch.zeros(micro.mask.shape, dtype=logprobs.dtype, device=logprobs.device)  # [rows, columns]
    grid[micro.mask] = (logprobs - micro.old_logprobs).detach()
    counts = micro.mask.sum(1)
    return (grid.sum(1) / counts).repeat_interleave(counts)


def _settled(sums: Figures) -> Figures:
    """Make the effective sample size, as a share of the tokens, of sums: (sum w r)^2 / (sum w sum w r^2)."""
    drawn, squared, total = (sums.pop(name) for name in ("drawn", "drawn_squared", "total"))
    return sums | {"effective_samples": drawn**2 / (total * squared) if squared else 0.0}
