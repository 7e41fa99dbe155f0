"""Verbs that tell what there is: list, show."""

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Column, Table

from reasongym import registry
from reasongym.cli.problems import EnvId, environment, problems
from reasongym.core import Split


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
    env = environment(env_id)
    console = Console()
    for problem in problems(env, seed=seed, num=num, level=level, split=split, style=style):
        row = problem.row
        title = (
            f"{row.env_id} level {row.level} ({escape(env.levels[row.level])}) {row.split} seed {row.seed}"
        )
        console.print(Panel(escape(problem.prompt), title=title))
        if answers:
            console.print("\n".join(env.oracle(problem.data)), style="green", markup=False, highlight=False)
