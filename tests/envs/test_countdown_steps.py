"""Countdown one step a turn: what a step may be, and when an episode ends."""

import pytest

import reasongym
from reasongym.core import Data, Session, Turn
from reasongym.envs.countdown.steps import Position
from reasongym.seeding import stream

ENV = reasongym.get("CountdownSteps-v0")


def act(position: Position, text: str) -> Turn:
    return ENV.act(position, text, stream(b"unused"))


AT = Position((3, 7, 2, 8), 24, use_all=False)


@pytest.mark.parametrize(
    "text",
    [
        "3 * 8",
        "8 × 3",
        "3 * 8 = 24",
        "<think>so</think><answer>3 * 8</answer>",
        r"\boxed{3 \times 8}",
        "(3 * 8)",
    ],
)
def test_reaching_the_target_wins(text: str) -> None:
    turn = act(AT, text)
    assert turn.verdict is not None
    assert (turn.reward, turn.verdict.correct, turn.verdict.reason) == (1.0, True, "ok")


def test_a_legal_step_shows_what_remains_and_goes_on() -> None:
    turn = act(AT, "3 * 7 = 21")
    assert turn == Turn(Position((2, 8, 21), 24, use_all=False), "24 from 2 8 21 :")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("3 * 7 = 22", "false_equation"),
        ("3 * 7 + 2", "not_one_step"),
        ("21", "not_one_step"),
        ("3 * 9", "illegal_number"),
        ("3 * 3", "illegal_number"),
        ("3 - 7", "not_positive_whole"),
        ("7 / 3", "not_positive_whole"),
        ("3 * 7 or 2 + 8", "hedged"),
        ("3 ** 7", "syntax"),
        ("7 / 0", "zero_division"),
        ("", "no_answer"),
    ],
)
def test_an_illegal_step_spends_its_turn_and_is_told_why(text: str, fault: str) -> None:
    turn = act(AT, text)
    assert turn.state == AT
    assert fault in turn.observation
    assert turn.observation.endswith("24 from 3 7 2 8 :")
    assert (turn.reward, turn.verdict) == (0.0, None)


def test_where_all_numbers_must_be_used_an_early_target_is_no_end() -> None:
    turn = act(AT._replace(use_all=True), "3 * 8")
    assert turn.verdict is None
    last = act(Position((12, 2), 24, use_all=True), "12 * 2")
    assert last.verdict is not None
    assert last.verdict.correct


@pytest.mark.parametrize("use_all", [True, False])
def test_the_last_number_decides(use_all: bool) -> None:
    turn = act(Position((12, 2), 24, use_all=use_all), "12 + 2")
    assert turn.verdict is not None
    assert (turn.verdict.reward, turn.verdict.reason) == (0.0, "wrong_value")


@pytest.mark.parametrize("text", ["done", "Done.", "give up", "<answer>done</answer>"])
def test_a_player_may_give_up(text: str) -> None:
    turn = act(AT, text)
    assert turn.verdict is not None
    assert (turn.verdict.reward, turn.verdict.reason) == (0.0, "gave_up")


def test_an_episode_of_illegal_steps_is_truncated() -> None:
    row = ENV.row(0, level=2)
    verdict = ENV.replay(row, ["nonsense"] * ENV.max_turns(2))
    assert (verdict.reward, verdict.reason) == (0.0, "turn_limit")
    assert ENV.replay(row, ["nonsense"] * (ENV.max_turns(2) - 1)).reason == "unfinished"


def test_a_kept_session_forks_the_episode() -> None:
    made = ENV.problem(ENV.row(0, level=2))
    kept: Session = ENV.begin(made)
    ENV.advance(kept, made.data["solution"][0])
    assert ENV.advance(kept, "nonsense").session.state == kept.state
    assert ENV.replay(made.row, ENV.oracle(made.data)).correct


def test_the_oracle_stops_where_the_target_comes_up_early() -> None:
    data: Data = {
        "numbers": [3, 8, 24, 1],
        "target": 24,
        "use_all": False,
        "solution": ["3 * 8", "24 * 1", "24 / 1"],
    }
    assert ENV.oracle(data) == ["3 * 8"]
