"""Protocols refuse what cannot be sampled and are named by their content."""

import json
import math
from pathlib import Path

import pytest

from reasongym.errors import UnknownName, UsageError
from reasongym.evaluation import Protocol
from reasongym.evaluation.protocol import named_template
from reasongym.evaluation.runs import read_run
from reasongym.thinking import Budget

RUNS = Path(__file__).parents[2] / "leaderboards" / "runs"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("top_k", -1),
        ("max_tokens", 0),
        ("samples", 0),
    ],
)
def test_values_out_of_range_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(UsageError, match=f"{name} must be"):
        Protocol(**{name: value})  # pyright: ignore[reportArgumentType]


BUDGETS = [
    Budget(9),
    Budget(10),
    Budget(9, waits=1),
    Budget(9, wait="Hmm"),
    Budget(9, end="</thought>"),
    Budget(9, cue=""),
]


def test_protocols_on_record_keep_their_digests() -> None:
    """The scores of committed runs were written before protocols had thinking budgets."""
    folders = sorted(RUNS.iterdir())
    assert folders
    for folder in folders:
        recorded = json.loads((folder / "scores.json").read_bytes())["protocol_digest"]
        assert read_run(folder).protocol.digest == recorded, folder.name


def test_a_budget_is_told_in_words_and_reaches_the_setting() -> None:
    protocol = Protocol(max_tokens=90, thinking=Budget(70, waits=2))
    assert protocol.title == "default, T 1, 90 tokens with 70 to think, 2 waits, 1 sample"
    assert protocol.setting().thinking == Budget(70, waits=2)
    with pytest.raises(UsageError, match="max_tokens must be more than the 90 tokens of thinking"):
        Protocol(max_tokens=90, thinking=Budget(90))


def test_the_digest_moves_with_every_setting() -> None:
    varied = [
        Protocol(),
        Protocol(named_template("boxed")),
        Protocol(temperature=0.5),
        Protocol(top_p=0.9),
        Protocol(top_k=20),
        Protocol(top_k=21),
        Protocol(max_tokens=7),
        Protocol(samples=2),
        *(Protocol(thinking=budget) for budget in BUDGETS),
    ]
    assert len({protocol.digest for protocol in varied}) == len(varied)


def test_sampling_carries_the_stops_of_the_template() -> None:
    protocol = Protocol(named_template("default"), temperature=0.5, top_p=0.9, max_tokens=3, top_k=20)
    assert protocol.sampling.stop == protocol.template.stop
    assert (protocol.sampling.temperature, protocol.sampling.top_p, protocol.sampling.max_tokens) == (
        0.5,
        0.9,
        3,
    )
    assert protocol.sampling.top_k == 20
    assert protocol.title == "default, T 0.5, top-k 20, top-p 0.9, 3 tokens, 1 sample"


def test_an_unknown_template_suggests_the_near_one() -> None:
    with pytest.raises(UnknownName, match="did you mean 'boxed'"):
        named_template("boxd")
