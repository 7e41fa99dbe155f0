"""The settings of a training run: frozen dataclasses that are TOML file, flags and record at once."""

from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Literal, TypeAlias

import tomli_w
import tyro

from reasongym.agents.algorithm_checks import check_algorithm, check_cuts, check_tree, require_at_least
from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.shaping import Chain
from reasongym.agents.tables import read_tables as read_tables
from reasongym.agents.tables import settings_of as settings_of
from reasongym.agents.trees import Shape
from reasongym.core import Json
from reasongym.curriculum import Curriculum, Source
from reasongym.errors import UsageError

Attention: TypeAlias = Literal["auto", "sdpa", "eager", "flash_attention_2", "flash_attention_3"]


@dataclass(frozen=True)
class ModelSettings:
    """The policy's weights."""

    path: Annotated[str, tyro.conf.arg(name="model")] = ""
    """A Hugging Face model directory."""
    device: str = "cpu"
    dtype: str = "float32"
    """float64, float32, bfloat16 or float16; weights of 16 bits are updated through float32 copies."""
    attention: Attention = "auto"
    """auto is what transformers takes by itself; flash_attention_2 needs flash-attn and a CUDA device."""
    gradient_checkpointing: bool = False
    """Recompute each layer in the backward pass: less memory, about a third more time, no shared prompts."""
    compile: bool = False
    """Run the learner's layers through torch.compile; no shared prompts. Sampling stays as it is."""
    lora_rank: int = 0
    """Train adapters of this rank beside the linear layers and freeze the weights; 0 trains the weights."""
    lora_alpha: float = 32.0
    """The adapters' product counts alpha / rank times."""
    lora_targets: tuple[str, ...] = ("all-linear",)
    """Names of the layers that get adapters, such as q_proj; all-linear means all but the head."""
    load_in_4bit: bool = False
    """Hold the frozen weights as 4-bit NormalFloats (QLoRA); needs bitsandbytes and lora_rank."""
    reference_every: int = 0
    """Steps after which the reference of the KL term becomes the model of that step; 0 keeps the first."""

    def check(self) -> None:
        """Raise UsageError for the first value that cannot work."""
        require_at_least("model.lora_rank", self.lora_rank, 0)
        require_at_least("model.reference_every", self.reference_every, 0)
        if self.lora_rank and not self.lora_alpha > 0:
            raise UsageError(f"model.lora_alpha must be above 0, got {self.lora_alpha}")
        if self.lora_rank and not self.lora_targets:
            raise UsageError('model.lora_targets names no layer; "all-linear" means all but the head')
        if self.load_in_4bit and not self.lora_rank:
            raise UsageError(
                "model.load_in_4bit freezes the weights, so something must be trained beside them: "
                "set model.lora_rank, such as 16"
            )


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
    top_k: int = 0
    """Draws among this many likeliest tokens, before top_p cuts further; 0 keeps all."""
    max_tokens: int = 256
    """Of one turn."""
    max_rows: int = 2048
    """Most completions decoded at once; bounds the cache's memory."""
    engine: Literal["torch", "vllm"] = "torch"
    """torch samples from the learner's own weights; vllm keeps a second copy, renewed after each step."""
    vllm_memory: float = 0.4
    """Share of the device's memory that vLLM takes for its weights and caches; the rest is the learner's."""
    collect: float = 1.0
    """Share of a step's episodes after which the others, the longest, are given up."""
    collect_group: float = 0.0
    """Share of every group's episodes without which none are given up."""
    branches: int = 0
    """Ways each piece of an episode goes on, in place of `group_size` whole episodes; 0 for no tree."""
    branch_tokens: int = 64
    """Sampled tokens of a piece; the last goes on to the end."""
    branch_depth: int = 3
    """Pieces of an episode."""

    @property
    def shape(self) -> Shape | None:
        """How episodes fork, if they do."""
        return Shape(self.branches, self.branch_tokens, self.branch_depth) if self.branches else None


@dataclass(frozen=True)
class OptimizerSettings:
    """AdamW and its schedule."""

    learning_rate: float = 1e-6
    warmup: int = 0
    """Steps over which the rate rises from 0."""
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    """What the rate does after the warm-up, towards its floor at the last step."""
    floor: float = 0.0
    """Where the schedule ends, as a share of the learning rate."""
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    micro_tokens: int = 0
    """Most padded ids per forward and backward; 0 is 8,192 on CPUs, whose caches hold no more, and 65,536 on
    accelerators. Lower it where memory is short; nothing else changes."""

    def check(self) -> None:
        """Raise UsageError for the first value that cannot work."""
        require_at_least("optimizer.micro_tokens", self.micro_tokens, 0)
        for name in ("learning_rate", "warmup", "weight_decay", "max_grad_norm"):
            require_at_least(f"optimizer.{name}", getattr(self, name), 0)
        if not all(0 <= beta < 1 for beta in self.betas):
            raise UsageError(f"optimizer.betas must be from 0 up and below 1, got {self.betas}")
        if not 0 <= self.floor <= 1:
            raise UsageError(f"optimizer.floor must be a share from 0 to 1, got {self.floor}")


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
    reporters: tuple[str, ...] = ("page",)
    """Who follows the run: page (index.html in its folder), tensorboard, wandb, trackio."""


