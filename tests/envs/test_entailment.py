"""Entailment: what follows by trying every case, identity, notations, and texts that earn nothing."""

import itertools
import re
from collections import Counter

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs._formulas import ATOMS, table_of, tables
from reasongym.envs.entailment import wording
from reasongym.seeding import stream
from tests.envs import judging

ENV = reasongym.get("Entailment-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(ENV.levels)))


def make(level: int, seed: int) -> Data:
    return ENV.generate(stream(b"test %d %d" % (level, seed)), level, {"guise": "varied"})


def problem(premises: list[str], conclusions: list[str], follows: list[bool], num_facts: int = 3) -> Data:
    return {
        "facts": [[f"{letter} is true", f"{letter} is false"] for letter in wording.LETTERS[:num_facts]],
        "premises": [[formula, 0] for formula in premises],
        "conclusions": [[formula, 0] for formula in conclusions],
        "follows": follows,
    }


CHAIN = problem(["if A B", "if B C", "A"], ["C", "~A", "and A B", "if C A"], [True, False, True, True])


def reason(text: str, data: Data = CHAIN) -> str:
    return judging.reason(ENV, data, text)


def holds(formula: str, case: tuple[bool, ...]) -> bool:
    """Evaluate a formula in one case by a stack of booleans."""
    stack: list[bool] = []
    for word in reversed(formula.split()):
        if word[-1] in ATOMS:
            stack.append(case[ATOMS.index(word[-1])] is not (word[0] == "~"))
        elif word == "not":
            stack.append(not stack.pop())
        else:
            one, other = stack.pop(), stack.pop()
            stack.append(
                {"and": one and other, "or": one or other, "xor": one != other, "iff": one == other}.get(
                    word, not one or other
                )
            )
    return stack[0]


# -- the problems -------------------------------------------------------------------------------------


@ANY_LEVEL
def test_exactly_what_is_true_in_all_cases_of_the_premises_follows(level: int) -> None:
    for seed in range(20 if level < 5 else 4):
        data = make(level, seed)
        cases = [
            case
            for case in itertools.product((False, True), repeat=len(data["facts"]))
            if all(holds(formula, case) for formula, _ in data["premises"])
        ]
        assert len(cases) >= 2
        assert data["follows"] == [
            all(holds(formula, case) for case in cases) for formula, _ in data["conclusions"]
        ]


@ANY_LEVEL
def test_no_conclusion_is_a_premise_a_tautology_a_contradiction_or_said_twice(level: int) -> None:
    for seed in range(40):
        data = make(level, seed)
        known = tables(len(data["facts"]))
        told = [
            table_of(formula, known.atoms, known.full)
            for formula, _ in data["premises"] + data["conclusions"]
        ]
        assert not {0, known.full} & set(told)
        assert len({*told}) == len(told)


@pytest.mark.parametrize("level", range(2, len(ENV.levels)))
def test_no_premise_alone_entails_a_conclusion_that_follows(level: int) -> None:
    for seed in range(40):
        data = make(level, seed)
        known = tables(len(data["facts"]))
        premises = [table_of(formula, known.atoms, known.full) for formula, _ in data["premises"]]
        for (formula, _), follows in zip(data["conclusions"], data["follows"], strict=True):
            table = table_of(formula, known.atoms, known.full)
            assert not follows or all(premise & ~table for premise in premises)


def test_a_wrong_key_or_contradictory_premises_are_not_proved() -> None:
    assert ENV.prove(CHAIN)
    assert not ENV.prove(CHAIN | {"follows": [True, True, True, True]})
    assert not ENV.prove(CHAIN | {"follows": [True, False, True, False]})
    assert not ENV.prove(problem(["A", "~A"], ["B"], [True]))


def test_every_set_of_conclusions_is_asked_for_alike() -> None:
    drawn = Counter(tuple(make(0, seed)["follows"]) for seed in range(800))
    assert len(drawn) == 8
    assert all(60 < num < 145 for num in drawn.values())


@pytest.mark.parametrize("level", [2, 4])
def test_connectives_do_not_betray_what_follows(level: int) -> None:
    said: Counter[str] = Counter()
    followed: Counter[str] = Counter()
    for seed in range(400):
        data = make(level, seed)
        for (formula, _), follows in zip(data["conclusions"], data["follows"], strict=True):
            said[formula.split()[0]] += 1
            followed[formula.split()[0]] += follows
    assert set(said) == {"not", "and", "or", "if", "iff", "xor"}
    assert all(abs(followed[word] / said[word] - 0.5) < 0.13 for word in said)


# -- identity -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 1, 2])
def test_canonical_forms_agree_with_trying_all_orders(level: int) -> None:
    first: dict[str, str] = {}
    forms: dict[str, str] = {}
    for seed in range(100):
        data = make(level, seed)
        exact = min(named(data, order) for order in itertools.permutations(range(len(data["facts"]))))
        assert first.setdefault(exact, ENV.canonical(data)) == ENV.canonical(data)
        assert forms.setdefault(ENV.canonical(data), exact) == exact


def named(data: Data, order: tuple[int, ...]) -> str:
    known = tables(len(order))
    renamed = {ord(ATOMS[atom]): ATOMS[place] for place, atom in enumerate(order)}
    return str(
        [
            sorted(table_of(formula.translate(renamed), known.atoms, known.full) for formula, _ in data[part])
            for part in ("premises", "conclusions")
        ]
    )


def test_facts_that_are_alike_have_one_form_in_every_order() -> None:
    ring = problem(["or A B", "or B C", "or C D", "or D A"], ["or A C", "and A C"], [True, False], 4)
    for order in itertools.permutations("ABCD"):
        renamed = dict(zip(map(ord, "ABCD"), order, strict=True))
        guise = problem([], [], [True, False], 4)
        for part in ("premises", "conclusions"):
            guise[part] = [[formula.translate(renamed), 0] for formula, _ in ring[part]]
        assert ENV.canonical(guise) == ENV.canonical(ring)


def test_a_fact_that_nothing_depends_on_changes_nothing() -> None:
    one = problem(["or A B"], ["A"], [False])
    other = problem(["or C B"], ["C"], [False])
    assert ENV.canonical(one) == ENV.canonical(other)


# -- wording ------------------------------------------------------------------------------------------


@ANY_LEVEL
def test_prompts_are_sentences_that_state_the_rules(level: int) -> None:
    for seed in range(30):
        prompt = ENV.prompt(make(level, seed), "plain")
        assert "A conclusion follows if it is true in every case in which all premises are true." in prompt
        assert not re.search(r"\.\.|,,|  |~", prompt)
        assert prompt.count("(") == prompt.count(")")


def test_denials_deny() -> None:
    for fact, denial in wording.FACTS:
        opposite = (("is on", "is off"), ("is open", "is closed"), ("is asleep", "is awake"))
        assert denial.replace(" not", "") == fact or any(
            fact.replace(yes, no) == denial for yes, no in opposite
        )


def test_a_problem_is_worded_as_its_formulas_say() -> None:
    prompt = ENV.prompt(CHAIN, "plain")
    assert "- If P is true, then Q is true.\n- If Q is true, then R is true.\n- P is true." in prompt
    assert (
        "1. R is true.\n2. P is false.\n3. P is true and Q is true.\n4. If R is true, then P is true."
        in prompt
    )
    assert ENV.prompt(CHAIN, "terse") == ("given if P Q , if Q R , P ask 1 R 2 not P 3 and P Q 4 if R P :")


# -- what models write --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "1 3 4",
        "1, 3, 4",
        "1, 3 and 4",
        "[1, 3, 4]",
        "{1, 3, 4}",
        "4, 3, 1",
        "Conclusions 1, 3 and 4 follow.",
        "The conclusions that follow are 1, 3, and 4.",
        "**1, 3, 4**",
        r"\boxed{1, 3, 4}",
        r"\boxed{\{1, 3, 4\}}",
        r"\boxed{\text{1, 3, 4}}",
        "<think>2 fails.</think><answer>1, 3, 4</answer>",
        "Since P and Q hold, so does R.\n\n- 1\n- 3\n- 4",
        "Answer: 1, 3, 4\nThese are all that P forces.",
        "Conclusion 2 contradicts the premises.\nThe answer is 1, 3, 4.",
        "1: yes, 2: no, 3: yes, 4: yes",
        "1. follows\n2. does not follow\n3. follows\n4. follows",
        '{"1": true, "2": false, "3": true, "4": true}',
    ],
)
def test_right_answers_in_every_notation_are_right(text: str) -> None:
    assert reason(text) == "ok"


