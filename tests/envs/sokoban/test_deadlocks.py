"""Sokoban's deadlocks: what is called lost is lost, and nearly all that is lost is called so."""

import pytest

from reasongym.envs.sokoban import rooms
from reasongym.envs.sokoban.board import Board, board_of
from reasongym.envs.sokoban.deadlock import is_dead
from reasongym.seeding import stream
from tests.envs.sokoban.by_cells import Grid


def test_no_position_that_can_be_won_is_called_dead() -> None:
    rng = stream(b"deadlock")
    num_dead = num_found = 0
    for size in (*[rooms.Size(6, 2, 0.0, 0.3)] * 8, *[rooms.Size(5, 3, 0.0, 0.1)] * 4):
        room = None
        while room is None:
            room = rooms.draw(rng, size)
        width = size.side
        drawn = Board(width, room.floor, room.goals, 0, -1).rows()
        grid = Grid([row.replace("@", "-") for row in drawn])
        winnable = grid.winnable()
        for place in grid.places():
            boxes = sum(1 << y * width + x for y, x in place[0])
            board = Board(width, room.floor, room.goals, boxes, place[1][0] * width + place[1][1])
            dead = is_dead(board)
            assert not (dead and place in winnable), board.rows()
            num_dead += place not in winnable
            num_found += dead
    assert num_found > 0.8 * num_dead  # what a player runs into is nearly always seen


@pytest.mark.parametrize(
    ("rows", "dead"),
    [
        (["#####", "#$--#", "#-@.#", "#####"], True),  # in a corner
        (["######", "#-$--#", "#-@--#", "#---.#", "######"], True),  # along a wall without a goal
        (["######", "#-$-.#", "#-@--#", "#----#", "######"], False),  # along a wall with one
        (["#######", "#-----#", "#-$$--#", "#-$$@.#", "#-...-#", "#######"], True),  # four in a square
        (["#######", "#-----#", "#-**--#", "#-**@-#", "#--$.-#", "#######"], False),  # four on goals
        (["######", "##--##", "#-$$-#", "#.@-.#", "######"], False),
        (["#######", "#.$@$.#", "#-----#", "#######"], False),
        (["#######", "##$-$##", "#.---.#", "#--@--#", "#######"], True),  # two boxes in corners
        (["#######", "#.-$-##", "#--@--#", "#-----#", "#---$.#", "#######"], False),
    ],
)
def test_deadlocks_are_known_by_sight(rows: list[str], dead: bool) -> None:
    assert is_dead(board_of(rows)) is dead


def test_two_boxes_that_can_reach_one_goal_only_are_dead() -> None:
    rows = ["########", "#-$$-.-#", "#@-----#", "#---.--#", "########"]
    assert Grid(rows).fewest_pushes() is None
    assert is_dead(board_of(rows))
