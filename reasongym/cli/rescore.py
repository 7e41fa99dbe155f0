"""The verb `rescore`: a run folder judged again, or completions that another program saved."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from reasongym import evaluation
from reasongym.cli.benchmarks import use_folder
from reasongym.cli.scores import print_report
from reasongym.errors import UsageError
from reasongym.evaluation import Report, named_suite
from reasongym.evaluation.imports import import_generations
from reasongym.evaluation.metrics import AtK, figures_at
from reasongym.evaluation.presets import load_preset
from reasongym.evaluation.selection import titled

CONSOLE = Console()


@dataclass(frozen=True)
class RescoreFlags:
    """What to judge again."""

    path: tyro.conf.Positional[Path]
    """A run folder; or a file of completions that another program saved, with --suite."""
    suite: str = ""
    """The benchmark that the file's completions are on."""
    data: Path | None = None
    """Folder of the benchmarks' files."""
    at: tuple[int, ...] = ()
    """Numbers of samples, such as 1 8 64, to print avg, pass, cons and best for."""
    output: Path | None = None
    """Run folder to make of a file."""
    protocol: str = ""
    """How the file's completions were sampled: a name or a .toml file, where you know it."""
    name: str = ""
    """What the board calls the model of the file."""
    second_opinion: bool = False
    """List where Math-Verify and sympy disagree with our verdicts on mathematics, which changes nothing."""


def rescore(flags: Annotated[RescoreFlags, tyro.conf.arg(name="")]) -> None:
    """Recompute every verdict of a run folder, or judge the completions that another program saved."""
    use_folder(flags.data)
    folder, report = _imported(flags) if flags.suite else (flags.path, _rejudged(flags.path))
    print_report(CONSOLE, folder, report)
    for k in flags.at:
        CONSOLE.print(_told(figures_at(report.episodes, k), k), highlight=False, soft_wrap=True)
    if flags.second_opinion:
        from reasongym.cli.second_opinions import print_second_opinions  # compiles the grader's patterns

        print_second_opinions(CONSOLE, report.episodes)


def _told(figures: AtK, k: int) -> str:
    best = {titled(name, k): rate for name, rate in figures.best.items()}
    told = {f"avg@{k}": figures.avg, f"pass@{k}": figures.passed, f"cons@{k}": figures.cons} | best
    return "  ".join(f"{name} {rate:.1%}" for name, rate in told.items())


def _rejudged(path: Path) -> Report:
    if path.is_file():
        raise UsageError(f"{path} is a file of completions: say which benchmark they are on as --suite NAME")
    return evaluation.rescore(path)


def _imported(flags: RescoreFlags) -> tuple[Path, Report]:
    if flags.path.is_dir():
        raise UsageError(f"{flags.path} is a folder and says itself what it is on; --suite is for files")
    suite = named_suite(flags.suite)
    folder = flags.output or Path("runs", "imported", f"{flags.path.stem}-{flags.suite}")
    protocol = load_preset(flags.protocol).protocol(suite.benchmarks) if flags.protocol else None
    found = import_generations(flags.path, suite, folder, protocol=protocol, model=flags.name)
    left_out = f"; {found.num_left_out} records on other problems left out" if found.num_left_out else ""
    CONSOLE.print(f"read as {found.program}{left_out}", highlight=False)
    return folder, found.report
