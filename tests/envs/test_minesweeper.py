"""Minesweeper: opening, deduction against all boards that fit, actions, and how games end."""

import random
from itertools import combinations

import pytest

import reasongym
from reasongym.core import Turn
from reasongym.envs.minesweeper.boards import cells_of, deduce, neighbours, opened
from reasongym.envs.minesweeper.game import Position
from reasongym.envs.minesweeper.search import fits, needs_no_guess
from reasongym.seeding import stream

ENV = reasongym.get("Minesweeper-v0")
#   1 1 .      the mine is in the top right corner
#   . . .      of nine cells of which two are open
CORNER = Position(3, 1 << 2, 0b011)


def act(state: Position, text: str) -> Turn:
    return ENV.act(state, text, stream(b"unused"))


def boards_that_fit(size: int, mines: int, is_open: int) -> list[int]:
    """Return by brute force all sets of as many mines that show the same numbers."""
    around = neighbours(size)
    shown = {cell: (around[cell] & mines).bit_count() for cell in cells_of(is_open)}
    closed = [cell for cell in range(size * size) if not is_open >> cell & 1]
    made = (sum(1 << cell for cell in chosen) for chosen in combinations(closed, mines.bit_count()))
    return [
        one
        for one in made
        if all((around[cell] & one).bit_count() == number for cell, number in shown.items())
    ]


def random_position(draw: random.Random, size: int, num_mines: int) -> tuple[int, int]:
    mines = sum(1 << cell for cell in draw.sample(range(size * size), num_mines))
    safe = [cell for cell in range(size * size) if not mines >> cell & 1]
    return mines, sum(1 << cell for cell in draw.sample(safe, draw.randint(1, len(safe) - 1)))


def test_what_is_deduced_is_so_on_every_board_that_fits() -> None:
    draw = random.Random(1)
    for _ in range(150):
        mines, is_open = random_position(draw, 4, 4)
        rounds = deduce(4, mines, is_open).rounds
        for one in boards_that_fit(4, mines, is_open) if rounds else []:
            assert not any(one >> cell & 1 for cell in rounds[0])


def test_the_search_finds_a_board_exactly_where_there_is_one() -> None:
    draw = random.Random(2)
    for _ in range(40):
        mines, is_open = random_position(draw, 4, 4)
        found = boards_that_fit(4, mines, is_open)
        around = neighbours(4)
        closed = 0xFFFF & ~is_open
        facts = [(around[cell] & closed, (around[cell] & mines).bit_count()) for cell in cells_of(is_open)]
        facts.append((closed, 4))
        for cell in cells_of(closed):
            assert fits([*facts, (1 << cell, 1)]) == any(one >> cell & 1 for one in found)


def needs_no_guess_by_brute_force(size: int, mines: int, is_open: int) -> bool:
    full = (1 << size * size) - 1
    while is_open | mines != full:
        maybe_mined = 0
        for one in boards_that_fit(size, mines, is_open):
            maybe_mined |= one
        if is_open | maybe_mined == full:
            return False
        is_open = full & ~maybe_mined
    return True


def test_the_proof_agrees_with_brute_force_and_can_say_no() -> None:
    draw = random.Random(3)
    answers = {True: 0, False: 0}
    for _ in range(150):
        mines, is_open = random_position(draw, 4, 3)
        answer = needs_no_guess(4, mines, is_open)
        assert answer == needs_no_guess_by_brute_force(4, mines, is_open)
        answers[answer] += 1
    assert min(answers.values()) > 15


def test_opening_spreads_from_cells_with_no_mine_around() -> None:
    for seed in range(100):
        position = ENV.start(ENV.problem(ENV.row(seed, level=2)).data)
        around = neighbours(position.size)
        for cell in cells_of(position.is_open):
            assert not position.mines >> cell & 1
            if not around[cell] & position.mines:
                assert not around[cell] & ~position.is_open
    assert opened(3, 1 << 8, 0, 0) == 0b011111111


def test_every_board_starts_unsolved() -> None:
    for level in range(len(ENV.levels)):
        for seed in range(60):
            data = ENV.problem(ENV.row(seed, level=level)).data
            position = ENV.start(data)
            assert position.is_open | position.mines != (1 << position.size**2) - 1
            assert len(ENV.oracle(data)) <= ENV.max_turns(level)


@pytest.mark.parametrize(
    "text",
    [
        "reveal 3 1 2 3",
        "reveal 3 1\nreveal 2 3",
        "Reveal (3, 1), (2, 3).",
        "open (3,1) and (2,3)",
        "row 3, column 1; row 2, column 3",
        "r3c1, r2c3",
        "3 1, 2 3",
        "<think>mine at 1 3</think> reveal 3 1 2 3",
        "<answer>reveal 3 1 2 3</answer>",
        r"\boxed{\text{reveal } 3\ 1\ 2\ 3}",
        "The only mine is in the corner.\n\nreveal 3 1 2 3",
        "Safe cells: (3,1), (2,3)",
        "[[3, 1], [2, 3]]",
        "`reveal 3 1 2 3`",
        "mines 1 3",
        "mines: (1, 3)",
        "flag 1 3",
        "Mine: row 1, column 3.",
    ],
)
def test_winning_actions_are_read_in_every_usual_form(text: str) -> None:
    turn = act(CORNER, text)
    assert turn.verdict is not None
    assert turn.verdict.correct
    assert turn.reward == 1.0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no_answer"),
        ("<think>reveal 3 1", "no_answer"),
        ("reveal", "no_cell"),
        ("reveal 3", "odd_count"),
        ("reveal 4 1", "off_board"),
        ("reveal 0 1", "off_board"),
        ("reveal 1 1", "open_already"),
        ("reveal 3 1 or 1 3", "hedged"),
        ("do not reveal 3 1", "hedged"),
        ("reveal 3 1 mines 1 3", "two_actions"),
        ("reveal 3 1 because it is far", "syntax"),
        ("All of this is false", "hedged"),
        ("1 " * 4_000, "over_limit"),
    ],
)
def test_what_is_no_action_spends_its_turn(text: str, fault: str) -> None:
    turn = act(CORNER, text)
    assert turn.state == CORNER
    assert turn.verdict is None
    assert turn.observation == f"no action ({fault})\n1 mines\n0 1 .\n. . .\n. . ."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("reveal 1 3", "mine"),
        ("reveal 3 1 1 3", "mine"),
        ("mines 3 1", "wrong_mines"),
        ("mines 1 3 3 1", "wrong_mines"),
        ("mines " + " ".join(f"{row} {column}" for row in (1, 2, 3) for column in (1, 2, 3)), "wrong_mines"),
    ],
)
def test_mines_and_false_claims_lose(text: str, reason: str) -> None:
    turn = act(CORNER, text)
    assert turn.verdict is not None
    assert (turn.verdict.reward, turn.verdict.reason) == (0.0, reason)


def test_opening_one_cell_shows_the_board_again() -> None:
    turn = act(CORNER, "reveal 2 3")
    assert turn.verdict is None
    assert turn.observation == "1 mines\n0 1 .\n. . 1\n. . ."
