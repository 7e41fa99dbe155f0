"""Completions on disk as soon as they are there: an episode of many turns that is killed asks for none again.

Episodes are kept when they end. What a model said before that, turn by turn, is kept here, and the journal is
deleted once the run is complete.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from typing import Any

import msgspec

from reasongym.episodes import Completion, Policy, Request
from reasongym.errors import DataError
from reasongym.evaluation.logs import append_line, drop_cut_off_line, reported
from reasongym.evaluation.runs import JOURNAL_FILE, Run


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the journal."""

    key: str
    """Names all that decides a completion: prompt, sampling, noise."""
    completion: Completion


_decode = msgspec.json.Decoder(_Entry).decode


class RememberingPolicy:
    """Answers from the journal what is in it, and writes down what the policy behind it answers."""

    def __init__(self, policy: Policy, path: Path, file: FileIO) -> None:
        self._policy = policy
        self._path = path
        self._file = file
        self._known = {entry.key: entry.completion for entry in _entries(path)}
        self._keys: dict[int, str] = {}
        self._ready: dict[int, Completion] = {}

    def submit(self, requests: Sequence[Request]) -> None:
        """Queue requests; those whose completions are known are not passed on."""
        unknown: list[Request] = []
        for request in requests:
            key = _key(request)
            if key in self._known:
                self._ready[request.id] = self._known.pop(key)
            else:
                self._keys[request.id] = key
                unknown.append(request)
        if unknown:
            self._policy.submit(unknown)

    def poll(self) -> list[tuple[int, Completion]]:
        """Return what was known, or else what is done and written down."""
        if self._ready:
            ready, self._ready = list(self._ready.items()), {}
            return ready
        done = self._policy.poll()
        for request_id, completion in done:
            entry = _Entry(self._keys.pop(request_id), completion)
            append_line(self._file, msgspec.json.encode(entry) + b"\n", self._path)
        return done

    def cancel(self, ids: Iterable[int]) -> None:
        """Forget requests."""
        gone = set(ids)
        for request_id in gone:
            self._ready.pop(request_id, None)
            self._keys.pop(request_id, None)
        self._policy.cancel(gone)

    def push(self, weights: Any, version: int) -> None:
        """Refuse: other weights would answer otherwise than what is written down."""
        raise DataError("a run that is measured keeps its weights")

    def close(self) -> None:
        """Release the engine."""
        self._policy.close()


@contextmanager
def remembering(policy: Policy, folder: Path, run: Run) -> Generator[Policy]:
    """Open the journal of a run that this process alone writes to; policies without a model need none."""
    if not run.player.model:
        yield policy
        return
    path = folder / JOURNAL_FILE
    with reported(path):
        file = path.open("a+b", buffering=0)
    with file:
        with reported(path):
            drop_cut_off_line(file)
        yield RememberingPolicy(policy, path, file)


def forget(folder: Path) -> None:
    """Delete the journal of a run that is complete."""
    with reported(folder / JOURNAL_FILE):
        (folder / JOURNAL_FILE).unlink(missing_ok=True)


def _key(request: Request) -> str:
    decisive = [request.noise_key, request.messages, request.prompt_ids, request.sampling]
    return blake2b(msgspec.json.encode(decisive), digest_size=12).hexdigest()


def _entries(path: Path) -> Generator[_Entry]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield _decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise DataError(
                    f"{path}:{number} is no completion ({error}); delete that line, and it is asked again"
                ) from error
