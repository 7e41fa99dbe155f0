"""Maze: walls, ways, what is seen, how moves are read, and that mazes are what they should be."""

from collections import deque

import pytest

import reasongym
from reasongym.core import Data, Turn
from reasongym.envs import _boards as boards
from reasongym.envs.maze import mazes, path, walk
from reasongym.seeding import stream

WALK = reasongym.get("Maze-v0")
PATH = reasongym.get("MazePath-v0")
BOARD = ["P..", ".#.", "..G"]
LOOP: Data = {"board": BOARD, "shortest": False}
SHORTEST: Data = {"board": ["P#.", "...", ".#G"], "shortest": True}
DEAD_END: Data = {"board": ["P.#..", "#.#.#", "....G"], "view": 0, "at_once": 8, "turns": 9}


def act(place: walk.Place, text: str) -> Turn:
    return WALK.act(place, text, stream(b"unused"))


# -- walking ------------------------------------------------------------------------------------------


def test_walls_stop_a_move_and_not_the_moves_after_it() -> None:
    turn = act(WALK.start(DEAD_END), "down left up right right down")
    assert turn.state.at == (1, 1)
    assert turn.verdict is None


def test_the_goal_wins_whatever_is_written_behind_it() -> None:
    turn = act(WALK.start(DEAD_END), "right down down right right right up up")
    assert turn.verdict is not None
    assert (turn.reward, turn.verdict.reason) == (1.0, "ok")


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "no_answer"), ("go right", "syntax"), ("right or left", "hedged"), ("R" * 9, "over_limit")],
)
def test_other_texts_spend_the_turn(text: str, reason: str) -> None:
    turn = act(WALK.start(DEAD_END), text)
    assert (turn.state, turn.verdict) == (WALK.start(DEAD_END), None)
    assert reason in turn.observation


def test_who_sees_little_sees_a_square_and_how_far_off_the_goal_is() -> None:
    place = walk.Place(("....#", "###..", "...#.", ".#...", "..#.G"), (0, 0), (4, 4), 1, 8)
    assert act(place, "up").observation == "goal down 4 right 4 : # # # / # P . / # # # :"
    assert act(place, "right").observation == "goal down 4 right 3 : # # # / . P . / # # # :"


@pytest.mark.parametrize("level", range(len(walk.LEVELS)))
def test_an_explorer_who_sees_what_the_player_sees_is_in_time(level: int) -> None:
    meant = walk.LEVELS[level]
    for seed in range(25):
        data = WALK.problem(WALK.row(seed, level=level)).data
        walked = mazes.explore(data["board"], meant.view, meant.at_once)
        assert 1 <= len(walked.turns) <= 0.75 * meant.turns
        assert all(1 <= len(moves) <= meant.at_once for moves in walked.turns)


# -- whole paths --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "right right down down",
        "RRDD",
        "rrdd",
        "DDRR",
        "→→↓↓",
        "R2 D2",
        "right x2, down x2",
        "1. right\n2. right\n3. down\n4. down",
        '["down", "down", "right", "right"]',
        r"\boxed{DDRR}",
        r"\boxed{\text{down, down, right, right}}",
        "<think>RRD</think><answer>RRDD</answer>",
        "The path is: right -> right -> down -> down.",
        "**Answer:** R, R, D, D",
        "I go along the top.\n\nright right down down",
        "left is wall, so:\nright right down down",
        "right left right right down up down down",
        "```\nRRDD\n```",
    ],
)
def test_any_way_in_any_usual_notation_is_right(text: str) -> None:
    assert PATH.verify(LOOP, text).reason == "ok"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("RD", "hits_wall"),
        ("UURRDD", "hits_wall"),
        ("LRRDD", "hits_wall"),
        ("RR", "misses_goal"),
        ("RRDDU", "misses_goal"),
        ("RRDD or DDRR", "hedged"),
        ("RRDD / DDRR", "syntax"),
        (r"\boxed{RR} or \boxed{RRDD}", "hedged"),
        ("RRDD\nAll of this is false.", "syntax"),
        ("RRDD, no wait, RR", "syntax"),
        ("zz!!RRDD", "syntax"),
        ("Solution: UUR…", "syntax"),
        ("not RRDD", "syntax"),
        ("", "no_answer"),
        ("<think>RRDD", "no_answer"),
        ("RL" * 100 + "RRDD", "over_limit"),
        ("up down left right", "hits_wall"),
    ],
)
def test_each_fault_has_its_reason(text: str, reason: str) -> None:
    verdict = PATH.verify(LOOP, text)
    assert (verdict.reward, verdict.reason) == (0.0, reason)


