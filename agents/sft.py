"""Supervised fine-tuning on conversations: the first stage of Open R1, all of s1 and LIMO, and distillation.

    reasongym sft --model DIR --data traces.jsonl --output runs/sft

Every epoch goes through the file in an order of its own, drawn from the seed; a step learns from `batch_size`
conversations, the last one of an epoch from what is left.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import tomli_w
import torch
import tyro

from reasongym.agents.config import (
    ModelSettings,
    OptimizerSettings,
    read_tables,
    require_at_least,
    settings_of,
)
from reasongym.agents.conversations import end_replies_by, lesson, read_conversations
from reasongym.agents.models import LoadedModel
from reasongym.agents.optimizer import Optimizer
from reasongym.agents.run_folder import RunFolder
from reasongym.agents.scoring import Scorer
from reasongym.agents.supervised import Metrics, SupervisedRun
from reasongym.episodes import Episode
from reasongym.errors import DataError, UnknownName, UsageError
from reasongym.seeding import stream
from reasongym.templates import TEMPLATES, Renderer

RECIPES = Path(__file__).parent / "recipes" / "sft"


@dataclass(frozen=True)
class DataSettings:
    """The conversations."""

    path: Annotated[str, tyro.conf.arg(name="data")] = ""
    """A file of JSON lines with `messages`, as `reasongym generate-traces` writes it."""
    template: str = "default"
    """Whose system message goes before conversations that have none, and whose prefill is not learned."""
    max_length: int = 0
    """Longer conversations, in tokens, are left out, never cut; 0 for the length of the model's context."""
    end: str = ""
    """The token that ends a reply; the tokenizer's end of sequence where not given."""


@dataclass(frozen=True)
class SftRunSettings:
    """Length, seed and records of the run."""

    epochs: int = 1
    batch_size: int = 16
    """Conversations per step."""
    seed: int = 0
    threads: int = 0
    """CPU threads of torch; 0 leaves its default. Bits repeat only at equal threads."""
    checkpoint_every: int = 100


@dataclass(frozen=True)
class SftConfig:
    """Everything that decides a run, beside what is in the file."""

    model: ModelSettings = field(default_factory=ModelSettings)
    data: DataSettings = field(default_factory=DataSettings)
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings(1e-5, schedule="cosine", betas=(0.9, 0.95))
    )
    run: SftRunSettings = field(default_factory=SftRunSettings)

    def check(self) -> None:
        """Raise UsageError for the first value that cannot work."""
        self.model.check()
        self.optimizer.check()
        for name in ("epochs", "batch_size", "checkpoint_every"):
            require_at_least(f"run.{name}", getattr(self.run, name), 1)
        require_at_least("run.threads", self.run.threads, 0)
        require_at_least("data.max_length", self.data.max_length, 0)
        if self.data.template not in TEMPLATES:
            raise UnknownName("template", self.data.template, TEMPLATES)
        if not self.data.path:
            raise UsageError('name the conversations: --data FILE, or path = "FILE" under [data]')


class Sft:
    """A run on the conversations of one file."""

    def __init__(self, config: SftConfig, loaded: LoadedModel, folder: Path) -> None:
        config.check()
        self.config = config
        if config.data.end:
            end_replies_by(loaded.model, loaded.tokenizer, config.data.end)
        self.conversations = read_conversations(Path(config.data.path))
        self.renderer = Renderer(loaded.tokenizer, TEMPLATES[config.data.template])
        self.places = self._fitting(config.data.max_length or loaded.context_length or float("inf"))
        self._order: tuple[int, list[int]] = (-1, [])  # of the epoch that it is made for
        if config.run.threads:
            torch.set_num_threads(config.run.threads)
        run_folder = RunFolder(folder)
        run_folder.open(tomli_w.dumps({"conversations": self.conversations.digest, **asdict(config)}))
        self.supervised = SupervisedRun(
            loaded,
            run_folder,
            Scorer(loaded, is_shared=False),  # prompts differ, and whole rows are one pass
            Optimizer(loaded.model, config.optimizer, self.num_steps),
            self.num_steps,
            config.run.checkpoint_every,
            config.optimizer.micro_tokens,
        )

    @property
    def num_too_long(self) -> int:
        """Conversations that are left out."""
        return len(self.conversations) - len(self.places)

    @property
    def steps_per_epoch(self) -> int:
        """Steps that one pass over the conversations takes."""
        return -(-len(self.places) // self.config.run.batch_size)

    @property
    def num_steps(self) -> int:
        """Steps of the run."""
        return self.config.run.epochs * self.steps_per_epoch

    def run(self, on_step: Callable[[Metrics], None] = lambda _: None) -> None:
        """Learn to the last step, from the last checkpoint if there is one."""
        self.supervised.run(self.batch, on_step, self._figures)

    def batch(self, step: int) -> Sequence[Episode]:
        """Return the conversations of a step."""
        epoch, place = divmod(step, self.steps_per_epoch)
        if epoch != self._order[0]:
            rng = stream(b"sft %d epoch %d" % (self.config.run.seed, epoch))
            self._order = epoch, rng.shuffled(self.places)
        size = self.config.run.batch_size
        return [self._lesson(one) for one in self._order[1][place * size : (place + 1) * size]]

    def _lesson(self, place: int) -> Episode:
        return lesson(self.conversations[place], self.renderer, place)

    def _fitting(self, max_length: float) -> list[int]:
        """List the conversations whose every row fits; tokens are made again when they are learned."""
        num = len(self.conversations)
        places = [place for place in range(num) if _length(self._lesson(place)) <= max_length]
        if not places:
            raise DataError(
                f"all {num} conversations of {self.config.data.path} are longer than {max_length} tokens"
            )
        return places

    def _figures(self, step: int, episodes: Sequence[Episode]) -> Metrics:
        completions = [one for episode in episodes for one in episode.completions]
        return {
            "epoch": (step + 1) / self.steps_per_epoch,
            "learning_rate": self.supervised.optimizer.rate(step),
            "conversations": len(episodes),
            "learned_tokens": sum(len(one.token_ids) for one in completions),
        }


def _length(episode: Episode) -> int:
    """Return the tokens of a conversation's longest row."""
    return max(len(one.prompt_ids) + len(one.token_ids) for one in episode.completions)


def recipe_names() -> list[str]:
    """Return the names of all recipes of fine-tuning."""
    return sorted(path.stem for path in RECIPES.glob("*.toml"))


def load_sft_recipe(name: str) -> SftConfig:
    """Load a recipe of fine-tuning by name, or a config by the path of its TOML file."""
    if not name.endswith(".toml") and name not in recipe_names():
        raise UnknownName("recipe of sft", name, recipe_names())
    path = Path(name) if name.endswith(".toml") else RECIPES / f"{name}.toml"
    return settings_of(_with_defaults(read_tables(path)), SftConfig, name)


def _with_defaults(tables: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """Let `[optimizer]` begin with fine-tuning's own defaults, not those of reinforcement learning."""
    own: dict[str, object] = asdict(SftConfig().optimizer)
    return tables | {"optimizer": own | tables.get("optimizer", {})}
