"""ZebraPuzzle: the solvers against brute force, what clues mean, and tables as models write them."""

import random
from itertools import chain, permutations, product

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.zebra import wording
from reasongym.envs.zebra.clues import Clue, holds, true_clue
from reasongym.envs.zebra.problems import LEVELS
from reasongym.envs.zebra.solver import Search, num_solutions
from reasongym.seeding import stream
from tests.envs import judging

ENV = reasongym.get("ZebraPuzzle-v0")
KINDS = ("at", "not_at", "same", "differ", "next", "before", "left", "between", "either")
STREET: Data = {
    "houses": 3,
    "attributes": [["name", ["Alice", "Boris", "Clara"]], ["pet", ["cat", "dog", "horse"]]],
    "clues": [["at", 0, 0, -1], ["before", 0, 1, -1], ["same", 0, 4, -1], ["left", 5, 3, -1]],
    "solution": [0, 1, 2, 2, 0, 1],
}
RIGHT = "1: Alice, dog\n2: Boris, horse\n3: Clara, cat"
WRONG = "1: Alice, dog\n2: Boris, cat\n3: Clara, horse"


def reason(text: str) -> str:
    return judging.reason(ENV, STREET, text)


def all_tables(houses: int, attributes: int) -> list[list[int]]:
    return [[*chain(*parts)] for parts in product(permutations(range(houses)), repeat=attributes)]


def random_clues(seed: int, houses: int, attributes: int, num: int) -> list[Clue]:
    """Draw clues that are true of one table or, every third time, of another."""
    rng, draw = stream(b"clues %d" % seed), random.Random(seed)
    tables = [[*chain(*(draw.sample(range(houses), houses) for _ in range(attributes)))] for _ in range(2)]
    clues: list[Clue] = []
    while len(clues) < num:
        clue = true_clue(rng, rng.pick(KINDS), houses, attributes, tables[seed % 3 == 0 and len(clues) == 3])
        if clue:
            clues.append(clue)
    return clues


def test_both_solvers_count_what_brute_force_counts() -> None:
    tables = all_tables(4, 2)
    counts: set[int] = set()
    for seed in range(150):
        clues = random_clues(seed, 4, 2, 3 + seed % 5)
        true = [table for table in tables if all(holds(clue, table) for clue in clues)]
        found = Search(4, 2, clues).run(1_000)
        assert sorted(found) == sorted(true)
        assert num_solutions(4, 2, clues, 1_000) == len(true)
        counts.add(min(len(true), 2))
    assert counts == {0, 1, 2}


def test_no_clue_can_be_left_out_of_a_small_puzzle() -> None:
    for seed in range(30):
        data = ENV.problem(ENV.row(seed, level=1)).data
        clues = [tuple(clue) for clue in data["clues"]]
        for clue in clues:
            assert num_solutions(3, 3, [one for one in clues if one != clue]) == 2


def test_a_puzzle_with_too_few_clues_is_not_proved() -> None:
    assert ENV.prove(STREET)
    assert not ENV.prove(STREET | {"clues": STREET["clues"][1:3]})
    assert not ENV.prove(STREET | {"solution": [0, 1, 2, 0, 1, 2]})


def test_clues_say_what_they_mean() -> None:
    """The puzzle of the test, worded; the table that is right makes every sentence true."""
    assert wording.sentences(STREET) == [
        "Alice lives in house 1.",
        "Alice lives immediately to the left of Boris.",
        "Alice and the person who keeps the dog are the same person.",
        "The person who keeps the horse lives somewhere to the left of the person who keeps the cat.",
    ]
    assert wording.terse(STREET) == ["at Alice 1", "before Alice Boris", "same Alice dog", "left horse cat"]


@pytest.mark.parametrize(
    ("clue", "true", "false"),
    [
        (("at", 0, 2, -1), [2, 0], [1, 0]),
        (("not_at", 0, 2, -1), [1, 0], [2, 0]),
        (("same", 0, 1, -1), [2, 2], [2, 1]),
        (("differ", 0, 1, -1), [2, 1], [2, 2]),
        (("next", 0, 1, -1), [2, 1], [2, 0]),
        (("next", 0, 1, -1), [1, 2], [1, 1]),
        (("before", 0, 1, -1), [1, 2], [2, 1]),
        (("left", 0, 1, -1), [0, 2], [2, 0]),
        (("left", 0, 1, -1), [0, 1], [1, 1]),
        (("between", 0, 1, 2), [1, 2, 0], [0, 1, 2]),
        (("between", 0, 1, 2), [2, 0, 3], [2, 2, 3]),
        (("either", 0, 1, 2), [1, 1, 2], [0, 1, 2]),
        (("either", 0, 1, 2), [2, 1, 2], [3, 1, 2]),
    ],
)
def test_each_kind_of_clue_has_its_truth(clue: Clue, true: list[int], false: list[int]) -> None:
    assert holds(clue, true)
    assert not holds(clue, false)


