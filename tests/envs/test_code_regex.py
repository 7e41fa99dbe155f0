"""Languages and the patterns that match them: automata against Python's own matching."""

import re
from itertools import product

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.code.regex.languages import ALPHABETS, Tree, automaton, drawn, in_another_order, written
from reasongym.envs.code.regex.strings import members, strangers
from reasongym.seeding import stream
from tests.envs.judging import reason

ENV = reasongym.get("RegexSynthesis-v0")
TREE: Tree = ["all", ["run", ["set", "ab"], 1, -1], ["either", ["text", "0"], ["text", "11"]]]
DATA: Data = {
    "alphabet": "ab01",
    "tree": TREE,
    "shown": [["a0"], ["0"]],
    "hidden": [["a0", "b11", "abab11", "aaaaaaaa0"], ["", "0", "a1", "a111", "ab", "a0b0", "a00"]],
}


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_automata_accept_what_python_matches(depth: int) -> None:
    rng = stream(f"automata {depth}".encode())
    for _ in range(15):
        alphabet = rng.pick(ALPHABETS)
        tree = drawn(rng, alphabet, 2 + depth, depth)
        pattern, found = re.compile(written(tree)), automaton(tree, alphabet)
        for length in range(6):
            for letters in product(alphabet, repeat=length):
                text = "".join(letters)
                assert found.accepts(text) == (pattern.fullmatch(text) is not None), (tree, text)


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (["run", ["set", "a"], 1, -1], ["all", ["set", "a"], ["run", ["text", "a"], 0, -1]], True),
        (["either", ["text", "a"], ["text", "b"]], ["set", "ab"], True),
        (["run", ["run", ["set", "a"], 0, -1], 0, -1], ["run", ["set", "a"], 0, -1], True),
        (["run", ["text", "ab"], 0, -1], ["run", ["text", "ab"], 1, -1], False),
        (["run", ["set", "a"], 2, 3], ["run", ["set", "a"], 2, 2], False),
    ],
)
def test_languages_are_one_if_their_least_automata_are(first: Tree, second: Tree, is_same: bool) -> None:
    assert (automaton(first, "ab") == automaton(second, "ab")) is is_same


def test_the_order_of_alternatives_does_not_matter() -> None:
    rng = stream(b"orders")
    for _ in range(30):
        tree = drawn(rng, "ab01", 3, 2)
        assert automaton(in_another_order(tree, rng), "ab01") == automaton(tree, "ab01")


def test_drawn_strings_are_in_and_out_and_differ() -> None:
    rng = stream(b"strings")
    for _ in range(20):
        tree = drawn(rng, "ab01", 3, 1)
        found, pattern = automaton(tree, "ab01"), re.compile(written(tree))
        inside = members(found, rng, 30)
        outside = strangers(found, rng, inside, 30)
        assert len(set(inside)) == len(inside)
        assert all(pattern.fullmatch(text) for text in inside)
        assert not any(pattern.fullmatch(text) for text in outside)


@pytest.mark.parametrize(
    "text",
    [
        "[ab]+(0|11)",
        "^[ab]+(?:0|11)$",
        "```\n[ab]+(?:0|11)\n```",
        "```regex\n(a|b)(a|b)*(11|0)\n```",
        "r'[ab]+(0|11)'",
        "/[ab]+(0|11)/",
        "<answer>[ab]+(0|11)</answer>",
        "<think>.*</think>\n```\n[ab]+(0|1{2})\n```",
        r"\A[ab]+(0|11)\Z",
    ],
)
def test_every_pattern_of_the_language_is_right(text: str) -> None:
    assert reason(ENV, DATA, text) == "ok"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (".*", "wrong_value"),
        ("[ab]*(0|11)", "wrong_value"),
        ("[ab]+0|11", "wrong_value"),
        ("a0|b11|abab11|aaaaaaaa0", "ok"),
        ("[ab", "runtime_error"),
        ("(?P<", "runtime_error"),
        ("", "no_answer"),
        ("a" * 3_000, "over_limit"),
    ],
)
def test_other_patterns_earn_nothing(text: str, fault: str) -> None:
    assert reason(ENV, DATA, text) == fault


def test_a_pattern_that_backtracks_for_ever_runs_out_of_time() -> None:
    data = DATA | {"hidden": [["a0"], ["a" * 14 + "b" * 14 + "1"]]}
    assert reason(ENV, data, "(([ab]+)+)+0|11") == "time_limit"


def test_listing_the_shown_strings_earns_nothing() -> None:
    for level in range(len(ENV.levels)):
        data = ENV.problem(ENV.row(0, level=level)).data
        assert reason(ENV, data, "|".join(map(re.escape, data["shown"][0]))) == "wrong_value"
