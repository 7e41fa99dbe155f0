"""Transfers: what models write for moving a thing to a place, and what is no such move."""

import pytest

from reasongym.answers.transfers import Transfer, transferred, transfers
from tests.cpu import cpu_seconds

NAMES = {"a": "A", "b": "B", "c": "C", "table": "table"}
AC = Transfer("A", "C")
BA = Transfer("B", "A")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A C", [AC]),
        ("A on C", [AC]),
        ("a onto c", [AC]),
        ("A -> C", [AC]),
        ("A → C, B → A", [AC, BA]),
        ("move A onto C; move B onto A", [AC, BA]),
        ("Move block A on top of block C.", [AC]),
        ("Put A on the table", [Transfer("A", "table")]),
        ("move A from B to C", [Transfer("A", "C", "B")]),
        ("move A to C from B", [Transfer("A", "C", "B")]),
        ("move from A to C", [AC]),
        ("Move the disk from peg A to peg C, then move a disk from B to A", [AC, BA]),
        ("disk 2 from A to C", [Transfer("A", "C", "", 2)]),
        ("Move disk 1: A -> C", [Transfer("A", "C", "", 1)]),
        ("move disk 3 to C", [Transfer("", "C", "", 3)]),
        ("AC BA", [AC, BA]),
        ("(A, C), (B, A)", [AC, BA]),
        ('[["A", "C"], ["B", "A"]]', [AC, BA]),
        ('["A on C", "B on A"]', [AC, BA]),
        ("1. A on C\n2. B on A", [AC, BA]),
        ("Step 1: A to C\nStep 2: B to A", [AC, BA]),
        ("- A to C\n- B to A", [AC, BA]),
        (r"A \to C, B \rightarrow A", [AC, BA]),
        (r"\text{A to C}", [AC]),
        ("**A to C**", [AC]),
        ("Moves: A to C", [AC]),
        ("Ａ → Ｃ", [AC]),
    ],
)
def test_usual_notations_are_read(text: str, expected: list[Transfer]) -> None:
    assert transfers(text, NAMES, 9) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_answer"),
        ("A", "syntax"),
        ("A to", "syntax"),
        ("A to B to C", "syntax"),
        ("A and B to C to table", "syntax"),
        ("A B C", "syntax"),
        ("A to X", "syntax"),
        ("not A to C", "syntax"),
        ("A to C no wait B to A", "syntax"),
        ("I move A to C", "syntax"),
        ("unstack A B", "syntax"),
        ("A to C or B to A", "hedged"),
        ("A to C / B to A", "syntax"),
        ("A to C ...", "syntax"),
        ("1. A to C\n3. B to A", "syntax"),
        ("disk 0 to C", "syntax"),
        ("ac", "syntax"),
        ("5 A C", "syntax"),
        ("A C " * 10, "over_limit"),
        ("A" * 10_000, "over_limit"),
    ],
)
def test_other_texts_are_refused_whole(text: str, reason: str) -> None:
    assert transfers(text, NAMES, 9) == reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\boxed{A to C}", [AC]),
        ("<think>B to A</think><answer>A C</answer>", [AC]),
        ("I free A first.\nA to C\nB to A", [AC, BA]),
        ("Plan:\n1. A to C\n2. B to A", [AC, BA]),
        ("```\nA to C\n```", [AC]),
        ("A to C\nThis is wrong.", "syntax"),
        ("A to C or\nB to A", "hedged"),
        ("<think>A to C", "no_answer"),
    ],
)
def test_moves_are_found_where_a_completion_declares_them(text: str, expected: list[Transfer] | str) -> None:
    assert transferred(text, NAMES, 9) == expected


@pytest.mark.parametrize(
    "junk", ["A C ", "A", "1. ", "move ", "disk 1 ", "(", "→", "\n", "- ", "an ", "the "]
)
def test_ten_megabytes_are_read_in_bounded_time(junk: str) -> None:
    def work() -> None:
        transfers(junk * (10_000_000 // len(junk)), NAMES, 300)
        transferred(junk * (10_000_000 // len(junk)), NAMES, 300)

    assert cpu_seconds(work) < 0.25


@pytest.mark.parametrize(
    "text",
    [
        "A-C, B-A",
        "> A C, B A",
        "\\boxed{\\begin{array}{l} \\text{A C} \\\\ \\text{B A} \\end{array}}",
        "\\begin{aligned}\n&\\text{A to C} \\\\\n&\\text{B to A}\n\\end{aligned}",
    ],
)
def test_moves_may_be_dashed_quoted_or_rows_of_tex(text: str) -> None:
    names = {"a": "A", "b": "B", "c": "C"}
    assert transferred(text, names, 4) == [Transfer("A", "C"), Transfer("B", "A")]
