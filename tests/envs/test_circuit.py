"""Circuits: values by a second evaluator, gates that matter, identity, notations, attacks."""

import itertools
import re
from collections import Counter
from collections.abc import Callable

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.circuit import making
from reasongym.seeding import stream
from tests.envs import judging

ENV = reasongym.get("Circuit-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(ENV.levels)))

TRUTH: dict[str, Callable[[list[int]], bool]] = {
    "AND": lambda bits: all(bits),
    "OR": lambda bits: any(bits),
    "NOT": lambda bits: not bits[0],
    "XOR": lambda bits: bits.count(1) in (1, 3),
    "NAND": lambda bits: not all(bits),
    "NOR": lambda bits: not any(bits),
}  # fmt: skip
"""What each operator gives of up to four bits, in Python's words."""


def make(level: int, seed: int) -> Data:
    return ENV.generate(stream(b"test %d %d" % (level, seed)), level, {})


SMALL: Data = {
    "inputs": [["a", 1], ["b", 0]],
    "gates": [["w1", "AND", ["a", "b"]], ["w3", "NOR", ["w1", "b"]], ["w2", "XOR", ["a", "w3"]]],
    "outputs": ["w3", "w1", "w2"],
    "solution": [1, 0, 0],
}


def reason(text: str, data: Data = SMALL) -> str:
    return judging.reason(ENV, data, text)


# -- the circuits -------------------------------------------------------------------------------------


@ANY_LEVEL
def test_values_are_those_of_a_second_evaluator(level: int) -> None:
    for seed in range(30):
        data = make(level, seed)
        values: dict[str, int] = dict(data["inputs"])
        waiting = list(data["gates"])
        while waiting:
            wire, operator, args = waiting.pop(0)
            if all(arg in values for arg in args):
                values[wire] = int(TRUTH[operator]([values[arg] for arg in args]))
            else:
                waiting.append([wire, operator, args])
        assert data["solution"] == [values[wire] for wire in data["outputs"]]
        assert ENV.prove(data)


@pytest.mark.parametrize("operator", making.OPERATORS)
def test_both_evaluators_agree_with_the_truth_table(operator: str) -> None:
    for num in (1,) if operator == "NOT" else (2, 3, 4):
        for bits in itertools.product((0, 1), repeat=num):
            expected = int(TRUTH[operator](list(bits)))
            args = list("abcd"[:num])
            values: dict[str, int] = dict(zip(args, bits, strict=True))
            assert making.pushed(operator, bits) == expected
            assert making.pulled("w1", values, {"w1": (operator, args)}) == expected


@ANY_LEVEL
def test_every_gate_has_a_part_in_an_output_and_reads_different_wires(level: int) -> None:
    for seed in range(30):
        data = make(level, seed)
        gates = {wire: args for wire, _, args in data["gates"]}
        reached = list(data["outputs"])
        for wire in reached:
            reached += [arg for arg in gates.get(wire, []) if arg not in reached]
        assert set(gates) <= set(reached)
        assert all(len({*args}) == len(args) for args in gates.values())
        assert len(data["outputs"]) == making.LEVELS[level].num_outputs


@ANY_LEVEL
def test_gates_are_in_order_or_not_as_the_level_says(level: int) -> None:
    in_order: list[bool] = []
    for seed in range(20):
        data = make(level, seed)
        known = {wire for wire, _ in data["inputs"]}
        ordered = True
        for wire, _, args in data["gates"]:
            ordered = ordered and known.issuperset(args)
            known.add(wire)
        in_order.append(ordered)
        assert ("in no particular order" in ENV.prompt(data, "plain")) is not ordered
    assert all(in_order) if not making.LEVELS[level].shuffled else not any(in_order)


@pytest.mark.parametrize("level", [0, 2, 4])
def test_outputs_are_0_or_1_alike_whatever_makes_them(level: int) -> None:
    ones: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for seed in range(400):
        data = make(level, seed)
        operators = {wire: operator for wire, operator, _ in data["gates"]}
        for wire, value in zip(data["outputs"], data["solution"], strict=True):
            ones[operators[wire]] += value
            seen[operators[wire]] += 1
    assert all(abs(ones[operator] / seen[operator] - 0.5) < 0.12 for operator in seen)


def test_a_wrong_value_is_not_proved() -> None:
    assert ENV.prove(SMALL)
    assert not ENV.prove(SMALL | {"solution": [1, 0, 1]})
    assert not ENV.prove(SMALL | {"gates": [*SMALL["gates"], ["w1", "OR", ["a", "b"]]]})


# -- identity -----------------------------------------------------------------------------------------


def test_names_and_order_do_not_matter_and_operators_do() -> None:
    guise: Data = {
        "inputs": [["b", 1], ["a", 0]],
        "gates": [["w9", "XOR", ["w5", "b"]], ["w5", "NOR", ["a", "w7"]], ["w7", "AND", ["a", "b"]]],
        "outputs": ["w9", "w5", "w7"],
        "solution": [0, 1, 0],
    }
    assert ENV.canonical(guise) == ENV.canonical(SMALL)
    other = guise | {"gates": [["w9", "OR", ["w5", "b"]], *guise["gates"][1:]]}
    assert ENV.canonical(other) != ENV.canonical(SMALL)
    assert ENV.canonical(guise | {"outputs": ["w9", "w5"]}) != ENV.canonical(SMALL)
    assert ENV.canonical(guise | {"inputs": [["b", 1], ["a", 1]]}) != ENV.canonical(SMALL)


# -- wording ------------------------------------------------------------------------------------------


def test_the_prompt_states_the_circuit_and_its_operators() -> None:
    prompt = ENV.prompt(SMALL, "plain")
    assert "the inputs a = 1, b = 0. Its gates are:\nw1 = a AND b\nw3 = w1 NOR b\nw2 = a XOR w3\n" in prompt
    assert "AND gives 1 if all its inputs are 1, else 0.\nXOR gives 1 if an odd number" in prompt
    assert "NAND" not in prompt
    assert "What are the values of the outputs w3, w1, w2?" in prompt
    assert ENV.prompt(SMALL, "terse") == ("a 1 b 0 ; w1 AND a b ; w3 NOR w1 b ; w2 XOR a w3 ; ask w3 w1 w2 :")


@ANY_LEVEL
def test_terse_prompts_hold_no_sign_glued_to_a_word(level: int) -> None:
    for seed in range(20):
        for word in ENV.prompt(make(level, seed), "terse").split(" "):
            assert re.fullmatch(r"w?[0-9]+|[a-l]|[A-Z]+|ask|;|:", word)


# -- what models write --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "1 0 0",
        "100",
        "1, 0, 0",
        "[1, 0, 0]",
        "w3 = 1, w1 = 0, w2 = 0",
        "w1 = 0, w2 = 0, w3 = 1",
        "w3: 1\nw1: 0\nw2: 0",
        "- **w3** = 1\n- **w1** = 0\n- **w2** = 0",
        "w3 is 1, w1 and w2 are 0.",
        '{"w3": 1, "w1": 0, "w2": 0}',
        '{"w3": true, "w1": false, "w2": false}',
        r"\boxed{w3 = 1, w1 = 0, w2 = 0}",
        r"\boxed{1, 0, 0}",
        "<think>w1 = 0</think><answer>w3 = 1, w1 = 0, w2 = 0</answer>",
        "w1 = a AND b = 1 AND 0 = 0\n\nFinal answer: w3 = 1, w1 = 0, w2 = 0",
        "The outputs are 1, 0 and 0, in order.",
        "| output | value |\n|---|---|\n| w3 | 1 |\n| w1 | 0 |\n| w2 | 0 |",
        "1\n0\n0",
    ],
)
def test_right_values_in_every_notation_are_right(text: str) -> None:
    assert reason(text) == "ok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 0 1", "wrong_value"),
        ("000", "wrong_value"),
        ("1 0", "syntax"),
        ("1 0 0 0", "syntax"),
        ("1 0 0 or 1 0 1", "hedged"),
        ("1 0 0\n1 0 1", "wrong_value"),
        ("w3 = 1, w1 = 0", "missing_name"),
        ("w3 = 1, w1 = 0, w2 = 0, w2 = 1", "conflict"),
        ("w3 = 1, w1 = 0, w2 = 0, w4 = 1", "syntax"),
        ("w3 = 0/1, w1 = 0, w2 = 0", "hedged"),
        ("not 1 0 0", "negated"),
        ("Not so:\n1 0 0", "negated"),
        ("1 0 0?", "question"),
        ("1 0 0. All of this is false.", "retracted"),
        ("<answer>1 0 0</answer> just kidding", "retracted"),
        ("", "no_answer"),
    ],
)
def test_wrong_and_doubtful_answers_earn_nothing(text: str, expected: str) -> None:
    assert reason(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "\\boxed{w_{3} = 1, w_1 = 0, w_2 = 0}",
        "$w_3 = 1$, $w_1 = 0$, $w_2 = 0$",
        "(w3, w1, w2) = (1, 0, 0)",
        "| w3 | w1 | w2 |\n|---|---|---|\n| 1 | 0 | 0 |",
    ],
)
def test_names_may_have_subscripts_or_stand_in_a_row_above_the_bits(text: str) -> None:
    assert reason(text) == "ok"


def test_a_row_of_names_in_another_order_is_no_heading() -> None:
    assert reason("(w1, w3, w2) = (1, 0, 0)") != "ok"
    assert reason("(w3, w1, w2) = (1, 0, 0) or (1, 1, 0)") != "ok"
