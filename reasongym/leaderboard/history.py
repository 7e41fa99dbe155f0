"""When the repository that hosts a board took a file in, by the history of its main line."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from reasongym.errors import DataError


@dataclass(frozen=True, slots=True)
class Filed:
    """What a history knows of a file."""

    added: datetime
    is_changed: bool
    """Whether a later commit, or the working copy, has it otherwise."""


History: TypeAlias = Callable[[Path], Filed | None]
"""Says when a file was taken in; None where it was not."""


def git_history(path: Path) -> Filed | None:
    """Read it from the first parents of HEAD: what a merge brought in is dated by the merge.

    The dates are those of whoever made these commits: the main line must be written by those who are trusted.
    Raises DataError outside a checkout.
    """
    commits = _git(path, "log", "--first-parent", "-m", "--no-renames", "--format=%ct", "--", path.name)
    if not commits:
        return None
    times = [int(line) for line in commits.split()]
    is_dirty = bool(_git(path, "status", "--porcelain", "--", path.name))
    return Filed(datetime.fromtimestamp(times[-1], UTC), is_changed=len(times) > 1 or is_dirty)


def _git(path: Path, *words: str) -> str:
    try:
        told = subprocess.run(
            ["git", "-C", str(path.parent), *words], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise DataError(f"cannot read the history of {path}: {error}") from error
    return told.stdout.strip()
