"""Priming: teaching a model the notation by legal moves drawn at random, which ignore the goal.

A model that cannot write a legal answer earns no reward and learns nothing from it; a primed one plays legal
moves blindly, and what it knows beyond that it owes to the rewards.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import tomli_w

from reasongym import registry
from reasongym.agents.batch import micro_batches, weigh
from reasongym.agents.config import OptimizerSettings, require_at_least
from reasongym.agents.host_memory import keep_freed_memory
from reasongym.agents.models import LoadedModel
from reasongym.agents.optimizer import Optimizer
from reasongym.agents.policies import scripted
from reasongym.agents.run_folder import RunFolder
from reasongym.agents.scoring import Scorer
from reasongym.curriculum import Curriculum
from reasongym.episodes import Completion, Episode, Sampling
from reasongym.rollouts import Setting, group_plays, rollout
from reasongym.seeding import digest64
from reasongym.templates import TEMPLATES, Renderer


@dataclass(frozen=True)
class PrimingSettings:
    """How long and how fast to prime."""

    steps: int = 400
    groups: int = 64
    """Problems per step."""
    group_size: int = 8
    """Random episodes per problem."""
    learning_rate: float = 2e-3
    warmup: int = 20
    checkpoint_every: int = 100

    def check(self) -> None:
        """Raise UsageError for the first value that cannot work."""
        for name in ("steps", "groups", "group_size", "checkpoint_every"):
            require_at_least(name, getattr(self, name), 1)
        require_at_least("warmup", self.warmup, 0)
        require_at_least("learning_rate", self.learning_rate, 0)


def tokenised(episode: Episode, renderer: Renderer) -> Episode:
    """Return a scripted player's episode as if its texts had been sampled: with ids and end tokens."""
    completions: list[Completion] = []
    for place, message in enumerate(episode.messages):
        if message.role != "assistant":
            continue
        before = tuple(episode.messages[:place])
        prompt = (
            renderer.next_prompt(completions[-1], before) if completions else renderer.first_prompt(before)
        )
        text = message.content.removeprefix(renderer.template.prefill)
        ids = renderer.written(text)
        completions.append(Completion(text, "stop", prompt, ids, [0.0] * len(ids)))
    return replace(episode, completions=completions)


class Priming:
    """A supervised run on random legal play: a pure function of its settings, resumable like any run."""

    def __init__(
        self,
        settings: PrimingSettings,
        loaded: LoadedModel,
        folder: Path,
        *,
        curriculum: Curriculum,
        seed: int,
    ) -> None:
        settings.check()
        self.settings = settings
        self.loaded = loaded
        loaded.model.eval()  # dropout would draw from the global stream
        self.curriculum, self.seed = curriculum, seed
        self.folder = RunFolder(folder)
        sources = [asdict(source) for source in curriculum.sources]
        self.folder.open(tomli_w.dumps({"seed": seed, **asdict(settings), "sources": sources}))
        self.renderer = Renderer(loaded.tokenizer, TEMPLATES["default"])
        self.scorer = Scorer(loaded)
        keep_freed_memory()
        rates = OptimizerSettings(settings.learning_rate, settings.warmup, "linear", betas=(0.9, 0.95))
        self.optimizer = Optimizer(loaded.model, rates, settings.steps)
        self.step = 0

    def run(self, on_step: Callable[[dict[str, float]], None] = lambda _: None) -> None:
        """Prime to the last step, from the last checkpoint if there is one."""
        with self.folder.alone():
            self._run(on_step)

    def _run(self, on_step: Callable[[dict[str, float]], None]) -> None:
        saved = self.folder.restore()
        if saved is not None:
            self.step, state = saved
            self.loaded.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
        while self.step < self.settings.steps:
            metrics = {"step": self.step + 1, "loss": self._update(self._episodes())}
            self.step += 1
            self.folder.append_json("metrics.jsonl", metrics)
            on_step(metrics)
            if self.step == self.settings.steps or self.step % self.settings.checkpoint_every == 0:
                state = {"model": self.loaded.model.state_dict(), "optimizer": self.optimizer.state_dict()}
                self.folder.save(self.step, state)

    def _episodes(self) -> list[Episode]:
        seeds = [
            digest64(b"prime %d %d %d" % (self.seed, self.step, place)) >> 1
            for place in range(self.settings.groups)
        ]
        rows = map(self.curriculum.survey_row, seeds)
        plays = group_plays(
            (registry.get(row.env_id).problem(row) for row in rows),
            Setting(Sampling(), TEMPLATES["default"]),
            group_size=self.settings.group_size,
            salt=f"prime {self.seed} {self.step}",
        )
        return [tokenised(episode, self.renderer) for episode in rollout(scripted.random(), plays)]

    def _update(self, episodes: Sequence[Episode]) -> float:
        """Take one step on the mean loss per token; returns it in nats."""
        total = 0.0
        rows = weigh(episodes, [1.0] * len(episodes), "token-mean")
        for micro in micro_batches(rows, max_tokens=65_536, device=self.loaded.device):
            loss = -(micro.weights * self.scorer(micro).logprobs).sum()
            self.optimizer.backward(loss)
            total += float(loss.detach())
        self.optimizer.step(self.step)
        return total
