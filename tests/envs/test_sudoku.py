"""Sudoku: the solver against a second one, symmetries by brute force, and what is read and refused."""

import random
from itertools import permutations, product

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.sudoku.canonical import canonical_form
from reasongym.envs.sudoku.exact_cover import num_solutions
from reasongym.envs.sudoku.problems import LEVELS
from reasongym.envs.sudoku.solver import Search
from reasongym.seeding import stream
from tests.envs import judging

ENV = reasongym.get("Sudoku-v0")
SOLVED = [1, 2, 3, 4, 3, 4, 1, 2, 2, 1, 4, 3, 4, 3, 2, 1]
CLUES = [1, 2, 0, 0, 0, 0, 1, 2, 2, 0, 0, 3, 0, 3, 0, 0]
SMALL: Data = {"size": 4, "clues": CLUES, "solution": SOLVED}
RIGHT = "1 2 3 4\n3 4 1 2\n2 1 4 3\n4 3 2 1"
WRONG = "1 2 3 4\n3 4 1 2\n2 1 4 3\n4 3 1 2"


def reason(text: str, data: Data = SMALL) -> str:
    return judging.reason(ENV, data, text)


def solutions(size: int, cells: list[int]) -> list[list[int]]:
    clues = [(cell, digit - 1) for cell, digit in enumerate(cells) if digit]
    return [[digit + 1 for digit in one] for one in Search(size).run(clues, 1_000)]


# -- the solvers --------------------------------------------------------------------------------------


def test_there_are_288_boards_of_four() -> None:
    found = solutions(4, [0] * 16)
    assert len(found) == len(set(map(tuple, found))) == 288
    assert num_solutions(4, [0] * 16, 1_000) == 288
    for cells in found[::17]:
        units = [
            *(cells[row * 4 : row * 4 + 4] for row in range(4)),
            *(cells[column::4] for column in range(4)),
            *([cells[at + r * 4 + c] for r, c in product(range(2), range(2))] for at in (0, 2, 8, 10)),
        ]
        assert all(sorted(unit) == [1, 2, 3, 4] for unit in units)


@pytest.mark.parametrize(("size", "num_clues"), [(4, 4), (4, 6), (6, 12), (9, 30)])
def test_both_solvers_count_the_same(size: int, num_clues: int) -> None:
    draw = random.Random(size)
    answers: set[int] = set()
    for seed in range(40):
        solution = [digit + 1 for digit in Search(size, stream(b"%d" % seed)).run([], 1)[0]]
        shown = set(draw.sample(range(size * size), num_clues))
        cells = [digit if at in shown else 0 for at, digit in enumerate(solution)]
        if seed % 4 == 0:  # a clue that may contradict the others
            cells[draw.randrange(size * size)] = draw.randint(1, size)
        clues = [(cell, digit - 1) for cell, digit in enumerate(cells) if digit]
        found = Search(size).run(clues, 5)
        assert len(found) == len(set(map(tuple, found))) == num_solutions(size, cells, 5)
        answers.add(len(found))
    assert len(answers) > 1


def test_the_solvers_know_a_published_board() -> None:
    board = "530070000600195000098000060800060003400803001700020006060000280000419005000080079"
    solved = "534678912672195348198342567859761423426853791713924856961537284287419635345286179"
    cells = [int(digit) for digit in board]
    assert solutions(9, cells) == [[int(digit) for digit in solved]]
    assert num_solutions(9, cells) == 1
    data: Data = {"size": 9, "clues": cells, "solution": []}
    assert reason("\n".join(" ".join(solved[at : at + 9]) for at in range(0, 81, 9)), data) == "ok"


# -- identity -----------------------------------------------------------------------------------------


def least_of_the_orbit(cells: list[int]) -> tuple[int, ...]:
    """Return by brute force the least board that symmetries of four by four cells make."""
    pairs = [(0, 1, 2, 3), (1, 0, 2, 3), (0, 1, 3, 2), (1, 0, 3, 2)]
    lines = [order for pair in pairs for order in (pair, (*pair[2:], *pair[:2]))]
    best: tuple[int, ...] | None = None
    for rows, columns, transposed in product(lines, lines, (False, True)):
        names = {0: 0}
        moved = [
            names.setdefault(cells[c * 4 + r] if transposed else cells[r * 4 + c], len(names))
            for r in rows
            for c in columns
        ]
        best = min(best, tuple(moved)) if best else tuple(moved)
    assert best is not None
    return best


def test_the_canonical_form_is_that_of_the_orbit() -> None:
    forms: dict[str, set[tuple[int, ...]]] = {}
    orbits: dict[tuple[int, ...], set[str]] = {}
    for seed in range(500):
        data = ENV.generate(stream(b"%d" % seed), 0, {})
        orbit, form = least_of_the_orbit(data["clues"]), ENV.canonical(data)
        forms.setdefault(form, set()).add(orbit)
        orbits.setdefault(orbit, set()).add(form)
    assert {len(one) for one in (*forms.values(), *orbits.values())} == {1}
    assert len(forms) < 450


