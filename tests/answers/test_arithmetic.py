"""Arithmetic expressions: what parses, to which value, and what does not."""

from fractions import Fraction

import pytest

from reasongym.answers.arithmetic import Expression, parse
from tests.cpu import cpu_seconds


def value(text: str) -> Fraction | str:
    read = parse(text)
    return read if isinstance(read, str) else Fraction(read.numerator, read.denominator)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("3 + 4 * 5", 23),
        ("(3 + 4) * 5", 35),
        ("8 - 3 - 2", 3),
        ("8 / 4 / 2", 1),
        ("8 - (3 - 2)", 7),
        ("2 / 3 * 3", 2),
        ("1 / 3 + 1 / 6", Fraction(1, 2)),
        ("-3 + 27", 24),
        ("-3 * 4", -12),
        ("5 * (-2)", -10),
        ("-(3 - 5)", 2),
        ("[2 * {3 + 4}]", 14),
        ("12,345 + 1", 12_346),
        ("3*7=21", 21),
        ("21 = 3*7", 21),
        ("3 * 7 + 3 = 21 + 3 = 24", 24),
        ("1 / (0 - 4)", Fraction(-1, 4)),
    ],
)
def test_expressions_have_their_exact_value(text: str, expected: Fraction | int) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "6 × 7",
        "6·7",
        "6 ∗ 7",
        "6 ⋅ 7",
        "84 ÷ 2",
        "84 ∕ 2",
        "50 − 8",
        "50 – 8",
        "６＊７",
        "（６ ＋ １） × ６",
        "6\u2009×\u2009７",
        r"6 \times 7",
        r"6 \cdot 7",
        r"84 \div 2",
        r"\frac{84}{2}",
        r"\dfrac{84}{1 + 1}",
        r"\frac{\frac{84}{2}}{1}",
        r"\left(6 + 1\right) \times 6",
        r"\left[6 + 1\right]\,\cdot\,6",
        r"\{6 + 1\} \times 6",
        "$6 * 7$",
        "$$6 * 7$$",
        r"\(6 \times 7\)",
        r"\[6 \times 7\]",
        "**6 * 7**",
        "`6 * 7`",
        "6 * 7.",
        "  6*7  = 42 ",
        "42 = 6 * 7",
    ],
)
def test_notations_that_models_write_are_read(text: str) -> None:
    assert value(text) == 42


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "()",
            "(3",
            "3)",
            "(3]",
            "{3)",
            "3 +",
            "* 3",
            "3 * / 4",
            "+7",
            "3 + +4",
            "3 - -2",
            "3 * -2",
            "--3",
        ),
        *("2 ** 3", "2 ^ 3", "2²", "4 // 2", "7 % 4", "3!", "√4", "|3|", "~3", "3 & 4", "3 << 1"),
        *(
            "1.5 * 10",
            ".5",
            "5.0",
            "1e3",
            "0x10",
            "0b1",
            "0o7",
            "1_000",
            "007",
            "00",
            "0x3e7",
            "3j",
            "½",
            "½ + 1",
        ),
        *(
            "1 2",
            "1\u20092",
            "1\u200b2",
            "1\u00a02",
            r"1\,2",
            r"1\!2",
            "1{2}",
            "{1}{2}",
            "(1)(2)",
            "2(3)",
            "(2)3",
        ),
        *(
            r"\frac12",
            r"\frac{1}2",
            r"\frac1{2}",
            r"\frac{1}",
            r"\frac{1}{}",
            r"\frac",
            r"\sqrt{4}",
            r"\frac{1}{2",
        ),
        *(
            "8-3 #4",
            "8-3 // 4",
            "3 /* 4 */ + 1",
            "abs(3)",
            "len('3')",
            "x",
            "3x",
            "3 x 7",
            "3 X 7",
            "e",
            "pi",
        ),
        *(
            "3 = ",
            "= 3",
            "3 == 3",
            "3 = x",
            "3 ≈ 3",
            "3 < 4",
            "3, 4",
            "1,23",
            "1,2345",
            "12,",
            ",123",
            "0,123",
        ),
        *(
            "3 or 4",
            "3; 4",
            "3\\",
            "\\",
            "$3$ + $4$",
            "٣ * 3",
            "三",
            "𝟛 * 3",
            "³",
            "3\x004",
            "3\\\\4",
            "⁄",
            "3 ＾ 2",
        ),
        *(
            "\u202e3*7",
            "3\u0301",
            "3\u200d*7",
            "\\u0033",
            "&#51;",
            "%33",
            "3;",
            "$",
            "**",
            "``",
            "\\(\\)",
            "...",
            ".",
        ),
    ],
)
def test_nothing_else_parses(text: str) -> None:
    assert parse(text) == "syntax"


def test_number_literals_are_returned_as_written() -> None:
    assert parse("(3 + 3) * 1,000 - 7") == Expression(5_993, 1, [3, 3, 1_000, 7])


def test_of_an_equation_the_side_that_computes_is_the_expression() -> None:
    assert parse("24 = 4 * 6") == Expression(24, 1, [4, 6])
    assert parse("4 * 6 = 24") == Expression(24, 1, [4, 6])


@pytest.mark.parametrize("text", ["3 * 7 = 24", "24 = 3 * 7", "3 + 4 = 7 = 8", "1 / 3 = 0"])
def test_a_false_equation_is_told(text: str) -> None:
    assert parse(text) == "false_equation"


@pytest.mark.parametrize("text", ["1 / 0", "1 / (2 - 2)", "0 / 0", r"\frac{3}{0}", "(4 - 4) / (4 - 4)"])
def test_division_by_zero_is_told(text: str) -> None:
    assert parse(text) == "zero_division"


@pytest.mark.parametrize(
    "text",
    [
        "9" * 21,
        "9" * 1_000_000,
        "1" + "+1" * 300,
        "1+" * 500_000,
        "(" * 25 + "1" + ")" * 25,
        "(" * 400 + "1" + ")" * 400,
        "(" * 1_000_000,
        "`" * 1_000_000,
        "\\frac{" * 200_000,
        " " * 1_000_000,
    ],
)
def test_size_is_bounded_before_anything_is_computed(text: str) -> None:
    def work() -> None:
        assert parse(text) == "over_limit"

    assert cpu_seconds(work) < 0.005


def test_the_largest_values_within_the_bounds_are_quick() -> None:
    def work() -> None:
        assert isinstance(parse("*".join(["9" * 9] * 95)), Expression)
        assert isinstance(parse("+".join(["1/99999989"] * 50)), Expression)

    assert cpu_seconds(work) < 0.005
