"""The static site: an index of tables and one page a run, each page whole in itself and openable from disk.

Completions are hostile text. They enter a page only as JSON with `<`, `>` and `&` escaped and are shown by
`textContent`; the page's policy lets no script or style run but the two of ours, named by their hash.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reasongym.episodes import Episode
from reasongym.errors import DataError
from reasongym.evaluation.metrics import is_cut
from reasongym.leaderboard.exports import as_csv, as_json
from reasongym.leaderboard.rows import BoardRow, ReportedRow, tables


def build(rows: Sequence[BoardRow], output: Path, reported: Sequence[ReportedRow] = ()) -> Path:
    """Write the site and return the path of its index; raises DataError where it cannot be written."""
    pages = _environment()
    written = {"index.html": pages.get_template("index.html").render(
        tables=tables(rows), reported=_by_benchmark(reported)
    )}  # fmt: skip
    for row in rows:
        written[page_name(row)] = pages.get_template("run.html").render(row=row, data=viewer_data(row))
    written |= {"board.json": as_json(rows), "board.csv": as_csv(rows, reported)}
    _write(output, written)
    return output / "index.html"


def _write(output: Path, pages: dict[str, str]) -> None:
    """Write the pages and remove those of runs that are no longer on the board."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (output / name).write_text(text, encoding="utf-8")
        for stale in {path.name for path in output.glob(f"run-{'[0-9a-f]' * 12}.html")} - pages.keys():
            (output / stale).unlink()
    except OSError as error:
        raise DataError(
            f"cannot write the page to {output}: {error.strerror}; choose another --output"
        ) from error


def page_name(row: BoardRow) -> str:
    """Name the page of a run."""
    return f"run-{row.result.key}.html"


def viewer_data(row: BoardRow) -> dict[str, Any]:
    """Return what the viewer shows of a run, each prompt once."""
    openings = {
        one.group: [[m.role, m.content] for m in one.messages[: len(one.messages) - _num_played(one)]]
        for one in row.episodes
    }
    return {
        "problems": [{"row": one.row.as_dict(), "opening": openings[group]} for group, one in _firsts(row)],
        "episodes": [_shown(one) for one in row.episodes],
    }


def _num_played(episode: Episode) -> int:
    """Count the messages from the first completion on; none where the prompt alone filled the context."""
    roles = [message.role for message in episode.messages]
    return len(roles) - roles.index("assistant") if "assistant" in roles else 0


def _firsts(row: BoardRow) -> list[tuple[int, Episode]]:
    grouped = groupby(row.episodes, key=lambda episode: episode.group)
    return [(group, next(members)) for group, members in grouped]


def _shown(episode: Episode) -> dict[str, Any]:
    verdict = episode.verdict
    assert verdict is not None, "a board row holds judged episodes only"
    return {
        "problem": episode.group,
        "sample": episode.member,
        "turns": [
            [m.role, m.content] for m in episode.messages[len(episode.messages) - _num_played(episode) :]
        ],
        "tokens": sum(len(completion.token_ids) for completion in episode.completions),
        "correct": verdict.correct,
        "reward": verdict.reward,
        "reason": verdict.reason,
        "answer": verdict.answer,
        "cut": is_cut(episode),
    }


def _by_benchmark(reported: Iterable[ReportedRow]) -> list[tuple[str, list[ReportedRow]]]:
    """Group reported rows; inside a benchmark by name, never by value."""
    ordered = sorted(reported, key=lambda row: (row.benchmark, row.model.lower(), row.source))
    return [(name, list(rows)) for name, rows in groupby(ordered, key=lambda row: row.benchmark)]


def _environment() -> Environment:
    pages = Environment(
        loader=PackageLoader("reasongym.leaderboard", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _asset("style.css"), _asset("viewer.js")
    content_policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    shared: dict[str, Any] = {
        "style": Markup(style),
        "script": Markup(script),
        "content_policy": content_policy,
        "page_name": page_name,
    }
    pages.globals.update(shared)
    pages.filters["percent"] = _percent
    return pages


def _asset(name: str) -> str:
    return files("reasongym.leaderboard").joinpath("pages", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}%"
