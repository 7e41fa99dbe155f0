"""What clients and the server of environments tell each other, as JSON.

Answers never hold a problem's data, from which its solution could be read.
"""

from typing import Any, TypeVar

import msgspec

from reasongym.agents.adapters.serving.sessions import Move as Move
from reasongym.agents.adapters.serving.sessions import Played as Played
from reasongym.core import Env, Problem, Row, Verdict
from reasongym.errors import UsageError

Record = TypeVar("Record")


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request; what it should not have is refused rather than not seen."""


class RowAsked(_Asked, frozen=True):
    """A row, in which the level and the split may be left to the environment."""

    env_id: str
    seed: int
    level: int | None = None
    split: str | None = None
    options: dict[str, Any] = {}

    @classmethod
    def of(cls, row: Row) -> "RowAsked":
        """Ask for a whole row."""
        return cls(row.env_id, row.seed, row.level, row.split, row.options)

    @classmethod
    def read(cls, row: Any) -> "RowAsked":
        """Read a row that came as JSON; raises UsageError."""
        try:
            return msgspec.convert(row, cls)
        except msgspec.ValidationError as error:
            raise UsageError(f"not a row: {error}; it has env_id, seed, level, split, options") from error


class Rows(_Asked, frozen=True):
    """Of `/problems` and `/sessions`."""

    rows: list[RowAsked]


class MoveAsked(_Asked, frozen=True):
    """See `Move`."""

    session: str
    turn: int
    action: str


class Moves(_Asked, frozen=True):
    """Of `/steps`."""

    moves: list[MoveAsked]


class Names(_Asked, frozen=True):
    """Of `/sessions/close`."""

    sessions: list[str]


class EpisodeAsked(_Asked, frozen=True):
    """A row and the texts played on it."""

    row: RowAsked
    texts: list[str]


class Episodes(_Asked, frozen=True):
    """Of `/verdicts`."""

    episodes: list[EpisodeAsked]


class OptionTold(msgspec.Struct, frozen=True):
    """An option of an environment."""

    name: str
    default: Any
    about: str
    choices: list[Any]
    low: int | None
    high: int | None


class EnvTold(msgspec.Struct, frozen=True):
    """An environment that is served."""

    env_id: str
    levels: list[str]
    default_level: int
    options: list[OptionTold]


class Envs(msgspec.Struct, frozen=True):
    """Answers `/envs`."""

    envs: list[EnvTold]


class Prompt(msgspec.Struct, frozen=True):
    """A problem as a policy sees it."""

    row: dict[str, Any]
    """Whole; a problem that is asked for by it again is the same."""
    prompt: str
    num_turns: int
    """After which the episode is truncated."""
    stops: tuple[str, ...] = ()
    """Strings that end a turn by themselves, such as the end of a call to a tool."""
    session: str = ""

    @classmethod
    def of(cls, env: Env, problem: Problem, session: str = "") -> "Prompt":
        """Tell a problem without what it is made from."""
        row = problem.row
        return cls(row.as_dict(), problem.prompt, env.turn_limit(row), env.stop_strings(row), session)


class Prompts(msgspec.Struct, frozen=True):
    """Answers `/problems`, and `/sessions` with their names."""

    problems: list[Prompt]


class Steps(msgspec.Struct, frozen=True):
    """Answers `/steps`, in the order of the moves."""

    steps: list[Played]


class Judged(msgspec.Struct, frozen=True):
    """A verdict, or why there is none."""

    verdict: Verdict | None
    error: str = ""


class Verdicts(msgspec.Struct, frozen=True):
    """Answers `/verdicts`, in the order of the episodes."""

    verdicts: list[Judged]


class Closed(msgspec.Struct, frozen=True):
    """Answers `/sessions/close`."""

    num_closed: int


class Health(msgspec.Struct, frozen=True):
    """Whether the server works, and how much it does."""

    status: str
    version: str
    sessions: int
    running: int


class Fault(msgspec.Struct, frozen=True):
    """Why a request was not fulfilled."""

    error: str
    kind: str = "usage"
    """`usage`, `token`, `gone`, `in_play`, `busy` or `failed`."""


def read(content: bytes, kind: type[Record]) -> Record:
    """Read a record; raises UsageError that says which part of it is wrong."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UsageError(f"the JSON is no {kind.__name__}: {error}") from error


def written(record: Any) -> bytes:
    """Write a record."""
    return msgspec.json.encode(record)
