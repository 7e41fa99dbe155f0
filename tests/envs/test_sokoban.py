"""Sokoban: levels are what they say, both ways of playing them, deadlocks, XSB files and pictures."""

import importlib.util
import random
import time
from collections import deque
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import gymnasium
import numpy as np
import pytest

import reasongym
from reasongym.core import Data, Row, Turn, Verdict
from reasongym.envs.sokoban import levels, read, rooms, search
from reasongym.envs.sokoban.board import Board, board_of
from reasongym.envs.sokoban.deadlock import is_dead
from reasongym.envs.sokoban.play import Position
from reasongym.envs.sokoban.xsb import board_of_level
from reasongym.errors import DataError, UsageError
from reasongym.seeding import stream

GAME = reasongym.get("Sokoban-v0")
PLAN = reasongym.get("SokobanPlan-v0")
HAS_NUMBA = importlib.util.find_spec("numba") is not None
STEPS = {"up": (-1, 0), "right": (0, 1), "down": (1, 0), "left": (0, -1)}

EASY = ["######", "#@---#", "#-$-.#", "#----#", "######"]
"""Solved by `down right right` and in no other way with two pushes."""
EASY_DATA: Data = {"board": EASY, "solution": "dRR", "pushes": 2, "limit": 12, "turns": 5}

Place = tuple[frozenset[tuple[int, int]], tuple[int, int]]
"""A position: the boxes, and the exact cell of the player."""


def problems(level: int, num: int) -> Iterator[Data]:
    for seed in range(num):
        yield GAME.problem(GAME.row(seed, level=level)).data


# -- a second solver, over single moves of a player in a set of cells -------------------------------------


class Grid:
    def __init__(self, rows: list[str]) -> None:
        signs = {(y, x): sign for y, row in enumerate(rows) for x, sign in enumerate(row)}
        self.floor = {cell for cell, sign in signs.items() if sign != "#"}
        self.goals = frozenset(cell for cell, sign in signs.items() if sign in ".*+")
        self.boxes = frozenset(cell for cell, sign in signs.items() if sign in "$*")
        self.player = next((cell for cell, sign in signs.items() if sign in "@+"), (0, 0))

    def after(self, place: Place, step: tuple[int, int]) -> tuple[Place, bool] | None:
        boxes, (y, x) = place
        cell, behind = (y + step[0], x + step[1]), (y + 2 * step[0], x + 2 * step[1])
        if cell not in self.floor:
            return None
        if cell not in boxes:
            return (boxes, cell), False
        if behind not in self.floor or behind in boxes:
            return None
        return (boxes - {cell} | {behind}, cell), True

    def fewest_pushes(self) -> int | None:
        """Search breadth-first by single moves, of which a push costs 1 and a walk nothing."""
        line = deque([(0, (self.boxes, self.player))])
        done: set[Place] = set()
        while line:
            pushes, place = line.popleft()
            if place[0] == self.goals:
                return pushes
            if place in done:
                continue
            done.add(place)
            for step in STEPS.values():
                moved = self.after(place, step)
                if moved and moved[1]:
                    line.append((pushes + 1, moved[0]))
                elif moved:
                    line.appendleft((pushes, moved[0]))
        return None

    def places(self) -> list[Place]:
        return [
            (frozenset(boxes), player)
            for boxes in combinations(sorted(self.floor), len(self.goals))
            for player in sorted(self.floor - set(boxes))
        ]

    def winnable(self) -> set[Place]:
        """Follow all moves of all positions backwards from those that are solved."""
        into: dict[Place, list[Place]] = {}
        for place in self.places():
            for step in STEPS.values():
                moved = self.after(place, step)
                if moved:
                    into.setdefault(moved[0], []).append(place)
        found = {place for place in self.places() if place[0] == self.goals}
        line = list(found)
        for place in line:
            for before in into.get(place, ()):
                if before not in found:
                    found.add(before)
                    line.append(before)
        return found


def test_the_second_solver_solves_what_a_person_can() -> None:
    assert Grid(EASY).fewest_pushes() == 2
    assert Grid(["#####", "#@$.#", "#####"]).fewest_pushes() == 1
    assert Grid(["######", "#$@-.#", "######"]).fewest_pushes() is None


# -- levels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "num"), [(0, 60), (1, 60), (2, 60), (3, 10), (4, 1)])
def test_no_solution_has_fewer_pushes_than_the_oracle(level: int, num: int) -> None:
    for data in problems(level, num):
        assert Grid(data["board"]).fewest_pushes() == data["pushes"]
        assert data["pushes"] == sum(letter.isupper() for letter in data["solution"])


