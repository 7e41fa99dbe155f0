"""The verb gallery: one static page with an example of every environment at every level.

The page is whole in itself and opens from disk; animations stand beside it. Pictures need Pillow, and are
left out without it.
"""

import importlib
import io
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import tyro
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from rich.console import Console

from reasongym import registry
from reasongym.cli.listing import about
from reasongym.cli.pictures import draws
from reasongym.cli.progress import progress
from reasongym.core import Env, Json, Picture, Problem, Verdict
from reasongym.errors import DataError, ReasongymError, UsageError
from reasongym.seeding import stream

PAGE = "index.html"
_MOVE_MS, _LAST_MS = 280, 1_800
_MAX_FRAMES = 150


class Example(NamedTuple):
    """A problem of a level, solved."""

    level: int
    about: str
    prompt: str
    texts: list[str]
    verdict: Verdict
    chance: float
    splits: str
    max_turns: int
    picture: str
    """A data URI; empty where nothing is drawn."""


class Shown(NamedTuple):
    """An environment on the page."""

    id: str
    name: str
    family: str
    """Empty where the name says it."""
    about: str
    default_level: int
    styles: list[str]
    examples: list[Example]
    animation: str
    """The name of a file beside the page; empty where there is none."""


def gallery(
    output: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DIR")],
    text: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[TEXT]")] = "",
    *,
    seed: int = 0,
) -> None:
    """Render a page with one solved example of every environment and level, and animations of solutions.

    Args:
        output: the folder to write
        text: only environments whose id contains this
        seed: the seed of the examples
    """
    ids = [env_id for env_id in registry.specs() if text.lower() in env_id.lower()]
    if not ids:
        raise UsageError(f"no id contains {text!r}; `reasongym list` shows them")
    console = Console()
    shown: list[Shown] = []
    try:
        output.mkdir(parents=True, exist_ok=True)
        with progress(console, "rendering", len(ids)) as show:
            for number, env_id in enumerate(ids, 1):
                shown += _shown(registry.get(env_id), output, seed)
                show(number)
        (output / PAGE).write_text(_page(shown), encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write to {output}: {error.strerror}; choose another folder") from error
    console.print((output / PAGE).resolve().as_uri(), highlight=False, soft_wrap=True)


def _shown(env: Env, output: Path, seed: int) -> Iterator[Shown]:
    try:
        problems = [env.problem(env.row(seed, level=level)) for level in range(len(env.levels))]
    except ReasongymError:  # a source of problems that is not on this machine has nothing to show
        return
    name = env.env_id.removeprefix(f"{registry.NAMESPACE}/")
    animation = _animation(env, problems[env.default_level])
    file = f"{name.replace('/', '-')}.gif" if animation else ""
    if animation:
        (output / file).write_bytes(animation)
    examples = [_example(env, problem) for problem in problems]
    family = "" if _letters(env.family) == _letters(name.partition("-v")[0]) else env.family
    yield Shown(env.env_id, name, family, about(env), env.default_level, list(env.styles), examples, file)


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, name.lower()))


def _example(env: Env, problem: Problem) -> Example:
    level = problem.row.level
    texts = env.oracle(problem.data)
    return Example(
        level=level,
        about=env.levels[level],
        prompt=problem.prompt,
        texts=texts,
        verdict=env.judge(problem, texts),
        chance=env.chance(level),
        splits=" and ".join(env.splits(level)),
        max_turns=env.turn_limit(problem.row),
        picture=_data_uri(env.picture(env.start(problem.data))) if draws(env) and _pillow() else "",
    )


# -- pictures ---------------------------------------------------------------------------------------------


@cache
def _pillow() -> Any:
    """Return Pillow's module of images; None where it is not installed."""
    try:
        return importlib.import_module("PIL.Image")
    except ModuleNotFoundError:
        return None


def _data_uri(picture: Picture) -> str:
    held = io.BytesIO()
    _pillow().fromarray(picture).save(held, "PNG", optimize=True)
    return f"data:image/png;base64,{b64encode(held.getvalue()).decode()}"


def _animation(env: Env, problem: Problem) -> bytes:
    """Return a GIF of the oracle's play, move by move; nothing where there are no pictures or turns."""
    if env.max_turns(problem.row.level) == 1 or not draws(env) or not _pillow():
        return b""
    frames = [_pillow().fromarray(env.picture(state)) for state in solved_states(env, problem)[:_MAX_FRAMES]]
    held = io.BytesIO()
    durations = [_MOVE_MS] * (len(frames) - 1) + [_LAST_MS]
    frames[0].save(
        held, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, optimize=True
    )
    return held.getvalue()


def solved_states(env: Env, problem: Problem) -> list[Json]:
    """Return the states of a winning episode, each move on its own where a turn may hold several.

    An animation has no turn limit, so the moves may be more than the turns there are.
    """
    texts = env.oracle(problem.data)
    moves = " ".join(texts).split()
    states, wins = _states(env, problem, moves)
    return states if wins else _states(env, problem, texts)[0]


def _states(env: Env, problem: Problem, texts: Sequence[str]) -> tuple[list[Json], bool]:
    states = [env.start(problem.data)]
    for number, text in enumerate(texts):
        turn = env.act(states[-1], text, stream(b"%s turn %d" % (problem.row.key, number)))
        states.append(turn.state)
        if turn.verdict is not None:
            return states, turn.verdict.correct
    return states, False


# -- the page ---------------------------------------------------------------------------------------------


def _page(shown: Sequence[Shown]) -> str:
    pages = Environment(
        loader=PackageLoader("reasongym.cli", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["code"] = _code
    style, script = _asset("gallery.css"), _asset("gallery.js")
    content_policy = (
        f"default-src 'none'; img-src data: 'self' file:; style-src '{_hash(style)}'; "
        f"script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    return pages.get_template("gallery.html").render(
        shown=shown,
        num_levels=sum(len(one.examples) for one in shown),
        style=Markup(style),
        script=Markup(script),
        content_policy=content_policy,
    )


def _code(text: str) -> Markup:
    """Set what stands between backticks as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )


def _asset(name: str) -> str:
    return files("reasongym.cli").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
