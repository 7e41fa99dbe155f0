"""`reasongym train RECIPE --tiny`: any recipe as a run of a minute on one CPU core.

A small model made from scratch, primed on random legal play or on oracles, practises a small problem of the
recipe's family for a few steps. Algorithm, shaping and stages are the recipe's; what counts tokens shrinks
with the length of completions, and what is paid per token grows by as much. Prompts are the environment's
tersest, without the recipe's template and without questions of length, which so small a model could not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reasongym.agents.config import ModelSettings, ProblemSettings, Stage, TrainConfig, settings_of
from reasongym.agents.demo import DemoSettings, at_most_small, primed
from reasongym.agents.demo import Stage as Stages
from reasongym.agents.from_scratch import ModelShape
from reasongym.agents.priming import PrimingSettings
from reasongym.agents.recipes import load_demo_tables, load_recipe
from reasongym.agents.shaping import Chain
from reasongym.core import Json
from reasongym.curriculum import Source

EPISODES, GROUP_SIZE, STEPS = 512, 16, 3
"""Episodes of a step, most of a problem, and steps."""
LEARNING_RATE = 4e-4
"""A hundred times those of large models: the network is that much smaller."""
HIGHEST_RATE = 2e-3
"""Of what learns beside the model, whose rates grow by as much."""


@dataclass(frozen=True)
class TinySettings:
    """What a recipe's table `tiny` says of its rehearsal."""

    env: str = ""
    """A small environment of the recipe's family; empty for the recipe's own."""
    level: int = 0
    options: dict[str, Json] = field(default_factory=lambda: {"style": "terse"})
    max_tokens: int = 12
    play: str = "random"
    """What the model is primed on (see `PrimingSettings.play`)."""
    priming: int = 40
    """Steps of it."""


def rehearsal(name: str, preset: str = "") -> DemoSettings:
    """Return the small form of a recipe, by its name or its file; a preset outranks its algorithm."""
    config, tables = load_recipe(name, preset), load_demo_tables(name)
    tiny = settings_of(tables["tiny"], TinySettings, f"{name} [tiny]")
    return DemoSettings(
        shrunk(config, tiny),
        PrimingSettings(tiny.play, tiny.priming, groups=64, group_size=2, checkpoint_every=tiny.priming),
        at_most_small(settings_of(tables["shape"], ModelShape, f"{name} [shape]")),
    )


def with_model(demo: DemoSettings, folder: Path, stage: Stages) -> TrainConfig:
    """Make and prime a rehearsal's model in a folder, if it is not there; return the config naming it."""
    primed(demo, folder, stage)
    return replace(demo.recipe, model=replace(demo.recipe.model, path=str(folder / "primed")))


def shrunk(config: TrainConfig, tiny: TinySettings) -> TrainConfig:
    """Return a config with everything small that takes time."""
    factor = tiny.max_tokens / config.rollout.max_tokens
    group_size = min(config.rollout.group_size, GROUP_SIZE)
    groups = EPISODES // group_size
    rollout = replace(
        config.rollout,
        groups=groups,
        group_size=group_size,
        max_tokens=tiny.max_tokens,
        branches=min(config.rollout.branches, 3),
        branch_tokens=max(1, round(config.rollout.branch_tokens * factor)),
    )
    algorithm, faster = config.algorithm, LEARNING_RATE / (config.optimizer.learning_rate or LEARNING_RATE)
    algorithm = replace(
        algorithm,
        updates=min(algorithm.updates, groups),
        critic_learning_rate=min(algorithm.critic_learning_rate * faster, HIGHEST_RATE),
        reward_learning_rate=min(algorithm.reward_learning_rate * faster, HIGHEST_RATE),
    )
    run = replace(config.run, steps=STEPS, threads=1, checkpoint_every=STEPS, eval_every=0, eval_problems=50)
    return replace(
        config,
        model=_small_model(config.model),
        problems=_small_problems(config.problems, tiny),
        rollout=rollout,
        algorithm=algorithm,
        optimizer=replace(config.optimizer, learning_rate=LEARNING_RATE, warmup=1),
        run=run,
        shaping=_small_shaping(config.shaping, factor),
        stages=tuple(_short_stage(stage, factor) for stage in config.stages),
    )


def _small_model(model: ModelSettings) -> ModelSettings:
    return replace(
        model,
        path="",
        device="cpu",
        dtype="float32",
        lora_rank=min(model.lora_rank, 4),
        load_in_4bit=False,
    )


def _small_problems(problems: ProblemSettings, tiny: TinySettings) -> ProblemSettings:
    """Put a small level of each environment in place of a recipe's, and the next one where levels move."""
    envs = [tiny.env] if tiny.env else list(dict.fromkeys(source.env for source in problems.sources))
    if len(envs) == 1 and not problems.target:
        return ProblemSettings(envs[0], tiny.level, dict(tiny.options))
    highest = tiny.level + 1 if problems.target else -1
    sources = tuple(Source(env, tiny.level, highest, options=dict(tiny.options)) for env in envs)
    return ProblemSettings(mixture=sources, target=problems.target, gain=problems.gain)


def _small_shaping(tables: Sequence[dict[str, Json]], factor: float) -> tuple[dict[str, Json], ...]:
    """Shrink a chain's lengths, and ask for none in the prompt."""
    shrunk = Chain(tables).shrunk(factor)
    return tuple(table | {"wording": ""} if "wording" in table else table for table in shrunk)


def _short_stage(stage: Stage, factor: float) -> Stage:
    """Let a stage last a step, so that a run of three steps goes through as many."""
    return replace(
        stage,
        groups=0,
        group_size=min(stage.group_size, GROUP_SIZE),
        max_tokens=max(1, round(stage.max_tokens * factor)) if stage.max_tokens else 0,
        shaping=_small_shaping(stage.shaping, factor),
        steps=1,
        plateau=0,
    )
