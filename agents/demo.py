"""The demo: a model that knows nothing learns a small problem, is measured, and is put on a board.

Each stage keeps its result in the demo's folder and is skipped when it is there, so that an interrupted
demo continues, and ends with the same bytes.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol as Interface

import torch

from reasongym import registry
from reasongym.agents import from_scratch
from reasongym.agents.config import TrainConfig, dump_config, settings_of
from reasongym.agents.models import LoadedModel, check_device, load_model, save_model
from reasongym.agents.plots import plot_learning
from reasongym.agents.policies import scripted
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.agents.priming import Priming, PrimingSettings
from reasongym.agents.recipes import load_demo_tables, load_recipe
from reasongym.agents.run_folder import RunFolder
from reasongym.agents.trainer import Trainer
from reasongym.core import Split
from reasongym.evaluation import Player, Progress, Protocol, Report, env_suite, evaluate, planned
from reasongym.leaderboard import build, collect
from reasongym.templates import TEMPLATES


class Show(Interface):
    """Takes how much of a stage is done and figures to print beside it."""

    def __call__(self, done: int, total: int | None = None, **figures: str) -> None: ...


Stage = Callable[[str, int | None], AbstractContextManager[Show]]
"""Opens the display of one stage by its title and its number of steps."""


@dataclass(frozen=True)
class DemoSettings:
    """What the demo does."""

    recipe: TrainConfig
    priming: PrimingSettings = field(default_factory=PrimingSettings)
    shape: from_scratch.ModelShape = field(default_factory=from_scratch.ModelShape)
    num_problems: int = 1000
    """Fresh problems each player is measured on."""


@dataclass(frozen=True)
class TinyDemo:
    """What a recipe's table `tiny_demo` says of its demo's rehearsal; 0 and -1 leave what the recipe says."""

    level: int = -1
    max_tokens: int = 0
    priming: int = 30
    """Steps of it."""
    groups: int = 16
    """Problems per step of priming."""
    learning_rate: float = 0.0
    """Of priming: a smaller model wants a higher one."""


def settings(name: str, *, seed: int, tiny: bool) -> DemoSettings:
    """Return a recipe's demo; `tiny` is a rehearsal of a minute at most, on any CPU."""
    recipe = load_recipe(name)
    recipe = replace(recipe, run=replace(recipe.run, seed=seed))
    tables = load_demo_tables(name)
    priming = settings_of(tables["priming"], PrimingSettings, f"{name} [priming]")
    shape = settings_of(tables["shape"], from_scratch.ModelShape, f"{name} [shape]")
    small = settings_of(tables["tiny_demo"], TinyDemo, f"{name} [tiny_demo]")
    demo = DemoSettings(recipe, priming, shape)
    return rehearsed(demo, small) if tiny else demo