@dataclass(frozen=True)
class Stage:
    """A stretch of a run; what it leaves at 0 or empty is as in the rest of the config.

    It ends by `steps` or by `plateau`, whichever comes first; the last stage lasts to the end of the run.
    """

    groups: int = 0
    group_size: int = 0
    max_tokens: int = 0
    shaping: tuple[dict[str, Json], ...] = ()
    steps: int = 0
    """Steps after which it ends; 0 for no such end."""
    plateau: int = 0
    """It ends once so many steps have a mean solve rate no higher than as many before them; 0: never."""

    def over(self, rollout: RolloutSettings) -> RolloutSettings:
        """Return rollout settings with this stage's in place."""
        own = {name: getattr(self, name) for name in ("groups", "group_size", "max_tokens")}
        return replace(rollout, **{name: value for name, value in own.items() if value})


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a training run."""

    model: ModelSettings = ModelSettings()
    problems: ProblemSettings = field(default_factory=ProblemSettings)
    rollout: RolloutSettings = RolloutSettings()
    algorithm: AlgorithmSettings = field(default_factory=AlgorithmSettings)
    optimizer: OptimizerSettings = OptimizerSettings()
    run: RunSettings = RunSettings()
    shaping: Annotated[tuple[dict[str, Json], ...], tyro.conf.Suppress] = ()
    """What episodes earn beyond their verdicts: tables with a `name` and its settings, applied in order."""
    stages: Annotated[tuple[Stage, ...], tyro.conf.Suppress] = ()
    """Stretches of the run with lengths, groups or shaping of their own, one after another."""

    def resolved(self) -> "TrainConfig":
        """Return the same with every setting of its shapings filled in; raises for one that cannot work."""
        stages = [replace(stage, shaping=tuple(Chain(stage.shaping).tables)) for stage in self.stages]
        return replace(self, shaping=tuple(Chain(self.shaping).tables), stages=tuple(stages))

    def during(self, stage: Stage) -> "TrainConfig":
        """Return the config that holds during a stage."""
        return replace(
            self, rollout=stage.over(self.rollout), shaping=stage.shaping or self.shaping, stages=()
        )

    def check(self) -> None:
        """Raise UsageError for the first value that cannot work."""
        self.model.check()
        Chain(self.shaping)
        for stage in self.stages:
            self.during(stage).check()
            require_at_least("stages.steps", stage.steps, 0)
            require_at_least("stages.plateau", stage.plateau, 0)
        check_algorithm(self.algorithm, group_size=self.rollout.group_size)
        check_cuts(self.algorithm, top_p=self.rollout.top_p, top_k=self.rollout.top_k)
        if not 0 < self.rollout.collect <= 1:
            raise UsageError(f"rollout.collect must be above 0 and at most 1, got {self.rollout.collect}")
        if not 0 <= self.rollout.collect_group <= 1:
            raise UsageError(f"rollout.collect_group must be from 0 to 1, got {self.rollout.collect_group}")
        if not 0 < self.rollout.vllm_memory <= 1:
            raise UsageError(
                f"rollout.vllm_memory must be above 0 and at most 1, got {self.rollout.vllm_memory}"
            )
        check_tree(self.algorithm, self.rollout.shape)
        require_at_least("rollout.groups", self.rollout.groups, 1)
        require_at_least("rollout.max_tokens", self.rollout.max_tokens, 1)
        require_at_least("rollout.max_rows", self.rollout.max_rows, 1)
        self.optimizer.check()
        require_at_least("run.steps", self.run.steps, 1)
        require_at_least("run.threads", self.run.threads, 0)
        require_at_least("run.checkpoint_every", self.run.checkpoint_every, 1)
        require_at_least("run.eval_every", self.run.eval_every, 0)
        require_at_least("run.eval_problems", self.run.eval_problems, 1)
        require_at_least("run.log_groups", self.run.log_groups, 0)
        if self.algorithm.updates > self.rollout.groups:
            raise UsageError(
                f"algorithm.updates must be at most rollout.groups ({self.rollout.groups}), "
                f"got {self.algorithm.updates}"
            )
        if self.rollout.temperature <= 0:
            raise UsageError(
                f"rollout.temperature must be above 0 to explore, got {self.rollout.temperature}"
            )


def dump_config(config: TrainConfig) -> str:
    """Write a config as TOML, every value resolved."""
    return tomli_w.dumps(asdict(config.resolved()))
