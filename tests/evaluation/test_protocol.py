"""Protocols refuse what cannot be sampled and are named by their content."""

import math

import pytest

from reasongym.errors import UnknownName, UsageError
from reasongym.evaluation import Protocol
from reasongym.evaluation.protocol import named_template


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("max_tokens", 0),
        ("samples", 0),
    ],
)
def test_values_out_of_range_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(UsageError, match=f"{name} must be"):
        Protocol(**{name: value})  # pyright: ignore[reportArgumentType]


def test_the_digest_moves_with_every_setting() -> None:
    varied = [
        Protocol(),
        Protocol(named_template("boxed")),
        Protocol(temperature=0.5),
        Protocol(top_p=0.9),
        Protocol(max_tokens=7),
        Protocol(samples=2),
    ]
    assert len({protocol.digest for protocol in varied}) == len(varied)


def test_sampling_carries_the_stops_of_the_template() -> None:
    protocol = Protocol(named_template("default"), temperature=0.5, top_p=0.9, max_tokens=3)
    assert protocol.sampling.stop == protocol.template.stop
    assert (protocol.sampling.temperature, protocol.sampling.top_p, protocol.sampling.max_tokens) == (
        0.5,
        0.9,
        3,
    )


def test_an_unknown_template_suggests_the_near_one() -> None:
    with pytest.raises(UnknownName, match="did you mean 'boxed'"):
        named_template("boxd")
