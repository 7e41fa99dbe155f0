"""Formulas: one tree for every notation, bounds, and refusals without an exception."""

import random
import time
from fractions import Fraction

import pytest

from reasongym.answers.formulas import MAX_CHARS, parse, parse_equation
from reasongym.answers.identity import identical
from reasongym.answers.trees import Formula, Number, tidy, write
from tests.cpu import cpu_seconds


def tree(text: str) -> Formula:
    read = parse(text)
    assert not isinstance(read, str), f"{text}: {read}"
    return read


NOTATIONS = {
    "3*x^2 + 2*x": [
        "3x^2 + 2x",
        "3x²+2x",
        "3·x^{2} + 2·x",
        r"3 \cdot x^2 + 2 \times x",
        "$3x^2+2x$",
        "3*x**2+2*x",
    ],
    "x^2 - x - 2": ["x² − x − 2", "x^2 – x – 2", "`x^2 - x - 2`", r"\(x^2 - x - 2\)", "**x^2 - x - 2**"],
    "(1/2)*x": [
        r"\frac{1}{2}x",
        r"\frac12 x",
        r"\dfrac{x}{2}",
        r"\tfrac x2",
        "x/2",
        "1/2 x",
        "0.5x",
        "½x",
        ".5x",
    ],
    "sin(2*x)": [
        "sin 2x",
        r"\sin 2x",
        r"\sin(2x)",
        r"\sin{2x}",
        r"\sin\left(2x\right)",
        r"\operatorname{sin}(2x)",
    ],
    "sin(x)^2": [r"\sin^2 x", "sin^2(x)", "sin²x", "(sin x)^2", r"\sin^{2}(x)", "sin(x)**2"],
    "sin(x)*cos(x)": ["sin x cos x", r"\sin x \cos x", "sinx cosx", "sin(x)cos(x)", "cos(x) sin(x)"],
    "x*sin(x)": ["xsin(x)", "x sin x", "xsinx", r"x\sin x", "sin(x) x"],
    "e^(2*x)": ["exp(2x)", r"e^{2x}", r"\exp(2x)", r"\mathrm{e}^{2x}", "exp 2x", "ℯ^(2x)"],
    "ln(x)": ["ln x", r"\ln x", "log(x)", r"\log x", "ln(x)", r"\ln{x}", "lnx"],
    "ln(abs(x))": [
        "ln|x|",
        r"\ln|x|",
        r"\ln\left|x\right|",
        r"\ln{\left|x\right|}",
        r"\ln \lvert x \rvert",
        "log|x|",
    ],
    "sqrt(x)": [
        "√x",
        "√(x)",
        r"\sqrt{x}",
        r"\sqrt x",
        "x^{1/2}",
        "x^(1/2)",
        r"x^{\frac{1}{2}}",
        "x^0.5",
        "sqrt x",
    ],
    "x^(1/3)": [r"\sqrt[3]{x}", "∛x", "cbrt(x)", "x^{1/3}"],
    "1/x^2": ["x^-2", "x^{-2}", "x⁻²", r"\frac{1}{x^2}", "1/x^{2}", "(1/x)^2", "x**-2"],
    "2*pi*x": ["2πx", r"2\pi x", "2 pi x", "2pi*x"],
    "arctan(x)": [
        r"\arctan x",
        "tan^{-1}(x)",
        r"\tan^{-1} x",
        "atan(x)",
        r"\operatorname{arctan}(x)",
        "arctg x",
    ],
    "ln(8)/ln(2)": [r"\log_2 8", r"\log_{2}(8)", "log_2(8)"],
    "3/2": [r"1\frac{1}{2}", "1.5", r"\frac{3}{2}", "3/2", r"\frac 3 2"],
    "1234*x": ["1,234x", "1{,}234 x"],
    "x_1 + x_2": ["x₁ + x₂", "x_{1}+x_{2}"],
    "x*abs(x)": ["x|x|", "|x|x", r"x\left|x\right|"],
    "abs(x + abs(x - 1))": ["|x+|x-1||"],
    "x + 1": ["(x+1)", "[x+1]", "{x+1}", "((x)+(1))", "x+1.", "ｘ+１".replace("ｘ", "x")],
    "-(x^2)": ["-x^2", "−x²", "-1*x^2", "- x ^ 2"],
    "2*(-3)*x": ["2*-3x", "2(-3)x"],
    "x^(3^2)": ["x^3^2", "x**3**2"],
}


@pytest.mark.parametrize("plain", NOTATIONS)
def test_every_notation_means_the_same_formula(plain: str) -> None:
    for text in NOTATIONS[plain]:
        assert identical(tree(text), tree(plain)), text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "syntax"),
        ("x +", "syntax"),
        ("(x + 1", "syntax"),
        ("x + 1)", "syntax"),
        ("2 3", "syntax"),
        ("x 2", "syntax"),
        ("x = 2", "syntax"),
        ("x, 2", "syntax"),
        ("5!", "syntax"),
        (r"\binom{10}{5}", "syntax"),
        (r"\int x dx", "syntax"),
        ("x ! y", "syntax"),
        ("sin", "syntax"),
        ("x^", "syntax"),
        ("|x", "syntax"),
        ("∑x", "syntax"),
        ("x < 3", "syntax"),
        ("1 ± 2", "syntax"),
        ("0x10", "syntax"),
        ("1e5", "syntax"),
        ("1_000", "syntax"),
        ("1/0", "zero_division"),
        (r"\frac{x}{0}", "zero_division"),
        ("9" * 41, "over_limit"),
        ("x+" * 100 + "x", "over_limit"),
        ("(" * 25 + "x" + ")" * 25, "over_limit"),
        ("(" * 20_000 + "x" + ")" * 20_000, "over_limit"),
        ("x" * (MAX_CHARS + 1), "over_limit"),
        ("-" * 999, "over_limit"),
        ("2^" * 100 + "2", "over_limit"),
        ("1+" * 500_000 + "1", "over_limit"),
    ],
)
def test_what_is_no_formula_is_refused_with_its_reason(text: str, reason: str) -> None:
    read = parse(text)
    assert read == reason


