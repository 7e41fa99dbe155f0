"""Numbers in every form a model writes, and the texts that are none."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.answers.numbers import number, numbers
from tests.cpu import cpu_seconds

READ = {
    "gcd: 72": 72,
    '{"answer": 72}': 72,
    "72": 72, "-72": -72, "+72": 72, "72.": 72, "72.0": 72, ".5": "1/2", "-0.25": "-1/4", "0": 0, "−3": -3,
    "1,234": 1234, "1 234": 1234, r"1\,234": 1234, "1{,}234": 1234, "1,234,567.89": "123456789/100",
    "1/2": "1/2", "-3 / 4": "-3/4", r"\frac{1}{2}": "1/2", r"-\dfrac{3}{4}": "-3/4", r"\frac12": "1/2",
    r"\tfrac{-1}{2}": "-1/2", "(1)/(2)": "1/2", "4/2": 2, "½": "1/2",
    "1 1/2": "3/2", r"1\frac{1}{2}": "3/2", "1½": "3/2", "-1 1/2": "-3/2",
    "2^10": 1024, "2^{10}": 1024, "2**10": 1024, "10⁵": 100_000, "10^{-2}": "1/100",
    "3*10^5": 300_000, r"3 \times 10^5": 300_000, "3 × 10⁵": 300_000, "1.5e3": 1500, "1E-2": "1/100",
    "x = 3": 3, "= 3": 3, "f(2) = 3": 3, "3 + 4 = 7": 7, "7 = 3 + 4": 7, "gcd(12, 18) = 6": 6,
    r"3 \times 4 = 12": 12, "1/3 ≈ 0.333": "1/3", r"\frac{2}{3} \approx 0.67": "2/3",
    "$72": 72, r"\$72": 72, "-$72": -72, "$72$": 72, "$72.50": "145/2", "€5": 5, "5 €": 5,
    "**72**": 72, "`72`": 72, r"\text{72}": 72, r"\mathbf{72}": 72, r"\(72\)": 72, "**x** = **72**": 72,
    "７２": 72, "１／２": "1/2", "٧٢": 72, "1\u202f234": 1234, "(3)": 3, "(-3)": -3,
    "0.(3)": "1/3", r"0.\overline{3}": "1/3", "0.1(6)": "1/6",
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_every_usual_form_is_read_exactly(text: str) -> None:
    assert number(text) == Fraction(READ[text])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7,2", "syntax"),
        ("1,23", "syntax"),
        ("1.234,5", "syntax"),
        ("1 2", "syntax"),
        ("12 34", "syntax"),
        ("1_000", "syntax"),
        ("0x10", "syntax"),
        ("1.2.3", "syntax"),
        ("--3", "syntax"),
        ("5!", "syntax"),
        ("50%", "syntax"),
        ("72 apples", "syntax"),
        ("3 + 4", "syntax"),
        ("3 + 4 = 3 + 4", "syntax"),
        ("3 + 4 = 8", "false_equation"),
        ("3 = 4", "false_equation"),
        ("x != 3", "syntax"),
        ("x >= 3", "syntax"),
        ("≈ 3", "syntax"),
        ("3 or 4", "hedged"),
        ("either 3 = 3", "hedged"),
        ("1/0", "zero_division"),
        ("0^-1", "zero_division"),
        ("9**9**9", "syntax"),
        ("9^9^9", "syntax"),
        ("10^9999", "over_limit"),
        ("1e9999", "over_limit"),
        ("1" * 501, "over_limit"),
        ("", "syntax"),
        ("-", "syntax"),
        (".", "syntax"),
        ("nan", "syntax"),
        ("inf", "syntax"),
        ("∞", "syntax"),
    ],
)
def test_what_is_no_number_says_why(text: str, reason: str) -> None:
    assert number(text) == reason


def test_decimals_are_never_rounded() -> None:
    assert number("0.333333") == Fraction(333333, 10**6)
    assert number("0.01") != number("0.019")


def test_units_are_read_only_where_they_are_given() -> None:
    units = ("apples", "km", "cm^2", "°", "(mod 105)")
    for text in (
        "72 apples",
        "72apples",
        "72 Apples.",
        "72 km",
        r"72\text{ km}",
        "72 cm^2",
        r"72\,\text{cm}^2",
    ):
        assert number(text, units=units) == 72
    assert number("72°", units=units) == number(r"72^\circ", units=units) == 72
    assert number(r"x \equiv 23 \pmod{105}", units=units) == 23
    assert number("72 pears", units=units) == "syntax"
    assert number("apples", units=units) == "syntax"


def test_a_percentage_is_read_only_where_it_is_asked_for() -> None:
    assert number("50%", percent=True) == number(r"50\%", percent=True) == Fraction(1, 2)
    assert number("12.5 percent", percent=True) == Fraction(1, 8)


def test_an_expression_counts_only_where_the_caller_says_so() -> None:
    assert number("3 * (4 + 5)") == "syntax"
    assert number("3 * (4 + 5)", evaluate=True) == 27


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("sqrt(36)", 6), ("3*sqrt(4)", 6), (r"\sqrt{36}", 6), (r"-2\sqrt{9}", -6), ("3√4", 6)),
        *(("sqrt(49)/2", Fraction(7, 2)), (r"\frac{\sqrt{49}}{2}", "syntax"), ("sqrt(2)", "irrational")),
        *(("sqrt(9 + 16)", "syntax"), ("sqrt(4)/0", "zero_division"), ("sqrt(-4)", "syntax")),
    ],
)
def test_a_root_of_a_square_is_a_number_only_where_the_caller_says_so(
    text: str, expected: Fraction | str
) -> None:
    assert number(text, roots=True) == expected
    assert isinstance(number(text), str)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3, 4 and 5", [3, 4, 5]),
        ("3, 4, and 5", [3, 4, 5]),
        ("[3, 4, 5]", [3, 4, 5]),
        ("(3,4)", [3, 4]),
        (r"\{3, 4\}", [3, 4]),
        ("{3; 4}", [3, 4]),
        ("3 4 5", [3, 4, 5]),
        ("3\n4", [3, 4]),
        ("$3$, $4$", [3, 4]),
        ("**3**, **4**", [3, 4]),
        ("terms = 3, -4.5", [3, Fraction(-9, 2)]),
        (r"\frac{1}{2}, 1 1/2", [Fraction(1, 2), Fraction(3, 2)]),
        ("1,234, 5", [1234, 5]),
        ("1,234", [1, 234]),
        ("3", [3]),
        ("", []),
        ("3,,4", "syntax"),
        ("a = 3, b = 4", "syntax"),
        ("3 or 4, 5", "hedged"),
        ("1 " * 251, "over_limit"),
    ],
)
def test_lists_are_read_in_every_usual_form(text: str, expected: list[Fraction] | str) -> None:
    assert numbers(text) == expected


@given(st.fractions())
def test_a_fraction_as_python_writes_it_is_read_back(value: Fraction) -> None:
    assert number(str(value)) == value


@given(st.integers(), st.integers(0, 12))
def test_decimals_and_thousands_are_read_back(value: int, places: int) -> None:
    whole, part = divmod(abs(value), 10**places)
    text = f"{'-' if value < 0 else ''}{whole:,}.{part:0{places}d}"
    assert number(text) == Fraction(value, 10**places)


@given(st.text(alphabet="0123456789+-*/^().,{}$=% \\fracextd\nor½²", max_size=60))
def test_any_text_gets_a_number_or_a_reason(text: str) -> None:
    assert isinstance(number(text, units=("d",), percent=True, evaluate=True), (Fraction, str))
    assert isinstance(numbers(text), (list, str))


@pytest.mark.parametrize(
    "unit", ["1,", "(", "\\frac{", "\\text{", "1 ", "**", "9^", "1=", "½", "$", "-", "1 and ", "{"]
)
def test_long_and_repeated_signs_cost_little(unit: str) -> None:
    def work() -> None:
        for text in (unit * (500 // len(unit)), unit * 100_000):
            number(text, units=("a",), percent=True, evaluate=True)
            numbers(text)

    assert cpu_seconds(work) < 0.05
