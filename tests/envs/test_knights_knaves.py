"""Knights and Knaves: one solution, statements that say something, every notation, the attacks on peers."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reasongym
from reasongym.core import Data
from reasongym.envs._formulas import ATOMS, table_of
from reasongym.envs.knights_knaves import search, wording
from reasongym.envs.knights_knaves.statements import meanings
from reasongym.seeding import stream

ENV = reasongym.get("KnightsKnaves-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(ENV.levels)))


def make(level: int, seed: int, guise: str = "varied") -> Data:
    return ENV.generate(stream(b"test %d %d" % (level, seed)), level, {"guise": guise})


def problem(
    statements: list[str], solution: list[bool], roles: tuple[str, str] = ("knight", "knave")
) -> Data:
    """Make a puzzle in which Alice, Bob, ... say these formulas in turn."""
    return {
        "names": ["Alice", "Bob", "Carol", "Dan"][: len(statements)],
        "roles": list(roles),
        "place": 0,
        "statements": [[speaker, formula, 0] for speaker, formula in enumerate(statements)],
        "solution": solution,
    }


THREE = problem(["and ~B ~C", "~A", "A"], [False, True, False])
"""Alice: Bob and Carol are knaves. Bob: Alice is a knave. Carol: Alice is a knight."""


def reason(text: str, data: Data = THREE) -> str:
    verdict = ENV.verify(data, text)
    assert verdict.correct == (verdict.reason == "ok") == (verdict.reward == 1.0)
    return verdict.reason


def test_the_puzzle_of_this_file_has_one_solution() -> None:
    assert search.solutions(THREE) == [(False, True, False)]


# -- the puzzles --------------------------------------------------------------------------------------


@ANY_LEVEL
def test_every_puzzle_has_one_solution_by_trying_all_roles(level: int) -> None:
    for seed in range(20 if level < 7 else 3):
        data = make(level, seed)
        assert search.solutions(data) == [tuple(data["solution"])]


@ANY_LEVEL
def test_statements_are_neither_tautologies_nor_contradictions_nor_settle_nothing(level: int) -> None:
    for seed in range(50):
        data = make(level, seed)
        known = meanings(len(data["names"]))
        for speaker, formula, _ in data["statements"]:
            table = table_of(formula, known.atoms, known.tables.full)
            assert table not in (0, known.tables.full)
            assert table not in (
                known.tables.variables[speaker],
                known.tables.full ^ known.tables.variables[speaker],
            )


@ANY_LEVEL
def test_nobody_repeats_themselves(level: int) -> None:
    for seed in range(50):
        data = make(level, seed)
        known = meanings(len(data["names"]))
        told = [
            (speaker, table_of(formula, known.atoms, known.tables.full))
            for speaker, formula, _ in data["statements"]
        ]
        assert len(set(told)) == len(told)


def test_a_puzzle_with_two_solutions_or_another_solution_is_not_proved() -> None:
    assert ENV.prove(problem(["~B", "A", "B"], [True, False, False])) is False
    assert ENV.prove(problem(["B", "A"], [True, True])) is False  # both or neither
    assert ENV.prove(problem(["~B", "and ~A ~B"], [True, False])) is True
    assert ENV.prove(problem(["~B", "and ~A ~B"], [False, True])) is False


def test_smullyans_first_puzzle_is_solved() -> None:
    """A says "At least one of us is a knave." (What Is the Name of This Book?)."""
    assert search.solutions(problem(["or ~A ~B", "A"], [])) == []  # B may not say that A is honest
    assert search.solutions(problem(["or ~A ~B", "~A"], [])) == [(True, False)]


formulas = st.recursive(
    st.sampled_from(["A", "~A", "B", "~B", "C", "~C", "=1", ">=2", "<=1", "=0", "more"]),
    lambda inner: st.one_of(
        st.builds("not {}".format, inner),
        st.builds("{} {} {}".format, st.sampled_from(["and", "or", "xor", "if", "iff"]), inner, inner),
    ),
    max_leaves=8,
)


@given(formulas)
def test_truth_tables_agree_with_a_second_evaluator(formula: str) -> None:
    known = meanings(3)
    table = table_of(formula, known.atoms, known.tables.full)
    holds = pythonic(iter(formula.split()))
    for case in range(8):
        assert bool(table >> case & 1) == holds(tuple(bool(case >> person & 1) for person in range(3)))


Holds = Callable[[tuple[bool, ...]], bool]

_OPERATE: dict[str, Callable[[bool, bool], bool]] = {
    "and": lambda one, other: one and other,
    "or": lambda one, other: one or other,
    "xor": lambda one, other: one is not other,
    "if": lambda one, other: one <= other,
    "iff": lambda one, other: one is other,
}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "=": lambda count, num: count == num,
    ">=": lambda count, num: count >= num,
    "<=": lambda count, num: count <= num,
}


def pythonic(words: Iterator[str]) -> Holds:
    """Write a formula of three people by Python's operators on booleans."""
    word = next(words)
    if word == "not":
        inner = pythonic(words)
        return lambda roles: not inner(roles)
    if word in _OPERATE:
        one, other, operate = pythonic(words), pythonic(words), _OPERATE[word]
        return lambda roles: operate(one(roles), other(roles))
    if word == "more":
        return lambda roles: sum(roles) >= 2
    if word[0] in "<>=":
        compare, num = _COMPARE[word[:-1]], int(word[-1])
        return lambda roles: compare(sum(roles), num)
    return lambda roles: roles["ABC".index(word[-1])] is not (word[0] == "~")


