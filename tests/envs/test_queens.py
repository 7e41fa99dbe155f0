"""NQueens: known numbers of placements, every valid placement accepted, and forms of answers."""

from itertools import permutations, product

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.queens.placements import placements
from tests.envs import judging

ENV = reasongym.get("NQueens-v0")


def problem(form: str = "columns") -> Data:
    return {"size": 6, "given": [[0, 1]], "blocked": [[1, 0]], "form": form, "solution": [1, 3, 5, 0, 2, 4]}


def reason(text: str, form: str = "columns") -> str:
    return judging.reason(ENV, problem(form), text)


BOARD = ". Q . . . .\n. . . Q . .\n. . . . . Q\nQ . . . . .\n. . Q . . .\n. . . . Q ."
OTHER = "\n".join(reversed(BOARD.replace("Q . . . . .", ". . . . Q .").split("\n")))


@pytest.mark.parametrize(("size", "number"), [(4, 2), (5, 10), (6, 4), (7, 40), (8, 92)])
def test_there_are_as_many_placements_as_is_known(size: int, number: int) -> None:
    assert len(list(placements(size, [(1 << size) - 1] * size, None))) == number


def test_exactly_the_valid_placements_are_right() -> None:
    for seed in range(25):
        data = ENV.problem(ENV.row(seed, level=0, form="columns")).data
        blocked = {(row, column) for row, column in data["blocked"]}
        for columns in permutations(range(5)):
            squares = list(enumerate(columns))
            is_valid = not blocked & set(squares) and all(
                abs(a - c) != abs(b - d) for (a, b), (c, d) in product(squares, squares) if a != c
            )
            is_valid = is_valid and all((row, column) in squares for row, column in data["given"])
            verdict = ENV.verify(data, " ".join(str(column + 1) for column in columns))
            assert verdict.correct == is_valid


@pytest.mark.parametrize("form", ["grid", "columns", "squares"])
@pytest.mark.parametrize(
    "text",
    [
        BOARD,
        BOARD.replace(" ", ""),
        BOARD.replace(". . . Q . .", "# . . Q . ."),
        BOARD.replace("Q", "♛").replace(".", "_"),
        f"```\n{BOARD}\n```",
        f"<answer>\n{BOARD}\n</answer>",
        f"Start:\n\n. Q . . . .\n# . . . . .\n\nSolution:\n\n{BOARD}",
        "2 4 6 1 3 5",
        "[2, 4, 6, 1, 3, 5]",
        "2,4,6,1,3,5",
        "The answer is 2 4 6 1 3 5.",
        r"\boxed{2, 4, 6, 1, 3, 5}",
        "The queens stand in these columns.\n\n2 4 6 1 3 5",
        "Columns: 2 4 6 1 3 5",
        "(1, 2), (2, 4), (3, 6), (4, 1), (5, 3), (6, 5)",
        "(6, 5), (2, 4), (3, 6), (4, 1), (5, 3) and (1, 2)",
        "1 2 , 2 4 , 3 6 , 4 1 , 5 3 , 6 5",
        "The queens are at (1,2), (2,4), (3,6), (4,1), (5,3), (6,5).",
        "Row 1: column 2\nRow 2: column 4\nRow 3: column 6\n"
        "Row 4: column 1\nRow 5: column 3\nRow 6: column 5",
        "[[1,2],[2,4],[3,6],[4,1],[5,3],[6,5]]",
        '{"1": 2, "2": 4, "3": 6, "4": 1, "5": 3, "6": 5}',
    ],
)
def test_the_placement_is_read_in_every_form(text: str, form: str) -> None:
    assert reason(text, form) == "ok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no_answer"),
        ("<think>2 4 6 1 3 5", "no_answer"),
        ("2 4 6 1 3", "wrong_count"),
        ("2 4 6 1 3 5 2 4 6 1 3 5", "moved_queen"),
        ("2 4 6 1 3 7", "off_board"),
        ("2 4 6 1 3 0", "off_board"),
        ("5 3 1 6 4 2", "moved_queen"),
        ("2 1 6 4 3 5", "blocked_square"),
        ("2 4 6 1 5 3", "attacked"),
        ("2 2 2 2 2 2", "attacked"),
        ("5 3 1 6 4 2 or 2 4 6 1 3 5", "hedged"),
        ("not 2 4 6 1 3 5", "hedged"),
        ("2 4 6 1 3 5\n\nAll of this is false.", "hedged"),
        ("2 4 6 1 3 5 is my guess", "syntax"),
        ("1 " * 2_000, "over_limit"),
        (f"{OTHER}\nor\n{BOARD}", "hedged"),
        (f"```\n{OTHER}\n```\n```\n{BOARD}\n```", "hedged"),
        (f"{BOARD}\n\nNo wait, that is wrong.", "hedged"),
        (OTHER, "moved_queen"),
        (BOARD.replace(".", "Q"), "wrong_count"),
        ("<answer>5 3 1 6 4 2</answer> or <answer>2 4 6 1 3 5</answer>", "hedged"),
    ],
)
def test_everything_else_is_refused(text: str, expected: str) -> None:
    assert {reason(text, form) for form in ("grid", "columns", "squares")} <= {
        expected,
        "no_answer",
        "syntax",
    }
    assert expected in {reason(text, form) for form in ("grid", "columns", "squares")}


def test_given_queens_stand_and_blocked_squares_could_have_held_one() -> None:
    for level in range(len(ENV.levels)):
        for seed in range(40):
            data = ENV.problem(ENV.row(seed, level=level)).data
            squares = [[row, column] for row, column in enumerate(data["solution"])]
            assert all(queen in squares for queen in data["given"])
            for row, column in data["blocked"]:
                assert [row, column] not in squares
                assert all(
                    row != r and column != c and abs(row - r) != abs(column - c) for r, c in data["given"]
                )


def test_an_impossible_board_is_not_proved() -> None:
    data = problem()
    assert ENV.prove(data)
    assert not ENV.prove(data | {"blocked": [[5, column] for column in range(6)]})
    assert not ENV.prove(data | {"given": [[0, 1], [1, 2]]})


def test_the_form_of_the_answer_can_be_chosen() -> None:
    for form in ("grid", "columns", "squares"):
        row = ENV.row(3, level=2, form=form)
        data = ENV.problem(row).data
        assert data["form"] == form
        assert ENV.replay(row, ENV.oracle(data)).correct


@pytest.mark.parametrize(
    "text", ["Is it {}?", "Incorrect: {}", "Anything except {}", "Suppose {}", "Perhaps:\n{}"]
)
def test_questions_and_suppositions_earn_nothing(text: str) -> None:
    assert reason("2 4 6 1 3 5") == "ok"
    assert reason(text.format("2 4 6 1 3 5")) != "ok"


def test_a_blocked_square_may_be_escaped_as_in_tex() -> None:
    text = "\\begin{array}{cccccc}" + BOARD.replace(". . . . Q .", "\\# . . . Q .").replace("\n", " \\\\\n")
    assert reason(text.replace(" ", " & ").replace("& \\\\ &", "\\\\"), "grid") == "ok"