def test_the_canonical_form_tells_boards_apart_that_have_everything_alike() -> None:
    """Clues of one digit: where all rows, columns and digits look alike, one is singled out."""
    forms = {
        canonical_form(4, [(row, columns[row], row) for row in range(4)])
        for columns in permutations(range(4))
    }
    orbits = {
        least_of_the_orbit([r + 1 if columns[r] == c else 0 for r in range(4) for c in range(4)])
        for columns in permutations(range(4))
    }
    assert len(forms) == len(orbits)


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_problems_are_as_the_level_says(level: int) -> None:
    meant = LEVELS[level]
    for seed in range(15):
        data = ENV.problem(ENV.row(seed, level=level)).data
        clues = [digit for digit in data["clues"] if digit]
        assert data["size"] == meant.size
        if meant.is_minimal:
            assert len(clues) <= 30
        else:
            assert meant.low <= len(clues) <= meant.high
    if meant.is_minimal:
        data = ENV.problem(ENV.row(0, level=level)).data
        for at, digit in enumerate(data["clues"]):
            if digit:
                assert num_solutions(9, [*data["clues"][:at], 0, *data["clues"][at + 1 :]]) == 2


# -- answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        RIGHT.replace(" ", ""),
        RIGHT.replace(" ", " | "),
        f"The solved board:\n\n{RIGHT}\n\nEach row, column and box has each digit once.",
        f"```\n{RIGHT}\n```",
        f"<think>\n{WRONG}\n</think>\n<answer>\n{RIGHT}\n</answer>",
        f"\\boxed{{\n{RIGHT}\n}}",
        "[[1,2,3,4],[3,4,1,2],[2,1,4,3],[4,3,2,1]]",
        "1234341221434321",
        "1 2 | 3 4\n3 4 | 1 2\n----+----\n2 1 | 4 3\n4 3 | 2 1",
        f"The board is\n\n{RIGHT.replace('3', '.')}\n\nand the solution is\n\n{RIGHT}",
    ],
)
def test_the_solution_is_read_in_every_usual_form(text: str) -> None:
    assert reason(text) == "ok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no_answer"),
        (WRONG, "repeated_digit"),
        (RIGHT.replace("1", "x").replace("2", "1").replace("x", "2"), "changed_clue"),
        (f"{WRONG} or {RIGHT}", "wrong_shape"),
        (f"{WRONG}\nor\n{RIGHT}", "hedged"),
        (f"{RIGHT}\n\n{WRONG}", "hedged"),
        (f"{WRONG}\n\n{RIGHT}", "hedged"),
        (f"{RIGHT}\n\nAll of this is false.", "hedged"),
        (f"The solution is not\n{RIGHT}", "no_answer"),
        (f"<think>\n{RIGHT}", "no_answer"),
        (RIGHT.replace("4", "."), "no_answer"),
        (RIGHT.replace("4", "34"), "no_answer"),
        (RIGHT + "\n1 2 3 4", "wrong_shape"),
        ("1 1 1 1\n1 1 1 1\n1 1 1 1\n1 1 1 1", "changed_clue"),
    ],
)
def test_everything_else_is_refused(text: str, expected: str) -> None:
    assert reason(text) == expected


def test_a_board_with_two_solutions_is_not_proved() -> None:
    assert ENV.prove(SMALL) == (num_solutions(4, CLUES) == 1)
    empty: Data = {"size": 4, "clues": [0] * 16, "solution": SOLVED}
    assert not ENV.prove(empty)


@pytest.mark.parametrize(
    "text",
    [
        RIGHT.replace(" ", "\\ ").replace("\n", " \\\\\n"),
        "\n".join(f"**Row {at}:** {row}" for at, row in enumerate(RIGHT.split("\n"), 1)),
    ],
)
def test_rows_may_have_tex_spaces_and_bold_labels(text: str) -> None:
    assert reason(text) == "ok"


@pytest.mark.parametrize(
    "text",
    [
        f"{RIGHT}\n\nScratch that.",
        f"\\boxed{{{RIGHT}}} is wrong.",
        f"Perhaps:\n{RIGHT}",
        f"The opposite of:\n{RIGHT}",
        f"Answer: {RIGHT}\nAlternatively: {WRONG}",
        f"Solution 1: {RIGHT}\n\nSolution 2: {WRONG}",
    ],
)
def test_boards_that_are_taken_back_or_followed_by_another_earn_nothing(text: str) -> None:
    assert reason(text) != "ok"