@pytest.mark.parametrize(
    ("level", "num"), [(0, 200), (1, 200), (2, 200), (3, 100), (4, 30), (5, 8), (6, 4), (7, 2)]
)
def test_levels_are_what_they_say(level: int, num: int) -> None:
    asked = levels.LEVELS[level]
    for data in problems(level, num):
        rows, text = data["board"], "".join(data["board"])
        assert {len(rows), *map(len, rows)} == {asked.size.side}
        assert text.count("$") == asked.size.num_boxes == text.count(".") + text.count("+")
        assert "*" not in text  # no box begins on a goal, so nothing is solved already
        assert asked.low <= data["pushes"] <= asked.high
        assert len(data["solution"]) <= 0.75 * data["limit"]
        assert data["limit"] <= levels.MOVES_A_TURN * data["turns"]


@pytest.mark.parametrize("level", range(6))
def test_every_cell_of_a_room_can_be_of_use(level: int) -> None:
    for data in problems(level, 20 if level < 5 else 4):
        grid = Grid(data["board"])
        line, seen = [grid.player], {grid.player}
        for y, x in line:
            near = {(y + down, x + right) for down, right in STEPS.values()} & grid.floor
            assert len(near) > 1 or (y, x) in grid.goals, "a dead end"
            line += near - seen
            seen |= near
        assert seen == grid.floor
        assert all(any(sign != "#" for sign in row) for row in data["board"][1:-1])
        assert all(any(sign != "#" for sign in row) for row in list(zip(*data["board"], strict=True))[1:-1])


def test_levels_never_begin_dead() -> None:
    for level in range(5):
        assert not any(is_dead(board_of(data["board"])) for data in problems(level, 30))


def test_walls_vary() -> None:
    walls = [
        {(y, x) for y in range(8) for x in range(8) if data["board"][y][x] == "#"} for data in problems(4, 40)
    ]
    assert len(set(map(frozenset, walls))) > 30
    assert len(set(map(len, walls))) > 5


def test_problems_are_distinct() -> None:
    for level, num, least in ((2, 100, 70), (3, 100, 95), (4, 30, 30)):
        assert len({GAME.canonical(data) for data in problems(level, num)}) >= least


def test_both_ids_share_problems_and_splits() -> None:
    assert GAME.family == PLAN.family
    data = next(problems(2, 1))
    assert GAME.canonical(data) == PLAN.canonical(data)


def test_the_smallest_rooms_do_not_hang() -> None:
    start = time.thread_time()
    for _ in problems(0, 100):
        pass
    tiny = GAME.problem(GAME.row(0, level=0, xsb="#####\n#@$.#\n#####")).data
    assert tiny["solution"] == "R"
    assert time.thread_time() - start < 2


def test_no_item_takes_a_second() -> None:
    GAME.problem(GAME.row(0, level=7))  # numba is imported, and compiles where it never did before
    for level in (5, 6, 7):
        for seed in range(3):
            start = time.thread_time()
            GAME.problem(GAME.row(seed, level=level))
            assert time.thread_time() - start < (1 if HAS_NUMBA else 30)


def test_reset_with_one_seed_twice_shows_the_same() -> None:
    env = gymnasium.make("reasongym/Sokoban-v0")
    first, _ = env.reset(seed=1)
    env.step("up")
    env.step("left right")
    assert env.reset(seed=1)[0] == first


def test_no_global_generator_is_drawn_from() -> None:
    random.seed(5)
    np.random.seed(5)
    before = random.getstate(), np.random.get_state()[1].tolist()  # pyright: ignore
    data = [GAME.problem(GAME.row(seed, level=3)).data for seed in range(5)]
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # pyright: ignore
    random.seed(6)
    assert [GAME.problem(GAME.row(seed, level=3)).data for seed in range(5)] == data


# -- the search, as Python and compiled -------------------------------------------------------------------


@pytest.mark.skipif(not HAS_NUMBA, reason="needs numba")
def test_numba_and_python_search_alike() -> None:
    rng = stream(b"kernel")
    for level in (0, 2, 3, 4, 4):
        room = None
        while room is None:
            room = rooms.draw(rng, levels.LEVELS[level].size)
        graph = search.graph(levels.LEVELS[level].size.side, room.floor, room.goals)
        for max_pulls, capacity in ((40, 10**6), (5, 10**6), (40, 50)):
            python = search.run_python(graph, max_pulls, capacity)
            compiled = search.run_compiled(graph, max_pulls, capacity)
            assert (python.num_layers, python.num_positions) == (compiled.num_layers, compiled.num_positions)
            for one, other in zip(python[2:], compiled[2:], strict=True):
                assert list(one) == list(other)


