"""Verbs that tell what there is: list, show."""

import json
import time
from collections.abc import Iterator
from typing import Annotated, NamedTuple

import tyro
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from reasongym import registry
from reasongym.cli.options import named_options
from reasongym.cli.pictures import draws, in_blocks
from reasongym.cli.problems import EnvId, environment, problems
from reasongym.core import Env, Problem, Split
from reasongym.errors import ReasongymError, UsageError
from reasongym.options import TOOL_OPTIONS

MEASURED_S = 0.02
"""CPU time for which an environment's speed is measured."""


class Listed(NamedTuple):
    """What `list` tells of an environment."""

    id: str
    family: str
    max_turns: int
    levels: list[str]
    default_level: int
    problems_per_s: float | None
    """At the default level, on this machine; None where it was not measured."""
    about: str


def list_envs(
    text: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[TEXT]")] = "",
    *,
    json_lines: Annotated[bool, tyro.conf.arg(name="json")] = False,
    speed: bool = True,
    bridged: bool = False,
) -> None:
    """List the environments: families, turns, levels, how many problems a second are made, what they are.

    Args:
        text: only those whose id, family or description contains this
        json_lines: print one JSON object a line instead of the table
        speed: measure how fast problems are made
        bridged: list those of bridged packages too, which are not trusted
    """
    ids = registry.specs(trusted=None if bridged else True)
    found = (env for env in map(registry.get, ids) if text.lower() in _searched(env))
    listed = (_listed(env, speed=speed) for env in found)
    if json_lines:
        for one in listed:
            print(json.dumps(one._asdict(), ensure_ascii=False))
        return
    console = Console()
    table = Table(
        Column("id", no_wrap=True),
        Column("family", style="dim", overflow="fold"),
        Column("turns", justify="right"),
        Column("levels", justify="right"),
        Column("problems/s", justify="right"),
        Column("what it is", ratio=1),
        box=None,
        padding=(0, 2, 0, 0),
        header_style="dim",
    )
    with console.status("measuring ..." if speed else "listing ..."):
        for one in listed:
            table.add_row(*_cells(one))
    console.print(table)
    console.print(f"[dim]{table.row_count} environments. reasongym play ID plays one.[/]", highlight=False)


def _searched(env: Env) -> str:
    return f"{env.env_id} {env.family} {about(env)}".lower()


def about(env: Env) -> str:
    """Say in one line what an environment is: the first of its class's docstring."""
    return (type(env).__doc__ or "").strip().partition("\n")[0]


def _listed(env: Env, *, speed: bool) -> Listed:
    turns = max(env.turn_limit(env.row(0, level=level)) for level in range(len(env.levels)))
    per_s = _speed(env) if speed and env.trusted else None
    levels = list(env.levels)
    return Listed(env.env_id, env.family, turns, levels, env.default_level, per_s, about(env))


def _cells(one: Listed) -> Iterator[str | Text]:
    turns = "1" if one.max_turns == 1 else f"≤{one.max_turns}"
    yield Text(one.id.removeprefix(f"{registry.NAMESPACE}/"), style="bold")
    yield Text(one.family)
    yield turns
    yield str(len(one.levels))
    yield "–" if one.problems_per_s is None else f"{one.problems_per_s:,.0f}"
    yield Text(one.about)


def _speed(env: Env) -> float | None:
    """Return how many problems of the default level are made in a CPU second, measured briefly."""
    seeds = iter(range(2**31))
    try:
        env.problem(env.row(next(seeds)))  # the first loads what the family needs
        begun, num, spent = time.thread_time(), 0, 0.0
        while spent < MEASURED_S:
            env.problem(env.row(next(seeds)))
            num += 1
            spent = time.thread_time() - begun
    except ReasongymError:  # a source that is not there, or one with few problems
        return None
    return float(f"{num / spent:.2g}")


def show(
    env_id: EnvId,
    *,
    level: int | None = None,
    split: Split | None = None,
    style: str | None = None,
    seed: int = 0,
    num: int = 1,
    answers: bool = False,
    levels: bool = False,
    styles: bool = False,
    pictures: bool = False,
    options: tuple[str, ...] = (),
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
        levels: describe the environment, its levels, wordings and options first
        styles: print every problem in all wordings
        pictures: draw the first position of each problem in colours, where the environment can
        options: options of the environment, such as num_numbers=4
    """
    env = environment(env_id)
    named = named_options(options)
    console = Console()
    if pictures and not draws(env):
        raise UsageError(f"{env.env_id} draws no pictures")
    if styles and style is not None:
        raise UsageError("give one of --style and --styles")
    if levels:
        _describe(console, env)
    for wording in env.styles if styles else [style]:
        asked = named | ({} if wording is None else {"style": wording})
        for problem in problems(env, seed=seed, num=num, level=level, split=split, options=asked):
            _show(console, env, problem, answers=answers, pictures=pictures)


def _show(console: Console, env: Env, problem: Problem, *, answers: bool, pictures: bool) -> None:
    row = problem.row
    style = f" {row.options['style']}" if "style" in row.options else ""
    title = f"{row.env_id} level {row.level} {row.split} seed {row.seed}{style}"
    about_level = Text(env.levels[row.level], style="dim", overflow="ellipsis", no_wrap=True)
    console.print(Panel(Text(problem.prompt), title=Text(title), subtitle=about_level))
    if pictures:
        if console.color_system is None:
            raise UsageError("pictures need a terminal with colours")
        console.print(in_blocks(env.picture(env.start(problem.data)), min(console.width, 48)))
    if answers:
        console.print(Text("\n".join(env.oracle(problem.data)), style="green"))


def _describe(console: Console, env: Env) -> None:
    console.print(Text(env.env_id, style="bold"))
    console.print(Text(" ".join((type(env).__doc__ or "").split())))
    table = Table("level", "what it means", "splits", "turns", "chance", box=None, header_style="dim")
    for level, meant in enumerate(env.levels):
        number = f"{level} (default)" if level == env.default_level else str(level)
        splits = " ".join(env.splits(level))
        turns = str(env.turn_limit(env.row(0, level=level)))
        table.add_row(number, Text(meant), splits, turns, f"{env.chance(level):.2g}")
    console.print(Padding(table, (1, 0)))
    for name, what in env.styles.items():
        console.print(Text.assemble(("style ", "dim"), name, (f"  {what}", "dim")))
    for option in (*env.parameters, *(() if env.own_tool else TOOL_OPTIONS[:1])):
        console.print(Text.assemble(("option ", "dim"), option.name, (f"  {option.about}", "dim")))
    console.print()
