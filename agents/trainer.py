"""A training run: rows -> rollouts -> filter -> learner (see `learner.py`), read top to bottom.

A run is a pure function of its config: rows and sampling noise are keyed by (seed, step), and the state that
a checkpoint holds is weights, optimizer and counters alone.
"""

import math
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import torch

from reasongym.agents.config import TrainConfig, dump_config
from reasongym.agents.corrections import staleness
from reasongym.agents.detectors import Alert, Watch, watched
from reasongym.agents.filters import FILTERS, missing_groups, refill_size
from reasongym.agents.host_memory import keep_freed_memory
from reasongym.agents.learner import Learner
from reasongym.agents.metrics import Metrics, is_solved, play_metrics, read_metrics
from reasongym.agents.models import LoadedModel
from reasongym.agents.norms import quicken_norms
from reasongym.agents.played import Lesson, lesson
from reasongym.agents.reporters import Report, check_reporters, reporting
from reasongym.agents.run_folder import ALERTS_FILE, EPISODES_FILE, METRICS_FILE, RunFolder
from reasongym.agents.samplers import push, sampler
from reasongym.agents.shaping import figures
from reasongym.agents.stages import Stages
from reasongym.agents.trees import grow, siblings
from reasongym.core import Problem, Row
from reasongym.episodes import Episode, Sampling, to_json
from reasongym.errors import UnknownName, Unscored
from reasongym.registry import get
from reasongym.rollouts import Setting, group_plays, rollout
from reasongym.templates import TEMPLATES, Renderer