def test_the_first_level_has_as_many_puzzles_as_can_be_counted() -> None:
    """Of the statements that two people can make, all pairs with one solution up to exchanging the two."""
    known = meanings(2)
    first, second = known.tables.variables
    sayable = [[table for table in range(1, 15) if table not in (own, 15 ^ own)] for own in (first, second)]
    swap = [0, 2, 1, 3]

    def swapped(table: int) -> int:
        return sum((table >> swap[case] & 1) << case for case in range(4))

    puzzles = {
        min((one, other), (swapped(other), swapped(one)))
        for one, other in itertools.product(*sayable)
        if ((15 ^ first ^ one) & (15 ^ second ^ other)).bit_count() == 1
    }
    assert ENV.space(0) == len(puzzles)


def test_a_solution_is_drawn_as_often_as_any_other() -> None:
    drawn = Counter(tuple(make(2, seed)["solution"]) for seed in range(1600))
    assert len(drawn) == 8
    assert all(140 < num < 260 for num in drawn.values())


@pytest.mark.parametrize("level", [4, 6])
def test_connectives_do_not_betray_who_lies(level: int) -> None:
    honest: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for seed in range(600):
        data = make(level, seed)
        for speaker, formula, _ in data["statements"]:
            word = formula.split()[0]
            if word in ("not", "and", "or", "if", "iff", "xor"):
                said[word] += 1
                honest[word] += data["solution"][speaker]
    assert all(abs(honest[word] / said[word] - 0.5) < 0.11 for word in said)


# -- identity -----------------------------------------------------------------------------------------


def test_the_same_puzzle_said_otherwise_is_the_same_puzzle() -> None:
    one = problem(["or ~A B", "~A"], [True, False])
    assert ENV.canonical(one) == ENV.canonical(problem(["if A B", "~A"], [True, False]))
    assert ENV.canonical(one) == ENV.canonical(problem(["~B", "or A ~B"], [False, True]))
    assert ENV.canonical(one) != ENV.canonical(problem(["or ~A B", "A"], [True, True]))


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_canonical_forms_agree_with_trying_all_orders(level: int) -> None:
    """Two puzzles share a form exactly where some order of people makes their truth tables equal."""
    first: dict[str, str] = {}
    forms: dict[str, str] = {}
    for seed in range(150):
        data = make(level, seed)
        exact = min(named(data, order) for order in itertools.permutations(range(len(data["names"]))))
        assert first.setdefault(exact, ENV.canonical(data)) == ENV.canonical(data)
        assert forms.setdefault(ENV.canonical(data), exact) == exact