@pytest.mark.skipif(not HAS_NUMBA, reason="needs numba")
def test_levels_are_the_same_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [GAME.row(seed, level=level) for level, num in ((2, 20), (4, 3), (5, 1)) for seed in range(num)]
    monkeypatch.setattr(search, "search", search.run_compiled)
    compiled = [GAME.problem(row).data for row in rows]
    monkeypatch.setattr(search, "search", search.run_python)
    assert [GAME.problem(row).data for row in rows] == compiled


def test_without_numba_python_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)  # pyright: ignore
    assert search.compiled.__wrapped__() is None


@pytest.mark.skipif(not HAS_NUMBA, reason="needs numba")
def test_a_folder_that_cannot_be_written_costs_only_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    def njit(*, cache: bool = False, nogil: bool) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: ("compiled", function.__name__)  # pyright: ignore

    monkeypatch.setattr(numba, "njit", njit)
    assert search.compiled.__wrapped__() == ("compiled", "pull")


# -- deadlocks --------------------------------------------------------------------------------------------


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


# -- turns ------------------------------------------------------------------------------------------------


def act(text: str, rows: list[str] = EASY, num_left: int = 12, style: str = "plain") -> Turn:
    return GAME.act(Position(board_of(rows), num_left, style), text, stream(b"unused"))


@pytest.mark.parametrize(
    "text",
    [
        "down right right",
        "DOWN RIGHT RIGHT",
        "Down, right, right.",
        "drr",
        "DRR",
        "dRR",
        "d r r",
        "↓→→",
        "⬇️➡️➡️",
        "down -> right -> right",
        "1. down\n2. right\n3. right",
        '["down", "right", "right"]',
        "Moves: down right right",
        "Solution: DRR",
        "down, right x2",
        "<think>the box is right below me</think>down right right",
        "<think>hm</think>\n<answer> down right right </answer>",
        "So \\boxed{down right right} it is.",
        "\\boxed{\\text{DRR}}",
        "```\ndown right right\n```",
        "The answer is **down right right**",
    ],
)
def test_moves_are_read_as_models_write_them(text: str) -> None:
    turn = act(text)
    assert turn.verdict == Verdict(1.0, True, "ok", "down right right")
    assert PLAN.verify(EASY_DATA, text).correct


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Solution: the box goes right",
        "I go down and then I push right twice",
        "d zz!! r zz!! r",
        "dzzrzzr",
        "down right right or left",
        "either down right right or right down",
        "down right right\n\nNo wait, all of this is false.",
        "not down right right",
        "\\boxed{down right right} or \\boxed{left}",
        "\\boxed{down right right or left}",
        "<think>down right right",
        "<answer></answer>",
        "down right right maybe up",
        "x down right right",
        "0x1 drr",
        "LOUD",
    ],
)
def test_what_is_not_wholly_moves_is_not_played(text: str) -> None:
    turn = act(text)
    assert turn.state == Position(board_of(EASY), 12, "plain")
    assert turn.verdict is None
    assert turn.observation.endswith("\n".join([*EASY, "Moves left: 12"]))
    verdict = PLAN.verify(EASY_DATA, text)
    assert (verdict.reward, verdict.correct) == (0.0, False)


def test_a_move_that_is_not_possible_ends_the_turn_and_what_was_before_it_counts() -> None:
    turn = act("down left right right")
    assert turn.verdict is None
    assert turn.observation.startswith("Move 2 (left) is not possible.\n######")
    assert turn.state.num_left == 11
    assert turn.state.board.rows() == ["######", "#----#", "#@$-.#", "#----#", "######"]


@pytest.mark.parametrize("text", ["down right up", "down right down"])
def test_a_move_that_does_not_solve_goes_on(text: str) -> None:
    assert act(text).verdict is None


def test_a_level_is_over_as_soon_as_it_is_solved() -> None:
    turn = act("down right right right right up")
    assert turn.verdict is not None
    assert turn.verdict.correct
    assert turn.state.num_left == 9


def test_two_boxes_are_not_pushed_at_once() -> None:
    turn = act("right", ["######", "#@$$.#", "#--.-#", "######"])
    assert turn.observation.startswith("Move 1 (right) is not possible.")


def test_a_deadlock_ends_the_episode_with_nothing() -> None:
    turn = act("right down", ["######", "#@---#", "#-$-.#", "#----#", "#----#", "######"])
    assert turn.verdict is None
    turn = act("right down down", ["######", "#@---#", "#-$-.#", "#----#", "#----#", "######"])
    assert turn.verdict is not None
    assert (turn.verdict.reward, turn.verdict.reason) == (0.0, "deadlock")


def test_moves_run_out() -> None:
    turn = act("right right left left", num_left=3)
    assert turn.verdict is not None
    assert (turn.verdict.reward, turn.verdict.reason) == (0.0, "move_limit")
    assert turn.state.num_left == 0
    assert act("down right right", num_left=3).reward == 1.0


