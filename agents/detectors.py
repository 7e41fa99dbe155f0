"""Detectors: they read a run's stream of metrics and say in words what goes wrong and what to do.

A detector is a function of the latest steps and an entry in `DETECTORS`. What it sees is a change within the
run or a bound that no sound run reaches, so that none of its numbers depends on the environment. Bounds were
set beside whole runs that learn: the largest figures those reached are given with them.
"""

import math
import statistics
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from reasongym.agents.metrics import Metrics

LATEST = 3
"""Steps whose median is what is happening: two of the three decide."""
BEFORE = 20
"""Steps before those, which it is compared with."""
LEAST_BEFORE = 5
"""Fewer steps than these say nothing of what is usual in a run."""
DEAD_STEPS = 4
KEPT = 100
"""Steps that are remembered; what crept up over more than these is not seen."""
QUIET = 20
"""Steps without its sign after which a detector speaks again."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What a detector found at a step."""

    step: int
    detector: str
    says: str
    """What was seen, with figures."""
    advice: str

    def __str__(self) -> str:
        return f"step {self.step}: {self.detector}: {self.says}. {self.advice}."


class History:
    """The latest steps of a run, and its first ones."""

    def __init__(self) -> None:
        self._recent: deque[Metrics] = deque(maxlen=KEPT)
        self._first: list[Metrics] = []

    def add(self, metrics: Metrics) -> None:
        """Take the next step."""
        self._recent.append(metrics)
        if len(self._first) < LEAST_BEFORE:
            self._first.append(metrics)

    def of(self, name: str) -> list[float]:
        """Return a metric at the remembered steps that have it, the latest last."""
        return [metrics[name] for metrics in self._recent if name in metrics]

    def first(self, name: str) -> float:
        """Return the median of a metric at the first steps of the run; NaN where they lack it."""
        values = [metrics[name] for metrics in self._first if name in metrics]
        return statistics.median(values) if values else math.nan


Detector: TypeAlias = Callable[[History], str | None]
"""Returns what it sees at the latest step, with figures; None where nothing is wrong."""


class Change(NamedTuple):
    """A metric at the latest steps, and at those before."""

    now: list[float]
    before: list[float]


def change(history: History, name: str) -> Change | None:
    """Return the latest steps of a metric and those before; None at the beginning of a run."""
    values = history.of(name)
    if len(values) < LATEST + LEAST_BEFORE:
        return None
    return Change(values[-LATEST:], values[-LATEST - BEFORE : -LATEST])


def entropy_collapse(history: History) -> str | None:
    """See entropy fall to a quarter within a few steps; 1/2.3 is the steepest fall of a sound run."""
    found = change(history, "sampled_entropy")
    if found is None:
        return None
    now, usual = statistics.median(found.now), statistics.median(found.before[-LATEST - 2 :])
    if not now <= usual / 4:
        return None
    return f"entropy fell from {usual:.3g} to {now:.3g} nats a token within a few steps"


def format_drift(history: History) -> str | None:
    """See a quarter more of the episodes end unreadably than at the run's best; 0.04 is usual."""
    values = history.of("unreadable")
    if len(values) < 2 * LATEST:
        return None
    usual = [statistics.median(values[at : at + LATEST]) for at in range(len(values) - LATEST + 1)]
    if not usual[-1] >= min(usual) + 0.25:
        return None
    return f"{usual[-1]:.0%} of the episodes end without a readable answer, up from {min(usual):.0%}"


def length_explosion(history: History) -> str | None:
    """See completions half as long again without more success, or grown threefold; 1.09 is usual."""
    lengths, solved = change(history, "completion_tokens"), change(history, "solve_rate")
    if lengths is None or solved is None:
        return None
    now, usual = statistics.median(lengths.now), statistics.median(lengths.before)
    first, at_first = history.first("completion_tokens"), history.first("solve_rate")
    success = statistics.median(solved.now)
    if now >= 1.5 * usual and success < statistics.median(solved.before) + 0.05:
        return f"completions grew from {usual:.4g} to {now:.4g} tokens, and no more is solved"
    if now >= 3 * first and success < at_first + 0.05:
        return f"completions grew from {first:.4g} to {now:.4g} tokens, and no more is solved"
    return None


def dead_signal(history: History) -> str | None:
    """See fewer than 1 group in 50 with a signal over several steps; 1 in 16 is the least of a sound run."""
    live = history.of("live_groups")[-DEAD_STEPS:]
    if len(live) < DEAD_STEPS or statistics.fmean(live) >= 0.02:
        return None
    solved = statistics.fmean(history.of("solve_rate")[-DEAD_STEPS:])
    what = "all" if solved > 0.95 else "none" if solved < 0.05 else f"{solved:.0%}"
    return f"no group has a signal: within each all rewards are equal, and {what} of the episodes are solved"


