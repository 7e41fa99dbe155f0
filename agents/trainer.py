"""The learner: rows -> rollouts -> filter -> advantages -> batch -> loss -> step, read top to bottom.

A run is a pure function of its config: rows and sampling noise are keyed by (seed, step), and the state that
a checkpoint holds is weights, optimizer and counters alone.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from reasongym.agents.advantages import ESTIMATORS, group_advantages
from reasongym.agents.batch import MicroBatch, micro_batches, weigh
from reasongym.agents.config import TrainConfig, dump_config
from reasongym.agents.host_memory import keep_freed_memory
from reasongym.agents.losses import clipped_surrogate, k3
from reasongym.agents.models import LoadedModel
from reasongym.agents.optimizer import Optimizer
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.agents.reference import Reference, reference_of
from reasongym.agents.run_folder import RunFolder
from reasongym.agents.scoring import Scorer
from reasongym.core import Problem, Row
from reasongym.episodes import Episode, Sampling, to_json
from reasongym.errors import UnknownName, Unscored
from reasongym.registry import get
from reasongym.rollouts import Setting, group_plays, rollout
from reasongym.templates import TEMPLATES, Renderer

Metrics = dict[str, float]


class Trainer:
    """One training run in one process."""

    def __init__(self, config: TrainConfig, loaded: LoadedModel, folder: Path) -> None:
        config.check()
        self.config = config
        self.curriculum = config.problems.curriculum()
        self.folder = RunFolder(folder)
        self.loaded = loaded
        loaded.model.eval()  # dropout would draw from the global stream and part learner from sampler
        self.setting = self._setting()
        self.folder.open(dump_config(config))
        if config.run.threads:
            torch.set_num_threads(config.run.threads)
        keep_freed_memory()
        self.policy = TorchPolicy(loaded, max_rows=config.rollout.max_rows)
        self.scorer = Scorer(loaded, config.rollout.temperature, config.algorithm.entropy > 0)
        self.reference = self._reference()
        self.optimizer = Optimizer(loaded.model, config.optimizer, config.run.steps)
        self.step = 0

    def run(self, on_step: Callable[[Metrics], None] = lambda _: None) -> None:
        """Train to the last step, from the last checkpoint if there is one."""
        with self.folder.alone():
            self._run(on_step)

    def _run(self, on_step: Callable[[Metrics], None]) -> None:
        self._restore()
        while self.step < self.config.run.steps:
            started = time.perf_counter()
            metrics = self.advance()
            on_step(metrics)
            wall = {"step": self.step, "wall_s": time.perf_counter() - started}
            self.folder.append_json("timing.jsonl", wall | self._timing)
            is_last = self.step == self.config.run.steps
            if is_last or self.step % self.config.run.checkpoint_every == 0:
                self._save()

    def advance(self) -> Metrics:
        """Play, learn and log one step; returns its metrics."""
        metrics: Metrics = {"step": self.step + 1, **self._evaluation()}
        started = time.perf_counter()
        groups = self.play(self.problems())
        played = time.perf_counter()
        metrics |= self.curriculum.figures() | _play_metrics(groups) | self.learn(groups)
        self.curriculum.update(_outcome(judged) for group in groups if (judged := _only_judged(group)))
        self._timing = {"play_s": played - started, "learn_s": time.perf_counter() - played}
        self.step += 1
        self.policy.push(None, self.step)
        if self.reference is not None:
            self.reference.refresh(self.step)
        self._log(groups, metrics)
        return metrics

    # -- rows and rollouts ----------------------------------------------------------------------------

    def problems(self) -> list[Problem]:
        """Make the problems of this step: fresh ones, keyed by the run's seed and the step."""
        keys = (
            b"%d %d %d" % (self.config.run.seed, self.step, place)
            for place in range(self.config.rollout.groups)
        )
        return [get(row.env_id).problem(row) for row in map(self.curriculum.row, keys)]

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        """Play a group on each problem."""
        size = self.config.rollout.group_size
        salt = f"{self.config.run.seed} {self.step}"
        plays = group_plays(problems, self.setting, group_size=size, salt=salt)
        episodes = rollout(self.policy, plays, max_live=self.config.rollout.max_rows)
        self._judged(episodes)
        return [episodes[start : start + size] for start in range(0, len(episodes), size)]

    def _judged(self, episodes: Sequence[Episode]) -> list[Episode]:
        """Return the episodes that have a verdict; raises Unscored where none has."""
        judged = [episode for episode in episodes if episode.verdict is not None]
        if not judged:
            raise Unscored(f"no episode of step {self.step + 1} could be judged: {episodes[0].error}")
        return judged

    def _setting(self) -> Setting:
        rollout_settings, name = self.config.rollout, self.config.problems.template
        if name not in TEMPLATES:
            raise UnknownName("template", name, TEMPLATES)
        template = TEMPLATES[name]
        sampling = Sampling(
            rollout_settings.temperature, max_tokens=rollout_settings.max_tokens, stop=template.stop
        )
        renderer = Renderer(self.loaded.tokenizer, template)
        return Setting(sampling, template, renderer, self.loaded.context_length)

    def _evaluation(self) -> Metrics:
        """Solve fresh problems of the eval split, one sample each, every `eval_every` steps."""
        run = self.config.run
        if not run.eval_every or self.step % run.eval_every:
            return {}
        problems = [get(row.env_id).problem(row) for row in self.curriculum.eval_rows(run.eval_problems)]
        plays = group_plays(problems, self.setting, group_size=1, salt=f"eval {run.seed} {self.step}")
        episodes = rollout(self.policy, plays, max_live=self.config.rollout.max_rows)
        return {"eval_solve_rate": statistics.fmean(map(_is_solved, self._judged(episodes)))}

    # -- learning -------------------------------------------------------------------------------------

    def learn(self, groups: list[list[Episode]]) -> Metrics:
        """Take the optimizer steps of one batch of groups; dead groups cost nothing."""
        kept = [self.trainable(group) for group in groups]
        live = [group for group in kept if len({episode.reward for episode in group}) > 1]
        shares = [
            live[place :: self.config.algorithm.updates] for place in range(self.config.algorithm.updates)
        ]
        updates = [self.update(share) for share in shares if share]
        means = {name: statistics.fmean(u[name] for u in updates) for name in (updates[0] if updates else ())}
        return {
            "live_groups": len(live) / len(groups),
            "learning_rate": self.optimizer.rate(self.step),
            **means,
        }

    def trainable(self, group: list[Episode]) -> list[Episode]:
        """Leave out what must carry no loss: episodes nobody could judge, and truncated ones if so set."""
        judged = _only_judged(group)
        if not self.config.algorithm.mask_truncated:
            return judged
        return [episode for episode in judged if not episode.is_truncated]

    def update(self, groups: list[list[Episode]]) -> Metrics:
        """Take one optimizer step on live groups."""
        estimator = ESTIMATORS[self.config.algorithm.advantage]
        episodes = [episode for group in groups for episode in group]
        advantages = [
            advantage
            for group in groups
            for advantage in group_advantages([episode.reward for episode in group], estimator)
        ]
        rows = weigh(episodes, advantages, self.config.algorithm.aggregation)
        batches = micro_batches(
            rows,
            max_tokens=self.config.optimizer.micro_tokens,
            device=self.loaded.device,
            dtype=torch.promote_types(self.loaded.dtype, torch.float32),
            shares_prompts=self.scorer.shares_prompts(),
        )
        sums = self.accumulate(batches)
        norm = self.optimizer.step(self.step)
        return {"grad_norm": norm, **{name: float(total) for name, total in sums.items()}}

    def accumulate(self, batches: Iterable[MicroBatch]) -> dict[str, Tensor]:
        """Add the gradients of all micro-batches; returns weighted means over the sampled tokens."""
        sums: dict[str, Tensor] = {}
        for micro in batches:
            loss, parts = self.loss(micro)
            self.optimizer.backward(loss)
            for name, value in parts.items():
                sums[name] = sums[name] + value if name in sums else value
        return sums

    def loss(self, micro: MicroBatch) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a micro-batch, its share of the whole, and what to report of it."""
        algorithm = self.config.algorithm
        logprobs, entropies = self.scorer(micro)
        per_token = clipped_surrogate(
            logprobs,
            micro.old_logprobs,
            micro.advantages,
            clip_low=algorithm.clip_low,
            clip_high=algorithm.clip_high,
        )
        parts: dict[str, Tensor] = {}
        if entropies is not None:
            per_token = per_token - algorithm.entropy * entropies
            parts["entropy"] = (micro.weights * entropies.detach()).sum()
        if self.reference is not None:
            divergence = k3(logprobs, self.reference(micro).logprobs)
            per_token = per_token + algorithm.kl * divergence
            parts["kl"] = (micro.weights * divergence.detach()).sum()
        with torch.no_grad():
            ratio = (logprobs - micro.old_logprobs).exp()
            clipped = (ratio < 1 - algorithm.clip_low) | (ratio > 1 + algorithm.clip_high)
            parts["clip_fraction"] = (micro.weights * clipped).sum()
            parts["sampler_mismatch"] = (micro.weights * (logprobs - micro.old_logprobs).abs()).sum()
        loss = (micro.weights * per_token).sum()
        return loss, parts | {"loss": loss.detach()}

    def _reference(self) -> Reference | None:
        """Keep the model at the start of the run, if a KL term wants it."""
        if not self.config.algorithm.kl:
            return None
        every = self.config.model.reference_every
        return reference_of(self.loaded, self.config.rollout.temperature, every=every)

    # -- records --------------------------------------------------------------------------------------

    def _log(self, groups: list[list[Episode]], metrics: Metrics) -> None:
        self.folder.append_json("metrics.jsonl", metrics)
        logged = groups[: self.config.run.log_groups]
        self.folder.append("episodes.jsonl", b"".join(to_json(e) for group in logged for e in group))

    def _save(self) -> None:
        state = {
            "model": self.loaded.trained_weights(),
            "optimizer": self.optimizer.state_dict(),
            "curriculum": self.curriculum.state,
            "reference": self.reference.state if self.reference is not None else None,
        }
        self.folder.save(self.step, state)

    def _restore(self) -> None:
        saved = self.folder.restore()
        if saved is None:
            return
        self.step, state = saved
        self.loaded.load_trained_weights(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.curriculum.state = state["curriculum"]
        if self.reference is not None:
            self.reference.load_state(state["reference"])
        self.policy.push(None, self.step)


def _only_judged(group: list[Episode]) -> list[Episode]:
    return [episode for episode in group if episode.verdict is not None]


def _outcome(group: list[Episode]) -> tuple[Row, float]:
    """Return the row of a group, and how many of its members solved it, as a share."""
    return group[0].row, statistics.fmean(map(_is_solved, group))


def _is_solved(episode: Episode) -> bool:
    return episode.verdict is not None and episode.verdict.correct


def _play_metrics(groups: list[list[Episode]]) -> Metrics:
    """Describe what was played; `sampled_entropy` is the mean of -log p over sampled tokens.

    Reward and solve rate are of the judged episodes: an unscored one is not a wrong one.
    """
    episodes = [episode for group in groups for episode in group]
    judged = [episode for episode in episodes if episode.verdict is not None]
    tokens = [len(completion.token_ids) for episode in episodes for completion in episode.completions]
    surprise = [-score for e in episodes for completion in e.completions for score in completion.logprobs]
    reasons = Counter(episode.verdict.reason if episode.verdict else "unscored" for episode in episodes)
    return {
        "reward": statistics.fmean(episode.reward for episode in judged),
        "solve_rate": statistics.fmean(map(_is_solved, judged)),
        "completion_tokens": statistics.fmean(tokens) if tokens else 0.0,
        "turns": statistics.fmean(len(episode.completions) for episode in episodes),
        "truncated": statistics.fmean(episode.is_truncated for episode in episodes),
        "sampled_entropy": statistics.fmean(surprise) if surprise else 0.0,
        **{f"reason/{reason}": count / len(episodes) for reason, count in sorted(reasons.items())},
    }
