"""`reasongym train RECIPE --tiny`: any recipe as a run of a minute on one CPU core.

A small model made from scratch, primed on random legal play, practises a small problem of the recipe's family
for a few steps. Algorithm, shaping and stages are the recipe's; what counts tokens shrinks with the length of
completions, and what is paid per token grows by as much. Prompts are the environment's tersest, without the
recipe's template and without questions of length, which so small a model could not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reasongym.agents.config import ModelSettings, ProblemSettings, Stage, TrainConfig, settings_of
from reasongym.agents.demo import DemoSettings
from reasongym.agents.from_scratch import ModelShape
from reasongym.agents.priming import PrimingSettings
from reasongym.agents.recipes import load_demo_tables, load_recipe
from reasongym.agents.shaping import Chain
from reasongym.core import Json
from reasongym.curriculum import Source

GROUPS, GROUP_SIZE, STEPS = 32, 16, 3
LEARNING_RATE = 4e-4
"""A hundred times those of large models: the network is that much smaller."""


@dataclass(frozen=True)
class TinySettings:
    """What a recipe's table `tiny` says of its rehearsal."""

    env: str = ""
    """A small environment of the recipe's family; empty for the recipe's own."""
    level: int = 0
    options: dict[str, Json] = field(default_factory=lambda: {"style": "terse"})
    max_tokens: int = 12
    priming: int = 40
    """Steps on random legal play before the run."""


def rehearsal(name: str, *, seed: int = 0) -> DemoSettings:
    """Return the small form of a recipe, by its name or its file."""
    config, tables = load_recipe(name), load_demo_tables(name)
    tiny = settings_of(tables["tiny"], TinySettings, f"{name} [tiny]")
    return DemoSettings(
        shrunk(config, tiny, seed),
        PrimingSettings(steps=tiny.priming, groups=32, checkpoint_every=tiny.priming),
        settings_of(tables["shape"], ModelShape, f"{name} [shape]"),
    )


def shrunk(config: TrainConfig, tiny: TinySettings, seed: int) -> TrainConfig:
    """Return a config with everything small that takes time."""
    factor = tiny.max_tokens / config.rollout.max_tokens
    rollout = replace(
        config.rollout,
        groups=GROUPS,
        group_size=min(config.rollout.group_size, GROUP_SIZE),
        max_tokens=tiny.max_tokens,
    )
    algorithm = replace(config.algorithm, updates=min(config.algorithm.updates, GROUPS))
    run = replace(
        config.run, steps=STEPS, seed=seed, threads=1, checkpoint_every=STEPS, eval_every=0, eval_problems=50
    )
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
    return replace(model, path="", device="cpu", dtype="float32")


def _small_problems(problems: ProblemSettings, tiny: TinySettings) -> ProblemSettings:
    """Put small sources in place of a recipe's, with the next level above where levels follow success."""
    sources = [
        Source(
            tiny.env or source.env,
            tiny.level,
            tiny.level + 1 if problems.target else -1,
            source.weight,
            dict(tiny.options),
        )
        for source in (problems.sources[:1] if tiny.env else problems.sources)
    ]
    return ProblemSettings(mixture=tuple(sources), target=problems.target, gain=problems.gain)


def _small_shaping(tables: Sequence[dict[str, Json]], factor: float) -> tuple[dict[str, Json], ...]:
    """Shrink a chain's lengths, and ask for none in the prompt."""
    mute = {"wording": ""}
    return tuple(
        table | {key: mute[key] for key in mute if key in table} for table in Chain(tables).shrunk(factor)
    )


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
