"""The files of a submitted run: only ours, no links, of a bearable size, and JSON that reads in one way."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import cast

import msgspec

from reasongym.core import Json
from reasongym.episodes import Episode
from reasongym.evaluation.findings import Finding
from reasongym.evaluation.runs import EPISODES_FILE, RUN_FILE, SCORES_FILE, read_run
from reasongym.leaderboard.curves import METRICS_FILE
from reasongym.leaderboard.replays import REPLAY_FILE

NEEDED = (RUN_FILE, EPISODES_FILE, SCORES_FILE)
ALLOWED = (*NEEDED, METRICS_FILE, REPLAY_FILE)
MAX_BYTES = {
    RUN_FILE: 1 << 20,
    SCORES_FILE: 1 << 20,
    METRICS_FILE: 16 << 20,
    EPISODES_FILE: 1 << 30,
    REPLAY_FILE: 64 << 20,
}
"""Of each file; an evaluation of 30 problems by 64 long completions with token ids has about 300 MB."""
MAX_LINE_BYTES = 16 << 20
_EPISODE_FIELDS = {one.name for one in fields(Episode)}


class _TwiceNamed(ValueError):
    """An object of JSON has a name twice, so that readers may differ on what it says."""


def find_wrong_files(folder: Path) -> Iterator[Finding]:
    """Check what is in the folder, before any of it is believed."""
    there = {path.name: path for path in sorted(folder.iterdir())}
    for name in NEEDED:
        if name not in there:
            yield Finding("missing", f"there is no {name}; `reasongym rescore` says what is lacking")
    for name, path in there.items():
        if name not in ALLOWED:
            yield Finding("extra_file", f"{name[:80]!r} is no file of a run")
        elif path.is_symlink() or not path.is_file():
            yield Finding("extra_file", f"{name} is a link or a folder, not a file")
        elif path.stat().st_size > MAX_BYTES[name]:
            yield Finding("too_large", f"{name} has {path.stat().st_size} bytes, over {MAX_BYTES[name]}")


def find_wrong_json(folder: Path) -> Iterator[Finding]:
    """Check that each file says one thing only, in the fields that a run has."""
    try:
        stored = _strict((folder / RUN_FILE).read_bytes())
        unknown = list(_unknown(stored, msgspec.to_builtins(read_run(folder))))
        _strict((folder / SCORES_FILE).read_bytes())
    except (ValueError, RecursionError) as error:
        yield Finding("unreadable", f"{RUN_FILE} or {SCORES_FILE}: {error or 'too deeply nested'}")
        return
    if unknown:
        yield Finding("unknown_field", f"{RUN_FILE} has {', '.join(unknown[:5])}, which no run has")
    yield from _find_wrong_lines(folder / EPISODES_FILE)


def _find_wrong_lines(path: Path) -> Iterator[Finding]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                yield Finding("too_large", f"{path.name}:{number} has over {MAX_LINE_BYTES} bytes")
                return
            try:
                unknown = sorted(set(_strict(line)) - _EPISODE_FIELDS)
            except (ValueError, TypeError, RecursionError) as error:
                yield Finding("unreadable", f"{path.name}:{number} is not an episode ({error})")
                return
            if unknown:
                yield Finding("unknown_field", f"{path.name}:{number} has {unknown[0]}, which no episode has")
                return


def _strict(content: bytes) -> Json:
    return json.loads(content, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise _TwiceNamed("an object has a name twice")
    return named


def _no_number(text: str) -> Json:
    raise ValueError(f"{text} is no number of JSON")


def _unknown(stored: Json, known: Json, name: str = "") -> Iterator[str]:
    """Name the fields that are stored and mean nothing."""
    if not (isinstance(stored, dict) and isinstance(known, dict)):
        if isinstance(stored, list) and isinstance(known, list | tuple):
            for one, other in zip(cast(list[Json], stored), cast(list[Json], known), strict=False):
                yield from _unknown(one, other, name)
        return
    one, other = cast(dict[str, Json], stored), cast(dict[str, Json], known)
    for key, value in one.items():
        inner = f"{name}.{key}" if name else key
        if key not in other:
            yield inner[:80]
        else:
            yield from _unknown(value, other[key], inner)
