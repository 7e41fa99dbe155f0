"""Pictures of a training run."""

from pathlib import Path
from typing import Any

import msgspec

from reasongym.errors import DataError

SMOOTHING = 20
"""Steps whose mean the bold line shows."""


def read_metrics(folder: Path) -> list[dict[str, float]]:
    """Read a run's metrics; raises DataError naming the line that is corrupt."""
    path = folder / "metrics.jsonl"
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    metrics: list[dict[str, float]] = []
    for number, line in enumerate(lines, 1):
        try:
            metrics.append(msgspec.json.decode(line, type=dict[str, float]))
        except msgspec.DecodeError as error:
            raise DataError(f"{path}:{number} is not a record of metrics ({error})") from error
    return metrics


def plot_learning(folder: Path) -> Path:
    """Draw solve rates, live groups, entropy and gradient norm over the steps into `learning.png`."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    metrics = read_metrics(folder)
    figure, axes = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained")
    _draw(axes[0], metrics, "solve_rate", "solved (train)", "tab:blue")
    evaluated = [m for m in metrics if "eval_solve_rate" in m]
    axes[0].plot(
        [m["step"] - 1 for m in evaluated],
        [m["eval_solve_rate"] for m in evaluated],
        "o-",
        color="tab:orange",
        label="solved (eval)",
    )
    _draw(axes[0], metrics, "live_groups", "groups with a signal", "tab:green")
    _draw(axes[1], metrics, "sampled_entropy", "entropy, nats a token", "tab:purple")
    _draw(axes[2], metrics, "grad_norm", "gradient norm", "tab:gray")
    for axis in axes:
        axis.set_xlabel("step")
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
    path = folder / "learning.png"
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


def _draw(axis: Any, metrics: list[dict[str, float]], name: str, label: str, color: str) -> None:
    points = [(m["step"], m[name]) for m in metrics if name in m]
    steps = [step for step, _ in points]
    values = [value for _, value in points]
    windows = (values[max(0, at - SMOOTHING + 1) : at + 1] for at in range(len(values)))
    axis.plot(steps, values, color=color, alpha=0.25, linewidth=0.8)
    axis.plot(steps, [sum(window) / len(window) for window in windows], color=color, label=label)
