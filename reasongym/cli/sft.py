"""The verb `sft`: a model learns from conversations."""

from dataclasses import dataclass, field
from pathlib import Path

import tyro
from rich.console import Console

from reasongym.agents.exporting import save_trained
from reasongym.agents.preparing import prepare
from reasongym.agents.sft import Sft, SftConfig, load_sft_recipe, recipe_names
from reasongym.agents.supervised import Metrics
from reasongym.cli.progress import Show, progress
from reasongym.errors import UsageError

CONSOLE = Console()


@dataclass(frozen=True)
class SftFlags:
    """Where the run is kept, and every setting of a config file as a flag."""

    config: tyro.conf.OmitArgPrefixes[SftConfig] = field(default_factory=SftConfig)
    output: Path = Path("runs/sft")
    """Run folder; the same command again continues an interrupted run there."""


def sft(args: list[str]) -> None:
    """Run `reasongym sft [RECIPE | CONFIG.toml] [flags]`: the flags outrank the file."""
    recipe = args[0] if args and not args[0].startswith("-") else None
    flags = tyro.cli(
        SftFlags,
        prog="reasongym sft [RECIPE | CONFIG.toml]",
        description="Teach a model from conversations, the loss on the assistant's tokens alone. "
        f"Recipes: {', '.join(recipe_names())}. Flags outrank the file.",
        args=args[1:] if recipe else args,
        default=SftFlags(load_sft_recipe(recipe) if recipe else SftConfig()),
    )
    config = flags.config
    config.check()
    if not config.model.path:
        raise UsageError(
            'name the model to teach: --model DIR, or path = "DIR" under [model] in the config file'
        )
    loaded = prepare(config.model)
    run = Sft(config, loaded, flags.output)
    if run.num_too_long:
        CONSOLE.print(f"left out {run.num_too_long} conversations that are too long", highlight=False)
    with progress(CONSOLE, f"learn {len(run.places)} conversations", run.num_steps) as show:
        run.run(lambda metrics: _show(show, metrics))
    save_trained(loaded, config.model.path, flags.output)
    CONSOLE.print(f"model in {flags.output / 'model'}", soft_wrap=True)


def _show(show: Show, metrics: Metrics) -> None:
    show(int(metrics["step"]), loss=f"{metrics['loss']:.3f}", epoch=f"{metrics['epoch']:.2f}")