@pytest.mark.parametrize(
    "text", ["d/dx(x^2)", r"\frac{d}{dx} x^2", "f(x)", "x + C", "y", "the x", "import os", "x.real"]
)
def test_only_the_named_variables_are_known(text: str) -> None:
    assert parse(text, ("x",)) in ("unknown_symbol", "syntax")


def test_a_letter_that_is_a_constant_may_be_a_variable() -> None:
    assert parse("e", ("e",)) != parse("e", ("x",))


@pytest.mark.parametrize(
    ("text", "num_sides"),
    [
        ("2x", 1),
        ("y = 2x", 1),
        ("f(x) = 2x", 1),
        ("f'(x) = 2x", 1),
        (r"f^{\prime}(x) = 2x", 1),
        ("dy/dx = 2x", 1),
        (r"\frac{dy}{dx} = 2x", 1),
        (r"\frac{d}{dx}(x^2) = 2x", 1),
        (r"\int 2 \, dx = 2x", 1),
        ("∫ 2 dx = 2x + C", 1),
        (r"\lim_{x \to 0} 2x = 2x", 1),
        ("(x + 1)(x + 2) = x^2 + 3x + 2", 2),
        ("x = 2", 2),
        ("x^2 + C, where C is a constant", 1),
        ("x^2 + C (where C is the constant of integration)", 1),
        ("1/3 ≈ 0.333", 1),
    ],
)
def test_names_of_the_value_are_no_sides_of_an_equation(text: str, num_sides: int) -> None:
    sides = parse_equation(text, ("x", "C"))
    assert not isinstance(sides, str), sides
    assert len(sides) == num_sides


def test_the_problem_copied_back_is_no_formula() -> None:
    for text in (r"\int x dx", "d/dx x^2", r"\frac{d}{dx}(x^2)", "∫ x dx", "f'(x)", r"\lim_{x \to 0} x"):
        assert isinstance(parse_equation(text, ("x",)), str)


def test_towers_of_powers_are_read_without_being_computed() -> None:
    def work() -> None:
        for text in ("9^9^9^9", "10^{10^{10}}", "x^999999999999", "(((2^99)^99)^99)^99"):
            read = tree(text)
            assert not identical(read, Number(Fraction(1)))

    assert cpu_seconds(work) < 0.1


def test_any_text_gets_an_answer_in_bounded_time() -> None:
    rng = random.Random(3)
    alphabet = [
        *"0123456789xyeiπ+-*/^()[]{}|_=.,;'! \\√²⁻₁½",
        *("sin", "ln", r"\frac", r"\sqrt", r"\left", "exp", "log_", "**", "abs", r"\cdot", "pi", r"\ln|"),
    ]
    slowest = 0.0
    for _ in range(3_000):
        text = "".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 30)))
        start = time.thread_time()
        read = parse(text)
        if not isinstance(read, str):
            identical(read, Number(Fraction(1)))
        parse_equation(text, ("x",))
        slowest = max(slowest, time.thread_time() - start)
    assert slowest < 0.05


def test_what_is_written_reads_back_as_it_was() -> None:
    texts = (
        *("x^2*sin(2x)", "-3x^-2+1/2", "(x+1)^2/(x-2)", "2-(x-3)", "e^(-x)", "sqrt(x)/2", "(-x)^2", "x^(-x)"),
        *(
            "-(2x)^2",
            "1/(2x)",
            "(x^2)^3",
            "x^(2^3)",
            "(1/2)^x",
            "2*-3x",
            "ln|x-1|",
            "-1/2x",
            "3(-x)",
            "x/(y/z)",
        ),
    )
    for text in texts:
        read = tree(text)
        assert identical(tree(write(read)), read), write(read)
        assert identical(tidy(read), read), write(tidy(read))


@pytest.mark.parametrize(
    "text",
    [
        "f′(x) = 6x + 2",
        "f’(x) = 6x + 2",
        "\\[\n\\begin{aligned}\nf'(x) &= 3 \\cdot 2x + 2 \\\\\n&= 6x + 2\n\\end{aligned}\n\\]",
        "\\begin{align*}f'(x) &= 6x + 2\\end{align*}",
    ],
)
def test_primes_and_aligned_rows_name_one_equation(text: str) -> None:
    sides = parse_equation(text, ("x",))
    assert not isinstance(sides, str)
    assert sides[-1] == parse("6x + 2", ("x",))


def test_aligned_rows_without_an_equals_sign_are_no_choice() -> None:
    sides = parse_equation("\\begin{aligned} 3x \\\\ 4x \\end{aligned}", ("x",))
    assert isinstance(sides, str) or all(
        side not in (parse("3x", ("x",)), parse("4x", ("x",))) for side in sides
    )