def sampler_mismatch(history: History) -> str | None:
    """See the learner's log-probs off the sampler's at each of several steps; a sound run has quiet ones."""
    latest = history.of("sampler_mismatch")[-DEAD_STEPS:]
    if len(latest) < DEAD_STEPS or not min(latest) >= 0.1:  # 0.047 is the most of a sound run
        return None
    return f"the learner's log-probs differ from the sampler's by {min(latest):.2g} nats a token or more"


def repeated_template(history: History) -> str | None:
    """See completions become nearly the same on all problems, as alike across as within; 0.75 is usual."""
    across, within = history.of("similarity_across"), history.of("similarity_within")
    if len(across) < LATEST:
        return None
    now, own = statistics.median(across[-LATEST:]), statistics.median(within[-LATEST:])
    if not (now >= 0.9 and now >= own - 0.05 and now >= history.first("similarity_across") + 0.1):
        return None
    return f"completions on different problems are nearly the same: they share {now:.0%} of their tokens"


def truncation_wave(history: History) -> str | None:
    """See nearly a third more of the episodes cut off than usual; 0.12 more is the most of a sound run."""
    found = change(history, "truncated")
    if found is None:
        return None
    now, usual = statistics.median(found.now), statistics.median(found.before)
    if now < usual + 0.3:
        return None
    return f"{now:.0%} of the episodes run out of turns or tokens, up from {usual:.0%}"


def gradient_blow_up(history: History) -> str | None:
    """See gradients that are not finite, or stay ten times above all before; 3.9 is usual."""
    norms = history.of("grad_norm")
    if norms and not math.isfinite(norms[-1]):
        return "the gradient is not finite"
    found = change(history, "grad_norm")
    if found is None or not min(found.now) >= 10 * max(found.before):
        return None
    return f"the gradient's norm rose from at most {max(found.before):.3g} to {min(found.now):.3g} and more"


DETECTORS: dict[str, tuple[Detector, str]] = {
    "entropy collapse": (
        entropy_collapse,
        "Lower the learning rate, raise the entropy bonus or clip_high, and start again from an earlier "
        "checkpoint: what is no longer sampled cannot be learned",
    ),
    "format drift": (
        format_drift,
        "Read episodes with `reasongym train explain`; see whether the reward pays for texts without an "
        "answer, and whether max_tokens leaves room for one",
    ),
    "length explosion": (
        length_explosion,
        "See whether the reward pays for length; shape it by length, or mask truncated episodes",
    ),
    "dead signal": (
        dead_signal,
        "Choose an easier level, or a harder one where all is solved; make groups larger, or let a target "
        "success move the level",
    ),
    "sampler mismatch": (
        sampler_mismatch,
        "See that sampler and learner use the same weights, temperature and precision; take fewer updates "
        "a step, or correct for the sampler",
    ),
    "repeated template": (
        repeated_template,
        "See whether the reward pays one text on every problem; read episodes with `reasongym train explain`",
    ),
    "truncation wave": (
        truncation_wave,
        "Raise max_tokens, or see whether completions still end: the end token may have been unlearned",
    ),
    "gradient blow-up": (
        gradient_blow_up,
        "Lower the learning rate or max_grad_norm, and go back to an earlier checkpoint; see whether rewards "
        "or advantages changed their scale",
    ),
}
"""By name, with what to do."""


@dataclass(slots=True)
class Watch:
    """Follows a run; a pure function of the metrics it was given, so that a resumed run says the same."""

    history: History = field(default_factory=History)
    last_seen: dict[str, float] = field(default_factory=dict[str, float])
    """The last step at which each detector saw its sign."""

    def see(self, metrics: Metrics) -> list[Alert]:
        """Take the metrics of the next step; returns what is wrong that was not wrong before."""
        self.history.add(metrics)
        step = metrics["step"]
        alerts: list[Alert] = []
        for name, (detector, advice) in DETECTORS.items():
            says = detector(self.history)
            if says is None:
                continue
            if step - self.last_seen.get(name, -math.inf) > QUIET:
                alerts.append(Alert(int(step), name, says, advice))
            self.last_seen[name] = step
        return alerts


def watched(stream: Iterable[Metrics]) -> tuple[Watch, list[Alert]]:
    """Follow a run from its beginning; returns the watch at its end, and every alert on the way."""
    watch = Watch()
    return watch, [alert for metrics in stream for alert in watch.see(metrics)]
