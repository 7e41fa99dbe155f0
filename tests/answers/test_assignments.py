"""Who is what: every way to write it, and no credit for texts that do not plainly say it."""

import pytest

from reasongym.answers.assignments import assignments
from reasongym.answers.prose import declared
from tests.cpu import cpu_seconds

NAMES = ("Alice", "Bob", "Carol", "Dan")
VALUES = {"knight": "T", "knave": "L"}
RIGHT = {"Alice": "T", "Bob": "T", "Carol": "L", "Dan": "T"}


def read(text: str) -> dict[str, str] | str:
    """Read a whole completion."""
    answer, reason = declared(text)
    return reason if answer is None else assignments(answer, NAMES, VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "Alice: knight, Bob: knight, Carol: knave, Dan: knight",
        "Alice = knight; Bob = knight; Carol = knave; Dan = knight",
        "Alice is a knight, Bob is a knight, Carol is a knave, and Dan is a knight.",
        "Alice is the knight, Bob is the knight, Carol is the knave, Dan is the knight!",
        "**Alice** is a knight, **Bob** is a **knight**, **Carol** is a knave, **Dan** is a knight",
        "- Alice: knight\n- Bob: knight\n- Carol: knave\n- Dan: knight",
        "* **Alice**: Knight\n* **Bob**: Knight\n* **Carol**: Knave\n* **Dan**: Knight",
        "1. Alice: knight\n2. Bob: knight\n3. Carol: knave\n4. Dan: knight",
        "(1) Alice is a knight.\n(2) Bob is a knight.\n(3) Carol is a knave.\n(4) Dan is a knight.",
        '{"Alice": "knight", "Bob": "knight", "Carol": "knave", "Dan": "knight"}',
        '```json\n{"Alice": "knight", "Bob": "knight", "Carol": "knave", "Dan": "knight"}\n```',
        '{"answer": {"Alice": "knight", "Bob": "knight", "Carol": "knave", "Dan": "knight"}}',
        "{'Alice': 'knight', 'Bob': 'knight', 'Carol': 'knave', 'Dan': 'knight'}",
        '{"knights": ["Alice", "Bob", "Dan"], "knaves": ["Carol"]}',
        '[["Alice", "knight"], ["Bob", "a knight"], ["Carol", "knave"], ["Dan", "knight"]]',
        '[{"name": "Alice", "role": "knight"}, {"name": "Bob", "role": "knight"}, '
        '{"name": "Carol", "role": "knave"}, {"name": "Dan", "role": "knight"}]',
        "| Name | Role |\n|--|--|\n| Alice | knight |\n| Bob | knight |\n| Carol | knave |\n| Dan | knight |",
        "Name | Role\n:--|--:\nAlice | knight\nBob | knight\nCarol | knave\nDan | knight",
        "Alice | knight\nBob | knight\nCarol | knave\nDan | knight",
        "Alice and Bob are knights, Carol is a knave and Dan is a knight.",
        "Alice, Bob and Dan are knights and Carol is a knave.",
        "Alice, Bob, and Dan are all knights, while Carol is a knave.",
        "Knights: Alice, Bob, Dan\nKnaves: Carol",
        "The knights are Alice, Bob and Dan; the knave is Carol.",
        "Carol is a knave and everyone else is a knight.",
        "Carol is a knave. The rest are knights.",
        "Carol is the only knave, the other three are knights.",
        "\\boxed{\\begin{array}{ll} \\text{Alice} & \\text{knight} \\\\ \\text{Bob} & \\text{knight} \\\\ "
        "\\text{Carol} & \\text{knave} \\\\ \\text{Dan} & \\text{knight} \\end{array}}",
        "$$\\begin{array}{l}Alice: knight\\\\ Bob: knight\\\\ Carol: knave\\\\ Dan: knight\\end{array}$$",
        "\\boxed{Alice: \\text{knight}, Bob: \\text{knight}, Carol: \\text{knave}, Dan: \\text{knight}}",
        r"\boxed{\text{Alice: knight, Bob: knight, Carol: knave, Dan: knight}}",
        r"\boxed{\text{Alice is a knight}, \text{Bob a knight}, \text{Carol a knave}, \text{Dan a knight}}",
        "<answer>Alice knight Bob knight Carol knave Dan knight</answer>",
        "So, the final answer is: Alice is a knight, Bob is a knight, Carol is a knave, Dan is a knight.",
        "Bob cannot lie. Carol?\nYes.\nTherefore Alice, Bob and Dan are knights, and Carol is a knave.",
        "Carol's claim is false. Hence, Alice is a knight, Bob a knight, Carol a knave, Dan a knight.",
        "Final answer:\n\nAlice → knight\nBob → knight\nCarol → knave\nDan → knight",
        "Alice (knight), Bob (knight), Carol (knave), Dan (knight)",
        "ALICE: KNIGHT, BOB: KNIGHT, CAROL: KNAVE, DAN: KNIGHT",
        "Alice – knight\nBob – knight\nCarol — knave\nDan – knight",
        "### Final Answer\n**Alice: knight**\n**Bob: knight**\n**Carol: knave**\n**Dan: knight**",
        "Alice is a knight, Bob is a knight, Dan is a knight. Carol is a knave. ✅",
        "The answer is **Alice: knight, Bob: knight, Carol: knave, Dan: knight**.",
        "Alice must be a knight, Bob must be a knight, Carol must be a knave, and Dan must be a knight.",
        "Suppose Alice lies. That fails.\nAlice: knight\nBob: knight\nCarol: knave\nDan: knight",
        "\\boxed{Alice: knight, Bob: knight, Carol: knave, Dan: knight}\n"
        "Check: if Alice were a knave, her statement would be false. That is a contradiction, as it is true.",
    ],
)
def test_every_way_to_write_an_assignment_is_read(text: str) -> None:
    assert read(text) == RIGHT