def rehearsed(demo: DemoSettings, tiny: TinyDemo) -> DemoSettings:
    """Return the rehearsal of a demo."""
    recipe, priming = demo.recipe, demo.priming
    level = recipe.problems.level if tiny.level == -1 else tiny.level
    most = tiny.max_tokens or recipe.rollout.max_tokens
    recipe = replace(
        recipe,
        model=replace(recipe.model, device="cpu", dtype="float32"),
        problems=replace(recipe.problems, level=level),
        rollout=replace(recipe.rollout, groups=8, group_size=8, max_tokens=most),
        run=replace(recipe.run, steps=6, checkpoint_every=2, eval_every=3, eval_problems=50),
    )
    priming = replace(
        priming,
        steps=tiny.priming,
        groups=tiny.groups,
        learning_rate=tiny.learning_rate or priming.learning_rate,
        checkpoint_every=max(1, tiny.priming // 3),
    )
    return DemoSettings(recipe, priming, at_most_small(demo.shape), num_problems=100)


def at_most_small(shape: from_scratch.ModelShape) -> from_scratch.ModelShape:
    """Return a shape that rehearses on a CPU: itself, or the smallest one with its context."""
    smallest = from_scratch.ModelShape(context=shape.context)
    return smallest if shape.hidden > smallest.hidden else shape


@dataclass(frozen=True)
class DemoResult:
    """Solve rates by player, and where the page is."""

    reports: dict[str, Report]
    page: Path


def run_demo(demo: DemoSettings, folder: Path, stage: Stage) -> DemoResult:
    """Prime, measure, train, measure again, and render the board."""
    check_device(demo.recipe.model.device)
    torch.set_num_threads(demo.recipe.run.threads)
    start = primed(demo, folder, stage)
    reports = {"random legal play": _measured(demo, folder, stage, "random", None)}
    reports["primed"] = _measured(demo, folder, stage, "primed", start)
    trained = _trained(demo, folder, stage, start)
    reports["trained"] = _measured(demo, folder, stage, "trained", trained)
    if "train" in _splits(demo):
        reports["trained, train split"] = _measured(demo, folder, stage, "trained", trained, split="train")
    page = build(collect([folder / "eval"]), folder / "board")
    return DemoResult(reports, page)


def primed(demo: DemoSettings, folder: Path, stage: Stage) -> LoadedModel:
    """Return the primed model of a folder, made there if it is not."""
    model = folder / "primed"
    if not model.exists():
        recipe = demo.recipe
        curriculum, seed = recipe.problems.curriculum(), recipe.run.seed
        loaded = from_scratch.build(curriculum, shape=demo.shape, seed=seed, play=demo.priming.play)
        loaded.model.to(recipe.model.device)
        priming = Priming(demo.priming, loaded, folder / "priming", curriculum=curriculum, seed=seed)
        with stage("teach the notation", demo.priming.steps) as show:
            priming.run(lambda metrics: show(int(metrics["step"]), loss=f"{metrics['loss']:.3f}"))
        save_model(loaded, model)
    return _loaded(demo, model)


def _trained(demo: DemoSettings, folder: Path, stage: Stage, start: LoadedModel) -> LoadedModel:
    model = folder / "trained"
    RunFolder(folder / "training").open(dump_config(demo.recipe))  # refuses what another recipe has made
    if not model.exists():
        trainer = Trainer(demo.recipe, start, folder / "training")
        with stage("learn by GRPO", demo.recipe.run.steps) as show:
            trainer.run(lambda metrics: show_step(show, metrics))
        plot_learning(folder / "training")
        save_model(start, model)
    return _loaded(demo, model)


def _loaded(demo: DemoSettings, model: Path) -> LoadedModel:
    return load_model(model, device=demo.recipe.model.device, dtype=demo.recipe.model.dtype)


def show_step(show: Show, metrics: dict[str, float]) -> None:
    """Show a training step."""
    show(
        int(metrics["step"]),
        reward=f"{metrics['reward']:.3f}",
        solved=f"{metrics['solve_rate']:.1%}",
        live_groups=f"{metrics['live_groups']:.0%}",
    )


def _splits(demo: DemoSettings) -> tuple[Split, ...]:
    """Return the splits of the level that players are measured on."""
    problems = demo.recipe.problems
    return registry.get(problems.sources[0].env).splits(problems.curriculum().highest[0])


def _measured(
    demo: DemoSettings,
    folder: Path,
    stage: Stage,
    name: str,
    loaded: LoadedModel | None,
    *,
    split: Split = "eval",
) -> Report:
    """Score a player on fresh problems, one sample each at temperature 1; None is the random legal player."""
    problems = demo.recipe.problems
    source, level = problems.sources[0], problems.curriculum().highest[0]
    split = split if split in _splits(demo) else "all"
    suite = env_suite(
        source.env,
        level=level,
        split=split,
        num_problems=demo.num_problems,
        **source.options,
    )
    protocol = Protocol(TEMPLATES[problems.template], 1.0, 1.0, demo.recipe.rollout.max_tokens, 1)
    if loaded is None:
        policy, player, tokenizer, training = scripted.random(), Player("random"), None, None
    else:
        policy, tokenizer = TorchPolicy(loaded), loaded.tokenizer
        engine = {"device": demo.recipe.model.device, "dtype": demo.recipe.model.dtype}
        player = Player("torch", f"demo, {name}", loaded.digest(), engine)
        training = str(Path("..", "..", "training")) if name == "trained" else None
    run = planned(suite, protocol, player, seed=demo.recipe.run.seed, training=training)
    with stage(f"measure {name} on the {split} split", demo.num_problems) as show:

        def on_progress(now: Progress) -> None:
            show(now.done, now.total, solved=f"{now.solve_rate:.1%}")

        return evaluate(
            policy, run, folder / "eval" / f"{name}-{split}", tokenizer=tokenizer, on_progress=on_progress
        )
