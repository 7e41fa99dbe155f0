"""The verb play: a person in the terminal, or lines through a pipe."""

import contextlib
import importlib
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from reasongym.cli.game import Game
from reasongym.cli.options import named_options
from reasongym.cli.pictures import draws, in_blocks
from reasongym.cli.problems import EnvId, environment
from reasongym.cli.words import told
from reasongym.core import Split, Verdict
from reasongym.errors import UnknownName, UsageError

FENCE = "```"
_OPEN_TAG = re.compile(r"<(python|tool_call)>")


def play(
    env_id: EnvId,
    *,
    level: int | None = None,
    split: Split | None = None,
    style: str | None = None,
    seed: int = 0,
    tools: str = "",
    options: tuple[str, ...] = (),
    pictures: bool = False,
) -> None:
    """Play an environment yourself, problem after problem.

    Args:
        env_id: the environment, such as Countdown-v0
        level: its level; the environment's default if left out
        split: train or eval (or all, where a level has only that)
        style: the wording
        seed: the first problem's seed
        tools: what you may use between turns, such as python, called by <python>2 ** 10</python>
        options: options of the environment, such as num_numbers=4
        pictures: draw the position in colours after every move, where the environment can
    """
    with contextlib.suppress(ImportError):  # not on every platform; it gives the arrow keys their meaning
        importlib.import_module("readline")
    env = environment(env_id)
    named = named_options(options) | ({} if style is None else {"style": style})
    named |= {"tools": tools} if tools else {}
    table = _Table(Console(), Game(env, env.row(seed, level=level, split=split, **named)), pictures=pictures)
    table.greet()
    table.open()
    while (text := table.read()) is not None and table.take(text):
        pass
    table.part()


class _Command(NamedTuple):
    run: Callable[["_Table", str], None]
    about: str