_SAID = "Alice: knight, Bob: knight, Carol: knave, Dan: knight"
_LINES = _SAID.replace(", ", "\n")
_IS = "Alice is a knight, Bob is a knight, Carol is a knave, Dan is a knight"


@pytest.mark.parametrize(
    "after",
    [
        "No contradiction arises.",
        "No other assignment works.",
        "Check: the claim that Bob is not a knight is false, as Carol lies.",
        "All three statements of this knave are false, as they must be.",
        "This is the only solution. It is not hard to see.",
        "Not a single statement contradicts it.",
        "That Carol is a knave is true, so what Dan says is true.",
    ],
)
def test_words_behind_an_answer_that_do_not_take_it_back_change_nothing(after: str) -> None:
    assert read(f"\\boxed{{{_SAID}}}\n\n{after}") == RIGHT
    assert read(f"<answer>{_SAID}</answer> {after}") == RIGHT


@pytest.mark.parametrize(
    "after",
    [
        "All of this is false.",
        "Everything I said is wrong.",
        "Everything above is a lie!",
        "My answer is wrong.",
        "The answer above was not correct.",
        "That is wrong.",
        "This is completely false.",
        "which is not true",
        "No wait.",
        "Wait, no.",
        "Just kidding!",
        "Not!",
        "Scratch that.",
        "Ignore all of this.",
        "On second thought, I do not know.",
        "I take that back.",
        "or the other way round",
    ],
)
def test_words_that_take_an_answer_back_undo_it(after: str) -> None:
    assert read(f"\\boxed{{{_SAID}}} {after}") == "retracted"
    assert read(f"<answer>{_SAID}</answer>\n{after}") == "retracted"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_answer"),
        ("I do not know.", "negated"),
        (f"{_SAID}. All of this is false.", "retracted"),
        (f"{_SAID}\nAll of this is false", "retracted"),
        (f"{_SAID}\n\nAll of this is false", "retracted"),
        (f"\\boxed{{{_SAID}}} All of this is false", "retracted"),
        (f"\\boxed{{{_SAID}}}. No wait, just kidding.", "retracted"),
        (f"<answer>{_SAID}</answer>\nThis is wrong.", "retracted"),
        (f"Answer: {_SAID}\n\nEverything above is wrong.", "retracted"),
        (f"{_SAID}, just kidding", "retracted"),
        ("Alice: knight/knave, Bob: knight/knave, Carol: knight/knave, Dan: knight/knave", "hedged"),
        (_IS.replace("Alice is a knight", "Alice is a knight or a knave"), "hedged"),
        (f"{_SAID.replace('Alice: knight', 'Alice: knave')}\nor\n{_SAID}", "hedged"),
        (f"{_LINES} or Alice: knave\nBob: knight\nCarol: knave\nDan: knave", "hedged"),
        (f"Either way:\n{_LINES}", "hedged"),
        (f"{_SAID}, Alice: knave", "conflict"),
        (f"Alice: knave\n{_LINES}", "conflict"),
        ("Everyone is a knight and everyone is a knave", "conflict"),
        (
            '{"Alice": "knave", "Alice": "knight", "Bob": "knight", "Carol": "knave", "Dan": "knight"}',
            "conflict",
        ),
        (f"{_SAID}, Zed: knight", "syntax"),
        (f"Zed: knight\n{_LINES}", "unknown_name"),
        (f"Zed is a knave.\n{_LINES}", "unknown_name"),
        (
            '{"Alice": "knight", "Bob": "knight", "Carol": "knave", "Dan": "knight", "Zed": "knave"}',
            "unknown_name",
        ),
        (
            '{"Alice": ["knight", "knave"], "Bob": "knight", "Carol": "knave", "Dan": "knight"}',
            "unknown_name",
        ),
        ('{"Alice": "knight or knave", "Bob": "knight", "Carol": "knave", "Dan": "knight"}', "syntax"),
        ("Alice: knight, Bob: knight, Carol: knave", "missing_name"),
        ("Knights: Alice, Bob, Dan", "missing_name"),
        (f"It is not true that {_IS}", "negated"),
        ("It is false that Alice is a knight and that Bob is a knight and that Carol is a knave", "negated"),
        (_IS.replace("Alice is a", "Alice is not a"), "negated"),
        (_IS.replace("Alice is", "Alice isn't"), "negated"),
        (f"Not so:\n{_LINES}", "negated"),
        (f"The following is false. {_SAID}.", "negated"),
        (f"If {_IS}", "conditional"),
        (f"Suppose:\n{_LINES}", "conditional"),
        (f"{_IS}?", "question"),
        ("Alice knight knave, Bob knight, Carol knave, Dan knight", "syntax"),
        ("Alice: knight, knave, Bob: knight, Carol: knave, Dan: knight", "syntax"),
        ("Everyone else is a knight", "syntax"),
        ("knight knave Alice Bob Carol Dan", "syntax"),
        ("{" * 50, "over_limit"),
    ],
)
def test_a_text_that_does_not_plainly_say_it_assigns_nothing(text: str, reason: str) -> None:
    assert read(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "Everyone is a knight.",
        "all are knights",
        "They are all knights",
        "All of them are knights!",
        "Knaves: none. Everybody is a knight",
    ],
)
def test_everyone_may_be_named_at_once(text: str) -> None:
    assert assignments(text, NAMES, VALUES) == dict.fromkeys(NAMES, "T")


