"""The verb play: a person in the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from reasongym.cli.problems import EnvId, environment, problems
from reasongym.core import Env, Problem, Split, Step, Verdict

_SKIPPED = "skipped"


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
    env = environment(env_id)
    console = Console()
    console.print(
        "Answer in one line. [bold]/hint[/] shows a solution, [bold]/skip[/] and [bold]/quit[/] leave."
    )
    total, num_played = 0.0, 0
    for problem in problems(env, seed=seed, num=None, level=level, split=split, style=style):
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