class Trainer:
    """One training run in one process."""

    def __init__(self, config: TrainConfig, loaded: LoadedModel, folder: Path) -> None:
        config.check()
        self.config = config
        check_reporters(config.run.reporters)
        self.curriculum = config.problems.curriculum()
        self.stages = Stages(config)
        self.folder = RunFolder(folder)
        self.loaded = loaded
        loaded.model.eval()  # dropout would draw from the global stream and part learner from sampler
        self.setting = self._setting()
        self.shape = config.rollout.shape
        self.folder.open(dump_config(config))
        if config.run.threads:
            torch.set_num_threads(config.run.threads)
        keep_freed_memory()
        quicken_norms(loaded)
        self.policy = sampler(config, loaded)
        self.learner = Learner(config, loaded)
        self.step = 0
        self.watch = Watch()
        self.alerts: list[Alert] = []
        """What the detectors found at the latest step."""

    def run(self, on_step: Callable[[Metrics], None] = lambda _: None) -> None:
        """Train to the last step, from the last checkpoint if there is one."""
        names, told = self.config.run.reporters, asdict(self.config)
        with self.folder.alone(), reporting(names, self.folder.path, told) as report:
            self._run(on_step, report)

    def _run(self, on_step: Callable[[Metrics], None], report: Report) -> None:
        self._restore()
        while self.step < self.config.run.steps:
            started = time.perf_counter()
            metrics = self.advance()
            report(metrics, self.alerts)
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
        groups = self.collect()
        played = time.perf_counter()
        metrics |= self.curriculum.figures() | self.stages.figures() | play_metrics(groups)
        metrics |= self._shaping_metrics(groups) | self.learn(groups)
        self.curriculum.update(_outcome(judged) for group in groups if (judged := _only_judged(group)))
        self._timing = {"play_s": played - started, "learn_s": time.perf_counter() - played}
        self.step += 1
        push(self.policy, self.loaded, self.step)
        self.learner.refresh(self.step)
        if self.stages.update(metrics["solve_rate"]):
            self.setting = self._setting()
        self._log(groups, metrics)
        return metrics

    # -- rows and rollouts ----------------------------------------------------------------------------

    def collect(self) -> list[list[Episode]]:
        """Play this step's problems, and further ones as long as groups are missing and refills are left."""
        groups = self.play(self.problems())
        for _ in range(self.config.algorithm.refills):
            kept = len(_problems_of(self.chosen(groups)))
            if kept >= self.stages.rollout.groups:
                break
            size = refill_size(wanted=self.stages.rollout.groups, kept=kept, played=len(groups))
            more = self.play(self.problems(len(groups), size))
            start = len(groups)
            groups += [
                [replace(episode, group=start + place) for episode in group]
                for place, group in enumerate(more)
            ]
        return groups

    def problems(self, first: int = 0, count: int | None = None) -> list[Problem]:
        """Make problems of this step, the `first` on: fresh ones, keyed by the run's seed and the step."""
        places = range(first, first + (self.stages.rollout.groups if count is None else count))
        keys = (b"%d %d %d" % (self.config.run.seed, self.step, place) for place in places)
        return [self._posed(row) for row in map(self.curriculum.row, keys)]

    def _posed(self, row: Row) -> Problem:
        """Make the problem of a row, with what the shaping asks for behind its prompt."""
        return self.stages.chain.ask(get(row.env_id).problem(row))

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        """Play a group on each problem, or a tree, whose leaves are the group."""
        size, max_live = self.stages.rollout.group_size, self.config.rollout.max_rows
        salt = f"{self.config.run.seed} {self.step}"
        if self.shape is not None:
            grown = grow(self.policy, problems, self.setting, self.shape, salt=salt, max_live=max_live)
            self._judged([leaf for leaves in grown for leaf in leaves])
            return grown
        plays = group_plays(problems, self.setting, group_size=size, salt=salt)
        is_enough = partial(self._is_enough, num_groups=len(problems))
        episodes = rollout(self.policy, plays, max_live=max_live, is_enough=is_enough)
        self._judged(episodes)
        groups: list[list[Episode]] = [[] for _ in problems]
        for episode in episodes:
            groups[episode.group].append(episode)
        return groups

    def _is_enough(self, done: Mapping[int, Episode], *, num_groups: int) -> bool:
        """Say whether enough episodes are done, of all and of each group, to give up the others."""
        size, settings = self.stages.rollout.group_size, self.config.rollout
        if len(done) < math.ceil(settings.collect * size * num_groups):
            return False
        by_group = Counter(episode.group for episode in done.values())
        return all(by_group[group] >= settings.collect_group * size for group in range(num_groups))

    def _judged(self, episodes: Sequence[Episode]) -> list[Episode]:
        """Return the episodes that have a verdict; raises Unscored where none has."""
        judged = [episode for episode in episodes if episode.verdict is not None]
        if not judged:
            raise Unscored(f"no episode of step {self.step + 1} could be judged: {episodes[0].error}")
        return judged

    def _setting(self) -> Setting:
        rollout_settings, name = self.stages.rollout, self.config.problems.template
        if name not in TEMPLATES:
            raise UnknownName("template", name, TEMPLATES)
        template = TEMPLATES[name]
        sampling = Sampling(
            rollout_settings.temperature,
            rollout_settings.top_p,
            max_tokens=rollout_settings.max_tokens,
            stop=template.stop,
            top_k=rollout_settings.top_k,
        )
        renderer = Renderer(self.loaded.tokenizer, template)
        return Setting(sampling, template, renderer, self.loaded.context_length)

    def _evaluation(self) -> Metrics:
        """Solve fresh problems of the eval split, one sample each, every `eval_every` steps."""
        run = self.config.run
        if not run.eval_every or self.step % run.eval_every:
            return {}
        problems = [self._posed(row) for row in self.curriculum.eval_rows(run.eval_problems)]
        plays = group_plays(problems, self.setting, group_size=1, salt=f"eval {run.seed} {self.step}")
        episodes = rollout(self.policy, plays, max_live=self.config.rollout.max_rows)
        return {"eval_solve_rate": statistics.fmean(map(is_solved, self._judged(episodes)))}

    # -- learning -------------------------------------------------------------------------------------

    def learn(self, groups: list[list[Episode]]) -> Metrics:
        """Take the optimizer steps of one batch of groups; those that teach nothing cost nothing."""
        chosen = self.chosen(groups)
        live = _problems_of(chosen)
        wanted, figures = self.stages.rollout.groups, {"live_groups": len(live) / len(groups)}
        if self.config.algorithm.refills:
            figures["missing_groups"] = missing_groups(self.config.algorithm, wanted=wanted, live=len(live))
        first = set(live[:wanted])
        learned = self.learner.learn([group for group in chosen if group[0].group in first], self.step)
        return figures | learned

    def chosen(self, groups: list[list[Episode]]) -> list[list[Lesson]]:
        """Return the lessons of the groups that can teach something and pass the filter."""
        every = [own for place, group in enumerate(groups) for own in self.compared(place, group)]
        is_live = self.learner.estimator.is_live
        live = [group for group in every if group and is_live([one.played for one in group])]
        keep = FILTERS[self.config.algorithm.filter]
        kept = keep([[one.played for one in group] for group in live], self.config.algorithm)
        return [group for group, is_kept in zip(live, kept, strict=True) if is_kept]

    def compared(self, place: int, group: list[Episode]) -> list[list[Lesson]]:
        """Return a problem's lessons as they are compared: all together, or in a tree by fork."""
        lessons = self.lessons(place, group)
        if self.shape is None:
            return [lessons]
        leaves = [(one.episode, one.played.reward) for one in lessons]
        forks = siblings(leaves, self.shape)
        return [[lesson(one.episode, one.value, place) for one in fork] for fork in forks]

    def lessons(self, place: int, group: list[Episode]) -> list[Lesson]:
        """Make the lessons of a group's episodes that may carry loss."""
        judged = _only_judged(group)
        with_turns = "turns" in self.learner.estimator.needs
        every = [
            lesson(episode, reward, place, with_turns=with_turns)
            for episode, reward in zip(judged, self.stages.chain.rewards(judged).rewards, strict=True)
        ]
        return [one for one in every if self.trainable([one.episode])]

    def trainable(self, group: list[Episode]) -> list[Episode]:
        """Leave out what must carry no loss: unjudged episodes and, if so set, truncated or stale ones."""
        algorithm = self.config.algorithm
        return [
            episode
            for episode in _only_judged(group)
            if not (algorithm.mask_truncated and episode.is_truncated)
            and not 0 <= algorithm.max_staleness < staleness([episode], self.step)
        ]

    def _shaping_metrics(self, groups: list[list[Episode]]) -> Metrics:
        """Tell what was earned beside the verdicts, where there is a chain."""
        chain = self.stages.chain
        return figures([chain.rewards(_only_judged(group)) for group in groups]) if chain else {}

    # -- records --------------------------------------------------------------------------------------

    def _log(self, groups: list[list[Episode]], metrics: Metrics) -> None:
        self.folder.append_json(METRICS_FILE, metrics)
        self.alerts = self.watch.see(metrics)
        for alert in self.alerts:
            self.folder.append_json(ALERTS_FILE, asdict(alert))
        logged = groups[: self.config.run.log_groups]
        self.folder.append(EPISODES_FILE, b"".join(to_json(e) for group in logged for e in group))

    def _save(self) -> None:
        self.folder.save(
            self.step,
            self.learner.state_dict() | {"curriculum": self.curriculum.state, "stages": self.stages.state},
        )

    def _restore(self) -> None:
        saved = self.folder.restore()
        if saved is None:
            return
        self.step, state = saved
        self.learner.load_state_dict(state)
        self.curriculum.state = state["curriculum"]
        self.stages.state = state["stages"]
        self.setting = self._setting()
        push(self.policy, self.loaded, self.step)
        self.watch, _ = watched(read_metrics(self.folder.path))


def _problems_of(chosen: list[list[Lesson]]) -> list[int]:
    """Return the places of the problems that groups are of, each once, in order."""
    return list(dict.fromkeys(group[0].group for group in chosen))


def _only_judged(group: list[Episode]) -> list[Episode]:
    return [episode for episode in group if episode.verdict is not None]


def _outcome(group: list[Episode]) -> tuple[Row, float]:
    """Return the row of a group, and how many of its members solved it, as a share."""
    return group[0].row, statistics.fmean(map(is_solved, group))
