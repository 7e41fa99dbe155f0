"""Printing a judged run folder in the terminal."""

from collections.abc import Iterator
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reasongym.errors import DataError
from reasongym.evaluation import Report, Scores
from reasongym.evaluation.selection import titled
from reasongym.evaluation.statistics import Interval


def print_report(console: Console, folder: Path, report: Report) -> None:
    """Print the scores of a run; raises DataError, after printing them, where findings speak against it."""
    for flip in report.flips:
        console.print(f"regraded: {flip}", markup=False, highlight=False)
    for finding in report.findings:
        console.print(str(finding), markup=False, highlight=False)
    if report.findings or report.result is None:
        count = f"{len(report.findings)} finding{'s' * (len(report.findings) != 1)}"
        raise DataError(f"{folder} is refused for {count}, first: {report.findings[0]}; no score was written")
    result = report.result
    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(f"{printable(report.run.player.name)} on {result.suite}"),
        title_justify="left",
    )
    table.add_column("measure", style="dim")
    table.add_column("value")
    for name, value in _lines(result.scores):
        table.add_row(name, value)
    console.print(table)
    told = f"result {result.key}, every completion in {folder}"
    console.print(told, markup=False, highlight=False, soft_wrap=True)


def _lines(scores: Scores) -> list[tuple[str, str]]:
    sampling = "not estimable from these samples" if scores.sampling is None else _told(scores.sampling)
    tokens = "" if scores.mean_tokens is None else f"{scores.mean_tokens:.1f} tokens, "
    return [
        (f"solve rate (avg@{scores.samples})", f"{scores.solve_rate:.1%} of {scores.num_problems} problems"),
        ("  95% for such problems", _told(scores.population)),
        ("  95% for these problems", sampling),
        *(
            (f"pass@{k}, best@{k} by the verifier", f"{rate:.1%}")
            for k, rate in scores.pass_at.items()
            if k > 1
        ),
        *((f"cons@{k}", f"{rate:.1%}") for k, rate in scores.cons_at.items() if k > 2),
        *_selected(scores),
        *([(f"any@{scores.samples}", f"{scores.any_at:.1%}")] if scores.samples > 1 else []),
        ("mean reward", f"{scores.mean_reward:.3f}"),
        ("mean length", f"{tokens}{scores.mean_characters:.1f} characters, {scores.mean_turns:.1f} turns"),
        ("lengths", ", ".join(f"{share}% to {length:g}" for share, length in scores.lengths.items())),
        ("truncated", f"{scores.truncation_rate:.1%}"),
        ("declared an answer", f"{scores.answer_rate:.1%}"),
        ("reasons", ", ".join(f"{reason} {count}" for reason, count in scores.reasons.items())),
    ]


def _selected(scores: Scores) -> Iterator[tuple[str, str]]:
    """Tell what the policy's own signals select; by majority that is cons@k."""
    for name, by_k in scores.best_at.items():
        yield from ((titled(name, k), f"{rate:.1%}") for k, rate in by_k.items())


def printable(name: str) -> str:
    """Show what would steer the terminal as a mark: the name comes from the run folder."""
    return "".join(char if char.isprintable() else "�" for char in name)


def _told(interval: Interval) -> str:
    return f"{interval.low:.1%} to {interval.high:.1%}"
