"""Curves of a run's metrics as the numbers of small inline SVGs, several metrics of one kind in each."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from reasongym.agents.metrics import Metrics

WIDTH, HEIGHT = 320.0, 120.0
"""Of a drawing, in its own units."""
MOST_POINTS = 320
"""Of a line; steps beyond are averaged in equal shares."""
SMOOTHING = 20
"""Steps whose mean the bold line shows."""
MOST_LINES = 8
"""Of a drawing; what is least at the last step is left out."""
KINDS: dict[str, tuple[str, ...]] = {
    "solved": ("solve_rate", "eval_solve_rate", "reward", "shaped_reward"),
    "groups": ("live_groups", "solved_groups", "failed_groups"),
    "entropy, nats a token": ("sampled_entropy", "entropy"),
    "tokens of a completion": ("completion_tokens", "completion_tokens_p95"),
    "without an answer": ("unreadable", "truncated"),
    "likeness of completions": (
        "similarity_within", "similarity_across", "distinct_completions", "repeated_ngrams",
    ),
    "norm of the gradient": ("grad_norm",),
    "loss": ("loss",),
    "sampler and learner apart, nats": ("sampler_mismatch", "sampler_mismatch_max"),
    "clipped tokens": ("clip_fraction", "clip_fraction_low", "clip_fraction_high"),
    "divergence from the start": ("kl",),
    "turns": ("turns",),
    "episodes": ("episodes",),
    "learning rate": ("learning_rate",),
}  # fmt: skip
"""What is drawn together; whatever else a run has is drawn by the word before its first slash."""


@dataclass(frozen=True, slots=True)
class Line:
    """A metric in a drawing."""

    name: str
    place: int
    """Which colour."""
    raw: str
    """As an SVG `points` attribute, as is `smooth`; empty where the metric is measured at few steps."""
    smooth: str
    dots: list[tuple[float, float]]
    """The places of measurements, where they are few."""
    last: str

    @property
    def is_sparse(self) -> bool:
        """Whether the metric is measured at some steps only."""
        return bool(self.dots)


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing."""

    title: str
    lines: list[Line]
    low: str
    """The figures at its bottom and top."""
    high: str
    alerts: list[float]
    """Where alerts were raised."""


def charts(stream: Sequence[Metrics], alert_steps: Iterable[int]) -> list[Chart]:
    """Draw every metric of a run."""
    marked = sorted(set(alert_steps))
    present = list(dict.fromkeys(name for metrics in stream for name in metrics if name != "step"))
    placed = {name for names in KINDS.values() for name in names}
    kinds = [(title, [name for name in names if name in present]) for title, names in KINDS.items()]
    rest = sorted((name for name in present if name not in placed), key=_kind)
    kinds += [(kind, list(names)) for kind, names in groupby(rest, key=_kind)]
    return [_chart(title, names, stream, marked) for title, names in kinds if names]


def _kind(name: str) -> str:
    return name.partition("/")[0].replace("_", " ")


def _chart(title: str, names: Sequence[str], stream: Sequence[Metrics], marked: Sequence[int]) -> Chart:
    series = {name: _series(stream, name) for name in names}
    kept = sorted(series, key=lambda name: -series[name][-1][1] if series[name] else 0.0)[:MOST_LINES]
    values = [value for name in kept for _, value in series[name]] or [0.0]
    low, high = min(0.0, *values), max(0.0, *values)
    scale = _Scale(last=stream[-1]["step"], low=low, high=high if high > low else low + 1)
    lines = [
        _line(name, place, series[name], scale, is_sparse=2 * len(series[name]) < len(stream))
        for place, name in enumerate(name for name in names if name in kept)
    ]
    return Chart(title, lines, figure(low), figure(high), [scale.x(step) for step in marked])


def _series(stream: Sequence[Metrics], name: str) -> list[tuple[float, float]]:
    return [(m["step"], m[name]) for m in stream if name in m and math.isfinite(m[name])]


@dataclass(frozen=True, slots=True)
class _Scale:
    last: float
    low: float
    high: float

    def x(self, step: float) -> float:
        return round(WIDTH * (step - 1) / max(1.0, self.last - 1), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT * (self.high - value) / (self.high - self.low), 1)

    def points(self, series: Iterable[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(step)},{self.y(value)}" for step, value in series)


def _line(
    name: str, place: int, series: Sequence[tuple[float, float]], scale: _Scale, *, is_sparse: bool
) -> Line:
    last = figure(series[-1][1]) if series else "–"
    title = name.partition("/")[2].removeprefix("reasongym/") or name.replace("_", " ")
    if is_sparse:
        dots = [(scale.x(step), scale.y(value)) for step, value in series]
        return Line(title, place, "", scale.points(series), dots, last)
    size = -(-len(series) // MOST_POINTS) or 1
    drawn = _thinned(series, size)
    return Line(
        title, place, scale.points(drawn), scale.points(_smoothed(drawn, SMOOTHING // size)), [], last
    )


def _smoothed(series: Sequence[tuple[float, float]], window: int) -> list[tuple[float, float]]:
    """Average each value with those before it."""
    parts = (series[max(0, at - window + 1) : at + 1] for at in range(len(series)))
    return [(part[-1][0], _mean(part)) for part in parts] if window > 1 else list(series)


def _thinned(series: Sequence[tuple[float, float]], size: int) -> list[tuple[float, float]]:
    """Average so many neighbours each."""
    shares = (series[start : start + size] for start in range(0, len(series), size))
    return [(share[-1][0], _mean(share)) for share in shares]


def _mean(series: Sequence[tuple[float, float]]) -> float:
    return math.fsum(value for _, value in series) / len(series)


def figure(value: float) -> str:
    """Write a figure in few letters."""
    if not math.isfinite(value):
        return "not finite"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
