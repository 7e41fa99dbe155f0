"""Learning curves: read from the metrics of the training run, drawn as points of an inline SVG."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from reasongym.errors import DataError

METRICS_FILE = "metrics.jsonl"
WIDTH, HEIGHT = 640.0, 200.0
"""Of the drawing, in its own units."""


class _Line(msgspec.Struct):
    """A line of a training run's metrics; what is not drawn is not read."""

    step: int
    solve_rate: float | None = None
    eval_solve_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """Solve rates over training steps, as (step, rate)."""

    train: list[tuple[int, float]]
    held_out: list[tuple[int, float]]
    """On the eval split, measured at some steps only."""

    @property
    def last_step(self) -> int:
        """The step at the right edge."""
        return max(step for step, _ in (*self.train, *self.held_out))

    @property
    def train_points(self) -> str:
        """The training line as an SVG `points` attribute."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self._drawn(self.train))

    @property
    def held_out_points(self) -> list[tuple[float, float]]:
        """The places of the eval measurements in the drawing."""
        return self._drawn(self.held_out)

    def _drawn(self, points: list[tuple[int, float]]) -> list[tuple[float, float]]:
        scale = WIDTH / max(1, self.last_step)
        return [(step * scale, HEIGHT * (1 - rate)) for step, rate in points]


def read_curve(folder: Path, training: str | None) -> Curve | None:
    """Read the curve of a run: from its own folder, else from the training folder it points to, if there."""
    path = metrics_file(folder, training)
    if path is None:
        return None
    return _curve([_line(path, number, text) for number, text in enumerate(_lines(path), 1)])


def metrics_file(folder: Path, training: str | None) -> Path | None:
    """Find the metrics of the training run; None where there are none."""
    places = [folder, *([folder / training] if training else [])]
    return next((path for place in places if _is_file(path := place / METRICS_FILE)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the path comes from a run folder and may be too long for the system
        return False


def _curve(lines: list[_Line]) -> Curve | None:
    train = [(line.step, line.solve_rate) for line in lines if line.solve_rate is not None]
    held_out = [(line.step, line.eval_solve_rate) for line in lines if line.eval_solve_rate is not None]
    return Curve(train, held_out) if len(train) + len(held_out) > 1 else None


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def _line(path: Path, number: int, text: bytes) -> _Line:
    try:
        return msgspec.json.decode(text, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}:{number} is not a line of metrics: {error}") from error
