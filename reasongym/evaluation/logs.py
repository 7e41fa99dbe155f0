"""The episodes of a run on disk: appended as they finish, so that a kill loses what was in flight only."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from reasongym.episodes import Episode, read_episodes, to_json
from reasongym.errors import DataError
from reasongym.evaluation.runs import EPISODES_FILE, Run, write_whole


class EpisodeLog:
    """An open `episodes.jsonl`; `present` are the (problem, sample) that are in it."""

    def __init__(self, path: Path, file: FileIO, run: Run) -> None:
        self.path = path
        self.present: set[tuple[int, int]] = set()
        self.num_correct = 0
        self._file = file
        for episode in read_episodes(path):
            _require_of_run(episode, run, path)
            self._count(episode)

    def append(self, episode: Episode) -> None:
        """Add a finished episode; it survives this process from here on."""
        append_line(self._file, to_json(episode), self.path)
        self._count(episode)

    def sort(self) -> None:
        """Rewrite the file in the order (problem, sample), so that it tells nothing of interruptions."""
        episodes = sorted(read_episodes(self.path), key=lambda one: (one.group, one.member))
        with reported(self.path):
            write_whole(self.path, b"".join(map(to_json, episodes)))

    def _count(self, episode: Episode) -> None:
        self.present.add((episode.group, episode.member))
        self.num_correct += bool(episode.verdict and episode.verdict.correct)


@contextmanager
def open_log(folder: Path, run: Run) -> Generator[EpisodeLog]:
    """Open a run's log for this process alone, a cut-off last line removed; raises DataError."""
    path = folder / EPISODES_FILE
    with reported(path):
        file = path.open("a+b", buffering=0)  # each episode is with the system as soon as it is written
    with file:
        _lock(file, folder)
        with reported(path):
            drop_cut_off_line(file)
        yield EpisodeLog(path, file, run)


@contextmanager
def reported(path: Path) -> Generator[None]:
    """Turn a failure of the disk into words."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot write {path}: {error.strerror}; what is there is kept, the same command continues"
        ) from error


def _lock(file: FileIO, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise DataError(
            f"another process is writing to {folder}; wait for it or choose another --output"
        ) from error


def append_line(file: FileIO, line: bytes, path: Path) -> None:
    """Hand a line to the system; raises DataError."""
    with reported(path):
        while line:  # a disk that is nearly full takes a part, and fails at the rest
            line = line[file.write(line) :]


def drop_cut_off_line(file: FileIO) -> None:
    """Cut off what was written of a last line when a kill came; the file then stands at its end."""
    file.seek(0)
    written = file.read()
    file.truncate(written.rfind(b"\n") + 1)
    file.seek(0, 2)


def _require_of_run(episode: Episode, run: Run, path: Path) -> None:
    problems = run.suite.problems
    fits = 0 <= episode.group < len(problems) and 0 <= episode.member < run.protocol.samples
    if not fits or problems[episode.group].row != episode.row:
        raise DataError(
            f"{path} holds an episode of another run (problem {episode.group}, sample {episode.member}); "
            "choose another --output or delete the folder"
        )
