"""Pictures of training runs, and of accuracy against tokens."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from reasongym.agents.metrics import read_metrics
from reasongym.errors import DataError, UsageError
from reasongym.evaluation.tokens import Point, Within

SMOOTHING = 20
"""Steps whose mean the bold line shows."""


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


def plot_tokens(path: Path, points: Sequence[Point], within: Mapping[str, Sequence[Within]]) -> Path:
    """Draw runs as points with their intervals, a line a model, and beside them what had ended when."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogFormatter

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for model, of_model in groupby(points, key=lambda point: point.model):
        _draw_points(left, model, list(of_model))
    for name, curve in within.items():
        tokens, accuracy = [one.tokens for one in curve], [one.accuracy for one in curve]
        right.step(tokens, accuracy, where="post", label=name)
    left.set(xlabel="tokens sampled, mean", ylabel="accuracy, with 95% for such problems")
    right.set(xlabel="tokens", ylabel="ended within so many tokens, and right")
    for axis in (left, right):
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter(LogFormatter(labelOnlyBase=False))
        axis.xaxis.set_minor_formatter(LogFormatter(labelOnlyBase=False))
        axis.set_ylim(0, 1)
        axis.grid(alpha=0.3)
        axis.legend(frameon=False, fontsize="small")
    try:
        figure.savefig(path, dpi=110)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}") from error
    except ValueError as error:  # matplotlib knows no such kind of picture
        raise UsageError(f"cannot draw {path.name}: {error}") from error
    finally:
        plt.close(figure)
    return path


def _draw_points(axis: Any, model: str, points: Sequence[Point]) -> None:
    below = [point.accuracy - point.interval.low for point in points]
    above = [point.interval.high - point.accuracy for point in points]
    tokens, accuracy = [point.tokens for point in points], [point.accuracy for point in points]
    axis.errorbar(tokens, accuracy, yerr=(below, above), fmt="o-", capsize=3, label=model)
