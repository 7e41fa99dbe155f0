"""Sokoban's levels: solved by the pushes they say and no fewer, as large as they say, made quickly."""

import importlib.util
import random
import time
from typing import Any

import gymnasium
import numpy as np
import pytest

from reasongym.envs.sokoban import levels, rooms, search
from reasongym.envs.sokoban.board import board_of
from reasongym.envs.sokoban.deadlock import is_dead
from reasongym.seeding import stream
from tests.envs.sokoban.by_cells import EASY, GAME, PLAN, STEPS, Grid, problems

HAS_NUMBA = importlib.util.find_spec("numba") is not None


def test_the_second_solver_solves_what_a_person_can() -> None:
    assert Grid(EASY).fewest_pushes() == 2
    assert Grid(["#####", "#@$.#", "#####"]).fewest_pushes() == 1
    assert Grid(["######", "#$@-.#", "######"]).fewest_pushes() is None


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
