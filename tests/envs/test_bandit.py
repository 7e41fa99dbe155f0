"""Bandit: pulls, names, verdicts, and that careful play is certain within the pulls there are."""

from itertools import pairwise, product

import pytest

import reasongym
from reasongym.core import Data, Turn
from reasongym.envs.bandit.game import Machine
from reasongym.envs.bandit.machines import LEVELS, NAMES, ROUND, eliminate, least_proof, num_pulls
from reasongym.seeding import stream

ENV = reasongym.get("Bandit-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(LEVELS)))
DATA: Data = {
    "arms": ["fox", "owl", "cow"],
    "tables": ["1100000000", "1111111100", "0000011111"],
    "best": 2,
    "pulls": 12,
    "turns": 9,
}


def act(machine: Machine, text: str) -> Turn:
    return ENV.act(machine, text, stream(b"unused"))


def test_pulls_go_through_the_list_and_round_again() -> None:
    start: Machine = ENV.start(DATA)
    turn = act(start, "fox fox fox cow")
    assert turn.observation == "best 2 left 8 : fox 2 1 owl 0 0 cow 0 1"
    assert act(start, "fox 12").observation == "best 2 left 0 : fox 4 8 owl 0 0 cow 0 0"
    assert (turn.reward, turn.verdict) == (0.0, None)


@pytest.mark.parametrize(
    "text", ["fox, owl", "Fox -> Owl", "1. fox\n2. owl", '["fox", "owl"]', "<answer>fox owl</answer>"]
)
def test_pulls_may_be_written_in_any_usual_way(text: str) -> None:
    pulled = act(ENV.start(DATA), text).state.pulled
    assert pulled == ((1, 1, 0) if "\n" not in text else (0, 1, 0))


@pytest.mark.parametrize(
    "text",
    [
        "best owl cow",
        "Best: owl, cow",
        "**best owl cow**",
        "best owl and cow.",
        "The best arms are owl, cow",
        "The 2 best arms are: owl, cow",
        "<think>owl</think><answer>best owl cow</answer>",
        r"\boxed{\text{best owl cow}}",
        r"\boxed{best owl cow}",
        "I have seen enough.\nbest owl cow",
        "The answer is: best owl cow",
    ],
)
def test_the_right_names_win(text: str) -> None:
    turn = act(ENV.start(DATA), text)
    assert turn.verdict is not None, turn.observation
    assert (turn.reward, turn.verdict.reason) == (1.0, "ok")


@pytest.mark.parametrize("text", ["best cow owl", "best owl fox", "best fox cow"])
def test_other_names_or_another_order_lose(text: str) -> None:
    turn = act(ENV.start(DATA), text)
    assert turn.verdict is not None
    assert (turn.reward, turn.verdict.reason) == (0.0, "wrong_value")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "best",
        "best owl",
        "best owl cow fox",
        "best owl owl",
        "best owl or cow",
        "best owl cow, or best cow owl",
        "best owl cow best cow owl",
        "not best owl cow",
        "best is not owl cow",
        "the best would be owl cow",
        "pig",
        "pull fox",
        "fox 13",
        "fox 0",
        "<think>best owl cow",
    ],
)
def test_other_texts_spend_the_turn(text: str) -> None:
    start = ENV.start(DATA)
    turn = act(start, text)
    assert (turn.state, turn.verdict) == (start, None)
    assert turn.observation.startswith("no ")


def brute_force_least_proof(tables: list[str], num_best: int) -> int:
    """Try every number of pulls of every arm, and every machine that agrees with what they show."""
    least = ROUND * len(tables)
    for pulled in product(range(ROUND + 1), repeat=len(tables)):
        bounds = [
            (table[:num].count("1"), ROUND - table[:num].count("0"))
            for table, num in zip(tables, pulled, strict=True)
        ]
        rates = [table.count("1") for table in tables]
        order = sorted(range(len(tables)), key=lambda arm: -rates[arm])
        shown = all(
            bounds[order[rank]][0] > bounds[other][1]
            for rank in range(num_best)
            for other in order[rank + 1 :]
        )
        least = min(least, sum(pulled)) if shown else least
    return least


def test_the_least_proof_is_what_brute_force_finds() -> None:
    rng = stream(b"proofs")
    for _ in range(3):
        rates = rng.shuffled(range(ROUND + 1))[:3]
        tables = ["".join(rng.shuffled("1" * rate + "0" * (ROUND - rate))) for rate in rates]
        for num_best in (1, 2):
            assert least_proof(tables, num_best) == brute_force_least_proof(tables, num_best)
            assert least_proof(tables, num_best) <= num_pulls(eliminate(tables, num_best)) <= ROUND * 3


@ANY_LEVEL
def test_machines_are_as_the_level_says(level: int) -> None:
    meant = LEVELS[level]
    for seed in range(40):
        data = ENV.problem(ENV.row(seed, level=level)).data
        rates = sorted((table.count("1") for table in data["tables"]), reverse=True)
        gaps = [better - worse for better, worse in pairwise(rates[: meant.best + 1])]
        assert len(gaps) == meant.best
        assert min(gaps) >= meant.gap
        assert len(set(data["arms"])) == len(rates) == meant.arms
        assert num_pulls(eliminate(data["tables"], meant.best)) <= data["pulls"] <= ROUND * meant.arms
        assert {len(table) for table in data["tables"]} == {ROUND}


@ANY_LEVEL
def test_the_names_and_the_order_of_the_arms_tell_nothing(level: int) -> None:
    places = [0] * LEVELS[level].arms
    for seed in range(200):
        data = ENV.problem(ENV.row(seed, level=level)).data
        text = ENV.oracle(data)[-1]
        places[data["arms"].index(text.split()[1])] += 1
    assert max(places) < 200 / len(places) + 6 * (200 / len(places)) ** 0.5


def test_names_are_distinct_words() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 2 * max(level.arms for level in LEVELS)
    assert all(name.isalpha() and len(name) > 1 for name in NAMES)


def test_the_oracle_knows_no_more_than_what_its_pulls_have_shown() -> None:
    for seed in range(20):
        data = ENV.problem(ENV.row(seed, level=1)).data
        rounds = eliminate(data["tables"], 1)
        seen = [sum(arm in pulled for pulled in rounds) for arm in range(len(data["arms"]))]
        lost = [table[:num] + "0" * (ROUND - num) for table, num in zip(data["tables"], seen, strict=True)]
        won = [table[:num] + "1" * (ROUND - num) for table, num in zip(data["tables"], seen, strict=True)]
        best = data["arms"].index(ENV.oracle(data)[-1].split()[1])
        others = [table.count("1") for arm, table in enumerate(won) if arm != best]
        assert lost[best].count("1") > max(others)
        assert len(rounds) < data["turns"]