def test_too_many_moves_for_a_turn_are_refused_whole() -> None:
    turn = act("right left " * 6)
    assert (turn.verdict, turn.state.num_left) == (None, 12)
    assert turn.observation.startswith("At most 10 moves a turn (over_limit); nothing was played.")


def test_observations_keep_the_style_of_the_prompt() -> None:
    made = reasongym.get("Sokoban-v0")
    env = type(made)(level=2, style="terse")
    prompt, _ = env.reset(seed=3)
    observation, *_ = env.step("nonsense")
    assert observation == f"syntax\n{prompt}"
    assert all(len(token) == 1 or token.isdecimal() for token in prompt.split())
    _, info = env.reset(seed=3, options={"style": "coordinates"})
    observation, *_ = env.step("up")
    assert "Boxes: (" in observation
    assert Row.from_dict(info["row"].as_dict()) == info["row"]


def test_the_style_changes_no_verdict() -> None:
    row = GAME.row(4, level=2)
    texts = GAME.oracle(GAME.problem(row).data)
    for style in GAME.styles:
        styled = GAME.row(4, level=2, style=style)
        assert GAME.replay(styled, texts) == GAME.replay(row, texts)


@pytest.mark.parametrize("env", [GAME, PLAN], ids=["turns", "plan"])
@pytest.mark.parametrize("style", [style for style in GAME.styles if style != "terse"])
def test_the_rules_stand_in_the_prompt(env: reasongym.Env, style: str) -> None:
    prompt = env.prompt(EASY_DATA, style)
    for rule in ("push every box onto a goal", "cannot push two boxes", "into a wall", "pull", "12"):
        assert rule in prompt
    assert ("Boxes: (3, 3)" if style == "coordinates" else "#-$-.#") in prompt


def test_coordinates_say_what_the_drawing_shows() -> None:
    data = next(problems(4, 1))
    text = GAME.prompt(data, "coordinates")
    for name, signs in (("Boxes", "$*"), ("Goals", ".*+"), ("You", "@+"), ("Walls inside", "#")):
        cells = [(y, x) for y in range(1, 7) for x in range(1, 7) if data["board"][y][x] in signs]
        listed = " ".join(f"({y + 1}, {x + 1})" for y, x in cells)
        assert f"{name}: {listed}\n" in text


# -- plans ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("right right down left", "unsolved"),
        ("up down right right", "illegal_move"),
        ("down left right right", "illegal_move"),
        ("down right", "unsolved"),
        ("down right right left up left", "ok"),
        ("down right right right", "ok"),
        ("right left " * 6 + "down", "over_limit"),
        ("zz!!", "syntax"),
    ],
)
def test_a_plan_is_judged_by_playing_it(text: str, reason: str) -> None:
    assert PLAN.verify(EASY_DATA, text).reason == reason


def test_any_plan_that_solves_is_right() -> None:
    assert PLAN.verify(EASY_DATA, "right right left left down right right").correct
    assert PLAN.verify(EASY_DATA, "down down up right up down right").correct


def test_ten_million_characters_are_judged_quickly() -> None:
    for text in ("r" * 10**7, "down right " * 10**6, "zz!! " * 2 * 10**6):
        start = time.thread_time()
        assert not PLAN.verify(EASY_DATA, text).correct
        assert not act(text).reward
        assert time.thread_time() - start < 0.2


# -- XSB --------------------------------------------------------------------------------------------------

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


# -- pictures ---------------------------------------------------------------------------------------------


def test_a_picture_shows_every_kind_of_cell_differently() -> None:
    picture = GAME.picture(Position(board_of(["######", "#@$.-#", "#*-.-#", "######"]), 3, "plain"))
    assert (picture.shape, picture.dtype) == ((128, 192, 3), np.uint8)
    tiles = {
        sign: picture[32 * y : 32 * y + 32, 32 * x : 32 * x + 32].tobytes()
        for sign, y, x in (("#", 0, 0), ("@", 1, 1), ("$", 1, 2), (".", 1, 3), ("-", 1, 4), ("*", 2, 1))
    }
    standing = GAME.picture(Position(board_of(["#####", "#+$-#", "#####"]), 3, "plain"))
    tiles["+"] = standing[32:64, 32:64].tobytes()
    assert len(set(tiles.values())) == 7


@pytest.mark.parametrize("env_id", ["reasongym/Sokoban-v0", "reasongym/SokobanPlan-v0"])
def test_pictures_come_from_render(env_id: str) -> None:
    env = gymnasium.make(env_id, level=3, render_mode="rgb_array")
    env.reset(seed=0)
    first: Any = env.render()
    env.step("up")
    assert first.shape == (224, 224, 3)