def named(data: Data, order: tuple[int, ...]) -> str:
    known = meanings(len(order))
    renamed = {ord(ATOMS[person]): ATOMS[place] for place, person in enumerate(order)}
    said = {
        (order.index(speaker), table_of(formula.translate(renamed), known.atoms, known.tables.full))
        for speaker, formula, _ in data["statements"]
    }
    return str(sorted(said))


def test_people_who_say_alike_of_each_other_still_have_one_form() -> None:
    ring = problem(["~B", "~C", "~D", "=2"], [])
    turned = problem(["=2", "~C", "~D", "~A"], [])
    for order in itertools.permutations(range(4)):
        renamed = {ord(ATOMS[person]): ATOMS[place] for place, person in enumerate(order)}
        guise = problem(["", "", "", ""], [])
        guise["statements"] = [[order.index(s), f.translate(renamed), w] for s, f, w in ring["statements"]]
        assert ENV.canonical(guise) == ENV.canonical(ring)
    assert ENV.canonical(turned) == ENV.canonical(ring)


# -- wording ------------------------------------------------------------------------------------------


@ANY_LEVEL
@pytest.mark.parametrize("style", ["plain", "tags", "boxed"])
def test_prompts_are_good_english_that_states_the_rules(level: int, style: str) -> None:
    for seed in range(30):
        data = make(level, seed)
        prompt = ENV.prompt(data, style)
        honest, lying = data["roles"]
        assert f"{wording.plural(honest).capitalize()} make only true statements" in prompt
        assert f"{wording.plural(lying)} only false ones" in prompt
        assert not re.search(
            r"\ba [aeio]|\ban (?:[^aeio]|unicorn)| us is [a-z]+s\b|\.\.|,,|  |\{|~",
            prompt.replace("boxed{", ""),
        )
        assert prompt.count('"') % 2 == 0
        assert prompt.count("(") == prompt.count(")")
        for line in prompt.split("\n"):
            assert line == "" or line[-1] in '."'


def test_roles_have_their_articles_and_plurals() -> None:
    assert [wording.a(role) for role in ("angel", "elf", "unicorn", "owl", "knight")] == [
        "an angel", "an elf", "a unicorn", "an owl", "a knight",
    ]  # fmt: skip
    assert [wording.plural(role) for role in ("spy", "thief", "elf", "fox", "hero", "liar")] == [
        "spies", "thieves", "elves", "foxes", "heroes", "liars",
    ]  # fmt: skip


def test_names_and_roles_are_distinct_words() -> None:
    roles = [role for pair in wording.ROLES for role in pair]
    assert len({*roles, *map(wording.plural, roles)}) == 2 * len(roles)
    assert len(set(wording.NAMES)) == len(wording.NAMES)
    assert not {name.lower() for name in wording.NAMES} & {*roles, *map(wording.plural, roles)}


def test_a_puzzle_is_worded_as_its_formulas_say() -> None:
    prompt = ENV.prompt(problem(["if ~B and A C", "=1", "iff more ~C"], []), "plain")
    assert 'Alice says: "If Bob is a knave, then (I am a knight and Carol is a knight)."' in prompt
    assert 'Bob says: "Exactly one of us is a knight."' in prompt
    assert 'Carol says: "There are more knights than knaves among us if and only if I am a knave."' in prompt


def test_terse_prompts_are_words_of_a_small_vocabulary() -> None:
    words: set[str] = set()
    for level in range(4):
        for seed in range(100):
            data = make(level, seed, "letters")
            words.update(ENV.prompt(data, "terse").split(" "))
            words.update(ENV.oracle(data)[0].split(" "))
    assert len(words) <= 20