def test_where_a_shortest_way_is_asked_for_every_shortest_way_is_right_and_no_other() -> None:
    open_board: Data = {"board": ["P..", "...", "..G"], "shortest": True}
    for text in ("RRDD", "RDRD", "RDDR", "DRRD", "DRDR", "DDRR"):
        assert PATH.verify(open_board, text).reason == "ok"
    assert PATH.verify(open_board, "RDLDRR").reason == "not_shortest"
    assert PATH.verify(open_board | {"shortest": False}, "RDLDRR").reason == "ok"
    assert PATH.verify(SHORTEST, "DRRD").reason == "ok"


# -- mazes --------------------------------------------------------------------------------------------


def shortest(board: list[str]) -> int | None:
    queue = deque([(boards.find(board, "P"), 0)])
    seen = {queue[0][0]}
    while queue:
        (row, column), away = queue.popleft()
        if board[row][column] == "G":
            return away
        for at in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            inside = 0 <= at[0] < len(board) and 0 <= at[1] < len(board[0])
            if inside and board[at[0]][at[1]] != "#" and at not in seen:
                seen.add(at)
                queue.append((at, away + 1))
    return None


@pytest.mark.parametrize("level", range(len(path.LEVELS)))
def test_mazes_are_connected_and_their_ways_shortest(level: int) -> None:
    meant = path.LEVELS[level]
    for seed in range(15):
        data = PATH.problem(PATH.row(seed, level=level)).data
        board: list[str] = data["board"]
        [text] = PATH.oracle(data)
        assert len(text.split()) == shortest(board) == mazes.flood(board)
        floor = mazes.floor_of(board)
        rooms = (meant.size // 2 + 1) ** 2
        passages = len(floor) - rooms
        assert rooms - 1 + meant.loops[0] <= passages <= rooms - 1 + meant.loops[1]
        assert len(mazes.distances(floor, boards.find(board, "G"))) == len(floor)


def test_water_never_reaches_a_goal_behind_walls() -> None:
    assert mazes.flood(["P#G", ".#.", ".#."]) == -1


def test_a_board_has_eight_guises() -> None:
    guises = ["/".join(guise) for guise in boards.guises(["Pa", "bG"])]
    assert sorted(guises) == sorted(["Pa/bG", "aP/Gb", "bG/Pa", "Gb/aP", "Pb/aG", "bP/Ga", "aG/Pb", "Ga/bP"])


def test_both_ids_name_a_maze_alike() -> None:
    assert WALK.family == PATH.family
    board = WALK.problem(WALK.row(0, level=2)).data["board"]
    assert WALK.canonical({"board": board}) == PATH.canonical({"board": board})


def test_no_prompt_pays_for_its_echo() -> None:
    for style in PATH.styles:
        made = PATH.problem(PATH.row(1, level=1, style=style))
        assert PATH.verify(made.data, made.prompt).reward == 0.0


def test_a_picture_shows_the_walker_in_red() -> None:
    picture = WALK.picture(WALK.start(DEAD_END))
    assert picture.shape == (72, 120, 3)
    assert tuple(picture[12, 12]) == walk.COLOURS["P"]