def test_names_of_values_are_unique_words() -> None:
    values = [value for _, listed in wording.ATTRIBUTES.values() for value in listed.split()]
    assert len({value.lower() for value in values}) == len(values)
    assert all(value.isalpha() for value in values)
    most = max(level.houses for level in LEVELS)
    assert all(len(listed.split()) >= most for _, listed in wording.ATTRIBUTES.values())


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        RIGHT.replace(":", "").replace(",", ""),
        RIGHT.upper(),
        "\n".join(reversed(RIGHT.split("\n"))),
        "House 1: Alice keeps the dog.\nHouse 2: Boris keeps the horse.\nHouse 3: Clara keeps the cat.",
        "**House 1**\n- Name: Alice\n- Pet: dog\n\n**House 2**\n- Name: Boris\n- Pet: horse\n\n"
        "**House 3**\n- Name: Clara\n- Pet: cat",
        "| House | Name | Pet |\n|---|---|---|\n| 1 | Alice | dog |\n"
        "| 2 | Boris | horse |\n| 3 | Clara | cat |",
        "| | 1 | 2 | 3 |\n|---|---|---|---|\n| Name | Alice | Boris | Clara |\n| Pet | dog | horse | cat |",
        '{"1": {"name": "Alice", "pet": "dog"}, "2": {"name": "Boris", "pet": "horse"}, '
        '"3": {"name": "Clara", "pet": "cat"}}',
        '```json\n{"1": ["Alice", "dog"], "2": ["Boris", "horse"], "3": ["Clara", "cat"]}\n```',
        "Alice: 1, Boris: 2, Clara: 3, cat: 3, dog: 1, horse: 2",
        "Alice dog\nBoris horse\nClara cat",
        f"<think>{WRONG}</think><answer>{RIGHT}</answer>",
        f"\\boxed{{{RIGHT}}}",
        f"Alice is in house 1, and Boris next to her.\n\nThe answer is:\n\n{RIGHT}",
        f"{WRONG}\n\nThis breaks clue 4. Corrected:\n\n{RIGHT}",
        f"{RIGHT}\n\nEvery clue holds.",
        f"{RIGHT}\n\nThis satisfies clues 1 to 4, and no clue is left if one looks again.",
        f"Of the 3 houses:\n\n{RIGHT}",
    ],
)
def test_the_table_is_read_in_every_usual_form(text: str) -> None:
    assert reason(text) == "ok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no_answer"),
        ("1", "no_answer"),
        (WRONG, "broken_clue"),
        (f"<think>{RIGHT}", "no_answer"),
        ("1: Alice, dog\n2: Boris, horse", "not_each_value_once"),
        ("1: Alice, Boris, dog\n2: Boris, horse\n3: Clara, cat", "not_each_value_once"),
        ("1: Alice, dog, horse\n2: Boris, horse\n3: Clara, cat", "not_each_value_once"),
        ("1: Alice, Boris\n2: dog, horse\n3: Clara, cat", "not_a_table"),
        ("1: Alice, dog\n1: Boris, horse\n3: Clara, cat", "not_a_table"),
        ("1: Alice/Boris, dog/horse/cat\n2: Clara", "not_a_table"),
        (f"{WRONG} or {RIGHT}", "hedged"),
        (f"{RIGHT} or {WRONG}", "hedged"),
        (f"{WRONG}\n{RIGHT}", "hedged"),
        (f"<answer>{WRONG}</answer> or <answer>{RIGHT}</answer>", "hedged"),
        (f"{RIGHT}\nAll of this is false.", "hedged"),
        (f"{RIGHT}\n\nNo wait, that is wrong.", "hedged"),
        (f"It is not true that\n{RIGHT}", "hedged"),
        ("1: Alice, dog or cat\n2: Boris, horse\n3: Clara, cat", "hedged"),
        ("1: not Alice, dog\n2: Boris, horse\n3: Clara, cat", "hedged"),
    ],
)
def test_everything_else_is_refused(text: str, expected: str) -> None:
    assert reason(text) == expected


def test_equal_puzzles_have_one_name_and_others_have_not() -> None:
    """Against brute force over the tables: puzzles of one name have as many tables a clue count."""
    names: dict[str, tuple[object, ...]] = {}
    for seed in range(300):
        data = ENV.generate(stream(b"%d" % seed), 0, {})
        kinds = sorted(clue[0] for clue in data["clues"])
        tables = all_tables(3, 2)
        truth = sorted(sum(holds(clue, table) for table in tables) for clue in map(tuple, data["clues"]))
        fingerprint = (tuple(kinds), tuple(truth))
        assert names.setdefault(ENV.canonical(data), fingerprint) == fingerprint
        guise = ENV.symmetric(data, stream(b"guise %d" % seed))
        assert ENV.canonical(guise) == ENV.canonical(data)
        assert ENV.prove(guise)
    changed = STREET | {
        "clues": [["at", 0, 0, -1], ["before", 0, 1, -1], ["same", 0, 4, -1], ["next", 5, 3, -1]]
    }
    assert ENV.canonical(changed) != ENV.canonical(STREET)


@pytest.mark.parametrize(
    "text",
    [
        f"{RIGHT}?",
        f"{RIGHT}\n\nScratch that.",
        f"\\boxed{{{RIGHT}}} is wrong.",
        f"{WRONG} and {RIGHT}",
        f"{WRONG} then {RIGHT}",
        f"Another possibility:\n\n{RIGHT}",
        f"The opposite of:\n{RIGHT}",
    ],
)
def test_tables_that_are_taken_back_or_one_of_several_earn_nothing(text: str) -> None:
    assert reason(RIGHT) == "ok"
    assert reason(text) != "ok"