def test_both_are_two() -> None:
    assert assignments("Both are knaves.", ["Al", "Bo"], VALUES) == {"Al": "L", "Bo": "L"}
    assert assignments("Both are knaves.", NAMES, VALUES) == "syntax"


def test_names_and_values_may_be_numbers_letters_and_several_words() -> None:
    colours = {"red": "red", "dark blue": "blue"}
    assert assignments("1: red, 2: dark blue", ["1", "2"], colours) == {"1": "red", "2": "blue"}
    assert assignments("1. red\n2. dark blue", ["1", "2"], colours) == {"1": "red", "2": "blue"}
    assert assignments("A red, B dark blue", ["A", "B"], colours) == {"A": "red", "B": "blue"}
    assert assignments("node A = red; node B = dark blue", ["A", "B"], colours, ["node"]) == {
        "A": "red",
        "B": "blue",
    }
    assert assignments("x1 = 0, x2 = 1", ["x1", "x2"], {"0": "0", "1": "1"}) == {"x1": "0", "x2": "1"}
    assert assignments('{"x1": 0, "x2": 1}', ["x1", "x2"], {"0": "0", "1": "1"}) == {"x1": "0", "x2": "1"}
    assert assignments("1: 2, 2: 1", ["1", "2"], {"1": "1", "2": "2"}) == {"1": "2", "2": "1"}


def test_plurals_may_be_given_or_regular() -> None:
    values = {"spy": "spy", "wolf": "wolf", "wolves": "wolf"}
    assert assignments("A and B are spies, C and D are wolves", list("ABCD"), values) == {
        "A": "spy",
        "B": "spy",
        "C": "wolf",
        "D": "wolf",
    }


@pytest.mark.parametrize(
    "junk",
    ["!" * 16_000 + "x", "-" * 16_000 + "|x", "Alice " * 2_700, "Alice, " * 2_300, "all this is " * 1_300,
     "\ufdfa" * 16_000, "a\n" * 8_000, "(1. " * 4_000, "Alice: knight\n" * 1_100, "[" * 16_000],
)  # fmt: skip
def test_reading_is_bounded(junk: str) -> None:
    def work() -> None:
        assert isinstance(read(junk), str)

    assert cpu_seconds(work) < 0.1
