"""Verbs about environments: list, show, play, check, generate."""

import importlib
import json
import os
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Annotated, TextIO

import tyro
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Column, Table

from reasongym import checks, registry
from reasongym.core import Env, Problem, Split, Step, Verdict
from reasongym.errors import DataError, UsageError

EnvId = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="ID")]
"""An environment id; `Countdown-v0` stands for `reasongym/Countdown-v0`, `module:ID` imports first."""

_MARKS = {True: "[green]pass[/]", False: "[red]FAIL[/]", None: "[dim]not offered[/]"}

_SKIPPED = "skipped"


def list_envs() -> None:
    """List the environments with their families, turns and levels."""
    table = Table(Column("id", no_wrap=True), "family", "turns", "levels", "what it is")
    for env_id in registry.specs():
        env = registry.get(env_id)
        turns = f"up to {max(map(env.max_turns, range(len(env.levels))))}"
        about = (type(env).__doc__ or "").partition("\n")[0]
        one_turn = turns == "up to 1"
        table.add_row(env_id, env.family, "1" if one_turn else turns, f"0 to {len(env.levels) - 1}", about)
    Console().print(table)


def show(
    env_id: EnvId,
    *,
    level: int | None = None,
    split: Split | None = None,
    style: str | None = None,
    seed: int = 0,
    num: int = 1,
    answers: bool = False,
) -> None:
    """Print problems of an environment as a policy reads them.

    Args:
        env_id: the environment, such as Countdown-v0
        level: its level; the environment's default if left out
        split: train or eval (or all, where a level has only that)
        style: the wording
        seed: the first problem's seed
        num: how many problems
        answers: print the oracle's answer too
    """
    env = _env(env_id)
    console = Console()
    for problem in _problems(env, seed=seed, num=num, level=level, split=split, style=style):
        row = problem.row
        title = (
            f"{row.env_id} level {row.level} ({escape(env.levels[row.level])}) {row.split} seed {row.seed}"
        )
        console.print(Panel(escape(problem.prompt), title=title))
        if answers:
            console.print("\n".join(env.oracle(problem.data)), style="green", markup=False, highlight=False)


def play(
    env_id: EnvId,
    *,
    level: int | None = None,
    split: Split | None = None,
    style: str | None = None,
    seed: int = 0,
) -> None:
    """Play an environment yourself, problem after problem.

    Args:
        env_id: the environment, such as Countdown-v0
        level: its level; the environment's default if left out
        split: train or eval (or all, where a level has only that)
        style: the wording
        seed: the first problem's seed
    """
    env = _env(env_id)
    console = Console()
    console.print(
        "Answer in one line. [bold]/hint[/] shows a solution, [bold]/skip[/] and [bold]/quit[/] leave."
    )
    total, num_played = 0.0, 0
    for problem in _problems(env, seed=seed, num=None, level=level, split=split, style=style):
        verdict = _play_one(console, env, problem)
        if verdict is None:
            break
        if verdict.reason != _SKIPPED:
            num_played += 1
            total += verdict.reward
            console.print(f"[dim]{total:g} of {num_played} so far[/]\n")
    console.print(f"{total:g} of {num_played}. Goodbye.")


def _play_one(console: Console, env: Env, problem: Problem) -> Verdict | None:
    """Let a person play one episode; None when they quit."""
    row = problem.row
    title = f"{row.env_id} level {row.level} seed {row.seed}"
    console.print(Panel(escape(problem.prompt), title=title, border_style="cyan"))
    session = env.begin(problem)
    while True:
        text = _read_line(console)
        if text == "/quit":
            return None
        if text == "/hint":
            console.print("\n".join(env.oracle(problem.data)), style="yellow", markup=False, highlight=False)
            continue
        if text == "/skip":
            return Verdict(0.0, False, _SKIPPED)
        step = env.advance(session, text)
        _print_step(console, step)
        if step.verdict is not None:
            return step.verdict
        session = step.session


def _read_line(console: Console) -> str:
    """Read one line; the end of input quits."""
    try:
        return console.input("[bold cyan]>[/] ").strip()
    except EOFError:
        return "/quit"


def _print_step(console: Console, step: Step) -> None:
    if step.observation:
        console.print(step.observation, markup=False, highlight=False)
    if step.verdict is not None:
        colour = "green" if step.verdict.correct else "red"
        console.print(f"[{colour}]reward {step.verdict.reward:g} ({step.verdict.reason})[/]")