# -- what models write --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Alice: knave, Bob: knight, Carol: knave",
        "Alice = knave, Bob = knight, Carol = knave",
        json.dumps({"Alice": "knave", "Bob": "knight", "Carol": "knave"}),
        "**Alice** is a knave, **Bob** is a knight, **Carol** is a knave",
        "Alice is the knave, Bob is the knight, Carol is the knave",
        "Alice is a knave; Bob is a knight; Carol is a knave",
        "Alice is a knave, Bob is a knight, Carol is a knave!",
        "Alice and Carol are knaves and Bob is a knight",
        "ALICE IS A KNAVE, BOB IS A KNIGHT, CAROL IS A KNAVE.",
        "Carol is a knave, Alice is a knave, and Bob is a knight.",
        "- Alice: knave\n- Bob: knight\n- Carol: knave",
        "<think>Bob?</think>\n<answer>Alice: knave, Bob: knight, Carol: knave</answer>",
        r"\boxed{\text{Alice: knave, Bob: knight, Carol: knave}}",
        "Therefore:\n\n| Name | Role |\n|---|---|\n| Alice | knave |\n| Bob | knight |\n| Carol | knave |",
    ],
)
def test_right_answers_that_peers_refuse_are_right(text: str) -> None:
    assert reason(text) == "ok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Alice: knight, Alice: knave, Bob: knight, Carol: knave",
            "conflict",
        ),  # reasoning-gym
        ("Alice is a knight/knave, Bob is a knight, Carol is a knave", "hedged"),
        ("Alice: knave, Bob: knight, Carol: knave, Zed: knight", "syntax"),  # reasoning-gym
        ("Zed: knight\nAlice: knave\nBob: knight\nCarol: knave", "unknown_name"),
        ("It is not true that Alice is a knave, Bob is a knight, Carol is a knave", "negated"),
        ("Alice is a knave, Bob is a knight, Carol is a knave. All of this is false.", "retracted"),
        ("Alice is a knave, Bob is a knight, Carol is a knave.\n\nAll of this is false.", "retracted"),
        ("<answer>Alice: knave, Bob: knight, Carol: knave</answer> No wait.", "retracted"),
        # Logic-RL: `It is false that` before the right roles
        ("It is false that Alice is a knave and that Bob is a knight and that Carol is a knave", "negated"),
        ("Everyone is a knight", "wrong_value"),  # reasoning-gym: pays for one right pair
        ("Alice: knave", "missing_name"),
        ("Alice: knave, Bob: knave, Carol: knave", "wrong_value"),
        ("Alice is a knave, Bob is a knight, Carol is not a knight", "negated"),
        ("If Alice is a knave, Bob is a knight, Carol is a knave", "conditional"),
        ("Is Alice a knave, Bob a knight, Carol a knave?", "question"),
        ("Alice: saint, Bob: knight, Carol: knave", "syntax"),
        ("", "no_answer"),
    ],
)
def test_attacks_on_peers_earn_nothing(text: str, expected: str) -> None:
    assert reason(text) == expected


def test_both_roles_for_everyone_earn_nothing_at_any_level() -> None:
    for level in range(len(ENV.levels)):
        data = make(level, 0)
        honest, lying = data["roles"]
        everybody = ", ".join(f"{name}: {honest}, {name}: {lying}" for name in data["names"])
        assert reason(everybody, data) == "conflict"


def test_roles_of_two_words_and_plurals_are_read() -> None:
    data = problem(["~B", "and ~A ~B"], [True, False], ("truth-teller", "liar"))
    assert reason("Alice is a truth-teller and Bob is a liar.", data) == "ok"
    data = problem(["~B", "and ~A ~B"], [True, False], ("hero", "spy"))
    assert reason("Heroes: Alice. Spies: Bob.", data) == "ok"
