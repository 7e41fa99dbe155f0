"""A run's folder: its config, logs that only grow, and checkpoints from which it continues bit by bit.

A checkpoint records how long each log was; resuming cuts the logs to those lengths and plays the rest again,
so that a killed run ends with the same bytes as an undisturbed one. Only `timing.jsonl` is let alone.
"""

import fcntl
import io
import os
import pickle
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import torch

from reasongym.errors import DataError, UsageError

METRICS_FILE, ALERTS_FILE, EPISODES_FILE = "metrics.jsonl", "alerts.jsonl", "episodes.jsonl"
IDENTICAL_LOGS = (METRICS_FILE, ALERTS_FILE, EPISODES_FILE)
"""Logs that a repeated or resumed run writes byte for byte."""
KEPT_CHECKPOINTS = 2
DIGEST_BYTES = 16


@dataclass(slots=True)
class RunFolder:
    """Paths and files of one run."""

    path: Path

    def open(self, config_toml: str) -> None:
        """Create the folder, or check that it holds a run of this very config, wherever its model stands."""
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            record = self.path / "config.toml"
            if not record.exists():
                write_whole(record, config_toml.encode())
            elif (known := record.read_text(encoding="utf-8")) == config_toml:
                return
            elif _but_for_device(known) == _but_for_device(config_toml):
                write_whole(record, config_toml.encode())
            else:
                raise UsageError(
                    f"{self.path} holds a run of another config (see {record}); name a new folder, or "
                    "delete this one"
                )
        except OSError as error:
            raise DataError(f"cannot write the run folder {self.path}: {error.strerror}") from error

    @contextmanager
    def alone(self) -> Generator[None]:
        """Keep other processes from running here; raises DataError where one is at it."""
        with (self.path / "config.toml").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DataError(
                    f"another process is running in {self.path}; wait for it or choose another --output"
                ) from error
            yield

    @property
    def checkpoints(self) -> Path:
        """Where the checkpoints are."""
        return self.path / "checkpoints"

    def append(self, log: str, lines: bytes) -> None:
        """Append whole lines to a log."""
        try:
            with (self.path / log).open("ab") as file:
                file.write(lines)
        except OSError as error:
            raise DataError(
                f"cannot append to {self.path / log}: {error.strerror}; free some space and run the same "
                "command again, it continues from the last checkpoint"
            ) from error

    def append_json(self, log: str, record: dict[str, Any]) -> None:
        """Append one JSON line to a log."""
        self.append(log, msgspec.json.encode(record) + b"\n")

    def save(self, step: int, state: dict[str, Any]) -> None:
        """Write a checkpoint in full or not at all, and drop the ones before the last two."""
        self._settle_logs()  # a checkpoint must not outlive a crash of the machine that its logs did not
        buffer = io.BytesIO()
        torch.save({"step": step, "logs": self._log_lengths(), "state": state}, buffer)
        content = buffer.getvalue()
        digest = blake2b(content, digest_size=DIGEST_BYTES).digest()
        write_whole(self.checkpoints / f"step-{step:07d}.pt", digest + content)
        for old in self._names()[:-KEPT_CHECKPOINTS]:
            old.unlink()

    def restore(self) -> tuple[int, dict[str, Any]] | None:
        """Return (step, state) of the last checkpoint with the logs cut back to it; None at a fresh start."""
        names = self._names()
        if not names:
            self._cut_logs({})
            return None
        saved = _read_checkpoint(names[-1])
        self._cut_logs(saved["logs"])
        return saved["step"], saved["state"]

    def last(self) -> tuple[int, dict[str, Any]] | None:
        """Return (step, state) of the last checkpoint and change nothing; None where there is none."""
        names = self._names()
        if not names:
            return None
        saved = _read_checkpoint(names[-1])
        return saved["step"], saved["state"]

    def _names(self) -> list[Path]:
        return sorted(self.checkpoints.glob("step-*.pt"))

    def _log_lengths(self) -> dict[str, int]:
        paths = {log: self.path / log for log in IDENTICAL_LOGS}
        return {log: path.stat().st_size if path.exists() else 0 for log, path in paths.items()}

    def _settle_logs(self) -> None:
        """Wait until the logs are on the disk."""
        for path in (self.path / log for log in IDENTICAL_LOGS):
            if path.exists():
                with path.open("rb") as file:
                    os.fsync(file.fileno())

    def _cut_logs(self, lengths: dict[str, int]) -> None:
        for log in IDENTICAL_LOGS:
            path, length = self.path / log, lengths.get(log, 0)
            size = path.stat().st_size if path.exists() else 0
            if size < length:
                raise DataError(
                    f"{path} has {size} bytes but the checkpoint knew {length}: it was cut or edited; "
                    "put it back, or start again in a new folder"
                )
            if size > length:
                os.truncate(path, length)


def _but_for_device(config_toml: str) -> dict[str, Any]:
    """Read a config without the device of its model: on another one it is the same run, with other bits."""
    tables = tomllib.loads(config_toml)
    return tables | {"model": {**tables.get("model", {}), "device": ""}}


def _read_checkpoint(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
        digest, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        if blake2b(content, digest_size=DIGEST_BYTES).digest() != digest:
            raise ValueError("its content does not match its digest")
        # On the CPU, wherever they were: whoever takes the tensors copies them to where its own are.
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except (OSError, ValueError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise DataError(
            f"the checkpoint {path} is corrupt ({error}); delete that file and run the same command again: "
            "it continues from the checkpoint before it"
        ) from error


def whole_lines(path: Path) -> list[bytes]:
    """Read the lines of a log, leaving out a last one that was cut off or is being written."""
    try:
        return path.read_bytes().rpartition(b"\n")[0].splitlines()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in full or not at all, also through a crash of the machine."""
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}") from error
