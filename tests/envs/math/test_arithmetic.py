"""Arithmetic, products and fractions: their values, and that a question is no answer."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reasongym
from reasongym.core import Json
from reasongym.envs.math import expressions
from reasongym.envs.math.arithmetic import LEVELS
from reasongym.seeding import stream

ENV = reasongym.get("Arithmetic-v0")


def independent_value(text: str) -> Fraction:
    """Work out an expression by reducing its innermost brackets, then products, then sums."""
    while "(" in text:
        start = text.rindex("(")
        end = text.index(")", start)
        text = f"{text[:start]}[{independent_value(text[start + 1 : end])}]{text[end + 1 :]}"
    total, sign = Fraction(0), 1
    for token in _split(text, "+-"):
        if token in ("+", "-"):
            sign = 1 if token == "+" else -1
        else:
            total += sign * _product(token)
    return total


def _product(text: str) -> Fraction:
    value, operator = Fraction(1), "*"
    for token in _split(text, "*/"):
        if token in ("*", "/"):
            operator = token
        else:
            number = Fraction(token.strip("[]"))
            value = value * number if operator == "*" else value / number
    return value


def _split(text: str, signs: str) -> list[str]:
    """Split at operators with spaces around them; brackets hold finished numbers."""
    parts: list[str] = [""]
    for token in text.split():
        if token in signs and token in "+-*/":
            parts += [token, ""]
        else:
            parts[-1] = f"{parts[-1]} {token}".strip()
    return parts


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_the_answer_is_the_value_of_the_text_shown(level: int) -> None:
    for seed in range(100):
        data = ENV.problem(ENV.row(seed, level=level)).data
        assert independent_value(expressions.written(data["terms"])) == data["answer"]


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_levels_have_the_number_of_operands_they_say(level: int) -> None:
    def leaves(terms: Json) -> int:
        inner = [leaf for _, factors in terms for _, leaf in factors]
        return sum(leaves(leaf) if type(leaf) is list else 1 for leaf in inner)

    for seed in range(100):
        terms, _ = expressions.whole_sum(stream(b"%d" % seed).random, LEVELS[level])
        assert leaves(terms) == LEVELS[level].num_leaves
        assert len(terms) >= 2


@given(st.integers(0, 500))
def test_another_order_of_terms_has_the_same_value_and_name(seed: int) -> None:
    rng = stream(b"%d" % seed)
    terms, value = expressions.whole_sum(rng.random, LEVELS[5])
    turned = expressions.reordered(terms, rng)
    text = expressions.written(turned)
    assert independent_value(f"0 - {text[1:]}" if text.startswith("-") else text) == value
    assert expressions.name(turned) == expressions.name(terms)


def test_sums_and_differences_of_two_digits_have_as_many_names_as_there_are_problems() -> None:
    digits = range(1, 10)
    sums = {expressions.name([[1, [["*", a]]], [1, [["*", b]]]]) for a in digits for b in digits}
    differences = {expressions.name([[1, [["*", a]]], [-1, [["*", b]]]]) for a in digits for b in digits}
    assert (len(sums), len(differences)) == (45, 81)
    assert not sums & differences


def test_names_tell_brackets_products_and_quotients_apart() -> None:
    texts = ("2 * (3 + 4)", "2 * 3 + 4", "2 + 3 * 4", "2 / 3 + 4", "3 / 2 + 4", "2 - 3 * 4", "2 * (3 - 4)")
    two, three, four = (["*", number] for number in (2, 3, 4))
    trees = (
        [[1, [two, ["*", [[1, [three]], [1, [four]]]]]]],
        [[1, [two, three]], [1, [four]]],
        [[1, [two]], [1, [three, four]]],
        [[1, [two, ["/", 3]]], [1, [four]]],
        [[1, [three, ["/", 2]]], [1, [four]]],
        [[1, [two]], [-1, [three, four]]],
        [[1, [two, ["*", [[1, [three]], [-1, [four]]]]]]],
    )
    assert [expressions.written(tree) for tree in trees] == list(texts)
    assert len({expressions.name(tree) for tree in trees}) == len(texts)


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ("147", True),
        ("12 + 45 * 3 = 147", True),
        ("147 = 12 + 45 * 3", True),
        ("12 + 45 \\times 3 = 12 + 135 = 147", True),
        ("12 + 45 * 3", False),
        ("12 + 135", False),
        ("12 + 45 * 3 = 171", False),
        ("57 * 3 = 147", False),
        ("\\boxed{12 + 45 * 3}", False),
        ("12 + 45 * 3 = 12 + 45 * 3", False),
        ("eval('12+45*3')", False),
    ],
)
def test_the_expression_must_be_worked_out(text: str, correct: bool) -> None:
    data = {"terms": [[1, [["*", 12]]], [1, [["*", 45], ["*", 3]]]], "answer": 147}
    assert ENV.verify(data, text).correct == correct


def test_products_inside_longer_wrong_numbers_earn_nothing() -> None:
    env = reasongym.get("Multiplication-v0")
    data = {"factors": [12, 34], "answer": 408}
    for text in ("4080", "1408", "408408", "40.8", "12 * 34", "408 0"):
        assert not env.verify(data, text).correct
    for text in ("408", "12 * 34 = 408", "12 × 34 = 408", "$12 \\cdot 34 = 408$", "4.08e2"):
        assert env.verify(data, text).correct


def test_fraction_problems_have_as_many_values_as_the_text_says() -> None:
    env = reasongym.get("FractionArithmetic-v0")
    for level in range(len(env.levels)):
        for seed in range(50):
            data = env.problem(env.row(seed, level=level)).data
            assert independent_value(expressions.written(data["terms"])) == Fraction(data["answer"])


def test_a_fraction_counts_in_lowest_terms_or_not() -> None:
    env = reasongym.get("FractionArithmetic-v0")
    data = {"terms": [[1, [["*", "1/2"]]], [1, [["*", "1/4"]]]], "answer": "3/4"}
    for text in ("3/4", "6/8", r"\boxed{\frac{6}{8}}", "-6/-8", "0.75", "The answer is 9/12."):
        assert env.verify(data, text).correct, text
    assert env.verify(data, "1/2 + 1/4").reason == "not_worked_out"
    assert env.verify(data, "6/9").reason == "wrong_value"
