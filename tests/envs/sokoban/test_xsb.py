"""Sokoban levels of one's own, from XSB files: every notation is read, and what cannot be played refused."""

import gymnasium
import pytest

from reasongym.core import Row
from reasongym.envs.sokoban import read
from reasongym.envs.sokoban.xsb import board_of_level
from reasongym.errors import DataError, UsageError
from tests.envs.sokoban.by_cells import GAME, Grid, problems

FILE = """; Two small ones, by hand
Author: nobody

The first
####
# .#
#  ###
#*@  #
#  $ #
#  ###
####

######
#    #
# #@ #
# $* #
# .* #
#    #
######
Title: The second
Comment: easy
"""


def test_a_file_of_levels_is_played_seed_by_seed() -> None:
    assert [level.title for level in read(FILE)] == ["The first", "The second"]
    env = gymnasium.make("reasongym/Sokoban-v0", xsb=FILE)
    for seed, pushes in ((0, 8), (1, 3), (2, 8)):
        observation, info = env.reset(seed=seed)
        row = info["row"]
        assert (row.seed, row.split) == (seed % 2, "all")
        data = GAME.problem(row).data
        assert data["pushes"] == pushes == Grid(data["board"]).fewest_pushes()
        assert GAME.replay(Row.from_dict(row.as_dict()), GAME.oracle(data)).correct
        assert "\n".join(data["board"]) in observation
    with pytest.raises(UsageError, match="has 2 problems"):
        GAME.problem(GAME.row(2, xsb=FILE))


def test_titles_stand_before_or_behind_a_level() -> None:
    level = "\n#####\n#@$.#\n#####\n"
    assert [one.title for one in read(f"Title: A\n{level}\nTitle: B{level}; C{level}")] == ["A", "B", "C"]
    assert [one.title for one in read(f"1{level}TITLE: A\nAuthor: x\n2{level}Title: B\n3{level}")] == [
        "A",
        "B",
        "3",
    ]


def test_boards_survive_being_written_as_xsb() -> None:
    for data in problems(3, 20):
        (level,) = read("\n".join(data["board"]))
        assert board_of_level(level).rows() == data["board"]
        ran = GAME.problem(GAME.row(0, level=7, xsb="\n".join(data["board"]).replace("-", " "))).data
        assert ran["board"] == data["board"]
        assert ran["pushes"] == data["pushes"]


@pytest.mark.parametrize(
    "text", ["#####\n#@$.#\n#####", "5#|#@$.#|5#", "#####\n#pbo#\n#####", "  #####\n  #@$.#__\n  #####  "]
)
def test_one_level_in_every_notation(text: str) -> None:
    (level,) = read(text)
    assert board_of_level(level).rows() == ["#####", "#@$.#", "#####"]


def test_cells_outside_and_closed_off_are_walls() -> None:
    (level,) = read("#######\n#@$. ##\n#######\n# #* ##\n#######")
    assert board_of_level(level).rows() == ["######", "#@$.-#", "######"]


HALL = "20#|" + 9 * "#18-#|" + "#@$.15-#|20#"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("hello", DataError, "holds no level"),
        ("#####\n#@$.#", DataError, "not enclosed"),
        ("#####\n#@$.#\n### #", DataError, "not enclosed"),
        ("#####\n#@$x#\n#####", DataError, "line 2 .*'x' is no sign"),
        ("#####\n#@$ #\n#####", DataError, "1 boxes and 0 goals"),
        ("#####\n# $.#\n#####", DataError, "needs one player, has 0"),
        ("######\n#@@$.#\n######", DataError, "needs one player, has 2"),
        ("#####\n#@$.#\n#####\n#$  #\n#####", DataError, "can never get to"),
        ("#####\n#@  #\n#####", DataError, "0 boxes"),
        ("99999999#", DataError, "over 64 long"),
        ("#####\n#@$.3\n#####", DataError, "ends in a number"),
        ("#####\n#@ *#\n#####", UsageError, "solved already"),
        ("######\n#$@ .#\n######", UsageError, "cannot be solved"),
        (HALL, UsageError, "too large"),
        ("8#|#@$ $ $#|#. . . #|8#", UsageError, "cannot be solved"),
        ("#" * 249_990 + "x", DataError, "'x' is no sign"),
        ("#\n" * 100_000, DataError, "has 100000 rows"),
        ("x" * 250_001, DataError, "250,000 characters"),
    ],
)
def test_a_level_that_cannot_be_played_is_refused_with_the_reason(
    text: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        GAME.problem(GAME.row(0, xsb=text))


def test_a_level_too_long_for_the_moves_is_refused() -> None:
    corridor = "#" * 30 + "\n#@" + " " * 20 + "$.    ##\n" + "#" * 30
    with pytest.raises(UsageError, match="takes 21 moves, and this level of the environment gives 12"):
        GAME.problem(GAME.row(0, level=0, xsb=corridor))
    assert GAME.problem(GAME.row(0, level=1, xsb=corridor)).data["pushes"] == 1
