"""Every exception reasongym raises on purpose.

ReasongymError
├── UsageError          what the caller asked for does not exist or does not fit (also a ValueError)
│   └── UnknownName     a name nobody registered; the message suggests the nearest one
├── GenerationError     an environment could not make the problem of a row
├── DataError           a file or folder is missing, corrupt, or not writable
├── PolicyError         a policy or its engine failed
└── Unscored            our own failure kept an episode from being judged: it is not a wrong answer
"""

from collections.abc import Iterable

_LONGEST_COMPARED = 200


class ReasongymError(Exception):
    """Base of every error below; the CLI prints its message as one sentence and exits with 2."""


class UsageError(ReasongymError, ValueError):
    """The caller asked for something that does not exist or does not fit."""


class UnknownName(UsageError):
    """Nobody registered this name; `known` are the names that exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown {kind} {name!r}{_nearest(name, sorted(known))}")


class GenerationError(ReasongymError):
    """An environment could not make the problem of a row."""


class DataError(ReasongymError):
    """A file or folder is missing, corrupt, or not writable."""


class PolicyError(ReasongymError):
    """A policy or its engine failed."""


class Unscored(ReasongymError):
    """Our own failure kept an episode from being judged."""


def _nearest(name: str, known: list[str]) -> str:
    import difflib  # only a message that is about to be read by a person pays for this import

    by_lower = {one.lower(): one for one in known}
    is_short = len(name) <= _LONGEST_COMPARED  # a stranger's name may have millions, and comparing takes long
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5) if is_short else []
    if near:
        return f"; did you mean {by_lower[near[0]]!r}?"
    return f"; known: {', '.join(known)}" if known else ""
