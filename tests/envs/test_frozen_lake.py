"""FrozenLake: steps, slips, holes, how moves are read, and that lakes can be won."""

from collections import deque

import numpy as np
import pytest

import reasongym
from reasongym.core import Data, Turn
from reasongym.envs import _boards as boards
from reasongym.envs.frozen_lake.lakes import ENOUGH, LEVELS, Lake, best_chance, moves_needed
from reasongym.seeding import stream

ENV = reasongym.get("FrozenLake-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(LEVELS)))
DATA: Data = {"board": ["P.O", "..O", ".OG"], "slips": "", "slippery": 0, "at_once": 4, "turns": 9}
OPEN: Data = {"board": ["P..", "...", "O.G"], "slips": "", "slippery": 0, "at_once": 4, "turns": 9}


def act(lake: Lake, text: str) -> Turn:
    return ENV.act(lake, text, stream(b"unused"))


def test_a_walk_to_the_goal_wins_whatever_is_written_behind_it() -> None:
    turn = act(ENV.start(OPEN), "right right down down")
    assert turn.verdict is not None
    assert (turn.reward, turn.verdict.reason) == (1.0, "ok")
    near = act(ENV.start(OPEN), "right down down").state
    over = act(near, "right left")
    assert over.verdict is not None
    assert over.verdict.correct


def test_a_hole_ends_the_game_before_the_moves_behind_it() -> None:
    turn = act(ENV.start(OPEN), "down down right right")
    assert turn.verdict is not None
    assert (turn.reward, turn.verdict.reason) == (0.0, "fell")
    assert "X" in turn.observation


def test_at_the_edge_one_stays() -> None:
    assert act(ENV.start(OPEN), "up left").state.at == (0, 0)


@pytest.mark.parametrize(
    ("side", "meant", "at"),
    [
        (".", "up", (0, 1)),
        ("l", "up", (1, 0)),
        ("r", "up", (1, 2)),
        ("l", "right", (0, 1)),
        ("r", "right", (2, 1)),
        ("l", "down", (1, 2)),
        ("l", "left", (2, 1)),
    ],
)
def test_a_slip_goes_to_the_named_side_of_the_meant_direction(side: str, meant: str, at: boards.Cell) -> None:
    lake = Lake(("...", "...", "..."), (1, 1), side, 4)
    assert act(lake, meant).state.at == at


def test_equal_play_slips_alike_however_it_is_cut_into_turns() -> None:
    lake = Lake(("." * 9,) * 9, (4, 4), "rl.rl", 4)
    at_once = act(lake, "up left up").state
    singly = lake
    for move in ("up", "left", "up"):
        singly = act(singly, move).state
    assert at_once == singly


@pytest.mark.parametrize(
    "text",
    [
        "right",
        "R",
        "→",
        "[right]",
        "<answer>right</answer>",
        r"\boxed{right}",
        "I go right.\nright",
        "1. right",
    ],
)
def test_a_move_may_be_written_in_any_usual_way(text: str) -> None:
    assert act(ENV.start(OPEN), text).state.at == (0, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("go somewhere right", "syntax"),
        ("right or down", "hedged"),
        ("not right", "syntax"),
        ("right " * 5, "over_limit"),
        ("", "no_answer"),
        ("<think>right", "no_answer"),
    ],
)
def test_other_texts_spend_the_turn_and_are_told_why(text: str, reason: str) -> None:
    start = ENV.start(OPEN)
    turn = act(start, text)
    assert (turn.state, turn.verdict) == (start, None)
    assert reason in turn.observation


def shortest(board: list[str]) -> int | None:
    queue = deque([(boards.find(board, "P"), 0)])
    seen = {queue[0][0]}
    while queue:
        (row, column), away = queue.popleft()
        if board[row][column] == "G":
            return away
        for at in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            inside = 0 <= at[0] < len(board) and 0 <= at[1] < len(board)
            if inside and board[at[0]][at[1]] != "O" and at not in seen:
                seen.add(at)
                queue.append((at, away + 1))
    return None


@ANY_LEVEL
def test_lakes_are_as_the_level_says(level: int) -> None:
    meant = LEVELS[level]
    for seed in range(30):
        made = ENV.problem(ENV.row(seed, level=level))
        board = made.data["board"]
        away = shortest(board)
        assert away is not None
        assert meant.near <= away <= meant.far
        assert len(board) == meant.size
        if not meant.slips:
            moves = " ".join(ENV.oracle(made.data)).split()
            assert len(moves) == away
            assert -(-away // meant.at_once) <= meant.turns // 2


def test_the_goal_behind_holes_is_out_of_reach() -> None:
    assert best_chance(DATA["board"], 0.0, 100) == 0.0
    assert moves_needed(DATA["board"], 0.0, 100) == 101


def test_the_best_player_of_a_corridor_has_the_chance_one_can_work_out() -> None:
    # One move to go, half of it slips off sideways into the edge or a hole.
    board = ["OOOO", "P..G", "OOOO"]
    square = ["PG", "OO"]
    assert best_chance(square, 0.5, 1) == pytest.approx(0.5)
    assert best_chance(["PG", ".."], 0.5, 1) == pytest.approx(0.5)
    assert best_chance([*board, "OOOO"], 0.5, 3) == pytest.approx(0.125)


@pytest.mark.parametrize("level", [4, 5])
def test_two_iterations_agree_on_the_best_players_chance(level: int) -> None:
    for seed in range(3):
        data = ENV.problem(ENV.row(seed, level=level)).data
        slip = data["slippery"] / 10
        num = moves_needed(data["board"], slip, 1_000)
        assert best_chance(data["board"], slip, num) >= ENOUGH
        assert best_chance(data["board"], slip, num - 1) < ENOUGH


def test_slips_come_as_often_as_the_prompt_says() -> None:
    data = [ENV.problem(ENV.row(seed, level=6)).data for seed in range(12)]
    slips = "".join(one["slips"] for one in data)
    assert abs(1 - slips.count(".") / len(slips) - 0.4) < 0.04
    assert abs(slips.count("l") - slips.count("r")) < 0.1 * len(slips)


def test_a_picture_shows_every_cell() -> None:
    picture = ENV.picture(ENV.start(OPEN))
    assert picture.shape == (72, 72, 3)
    assert picture.dtype == np.uint8
    assert (
        len(
            {
                tuple(map(int, picture[row * 24 + 12, column * 24 + 12]))
                for row in range(3)
                for column in range(3)
            }
        )
        == 4
    )


def test_terse_lakes_are_words_between_single_spaces() -> None:
    made = ENV.problem(ENV.row(0, level=0, style="terse"))
    assert set(made.prompt.split(" ")) == {"P", "G", "O", ".", "/", ":"}


def test_an_episode_that_is_played_on_runs_out_of_no_slips() -> None:
    lake = Lake(("...",) * 3, (1, 1), "lr", 4)
    for _ in range(5):
        lake = act(lake, "up down left right").state
    assert lake.moves == 20