class _Table:
    """Shows a game and takes what a person writes."""

    def __init__(self, console: Console, game: Game, *, pictures: bool) -> None:
        self.console = console
        self.game = game
        self.pictures = pictures and draws(game.env)

    # -- what is shown --------------------------------------------------------------------------------

    def greet(self) -> None:
        self.console.print(
            "Write your answer. [bold]/hint[/] helps, [bold]/skip[/] and [bold]/quit[/] leave, "
            "[bold]/help[/] lists all commands.",
            highlight=False,
        )

    def part(self) -> None:
        self.console.print(f"\n{self.game.score} Goodbye.", highlight=False)

    def open(self) -> None:
        """Show the problem that is played."""
        row = self.game.problem.row
        about = self.game.env.levels[row.level]
        title = f"{row.env_id.removeprefix('reasongym/')} · level {row.level} · seed {row.seed}"
        subtitle = Text(about, style="dim", overflow="ellipsis", no_wrap=True)
        self.console.print()
        self.console.print(
            Panel(
                Text(self.game.problem.prompt),
                title=Text(title, style="bold"),
                subtitle=subtitle,
                border_style="cyan",
                padding=(1, 2),
            )
        )
        self._draw()

    def board(self, _: str = "") -> None:
        """Show where the episode stands."""
        observation = self.game.observation
        if observation is None:
            self.open()
        elif observation:
            self.console.print(Panel(Text(observation), border_style="dim", expand=False))
            self._draw()

    def _draw(self) -> None:
        if self.pictures and self.console.color_system is not None:
            self.picture()

    def picture(self, _: str = "") -> None:
        if not draws(self.game.env):
            raise UsageError("this environment draws no pictures")
        if self.console.color_system is None:
            raise UsageError("pictures need a terminal with colours")
        drawn = self.game.env.picture(self.game.session.state)
        self.console.print(in_blocks(drawn, min(self.console.width, 48)), soft_wrap=True)

    def _judge(self, verdict: Verdict) -> None:
        mark, colour = ("✓", "green") if verdict.correct else ("✗", "red")
        self.console.print(Text(f"{mark} {told(verdict)}", style=f"bold {colour}"))
        if 0 < verdict.reward < 1:
            self.console.print(f"Reward {verdict.reward:g}.", highlight=False)
        if not verdict.correct and not self.game.has_turns:
            answer = self.game.solution[0]
            gap = "\n" if "\n" in answer else " "
            self.console.print(Text.assemble(f"One right answer:{gap}", (answer, "yellow")))
        self.console.print(f"[dim]{self.game.score} /again repeats this problem.[/]", highlight=False)

    # -- what is taken --------------------------------------------------------------------------------

    def read(self) -> str | None:
        """Read a command or an answer; None at the end of input.

        An answer of several lines ends with an empty line, or stands in a fence; a call ends with its tag.
        """
        while True:
            line = self._line(self._cue())
            if line is None or line.startswith("/"):
                return line
            if line.lstrip().startswith(FENCE):
                return "\n".join([line, *self._lines_until(FENCE)])
            if (tag := _OPEN_TAG.match(line)) and f"</{tag[1]}>" not in line:
                return "\n".join([line, *self._lines_until(f"</{tag[1]}>")])
            if line.strip() and self.game.takes_lines:
                return self._several(line)
            if line.strip():
                return line.strip()

    def _cue(self) -> str:
        if self.game.has_turns:
            return f"[bold cyan]turn {self.game.turn} of {self.game.max_turns} >[/] "
        several = "[dim](several lines; an empty one ends the answer)[/]\n" if self.game.takes_lines else ""
        return f"{several}[bold cyan]>[/] "

    def _lines_until(self, end: str) -> list[str]:
        lines: list[str] = []
        while (line := self._line("[cyan]…[/] ")) is not None and line.strip() != end:
            lines.append(line)
        return [*lines, end]

    def _several(self, first: str) -> str:
        """Read on to an empty line; a command among the lines is followed in their place."""
        lines = [first]
        while (line := self._line("[cyan]…[/] ")) is not None and line.strip():
            if line.startswith("/") and line[1:].partition(" ")[0] in (*_COMMANDS, *_ALIASES, *_LEAVING):
                return line
            lines.append(line)
        return "\n".join(lines)

    def _line(self, cue: str) -> str | None:
        try:
            line = self.console.input(cue).rstrip()
        except EOFError:
            return None
        if not self.console.is_terminal:  # nobody typed it here, so it is not on the screen
            self.console.print(Text(line))
        return line

    def take(self, text: str) -> bool:
        """Follow a command or play an answer; False when the person quits."""
        name, _, argument = text[1:].partition(" ")
        if not text.startswith("/"):
            self._act(text)
        elif name in _LEAVING:
            return False
        else:
            self._command(name, argument.strip())
        return True

    def _command(self, name: str, argument: str) -> None:
        try:
            name = _ALIASES.get(name, name)
            if name not in _COMMANDS:
                raise UnknownName("command", f"/{name}", [f"/{one}" for one in (*_COMMANDS, "quit")])
            _COMMANDS[name].run(self, argument)
        except UsageError as error:
            self.console.print(Text(str(error), style="red"))

    def _act(self, text: str) -> None:
        verdict = self.game.act(text)
        self.board()
        if verdict is not None:
            self._judge(verdict)
            self.game.next()
            self.open()

    # -- commands -------------------------------------------------------------------------------------

    def help(self, _: str) -> None:
        listed = Table.grid(padding=(0, 2))
        for name, command in _COMMANDS.items():
            listed.add_row(f"[bold]/{name}[/]", command.about)
        listed.add_row("[bold]/quit[/]", "leave; so does the end of input")
        self.console.print(listed)

    def hint(self, _: str) -> None:
        self.console.print(Text(self.game.hint(), style="yellow"))

    def solution(self, _: str) -> None:
        self.console.print(Text("\n".join(self.game.solution), style="yellow"))

    def undo(self, argument: str) -> None:
        self.game.undo(_number(argument, 1))
        self.board()

    def history(self, _: str) -> None:
        if not self.game.texts:
            self.console.print("[dim]Nothing is played yet.[/]")
        for number, text in enumerate(self.game.texts, 1):
            self.console.print(Text(f"{number:>3}  {text}"))

    def levels(self, argument: str) -> None:
        if argument:
            self._to_level(_number(argument, 0))
            return
        listed = Table.grid(padding=(0, 2))
        for level, about in enumerate(self.game.env.levels):
            here = level == self.game.row.level
            listed.add_row("→" if here else "", str(level), Text(about), style="bold" if here else "")
        self.console.print(listed)

    def harder(self, argument: str) -> None:
        self._to_level(self.game.row.level + _number(argument, 1))

    def easier(self, argument: str) -> None:
        self._to_level(self.game.row.level - _number(argument, 1))

    def _to_level(self, level: int) -> None:
        self.game.to_level(level)
        self.open()

    def style(self, argument: str) -> None:
        self.game.to_style(argument)
        self.open()

    def again(self, _: str) -> None:
        self.game.again()
        self.open()

    def skip(self, _: str) -> None:
        self.game.next()
        self.open()


def _number(text: str, default: int) -> int:
    if not text:
        return default
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"a number is needed there, got {text!r}")
    return int(text[:9])


_COMMANDS: Mapping[str, _Command] = {
    "hint": _Command(_Table.hint, "one next move, or the answer where one answer is all"),
    "undo": _Command(_Table.undo, "take the last move back; /undo 3 takes three"),
    "board": _Command(_Table.board, "show the position again"),
    "picture": _Command(_Table.picture, "draw the position in colours"),
    "history": _Command(_Table.history, "what was played in this episode"),
    "solution": _Command(_Table.solution, "a whole solution from the start"),
    "again": _Command(_Table.again, "begin this problem again, or the last one if nothing is played yet"),
    "skip": _Command(_Table.skip, "the next problem"),
    "harder": _Command(_Table.harder, "a level up"),
    "easier": _Command(_Table.easier, "a level down"),
    "level": _Command(_Table.levels, "list the levels; /level 2 goes there"),
    "style": _Command(_Table.style, "another wording, such as /style terse"),
    "help": _Command(_Table.help, "this list"),
}
_LEAVING = ("quit", "q", "exit")
_ALIASES = {"h": "hint", "u": "undo", "s": "skip", "up": "harder", "down": "easier", "levels": "level"}
