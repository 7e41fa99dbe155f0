"""The verbs that learn: `prime` makes a small model that knows the notation, `train` improves any model."""

import webbrowser
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from reasongym.agents import from_scratch
from reasongym.agents.algorithms import PRESETS
from reasongym.agents.config import TrainConfig
from reasongym.agents.demo import DemoSettings
from reasongym.agents.exporting import export_model, save_trained
from reasongym.agents.live_page import write_page
from reasongym.agents.models import LoadedModel, save_model
from reasongym.agents.plots import plot_learning
from reasongym.agents.preparing import prepare
from reasongym.agents.priming import Priming, PrimingSettings, player_of
from reasongym.agents.recipes import load_recipe, names
from reasongym.agents.rehearsal import rehearsal, with_model
from reasongym.agents.trainer import Trainer
from reasongym.cli.explaining import explain
from reasongym.cli.options import named_options
from reasongym.cli.progress import progress
from reasongym.cli.run_view import run_view
from reasongym.curriculum import Curriculum, Source
from reasongym.errors import UsageError

CONSOLE = Console()


@dataclass(frozen=True)
class TrainFlags:
    """Where the run is kept, and every setting of a config file as a flag."""

    config: tyro.conf.OmitArgPrefixes[TrainConfig]
    preset: str = ""
    """Algorithm by name, such as dapo (docs/algorithms.md); outranks the file, and other flags outrank it."""
    output: Path = Path("runs/train")
    """Run folder; the same command again continues an interrupted run there."""
    options: tuple[str, ...] = ()
    """Options of the environment as NAME=VALUE, such as style=boxed or tools=python."""
    tiny: bool = False
    """Rehearse the recipe in a minute on a CPU: a small model made from scratch, a small problem of its
    family, three steps. Other flags outrank this; docs/recipes.md says what it keeps."""
    open: bool = False
    """Open the page of the run, index.html in its folder, in a browser; it renews itself."""


def train(args: list[str]) -> None:
    """Run `reasongym train [RECIPE | CONFIG.toml] [flags]`: the flags outrank the file."""
    if args[:1] == ["explain"]:
        explain(args[1:])
        return
    recipe = args[0] if args and not args[0].startswith("-") else None
    preset = _named_preset(args)
    rehearsed = _rehearsal(recipe, preset) if "--tiny" in args else None
    flags = tyro.cli(
        TrainFlags,
        prog="reasongym train [RECIPE | CONFIG.toml]",
        description=(
            f"Train a model. Recipes: {', '.join(names())}. Presets: {', '.join(PRESETS)}. "
            "Flags outrank the file. `reasongym train explain RUN --step K` shows what a step taught."
        ),
        args=args[1:] if recipe else args,
        default=TrainFlags(rehearsed.recipe if rehearsed else load_recipe(recipe, preset)),
    )
    problems = replace(
        flags.config.problems, options=flags.config.problems.options | named_options(flags.options)
    )
    config = _with_model(replace(flags.config, problems=problems), rehearsed, flags.output)
    run(config, prepare(config.model), flags.output, opens_page=flags.open)
    CONSOLE.print(
        f"model in {flags.output / 'model'}, curves in {flags.output / 'learning.png'}", soft_wrap=True
    )


def _rehearsal(recipe: str | None, preset: str) -> DemoSettings:
    if recipe is None:
        raise UsageError("--tiny shrinks a recipe: name one, such as `reasongym train tinyzero --tiny`")
    return rehearsal(recipe, preset)


def _with_model(config: TrainConfig, rehearsed: DemoSettings | None, folder: Path) -> TrainConfig:
    """Return a config that names a model; a rehearsal makes and primes one where its own names none."""
    if config.model.path:
        return config
    if rehearsed is None:
        raise UsageError(
            'name the model to train: --model DIR, or path = "DIR" under [model] in the config file'
        )
    demo = replace(rehearsed, recipe=config)
    return with_model(demo, folder, lambda title, total: progress(CONSOLE, title, total))


def _named_preset(args: list[str]) -> str:
    """Find the preset among the flags: it decides what the others override."""
    for place, arg in enumerate(args):
        name, equals, value = arg.partition("=")
        if name == "--preset":
            return value if equals else "".join(args[place + 1 : place + 2])
    return ""


def run(config: TrainConfig, loaded: LoadedModel, folder: Path, *, opens_page: bool = False) -> None:
    """Train with figures and alerts shown, then write the model and the curves."""
    if opens_page and "page" not in config.run.reporters:
        raise UsageError('--open shows what the reporter "page" writes; add it to run.reporters')
    trainer = Trainer(config, loaded, folder)
    if opens_page:
        webbrowser.open(write_page(folder, is_running=True).resolve().as_uri())
    with run_view(CONSOLE, f"train on {config.problems.title}", config.run.steps) as show:
        trainer.run(lambda metrics: show(metrics, trainer.alerts))
    save_trained(loaded, config.model.path, folder)
    plot_learning(folder)


@dataclass(frozen=True)
class PrimeFlags:
    """Which environment's notation a new small model is taught, and how."""

    env: tyro.conf.Positional[str] = "Countdown-v0"
    """Id of the environment."""
    level: int = 0
    options: tuple[str, ...] = ("style=terse",)
    """Options of the environment as NAME=VALUE."""
    shape: tyro.conf.OmitArgPrefixes[from_scratch.ModelShape] = field(default_factory=from_scratch.ModelShape)
    priming: tyro.conf.OmitArgPrefixes[PrimingSettings] = field(default_factory=PrimingSettings)
    seed: int = 0
    output: Path = Path("runs/prime")
    """Run folder; the model is in its subfolder `model`."""


def prime(flags: Annotated[PrimeFlags, tyro.conf.arg(name="")]) -> None:
    """Make a small stock model and teach it the notation by random legal play, or by worked answers."""
    curriculum = Curriculum([Source(flags.env, flags.level, options=named_options(flags.options))])
    player_of(flags.priming.play, curriculum)  # refused before anything is made
    loaded = from_scratch.build(curriculum, shape=flags.shape, seed=flags.seed, play=flags.priming.play)
    priming = Priming(flags.priming, loaded, flags.output, curriculum=curriculum, seed=flags.seed)
    with progress(CONSOLE, f"prime on {flags.env}", flags.priming.steps) as show:
        priming.run(lambda metrics: show(int(metrics["step"]), loss=f"{metrics['loss']:.3f}"))
    save_model(loaded, flags.output / "model")
    CONSOLE.print(f"model in {flags.output / 'model'}", soft_wrap=True)


def export_trained(
    run: tyro.conf.Positional[Path], *, output: Path | None = None, adapter: bool = False
) -> None:
    """Write the model of a run's last checkpoint as a plain Hugging Face directory.

    Args:
        run: The run folder that `reasongym train` or `reasongym sft` made; it may be going on.
        output: The directory to write; beside the run folder where not given.
        adapter: Write the adapter alone, in peft's format; else it is merged into the weights.
    """
    path = output or run.resolve().parent / f"{run.resolve().name}-{'adapter' if adapter else 'model'}"
    step = export_model(run, path, adapter=adapter)
    CONSOLE.print(f"{'adapter' if adapter else 'model'} of step {step} in {path}", soft_wrap=True)
