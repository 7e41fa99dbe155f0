"""Grids: the notations that are read, and the hedges that are not."""

import pytest

from reasongym.answers.grids import grid
from tests.cpu import cpu_seconds

RIGHT = ["1234", "3412", "2143", "4321"]
WRONG = ["1234", "3412", "4321", "2143"]


def lines(rows: list[str], joiner: str = " ", start: str = "", end: str = "") -> str:
    return "\n".join(start + joiner.join(row) + end for row in rows)


def read(text: str) -> list[str] | str:
    found = grid(text, 4, 4, "1234")
    return found if isinstance(found, str) else ["".join(row) for row in found]


BLOCK = lines(RIGHT)
OTHER = lines(WRONG)


@pytest.mark.parametrize(
    "text",
    [
        BLOCK,
        lines(RIGHT, ""),
        lines(RIGHT, ","),
        lines(RIGHT, ", "),
        lines(RIGHT, " | ", "| ", " |"),
        lines(RIGHT, "\t"),
        f"```\n{BLOCK}\n```",
        f"```text\n{BLOCK}\n```",
        f"The solved grid is:\n\n{BLOCK}\n\nEvery row, column and box holds each digit once.",
        f"The answer is:\n{BLOCK}",
        f"**Answer:**\n\n{BLOCK}",
        f"\\boxed{{{BLOCK}}}",
        f"<think>\n{OTHER}\n</think>\n<answer>\n{BLOCK}\n</answer>",
        f"<answer>```\n{BLOCK}\n```</answer>",
        "[[1,2,3,4],[3,4,1,2],[2,1,4,3],[4,3,2,1]]",
        "[\n  [1, 2, 3, 4],\n  [3, 4, 1, 2],\n  [2, 1, 4, 3],\n  [4, 3, 2, 1]\n]",
        '["1234", "3412", "2143", "4321"]',
        '{"grid": [[1,2,3,4],[3,4,1,2],[2,1,4,3],[4,3,2,1]]}',
        "```json\n[[1,2,3,4],[3,4,1,2],[2,1,4,3],[4,3,2,1]]\n```",
        "grid = [[1,2,3,4],[3,4,1,2],[2,1,4,3],[4,3,2,1]]",
        "Answer: 1234/3412/2143/4321",
        "1234 3412 2143 4321",
        "1234341221434321",
        "1 2 3 4 3 4 1 2 2 1 4 3 4 3 2 1",
        "Solution: 1 2 3 4 3 4 1 2 2 1 4 3 4 3 2 1.",
        "1 2 | 3 4\n3 4 | 1 2\n----+----\n2 1 | 4 3\n4 3 | 2 1",
        "1 2 3 4\n3 4 1 2\n\n2 1 4 3\n4 3 2 1",
        "+-----+-----+\n| 1 2 | 3 4 |\n| 3 4 | 1 2 |\n+-----+-----+\n| 2 1 | 4 3 |\n"
        "| 4 3 | 2 1 |\n+-----+-----+",
        "┌───┬───┐\n│1 2│3 4│\n│3 4│1 2│\n├───┼───┤\n│2 1│4 3│\n│4 3│2 1│\n└───┴───┘",
        "| 1 | 2 | 3 | 4 |\n|---|---|---|---|\n| 3 | 4 | 1 | 2 |\n| 2 | 1 | 4 | 3 |\n| 4 | 3 | 2 | 1 |",
        "| | | | |\n|:-:|:-:|:-:|:-:|\n| 1 | 2 | 3 | 4 |\n| 3 | 4 | 1 | 2 |\n"
        "| 2 | 1 | 4 | 3 |\n| 4 | 3 | 2 | 1 |",
        "| C1 | C2 | C3 | C4 |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 |\n"
        "| 3 | 4 | 1 | 2 |\n| 2 | 1 | 4 | 3 |\n| 4 | 3 | 2 | 1 |",
        "Row 1: 1 2 3 4\nRow 2: 3 4 1 2\nRow 3: 2 1 4 3\nRow 4: 4 3 2 1",
        "**1 2 3 4**\n**3 4 1 2**\n**2 1 4 3**\n**4 3 2 1**",
        "\\boxed{\\begin{array}{cccc} 1 & 2 & 3 & 4 \\\\ 3 & 4 & 1 & 2 "
        "\\\\ 2 & 1 & 4 & 3 \\\\ 4 & 3 & 2 & 1 \\end{array}}",
        "$$\\begin{bmatrix}\n1 & 2 & 3 & 4 \\\\\n3 & 4 & 1 & 2 \\\\\n"
        "2 & 1 & 4 & 3 \\\\\n4 & 3 & 2 & 1\n\\end{bmatrix}$$",
        "１ ２ ３ ４\n３ ４ １ ２\n２ １ ４ ３\n４ ３ ２ １",
        f"{BLOCK}\n",
        BLOCK.replace("\n", "\r\n"),
        f"The puzzle was\n\n1 . . .\n. 4 . .\n. . 4 .\n. . . 1\n\nand is solved by\n\n{BLOCK}",
        f"{OTHER}\n\nThat repeats a digit. The corrected grid:\n\n{BLOCK}",
        f"{BLOCK}\n\nTo repeat:\n\n{BLOCK}",
        lines(RIGHT, " ", "> "),
        lines(RIGHT, " ", "    "),
        "<br>".join(RIGHT),
        f"<pre>\n{BLOCK}\n</pre>",
        "1 2 3 4 ; 3 4 1 2 ; 2 1 4 3 ; 4 3 2 1",
        f"{OTHER}\n\nThe second box is off.\n\n{BLOCK}",
        f"{BLOCK}\n\n**Check:** rows, columns and boxes are fine.",
        f"{BLOCK}\n\nNo digit is repeated in any row, column or box, and the clues don't move.",
        f"My first try was wrong. This is the solution:\n{BLOCK}",
    ],
)
def test_every_usual_notation_is_read(text: str) -> None:
    assert read(text) == RIGHT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_answer"),
        ("1", "no_answer"),
        ("There is no solution.", "no_answer"),
        ("<think>\n" + BLOCK, "no_answer"),
        ("<think>\n" + BLOCK + "\n</think>", "no_answer"),
        (lines(RIGHT[:3]), "wrong_shape"),
        (lines([*RIGHT, "1234"]), "wrong_shape"),
        (lines([row[:3] for row in RIGHT]), "no_answer"),
        ("[[1,2],[3,4],[3,4],[1,2],[2,1],[4,3],[4,3],[2,1]]", "no_answer"),
        ("12 34 34 12 21 43 43 21", "no_answer"),
        (f"{OTHER}\n{BLOCK}", "hedged"),
        (f"{OTHER}\n\n{BLOCK}", "hedged"),
        (f"{OTHER} or {BLOCK}", "wrong_shape"),
        (f"{OTHER}\nor\n{BLOCK}", "hedged"),
        (f"```\n{OTHER}\n```\nor\n```\n{BLOCK}\n```", "hedged"),
        (f"```\n{OTHER}\n```\n```\n{BLOCK}\n```", "hedged"),
        (f"Option A:\n{OTHER}\n\nOption B:\n{BLOCK}", "hedged"),
        (f"1.\n{OTHER}\n2.\n{BLOCK}", "hedged"),
        (f"{OTHER}\n\nHmm\n\n{BLOCK}", "hedged"),
        (f"Either\n{OTHER}\n\nAlternatively:\n{BLOCK}", "hedged"),
        (f"<answer>{OTHER}</answer> or <answer>{BLOCK}</answer>", "hedged"),
        (f"\\boxed{{{OTHER}\nor\n{BLOCK}}}", "hedged"),
        (f"{BLOCK}\n\nAll of this is false.", "hedged"),
        (f"{BLOCK}\n\nNo wait, that is wrong.", "hedged"),
        (f"{BLOCK}\n\nThis is not the right answer.", "hedged"),
        (f"{BLOCK}\n\nor swap the last two rows", "hedged"),
        (f"{BLOCK}\n\nOn second thought this isn't it.", "hedged"),
        (f"The solution is not\n{BLOCK}", "no_answer"),
        (f"It is false that the grid is:\n{BLOCK}", "no_answer"),
        ("1,2,3,4 or 4,3,2,1", "hedged"),
        (lines(RIGHT, " ", "", " or 4 3 2 1"), "hedged"),
        (lines(["1/234", "3412", "2143", "4321"]), "wrong_shape"),
    ],
)
def test_what_is_no_single_grid_of_the_shape_is_refused(text: str, reason: str) -> None:
    assert read(text) == reason


def test_a_symbol_may_be_spelt_in_several_ways() -> None:
    spelt = {"Q": "Q", "♛": "Q", ".": ".", "-": ".", "_": "."}
    assert grid("- Q\n. _", 2, 2, spelt) == [[".", "Q"], [".", "."]]
    assert grid("|.|♛|\n|.|.|", 2, 2, spelt) == [[".", "Q"], [".", "."]]


@pytest.mark.parametrize(
    "text", ["1\n" * 500_000, "1 2 3 4\n" * 100_000, "[" * 10**6, "/" * 10**6, ":" * 10**6, "a:" * 10**5]
)
def test_reading_is_bounded(text: str) -> None:
    def work() -> None:
        grid(text, 4, 4, "1234")

    assert cpu_seconds(work) < 0.05
