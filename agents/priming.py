"""Priming: teaching a model the notation, by legal moves that ignore the goal or by worked answers.

A model that cannot write a legal answer earns no reward and learns nothing from it. One primed on random play
plays legal moves blindly, and what it knows beyond that it owes to the rewards; one primed on searches
(Stream of Search, arXiv 2404.03683) has seen how answers are found, and rewards make it better at that.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import tomli_w

from reasongym import registry
from reasongym.agents.config import OptimizerSettings, require_at_least
from reasongym.agents.conversations import replies
from reasongym.agents.models import LoadedModel
from reasongym.agents.optimizer import Optimizer
from reasongym.agents.policies import scripted
from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.agents.run_folder import RunFolder
from reasongym.agents.scoring import Scorer
from reasongym.agents.supervised import Metrics, SupervisedRun
from reasongym.curriculum import Curriculum
from reasongym.episodes import Episode, Sampling
from reasongym.errors import UnknownName, UsageError
from reasongym.rollouts import Setting, group_plays, rollout
from reasongym.seeding import digest64
from reasongym.templates import TEMPLATES, Renderer

PLAYERS = {"random": scripted.random, "oracle": scripted.oracle}


@dataclass(frozen=True)
class PrimingSettings:
    """How long and how fast to prime."""

    play: str = "random"
    """What is shown: random (legal moves that ignore the goal), oracle (the answer alone), or a way in which
    the environment works problems out, such as search for Countdown; of those only what is right."""
    steps: int = 400
    groups: int = 64
    """Problems per step."""
    group_size: int = 8
    """Episodes per problem."""
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
    return replace(episode, completions=replies(episode.messages, renderer))


def player_of(play: str, curriculum: Curriculum) -> ScriptedPolicy:
    """Return who plays the episodes that are shown; raises UnknownName."""
    if play in PLAYERS:
        return PLAYERS[play]()
    for source in curriculum.sources:
        known = registry.get(source.env).traces
        if play not in known:
            raise UnknownName(f"play for {source.env}", play, [*PLAYERS, *known])
    return scripted.worked(play)


class Priming:
    """A supervised run on scripted play: a pure function of its settings, resumable like any run."""

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
        self.curriculum, self.seed = curriculum, seed
        self.player = player_of(settings.play, curriculum)
        sources = [asdict(source) for source in curriculum.sources]
        run_folder = RunFolder(folder)
        run_folder.open(tomli_w.dumps({"seed": seed, **asdict(settings), "sources": sources}))
        self.renderer = Renderer(loaded.tokenizer, TEMPLATES["default"])
        rates = OptimizerSettings(settings.learning_rate, settings.warmup, "linear", betas=(0.9, 0.95))
        optimizer = Optimizer(loaded.model, rates, settings.steps)
        self.supervised = SupervisedRun(
            loaded, run_folder, Scorer(loaded), optimizer, settings.steps, settings.checkpoint_every
        )

    def run(self, on_step: Callable[[Metrics], None] = lambda _: None) -> None:
        """Prime to the last step, from the last checkpoint if there is one."""
        self.supervised.run(self._episodes, on_step)

    def _episodes(self, step: int) -> Sequence[Episode]:
        seeds = [
            digest64(b"prime %d %d %d" % (self.seed, step, place)) >> 1
            for place in range(self.settings.groups)
        ]
        rows = map(self.curriculum.survey_row, seeds)
        plays = group_plays(
            (registry.get(row.env_id).problem(row) for row in rows),
            Setting(Sampling(), TEMPLATES["default"]),
            group_size=self.settings.group_size,
            salt=f"prime {self.seed} {step}",
        )
        played = rollout(self.player, plays)
        shown = [tokenised(episode, self.renderer) for episode in played if self._is_shown(episode)]
        if not shown:
            raise UsageError(
                f"none of {len(played)} episodes by {self.settings.play} was right at step {step + 1}; "
                "prime on an easier level, or on more groups"
            )
        return shown

    def _is_shown(self, episode: Episode) -> bool:
        """Random play is shown whatever it earns; what claims to be an answer must be right."""
        is_right = episode.verdict is not None and episode.verdict.correct
        return self.settings.play == "random" or is_right
