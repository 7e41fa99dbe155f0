"""What a proof returns: figures, and the bars they are held against."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Bar(NamedTuple):
    """One claim: a figure and the bound it must keep."""

    name: str
    figure: float
    bound: str
    is_met: bool


def at_most(name: str, figure: float, bound: float) -> Bar:
    """Claim that a figure is at most its bound."""
    return Bar(name, figure, f"at most {bound:g}", figure <= bound)


def at_least(name: str, figure: float, bound: float) -> Bar:
    """Claim that a figure is at least its bound."""
    return Bar(name, figure, f"at least {bound:g}", figure >= bound)


def exactly(name: str, figure: float, bound: float) -> Bar:
    """Claim that a figure, a count, equals its bound."""
    return Bar(name, figure, f"exactly {bound:g}", figure == bound)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one proof found."""

    bars: list[Bar]
    figures: dict[str, Any] = field(default_factory=dict[str, Any])
    """Whatever else was measured, as JSON."""
