"""Reporters: whoever follows a run beside its logs, all fed by one stream of metrics and alerts.

A further one is a class with `report` and `close` and an entry in `REPORTERS`. What they write decides
nothing of the run and is no part of what a repeated run must reproduce.
"""

import importlib
import importlib.util
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from reasongym.agents.detectors import Alert
from reasongym.agents.live_page import PageReporter
from reasongym.agents.metrics import Metrics
from reasongym.errors import UnknownName, UsageError

PROJECT = "reasongym"
"""What runs are filed under at services that ask."""

Report: TypeAlias = Callable[[Metrics, list[Alert]], None]
"""Takes the metrics of a step, and what the detectors found at it."""
Config: TypeAlias = Mapping[str, Any]
"""The run's settings, as its TOML file has them."""


class Reporter(Protocol):
    """Follows one run."""

    def report(self, metrics: Metrics, alerts: list[Alert]) -> None:
        """Take the metrics of a step, and what the detectors found at it."""
        ...

    def close(self) -> None:
        """The run has ended, or was stopped."""
        ...


class TensorBoard:
    """Writes event files into the run's subfolder `tensorboard`."""

    def __init__(self, folder: Path, config: Config) -> None:
        self._new = importlib.import_module("torch.utils.tensorboard").SummaryWriter
        self._folder = folder / "tensorboard"
        self._writer: Any = None

    def report(self, metrics: Metrics, alerts: list[Alert]) -> None:
        """Write scalars by name, and alerts as text; a resumed run takes back what it plays again."""
        step = int(metrics["step"])
        if self._writer is None:
            self._writer = self._new(str(self._folder), purge_step=step)
        for name, value in _figures(metrics).items():
            self._writer.add_scalar(name, value, step)
        for alert in alerts:
            self._writer.add_text("alerts", str(alert), step)
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()


class WeightsAndBiases:
    """Logs to W&B as a run that the same folder resumes; `WANDB_MODE=offline` keeps it on this machine."""

    def __init__(self, folder: Path, config: Config) -> None:
        self._wandb = importlib.import_module("wandb")
        self._run = self._wandb.init(
            project=PROJECT,
            name=folder.name,
            id=_key(folder),
            resume="allow",
            dir=str(folder),
            config=dict(config),
        )

    def report(self, metrics: Metrics, alerts: list[Alert]) -> None:
        """Log metrics at their step, and send alerts."""
        self._run.log(_figures(metrics), step=int(metrics["step"]))
        for alert in alerts:
            self._run.alert(title=alert.detector, text=str(alert))

    def close(self) -> None:
        """Finish the run."""
        self._run.finish()


class Trackio:
    """Logs to Trackio's local board, which `trackio show` opens."""

    def __init__(self, folder: Path, config: Config) -> None:
        self._trackio = importlib.import_module("trackio")
        self._trackio.init(
            project=PROJECT, name=f"{folder.name}-{_key(folder)}", config=dict(config), resume="allow"
        )

    def report(self, metrics: Metrics, alerts: list[Alert]) -> None:
        """Log metrics at their step, and send alerts."""
        self._trackio.log(_figures(metrics), step=int(metrics["step"]))
        for alert in alerts:
            self._trackio.alert(title=alert.detector, text=str(alert))

    def close(self) -> None:
        """Finish the run."""
        self._trackio.finish()


REPORTERS: dict[str, Callable[[Path, Config], Reporter]] = {
    "page": lambda folder, _: PageReporter(folder),
    "tensorboard": TensorBoard,
    "wandb": WeightsAndBiases,
    "trackio": Trackio,
}
EXTRAS = ("tensorboard", "wandb", "trackio")
"""Reporters that need the package of their name, which an extra of that name brings."""


def check_reporters(names: Sequence[str]) -> None:
    """Raise UnknownName for a name that is no reporter's, UsageError for one that is not installed."""
    for name in names:
        if name not in REPORTERS:
            raise UnknownName("reporter", name, REPORTERS)
        if name in EXTRAS and importlib.util.find_spec(name) is None:
            raise UsageError(f"the reporter {name!r} needs its package: pip install 'reasongym[{name}]'")


@contextmanager
def reporting(names: Sequence[str], folder: Path, config: Config) -> Generator[Report]:
    """Open reporters by name; yields what takes each step, and closes them however the run ends."""
    with ExitStack() as stack:
        reporters: list[Reporter] = []
        for name in names:
            reporters.append(REPORTERS[name](folder, config))
            stack.callback(reporters[-1].close)

        def report(metrics: Metrics, alerts: list[Alert]) -> None:
            for reporter in reporters:
                reporter.report(metrics, alerts)

        yield report


def _figures(metrics: Metrics) -> Metrics:
    """Leave out the step, which services keep beside the figures."""
    return {name: value for name, value in metrics.items() if name != "step"}


def _key(folder: Path) -> str:
    """Name a run folder among all others, the same each time."""
    return blake2b(str(folder.resolve()).encode(), digest_size=6).hexdigest()
