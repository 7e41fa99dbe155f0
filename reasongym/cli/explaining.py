"""The verb `train explain`: one step of a training run as a page."""

from dataclasses import dataclass
from pathlib import Path

import tyro
from rich.console import Console

CONSOLE = Console()


@dataclass(frozen=True)
class ExplainFlags:
    """Which step of which run."""

    run: tyro.conf.Positional[Path]
    """Run folder that `reasongym train` wrote or is writing."""
    step: int | None = None
    """The step; the last one where none is named."""
    output: Path | None = None
    """The page; in the run folder where none is named."""


def explain(args: list[str]) -> None:
    """Write a page with a step's prompts, tokens, masks, advantages, log-probs and losses."""
    told = (
        "Write a page with the prompts of a step, its tokens coloured by mask, advantages, log-probs and "
        "losses. It reads the run folder alone; run.log_groups says how many groups of a step are there."
    )
    flags = tyro.cli(ExplainFlags, prog="reasongym train explain", description=told, args=args)
    from reasongym.agents.step_page import write_step_page

    page = write_step_page(flags.run, flags.step, flags.output)
    CONSOLE.print(f"open {page.resolve().as_uri()}", soft_wrap=True, markup=False, highlight=False)
