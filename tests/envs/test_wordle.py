"""WordGuess: marks with repeated letters, hard mode, what counts as a guess, and the word list."""

from itertools import product
from pathlib import Path

import pytest

import reasongym
from reasongym.core import Turn
from reasongym.envs.wordle import words
from reasongym.envs.wordle.game import Position
from reasongym.seeding import stream

ENV = reasongym.get("WordGuess-v0")
CRANE = Position("crane", (), (), hard=False)


def act(state: Position, text: str) -> Turn:
    return ENV.act(state, text, stream(b"unused"))


@pytest.mark.parametrize(
    ("guess", "secret", "marks"),
    [
        ("crane", "crane", "GGGGG"),
        ("eerie", "crane", "--Y-G"),
        ("eerie", "three", "Y-G-G"),
        ("allow", "llama", "YGY--"),
        ("llama", "allow", "YGY--"),
        ("speed", "abide", "--Y-Y"),
        ("speed", "erase", "Y-YY-"),
        ("speed", "steal", "G-G--"),
        ("aabbb", "bbaaa", "YYYY-"),
    ],
)
def test_marks_of_known_pairs(guess: str, secret: str, marks: str) -> None:
    assert words.mark(guess, secret) == marks


def test_marks_spend_each_letter_of_the_word_once() -> None:
    """By definition: greens first, then from left to right while unmatched letters of the word are left."""
    for guess, secret in product(map("".join, product("abc", repeat=4)), repeat=2):
        marks = words.mark(guess, secret)
        for letter in "abc":
            at = [i for i in range(4) if guess[i] == letter]
            greens = [i for i in at if secret[i] == letter]
            others = [i for i in at if i not in greens]
            yellows = others[: secret.count(letter) - len(greens)]
            assert {i: marks[i] for i in at} == {
                i: "G" if i in greens else "Y" if i in yellows else "-" for i in at
            }


@pytest.mark.parametrize(
    "text",
    [
        "crane",
        "CRANE",
        "Crane.",
        "c r a n e",
        "C-R-A-N-E",
        "[crane]",
        '"crane"',
        "**crane**",
        "My guess: crane",
        "I will try crane",
        "The answer is crane.",
        "<think>slate</think>\ncrane",
        "<answer>crane</answer>",
        "<answer>c r a n e</answer>",
        r"\boxed{\text{crane}}",
        r"\boxed{crane}",
        "The letters R and N are there.\n\ncrane",
    ],
)
def test_a_guess_is_read_in_every_usual_form(text: str) -> None:
    turn = act(CRANE, text)
    assert turn.verdict is not None
    assert turn.verdict.correct


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no_answer"),
        ("<think>crane", "no_answer"),
        ("cran", "wrong_length"),
        ("cranes", "wrong_length"),
        ("c r a n", "wrong_length"),
        ("crane or slate", "hedged"),
        ("slate, crane", "hedged"),
        ("not crane", "hedged"),
        ("12345", "wrong_length"),
        ("crane " * 100, "over_limit"),
        (r"\boxed{slate} or \boxed{crane}", "hedged"),
    ],
)
def test_what_is_no_single_guess_spends_its_turn(text: str, fault: str) -> None:
    assert act(CRANE, text) == Turn(CRANE, f"no guess ({fault})")


def test_a_wrong_guess_is_marked_and_kept() -> None:
    turn = act(CRANE, "nacre")
    assert turn.observation == "n a c r e : Y Y Y Y G"
    assert turn.state.known == (("nacre", "YYYYG"),)


@pytest.mark.parametrize(
    ("guess", "fault"),
    [
        ("crane", ""),
        ("crone", "a must be used"),
        ("brain", "letter 5 must be e"),
        ("naree", "c must be used"),
    ],
)
def test_hard_mode_holds_guesses_to_the_marks(guess: str, fault: str) -> None:
    assert words.hard_fault(guess, [("nacre", "YYYYG")]) == (
        "letter 5 must be e" if guess == "brain" else fault
    )


def test_hard_mode_counts_repeated_letters() -> None:
    assert words.hard_fault("slept", [("geese", "--G-Y")]) == "e must be used 2 times"
    assert words.hard_fault("elect", [("geese", "--G-Y")]) == ""


def test_hard_mode_refuses_and_the_random_player_obeys() -> None:
    hard = Position("crane", (), (("nacre", "YYYYG"),), hard=True)
    assert act(hard, "slate").observation == "no guess (n must be used)"
    for seed in range(200):
        assert act(hard, ENV.random_action(hard, stream(b"%d" % seed))).observation[:2] != "no"


def test_the_words_are_plain_and_few_of_them_are_hidden() -> None:
    for length in (4, 5, 6):
        listed = words.words(length)
        assert list(listed) == sorted(set(listed))
        assert all(len(word) == length and word.isascii() and word.islower() for word in listed)
        assert set(words.secrets(length)) < set(listed)
        assert len(words.secrets(length)) > 1_000
    assert "cranes" not in words.secrets(6)
    assert not {"fuck", "shit", "whore"} & {*words.words(4), *words.words(5)}


def test_the_notice_of_the_word_list_stands_beside_it() -> None:
    folder = Path(words.__file__).parent
    assert "Copyright 2000-2011 by Kevin Atkinson" in (folder / "LICENSE").read_text()
    assert (folder / "words.txt").is_file()


def test_problems_are_as_the_level_says() -> None:
    for seed in range(50):
        data = ENV.problem(ENV.row(seed, level=0)).data
        assert data["secret"] in data["listed"]
        assert len(set(data["listed"])) == 12
        data = ENV.problem(ENV.row(seed, level=5)).data
        assert data["hard"]
        assert {marks for _, marks in data["given"]} == {"------"}


def test_a_guess_may_stand_in_a_fence() -> None:
    assert act(CRANE, "```\ncrane\n```").reward == 1.0
