"""Moves: what models write for them, and what is no sequence of moves."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.answers.moves import DIRECTIONS, moves, played
from tests.cpu import cpu_seconds

U, D, L, R = "up", "down", "left", "right"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up", [U]),
        ("Up.", [U]),
        ("LLDR", [L, L, D, R]),
        ("lldr", [L, L, D, R]),
        ("U,U,L", [U, U, L]),
        ("up, up; left\ndown", [U, U, L, D]),
        ("up || left || up", [U, L, U]),
        ("up | left", [U, L]),
        ("up -> left --> up => down", [U, L, U, D]),
        ("up → left → down", [U, L, D]),
        ("R → R → D", [R, R, D]),
        ("→→↓", [R, R, D]),
        ("→ → ↓", [R, R, D]),
        ("⬆️➡️", [U, R]),
        (r"\uparrow \rightarrow", [U, R]),
        (r"\text{up, left}", [U, L]),
        ("$R, R, D$", [R, R, D]),
        ("1. up\n2. left", [U, L]),
        ("1) up 2) left", [U, L]),
        ("(1) up (2) left", [U, L]),
        ("Step 1: up\nStep 2: right", [U, R]),
        ("- up\n- left", [U, L]),
        ("* up\n* left", [U, L]),
        ("**up**, **left**", [U, L]),
        ('["up", "left"]', [U, L]),
        ('{"moves": ["up", "down"]}', [U, D]),
        ("[up][left]", [U, L]),
        ("(up, left)", [U, L]),
        ("Moves: up up", [U, U]),
        ("The next move is up.", [U]),
        ("up, up, and then left", [U, U, L]),
        ("north east", [U, R]),
        ("ＵＰ", [U]),
        ("3x up", [U, U, U]),
        ("3 × up, 2 x left", [U, U, U, L, L]),
        ("up x3", [U, U, U]),
        ("up (x3)", [U, U, U]),
        ("up 3 times", [U, U, U]),
        ("R3 D2", [R, R, R, D, D]),
        ("R3D2", [R, R, R, D, D]),
        ("3R 2D", [R, R, R, D, D]),
        ("right, down 2", [R, D, D]),
    ],
)
def test_usual_notations_are_read(text: str, expected: list[str]) -> None:
    assert moves(text, DIRECTIONS, 20) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_answer"),
        (" \n", "no_answer"),
        ("I go up", "syntax"),
        ("not up", "syntax"),
        ("up (not left)", "syntax"),
        ("up no wait left", "syntax"),
        ("all up", "syntax"),
        ("zz!!up", "syntax"),
        ("up/down", "syntax"),
        ("up-right", "syntax"),
        ("up ...", "syntax"),
        ("up, …", "syntax"),
        ("up or down", "hedged"),
        ("either up", "hedged"),
        ("1. up\n3. left", "syntax"),
        ("1.5 up", "syntax"),
        ("up 3 right", "syntax"),
        ("3 up 2", "syntax"),
        ("LLDR 3", "syntax"),
        ("3x LR", "syntax"),
        ("up 2 3", "syntax"),
        ("x3", "syntax"),
        ("3 times up", "syntax"),
        ("5", "syntax"),
        ("up 0", "syntax"),
        ("→ up", "syntax"),
        ("up →", "syntax"),
        ("up ↓", "syntax"),
        ("up -> -> left", "syntax"),
        ("up and", "syntax"),
        ("and up", "syntax"),
        ("up\nAnswer: down", "syntax"),
        ("up 99999", "over_limit"),
        ("u" * 21, "over_limit"),
        ("up " * 21, "over_limit"),
    ],
)
def test_other_texts_are_refused_whole(text: str, reason: str) -> None:
    assert moves(text, DIRECTIONS, 20) == reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"So \boxed{up, left}.", [U, L]),
        ("<think>down</think><answer>up || left</answer>", [U, L]),
        ("I look around.\n\nup\nleft", [U, L]),
        ("I want to go right.\nright down", [R, D]),
        ("Moves:\n```\nup\nleft\n```", [U, L]),
        ("The answer is up, left", [U, L]),
        ("**Answer:** RRDD", [R, R, D, D]),
        ("My move:\n- up\n- left", [U, L]),
        ("Moves:\n\n1. up\n\n2. left\n\n3. up", [U, L, U]),
        ("I take a detour.\n\n- up\n\n- left\n", [U, L]),
        ("Right.\n\nup left", [U, L]),
        ("1. up\n2. left\n\nNo:\n\n1. down", [D]),
        ("1. up\n2. left\n\n1. down", [D]),
        ("right\n\n1. up\n2. left", [U, L]),
        ("up left\nAll of this is false", "syntax"),
        ("up left\n\nNo wait.", "syntax"),
        ("RRDD or\nDDRR", "hedged"),
        ("RRDD or DDRR", "hedged"),
        ("RRDD / DDRR", "syntax"),
        (r"\boxed{RRDD} or \boxed{DDRR}", "hedged"),
        ("\\boxed{this\nup}", "syntax"),
        ("<think>up", "no_answer"),
        ("not \\boxed{up}", "no_answer"),
    ],
)
def test_moves_are_found_where_a_completion_declares_them(text: str, expected: list[str] | str) -> None:
    assert played(text, DIRECTIONS, 20) == expected


SEPARATORS = (" ", ", ", "; ", "\n", " -> ", " || ", " → ", "; then ")


@given(st.lists(st.sampled_from([U, D, L, R]), min_size=1, max_size=20), st.sampled_from(SEPARATORS))
def test_what_is_written_is_read(written: list[str], separator: str) -> None:
    assert moves(separator.join(written), DIRECTIONS, 20) == written
    assert moves("".join(one[0] for one in written), DIRECTIONS, 20) == written


@given(st.text(alphabet="udlrUDLR123x()[]{}.,;:->→↑*or \n\"'\\$", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    read = moves(text, DIRECTIONS, 20)
    if isinstance(read, list):
        assert 1 <= len(read) <= 20
        assert set(read) <= {U, D, L, R}
    else:
        assert read in {"no_answer", "syntax", "hedged", "over_limit"}


def test_every_english_word_that_is_no_direction_is_refused() -> None:
    for word, (before, after) in product(
        ("go", "move", "wall", "hole", "I", "up-down", "left_right"), (("", " up"), ("up ", ""))
    ):
        assert moves(before + word + after, DIRECTIONS, 20) == "syntax"


@pytest.mark.parametrize(
    "junk", ["up ", "u", "1. ", "my ", "→", "(", "[", "x3 ", "\\to ", "\n", "- ", "and "]
)
def test_ten_megabytes_are_read_in_time_linear_in_the_limit(junk: str) -> None:
    def work() -> None:
        moves(junk * (10_000_000 // len(junk)), DIRECTIONS, 200)
        played(junk * (10_000_000 // len(junk)), DIRECTIONS, 200)

    assert cpu_seconds(work) < 0.25


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up up left (3 moves)", ["up", "up", "left"]),
        ("**Moves (3):** up up left", ["up", "up", "left"]),
        ("> up up left", ["up", "up", "left"]),
        ("right (3 moves)", "syntax"),
        ("\\boxed{up left} is wrong.", "retracted"),
    ],
)
def test_moves_may_be_counted_and_quoted_but_not_taken_back(text: str, expected: list[str] | str) -> None:
    assert played(text, DIRECTIONS, 9) == expected
