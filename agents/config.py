"""The settings of a training run: frozen dataclasses that are TOML file, flags and record at once."""

import tomllib
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

import msgspec
import tomli_w
import tyro

from reasongym.agents.algorithm_checks import check_algorithm, require_at_least
from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.core import Json
from reasongym.curriculum import Curriculum, Source
from reasongym.errors import DataError, UnknownName, UsageError

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class ModelSettings:
    """The policy's weights."""

    path: Annotated[str, tyro.conf.arg(name="model")] = ""
    """A Hugging Face model directory."""
    device: str = "cpu"
    dtype: str = "float32"


@dataclass(frozen=True)
class ProblemSettings:
    """What is learned."""

    env: str = "reasongym/Countdown-v0"
    level: int = 0
    options: Annotated[dict[str, Json], tyro.conf.Suppress] = field(default_factory=dict[str, Json])
    """Options of the environment by name, such as `style`."""
    template: str = "default"
    mixture: Annotated[tuple[Source, ...], tyro.conf.Suppress] = ()
    """Sources to draw from in place of `env`, `level` and `options`."""
    target: float = 0.0
    """Success that levels are moved to hold, from `level` upwards; 0 leaves them where they are."""
    gain: float = 0.5
    """Levels moved per step and unit of success above or below the target."""

    @property
    def title(self) -> str:
        """Name what is learned."""
        return " and ".join(source.env.removeprefix("reasongym/") for source in self.sources)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return what problems are drawn from."""
        return self.mixture or (Source(self.env, self.level, options=self.options),)

    def curriculum(self) -> Curriculum:
        """Return the curriculum these settings describe."""
        return Curriculum(self.sources, target=self.target, gain=self.gain)


@dataclass(frozen=True)
class RolloutSettings:
    """How episodes are played."""

    groups: int = 64
    """Problems per step."""
    group_size: int = 32
    """Episodes per problem."""
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 256
    """Of one turn."""
    max_rows: int = 2048
    """Most completions decoded at once; bounds the cache's memory."""


@dataclass(frozen=True)
class OptimizerSettings:
    """AdamW and its schedule."""

    learning_rate: float = 1e-6
    warmup: int = 0
    """Steps over which the rate rises from 0."""
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    """What the rate does after the warm-up, towards 0 at the last step."""
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    micro_tokens: int = 65_536
    """Most padded ids per forward and backward; lower it where memory is short, nothing else changes."""


@dataclass(frozen=True)
class RunSettings:
    """Length, seeds and records of the run."""

    steps: int = 100
    seed: int = 0
    threads: int = 0
    """CPU threads of torch; 0 leaves its default. Bits repeat only at equal threads."""
    checkpoint_every: int = 25
    eval_every: int = 0
    """Steps between evaluations on the eval split during training; 0 for none."""
    eval_problems: int = 256
    log_groups: int = 1
    """Groups of each step whose episodes are kept in episodes.jsonl."""


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a training run."""

    model: ModelSettings = ModelSettings()
    problems: ProblemSettings = field(default_factory=ProblemSettings)
    rollout: RolloutSettings = RolloutSettings()
    algorithm: AlgorithmSettings = field(default_factory=AlgorithmSettings)
    optimizer: OptimizerSettings = OptimizerSettings()
    run: RunSettings = RunSettings()

    def check(self) -> None:
        """Raise UsageError for the first value that cannot work."""
        check_algorithm(self.algorithm, group_size=self.rollout.group_size, top_p=self.rollout.top_p)
        require_at_least("rollout.groups", self.rollout.groups, 1)
        require_at_least("rollout.max_tokens", self.rollout.max_tokens, 1)
        require_at_least("rollout.max_rows", self.rollout.max_rows, 1)
        require_at_least("optimizer.micro_tokens", self.optimizer.micro_tokens, 1)
        require_at_least("optimizer.learning_rate", self.optimizer.learning_rate, 0)
        require_at_least("optimizer.warmup", self.optimizer.warmup, 0)
        require_at_least("optimizer.weight_decay", self.optimizer.weight_decay, 0)
        require_at_least("optimizer.max_grad_norm", self.optimizer.max_grad_norm, 0)
        require_at_least("run.steps", self.run.steps, 1)
        require_at_least("run.threads", self.run.threads, 0)
        require_at_least("run.checkpoint_every", self.run.checkpoint_every, 1)
        require_at_least("run.eval_every", self.run.eval_every, 0)
        require_at_least("run.eval_problems", self.run.eval_problems, 1)
        require_at_least("run.log_groups", self.run.log_groups, 0)
        if not all(0 <= beta < 1 for beta in self.optimizer.betas):
            raise UsageError(f"optimizer.betas must be from 0 up and below 1, got {self.optimizer.betas}")
        if self.algorithm.updates > self.rollout.groups:
            raise UsageError(
                f"algorithm.updates must be at most rollout.groups ({self.rollout.groups}), "
                f"got {self.algorithm.updates}"
            )
        if self.rollout.temperature <= 0:
            raise UsageError(
                f"rollout.temperature must be above 0 to explore, got {self.rollout.temperature}"
            )


def read_tables(path: Path) -> dict[str, Any]:
    """Read a TOML file; raises DataError or UsageError saying what is wrong with it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a TOML file: {error}") from error


def settings_of(tables: dict[str, Any], kind: type[Settings], where: str) -> Settings:
    """Make settings of a table; raises with the nearest name for a key that does not exist."""
    _check_keys(tables, kind, where)
    try:
        return msgspec.convert(tables, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{where}: {error}") from error


def _check_keys(table: dict[str, Any], kind: Any, where: str) -> None:
    known = {one.name: one for one in fields(kind)}
    for name, value in table.items():
        if name not in known:
            raise UnknownName(f"option in {where}:", name, known)
        if is_dataclass(known[name].type) and isinstance(value, dict):
            _check_keys(cast(dict[str, Any], value), known[name].type, f"{where} [{name}]")


def dump_config(config: TrainConfig) -> str:
    """Write a config as TOML, every value resolved."""
    return tomli_w.dumps(asdict(config))
