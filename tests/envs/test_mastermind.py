"""Mastermind: marks by brute force, what counts as a guess, and one name for a problem in every guise."""

from itertools import permutations, product

import pytest

import reasongym
from reasongym.core import Data, Turn
from reasongym.envs.mastermind.codes import Code, canonical, mark
from reasongym.envs.mastermind.game import Position
from reasongym.seeding import stream

ENV = reasongym.get("Mastermind-v0")
COLOURS = Position(("red", "blue", "green", "white"), (0, 1, 2, 2))
DIGITS = Position(("1", "2", "3", "4"), (0, 1, 2, 2))
LETTERS = Position(("A", "B", "C", "D"), (0, 1, 2, 2))


def act(state: Position, text: str) -> Turn:
    return ENV.act(state, text, stream(b"unused"))


@pytest.mark.parametrize("num_colours", [2, 3])
def test_marks_are_what_moving_pegs_about_gives(num_colours: int) -> None:
    codes = list(product(range(num_colours), repeat=4))
    for guess, secret in product(codes, codes):
        exact = sum(a == b for a, b in zip(guess, secret, strict=True))
        most = max(
            sum(a == b for a, b in zip(moved, secret, strict=True)) for moved in set(permutations(guess))
        )
        assert mark(guess, secret) == (exact, most - exact)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (COLOURS, "red blue green green"),
        (COLOURS, "Red, Blue, Green, Green."),
        (COLOURS, "red-blue-green-green"),
        (COLOURS, "My guess is red, blue, green, green"),
        (COLOURS, "**red blue green green**"),
        (COLOURS, "<think>white?</think>\nred blue green green"),
        (COLOURS, "<answer>red blue green green</answer>"),
        (COLOURS, r"\boxed{red blue green green}"),
        (COLOURS, r"$\boxed{\text{red, blue, green, green}}$"),
        (COLOURS, '["red", "blue", "green", "green"]'),
        (COLOURS, "Guess: [red | blue | green | green]"),
        (COLOURS, "The red and white hints agree.\n\nred blue green green"),
        (DIGITS, "1 2 3 3"),
        (DIGITS, "1233"),
        (DIGITS, "[1, 2, 3, 3]"),
        (DIGITS, "The answer is 1233."),
        (LETTERS, "A B C C"),
        (LETTERS, "ABCC"),
        (LETTERS, "A-B-C-C"),
    ],
)
def test_the_code_is_read_in_every_usual_form(state: Position, text: str) -> None:
    turn = act(state, text)
    assert turn.verdict is not None
    assert turn.verdict.correct
    assert turn.reward == 1.0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no_answer"),
        ("<think>red blue green green", "no_answer"),
        ("red blue green", "wrong_length"),
        ("red blue green green white", "wrong_length"),
        ("pink blue green green", "wrong_length"),
        ("what?", "unknown_colour"),
        ("red blue green white or red blue green green", "hedged"),
        ("not red blue green green", "hedged"),
        ("red blue green green / red blue green white", "wrong_length"),
        ("red blue green green then red blue green white", "hedged"),
        ("red " * 400, "over_limit"),
        (r"\boxed{red red red red} or \boxed{red blue green green}", "hedged"),
        ("All of this is false.", "unknown_colour"),
    ],
)
def test_what_is_no_single_code_spends_its_turn(text: str, fault: str) -> None:
    assert act(COLOURS, text) == Turn(COLOURS, f"no guess ({fault})")


def test_a_wrong_code_is_marked() -> None:
    assert act(COLOURS, "blue red green white") == Turn(COLOURS, "blue red green white : 1 exact 2 misplaced")


def test_the_given_marks_are_true_and_no_given_guess_is_the_code() -> None:
    for level in range(len(ENV.levels)):
        for seed in range(100):
            data = ENV.problem(ENV.row(seed, level=level)).data
            for code, marked in data["given"]:
                assert list(mark(code, data["secret"])) == marked
                assert code != data["secret"]


def test_a_false_mark_is_not_proved() -> None:
    data = ENV.problem(ENV.row(0, level=2)).data
    code, (exact, misplaced) = data["given"][0]
    changed: Data = data | {"given": [[code, [exact, misplaced + 1]], *data["given"][1:]]}
    assert ENV.prove(data)
    assert not ENV.prove(changed)


def least_of_the_orbit(secret: Code, given: list[Code]) -> tuple[Code, ...]:
    images: list[tuple[Code, ...]] = []
    for colours, order in product(permutations(range(3)), permutations(range(3))):
        moved = [tuple(colours[code[at]] for at in order) for code in (secret, *given)]
        images.append((moved[0], *sorted(moved[1:])))
    return min(images)


def test_the_canonical_form_is_that_of_the_orbit() -> None:
    """Every problem of three pegs, three colours and two given guesses, against brute force over guises."""
    codes = list(product(range(3), repeat=3))
    names: dict[str, frozenset[object]] = {}
    orbits: dict[object, str] = {}
    for secret, first, second in product(codes[::4], codes, codes[::5]):
        name = canonical([first, second], secret)
        least = least_of_the_orbit(secret, [first, second])
        assert orbits.setdefault(least, name) == name
        names[name] = names.get(name, frozenset()) | {least}
    assert all(len(images) == 1 for images in names.values())