def check(
    env_id: EnvId,
    *,
    level: int | None = None,
    quick: bool = False,
    full: bool = False,
    num: int | None = None,
    json_file: Annotated[Path | None, tyro.conf.arg(name="json")] = None,
) -> None:
    """Prove that an environment is sound, reproducible and hard to cheat.

    Args:
        env_id: the environment, such as Countdown-v0
        level: one level only; all of them if left out
        quick: a few seconds: 40 problems a check
        full: 10,000 problems a check
        num: this many problems a check, 1,000 if left out
        json_file: write the results to this file too
    """
    env = _env(env_id)
    levels = None if level is None else [env.row(0, level=level).level]
    results: list[checks.Result] = []
    console = Console()
    with console.status("checking ..."):
        for result in checks.check(env, levels, _scale(quick=quick, full=full, num=num)):
            results.append(result)
            _print_result(console, result)
    if json_file is not None:
        _write_results(json_file, env.env_id, results)
    counts = Counter(result.ok for result in results)
    offered = f", {counts[None]} not offered" if counts[None] else ""
    console.print(f"{env.env_id}: {counts[True]} of {len(results)} checks pass{offered}")
    if counts[False]:
        raise SystemExit(1)


def _scale(*, quick: bool, full: bool, num: int | None) -> checks.Scale:
    if quick + full + (num is not None) > 1:
        raise UsageError("give one of --quick, --full and --num")
    if num is not None:
        if num < 1:
            raise UsageError(f"--num must be at least 1, got {num}")
        return checks.Scale(num, checks.FULL.limit_s)
    if quick:
        return checks.QUICK
    return checks.FULL if full else checks.NORMAL


def _print_result(console: Console, result: checks.Result) -> None:
    where = "all levels" if result.level is None else f"level {result.level}"
    shown = {name: value for name, value in result.finding.figures.items() if value}
    figures = ", ".join(f"{name} {value:.4g}" for name, value in shown.items())
    line = f"{_MARKS[result.ok]}  {where:<10}  {result.name:<26}  [dim]{escape(figures)}[/]"
    console.print(line, highlight=False)
    if result.finding.detail:
        console.print(f"      {escape(result.finding.detail)}", highlight=False)


def _write_results(path: Path, env_id: str, results: list[checks.Result]) -> None:
    rows = [
        {"env_id": env_id, "level": result.level, "check": result.name, **asdict(result.finding)}
        for result in results
    ]
    with _replacing(path) as file:
        json.dump(rows, file, indent=1)
        file.write("\n")


def generate(
    env_id: EnvId,
    *,
    num: int,
    output: Path,
    level: int | None = None,
    split: Split | None = None,
    style: str | None = None,
    seed_start: int = 0,
) -> None:
    """Write problems as JSON lines: each with its row, its prompt and its data.

    Args:
        env_id: the environment, such as Countdown-v0
        num: how many problems
        output: the file to write; it appears when it is complete
        level: the level; the environment's default if left out
        split: train or eval (or all, where a level has only that)
        style: the wording
        seed_start: the first problem's seed
    """
    env = _env(env_id)
    problems = _problems(env, seed=seed_start, num=num, level=level, split=split, style=style)
    with _replacing(output) as file:
        for problem in problems:
            line = {"row": problem.row.as_dict(), "prompt": problem.prompt, "data": problem.data}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    Console(stderr=True).print(f"wrote {num:,} problems of {env.env_id} to {output}")


def _env(env_id: str) -> Env:
    """Return the environment of an id; `module:ID` imports the module that registers it first."""
    module, colon, bare_id = env_id.rpartition(":")
    if colon:
        if not all(part.isidentifier() for part in module.split(".")):
            raise UsageError(f"{module!r} is not the name of a module; write module:ID or ID alone")
        try:
            importlib.import_module(module)
        except Exception as error:  # importing runs the module, which may raise anything
            raise UsageError(
                f"cannot import {module!r}: {type(error).__name__}: {error}; is its folder on PYTHONPATH?"
            ) from error
    return registry.get(bare_id)


def _problems(
    env: Env, *, seed: int, num: int | None, level: int | None, split: Split | None, style: str | None
) -> Iterator[Problem]:
    """Return the problems of `num` seeds (None: without end), having checked the request at once."""
    if num is not None and num < 1:
        raise UsageError(f"--num must be at least 1, got {num}")
    options = {} if style is None else {"style": style}
    env.row(seed, level=level, split=split, **options)
    seeds = range(seed, seed + num) if num is not None else count(seed)
    return (env.problem(env.row(one, level=level, split=split, **options)) for one in seeds)


@contextmanager
def _replacing(path: Path) -> Generator[TextIO]:
    """Open a file that takes its name only when it is complete; raises DataError where it cannot be."""
    if path.exists() and not path.is_file():  # a device or a pipe must not lose its name to a file
        raise DataError(f"cannot write {path}: it is not a regular file; choose another")
    path = path.resolve()  # a link stays one
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose a folder you may write to") from error
    finally:
        partial.unlink(missing_ok=True)
