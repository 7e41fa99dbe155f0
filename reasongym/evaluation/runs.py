"""Run folders: what was asked of whom, written before the first episode, and the files beside it.

run.json         suite, protocol, player, grader and versions: decides every episode to come
episodes.jsonl   every finished episode, in the order (problem, sample) once the run is complete
scores.json      derived from the two by `rescore`; deleting it loses nothing
journal.jsonl    completions of episodes that may not be over; gone once the run is complete
"""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import cast

import msgspec

from reasongym.core import Json
from reasongym.errors import DataError
from reasongym.evaluation.grader import grader_digest
from reasongym.evaluation.protocol import Protocol
from reasongym.evaluation.suites import Suite

RUN_FILE = "run.json"
EPISODES_FILE = "episodes.jsonl"
SCORES_FILE = "scores.json"
JOURNAL_FILE = "journal.jsonl"

RECORDED_LIBRARIES = ("torch", "transformers", "vllm")
"""Their versions are recorded where they are loaded: they decide the sampled tokens."""


@dataclass(frozen=True, slots=True)
class Player:
    """Who plays: the part of a policy that a reader of results needs."""

    policy: str
    """`oracle`, `random`, `torch`, ..."""
    model: str = ""
    """Name of the model, for policies that have one."""
    digest: str = ""
    """Of the model's weights and tokenizer."""
    engine: dict[str, str] = field(default_factory=dict[str, str])
    """Device, dtype and whatever else may move a low bit."""

    @property
    def name(self) -> str:
        """The model's name, or the policy's."""
        return self.model or self.policy


@dataclass(frozen=True, slots=True)
class Run:
    """What decides every episode of a run; `planned` fills in what follows from the rest."""

    suite: Suite
    suite_digest: str
    protocol: Protocol
    grader: str
    player: Player
    seed: int = 0
    """Sets apart the sampling noise of runs that are otherwise the same."""
    versions: dict[str, str] = field(default_factory=dict[str, str])
    commit: str | None = None
    """Of the reasongym checkout, where it is one."""
    training: str | None = None
    """Folder of the training run that made the model, absolute or relative to the run folder."""

    @property
    def num_episodes(self) -> int:
        """Episodes of a complete run."""
        return self.protocol.samples * sum(one.num_problems for one in self.suite.slices)

    @property
    def salt(self) -> str:
        """The key of the run's sampling noise."""
        return f"eval {self.seed}"


def planned(
    suite: Suite, protocol: Protocol, player: Player, *, seed: int = 0, training: str | None = None
) -> Run:
    """Plan a run with the code and libraries at hand."""
    grader = grader_digest(suite.env_ids)
    return Run(suite, suite.digest, protocol, grader, player, seed, _versions(), _commit(), training)


def open_folder(folder: Path, run: Run) -> None:
    """Write `run.json`, or see that the one there says the same; raises DataError naming what differs."""
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file, not a folder; choose another --output")
    if (folder / RUN_FILE).exists():
        _require_same(folder, read_run(folder), run)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DataError(f"{folder} is not empty and holds no {RUN_FILE}; choose another --output")
        write_whole(folder / RUN_FILE, msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")
    except OSError as error:
        raise DataError(f"cannot write to {folder}: {error.strerror}; choose another --output") from error


def read_run(folder: Path) -> Run:
    """Read `run.json`; raises DataError."""
    path = folder / RUN_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Run)
    except OSError as error:
        raise DataError(
            f"{folder} is not a run folder: cannot read {RUN_FILE} ({error.strerror}); "
            "`reasongym eval` makes one"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} does not describe a run: {error}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a kill leaves the old one or the new one; raises OSError."""
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(content)
    os.replace(half, path)


def _require_same(folder: Path, there: Run, here: Run) -> None:
    differences = list(_differences(msgspec.to_builtins(there), msgspec.to_builtins(here)))
    if differences:
        told = "; ".join(differences)
        raise DataError(f"{folder} holds a different run: {told}; choose another --output or delete it")


def _differences(old: Json, new: Json, name: str = "") -> Iterator[str]:
    """Say in words where two records differ, but for what does not touch the episodes."""
    if name in ("commit", "training") or old == new:
        return
    if not (isinstance(old, dict) and isinstance(new, dict)):
        yield f"{name} was {msgspec.json.encode(old).decode()}, is {msgspec.json.encode(new).decode()}"
        return
    one, other = cast(dict[str, Json], old), cast(dict[str, Json], new)
    for key in {**one, **other}:
        yield from _differences(one.get(key), other.get(key), f"{name}.{key}" if name else key)


def _versions() -> dict[str, str]:
    ours = {name: version(name) for name in ("reasongym", "gymnasium")}
    # Not of the distribution, which has another name where vLLM was built for CPUs.
    loaded = {name: str(sys.modules[name].__version__) for name in RECORDED_LIBRARIES if name in sys.modules}
    return {"python": platform.python_version()} | ours | loaded


def _commit() -> str | None:
    try:
        told = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"],
            capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):  # no git, or installed from a wheel: there is no commit
        return None
    return told.stdout.strip()