@pytest.mark.parametrize(
    "text", ["none", "None of them.", "None of the conclusions follow.", "[]", r"\boxed{\emptyset}"]
)
def test_nothing_may_follow(text: str) -> None:
    assert reason(text, problem(["or A B"], ["A", "B"], [False, False])) == "ok"
    assert reason(text) == "wrong_value"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1, 3", "wrong_value"),
        ("1, 2, 3, 4", "wrong_value"),
        ("all", "wrong_value"),
        ("1, 3, 4 or 1, 3", "hedged"),
        ("1, 3, 4, 5", "syntax"),
        ("not 1, 3, 4", "negated"),
        ("1, 3, 4 but not 2", "negated"),
        ("1, 3, 4?", "question"),
        ("1, 3, 4. All of this is false.", "retracted"),
        ("<answer>1, 3, 4</answer> No wait, just kidding.", "retracted"),
        ("1: yes, 1: no, 2: no, 3: yes, 4: yes", "negated"),
        ("1, 1, 3, 4", "repeated"),
        ("", "no_answer"),
    ],
)
def test_wrong_and_doubtful_answers_earn_nothing(text: str, expected: str) -> None:
    assert reason(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The numbers of all conclusions that follow: 1, 3, 4",
        "| Conclusion | Follows? |\n|---|---|\n| 1 | Yes |\n| 2 | No |\n| 3 | Yes |\n| 4 | Yes |",
        "Sure.\r\n\r\n- 1\n- 3\n- 4",
    ],
)
def test_tables_and_the_words_of_the_prompt_are_read(text: str) -> None:
    assert reason(text) == "ok"
