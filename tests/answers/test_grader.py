"""The shared grader: what is the same in another form, what is not."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.answers.matching import Options, reason_for
from reasongym.checks.hostile import HOSTILE
from reasongym.errors import UnknownName, UsageError
from tests.cpu import cpu_seconds

SAME = [
    ("42", "42"),
    ("42", "42."),
    ("42", "$42$"),
    ("42", "x = 42"),
    ("42", "6 * 7 = 42"),
    ("42", "\\textbf{42}"),
    ("1000", "1,000"),
    ("1000", r"1\,000"),
    ("1000", "1{,}000"),
    ("11,\\! 111,\\! 111,\\! 100", "11111111100"),
    ("10", "1e1"),
    ("72", "７２"),
    ("72", "72.0"),
    ("72", "72."),
    ("72", "\\$72"),
    ("18", "18 dollars"),
    ("1/2", "0.5"),
    (r"\frac{1}{2}", r"\dfrac12"),
    (r"\frac{3}{2}", "1.5"),
    (r"3\sqrt{2}", r"\sqrt{18}"),
    (r"\frac{\sqrt{2}}{2}", r"\frac{1}{\sqrt{2}}"),
    ("x^2 - 1", "(x+1)(x-1)"),
    (r"\frac{2}{x} + 1", r"\frac{x+2}{x}"),
    ("2^{10}", "1024"),
    ("120^\\circ", "120"),
    ("120^{\\circ}", "120°"),
    ("120^\\circ", "120 degrees"),
    ("25\\%", "25%"),
    ("25\\%", "25"),
    ("25\\%", "1/4"),
    ("6", "6\\%"),
    ("1/4", "25\\%"),
    ("1", "100\\%"),
    (r"\frac{\sqrt{2}}{2}", r"50\sqrt{2}\%"),
    ("5\\text{ cm}", "5"),
    ("5", "5 cm"),
    ("15\\mbox{ cm}^2", "15 cm^2"),
    ("(1,2)", r"\left( 1, 2 \right)"),
    ("(1/2, 3)", "(0.5, 3)"),
    ("1, -2", "-2, 1"),
    ("1, -2", "x = 1 or x = -2"),
    ("1, -2", "x = -2 and x = 1"),
    (r"1 \pm \sqrt{19}", r"1 + \sqrt{19}, 1 - \sqrt{19}"),
    (r"\{1\pm\sqrt{5},-2\}", r"-2, 1+\sqrt5, 1-\sqrt5"),
    ("1, 2, 3", r"\{3, 2, 1\}"),
    ("1, 2, 3", "1, 2, and 3"),
    ("[-2,7]", r"x \in [-2,7]"),
    ("(1, 2)", "1 < x < 2"),
    ("1 < x < 2", "(1,2)"),
    ("x \\ge 3", r"[3, \infty)"),
    ("x > 3", "3 < x"),
    (r"(-\infty, 2) \cup (3, \infty)", r"(3,\infty) \cup (-\infty,2)"),
    (r"(-\infty, 2) \cup (3, \infty)", "(-∞, 2) ∪ (3, ∞)"),
    ("y = 2x + 3", "2x+3"),
    ("y = 2x + 3", "y = 3 + 2x"),
    ("x^2 + y^2 = 9", "9 = y^2 + x^2"),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix}1\\2\end{pmatrix}"),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", "(1, 2)"),
    (r"\begin{pmatrix} 1/2 & 0 \\ 0 & 1 \end{pmatrix}", r"\begin{bmatrix} 0.5 & 0 \\ 0 & 1 \end{bmatrix}"),
    ("2516_8", "2516_{8}"),
    ("42", "42_{10}"),
    ("42", "42 (forty-two)"),
    ("42", r"42 \text{ (forty two)}"),
    ("1,005", r"1{,}005 (\text{one thousand and five})"),
    ("42", r"\text{forty-two}"),
    ("\\text{Evelyn}", "Evelyn"),
    ("\\text{(B)}", "B"),
    ("\\text{A, C}", "A, C"),
    ("\\text{odd}", "Odd"),
    ("3:5", "3 : 5"),
    (r"\alpha + 1", r"1 + \alpha"),
    ("-41", "{-}41"),
    ("42", r"{\large 42}"),
    (r"\frac{3}{8}", "^3/_8"),
    (r"\frac{3}{8}", r"P(X=1) = \frac38"),
    (r"\frac{3}{8}", r"P(X \le 1) = \frac38"),
    (r"\frac{3}{8}", r"\Pr[A \mid B] = \frac38"),
    (r"\frac{3}{8}", r"\mathbb{P}(A) = \frac38"),
    (r"\left(\frac12, -3\right)", r"V\left(\frac12,-3\right)"),
    ("y = C e^{x^2}", r"y = Ce^{x^2},\quad C \in \mathbb{R}"),
    ("y = C e^{x^2}", r"y = Ce^{x^2}, \text{ where } C \text{ is an arbitrary constant}"),
    ("p - q", "-q + p"),
    ("a-b-c", "a-c-b"),
    ("I(0) e^{-t}", r"I(0)\exp(-t)"),
    (r"m\ddot{x}+kx=0", "mx'' + kx = 0"),
    (r"x^2\frac{d^2y}{dx^2}+xy'+y=0", "x^2y'' + xy' + y = 0"),
    ("0.375", "0{.}375"),
    (r"-\infty", r"-\infty{}"),
    (r"\frac{\pi}{2}", r"\frac{\pi{}}{2}"),
    (r"(-\infty, 2) \cup (3, \infty)", r"(-\infty,2) \bigcup (3,\infty)"),
    (r"\left( 3, \frac{\pi}{2} \right)", r"(r,\theta) = (3, \pi/2)"),
    (r"\frac{11}{36}", r"P(A \cup B) = \frac{11}{36}"),
    ("50", r"|A \cap B| = 50"),
    ("12", r"n(A\cup B\cup C) = 12"),
    (r"\omega_{n}^{2} t", r"t \omega_n^2"),
    ("\\left\\lfloor n/2 \\right\\rfloor", "\\lfloor n/2 \\rfloor"),
    (r"\frac{3}{7}", r"\left. \frac{3}{7} \right."),
    (r"2750\pi", r"2{,}750\pi"),
    (r"2750\pi", r"2,750\pi"),
    (r"14\,400 - 3600\sqrt{2}", r"14{,}400 - 3{,}600\sqrt2"),
    ("56,000", "n = 56,000"),
    ("5x^4", "f'(x) = 5x^4"),
    ("20x^3", r"f''(x) = 20x^3"),
    ("5x^4", r"\frac{dy}{dx} = 5x^4"),
    ("5x^4", r"\frac{d}{dx} f(x) = 5x^4"),
    ("ab - c", "a b-c"),
    (r"\frac{dP}{dt} = rP - h", r"\frac{d P}{d t} = r P-h"),
    ("p + q = 4", "2p + 2q = 8"),
]
DIFFERENT = [
    ("p + q = 4", "p + q = 9"),
    ("7", "x + y = 7"),
    ("7", "a + b = 7"),
    ("x + y = 4", "x + y = 9"),
    ("y' = 4x", "y = 4x"),
    ("f'(x) = 4x", "f(x) = 4x"),
    ("y'' = 4x", "y' = 4x"),
    (r"\frac{d^2y}{dx^2} = 4x", r"\frac{dy}{dx} = 4x"),
    (r"(1, 250\pi)", r"1,250\pi"),
    ("250", "1,250"),
    (r"\frac{dP}{dt} = rP - h", r"\frac{d P}{d t} = r P+h"),
    ("42", "43"),
    ("42", "4 2"),
    ("42", "42 or 43"),
    ("42", "42, 43"),
    ("42", "not 42"),
    ("42", "maybe 42"),
    ("42", ""),
    ("1/3", "0.333333"),
    (r"\pi", "3.14159265"),
    ("0.01", "0.019"),
    ("1009", "1000"),
    ("117", "1"),
    ("72", "7,2"),
    ("3\\text{ cm}", "3 m"),
    ("50\\%", "0.005"),
    ("42", "52_8"),
    ("42", "42 (forty-three)"),
    ("42", "43 (forty-two)"),
    ("25\\%", "25°"),
    ("(1,2)", r"\{1,2\}"),
    ("(1,2)", "1, 2"),
    ("(1,2)", "[1,2]"),
    ("(1,2)", "(2,1)"),
    ("(1,2)", "[1,2)"),
    ("[1,2]", "1 < x < 2"),
    ("1, 2", "1"),
    ("1, 2", "1, 2, 3"),
    ("1, 2", "1, 1"),
    ("1, 1", "1, 2"),
    (r"1 \pm \sqrt{19}", r"1 + \sqrt{19}"),
    ("x^2", "x^3"),
    ("x", "1"),
    ("0", "x - x"),
    ("0", "2x - y = 0"),
    ("x^2 + y^2 = 9", "x^2 + y^2 = 3"),
    ("y = 2x + 3", "y = 2x"),
    (r"(-\infty, 2) \cup (3, \infty)", r"(-\infty, 2)"),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix}2\\1\end{pmatrix}"),
    ("2516_8", "2516_7"),
    ("\\text{odd}", "even"),
    ("\\text{no}", "on"),
    ("\\text{B}", "A or B"),
    ("3:5", "6:10"),
    (r"\infty", "-\\infty"),
    ("5", r"5 = A \cup B"),
    ("p - q", "q - p"),
    (r"\frac{3}{8}", r"P(X=1) = \frac58"),
    (r"\frac{3}{8}", r"P(X=\frac{3}{8})"),
    ("(1,2)", "V(2,1)"),
    ("10", "V(1,0)"),
    ("y = C e^{x^2}", r"y = e^{x^2}, C \in \mathbb{R}"),
    ("x = 2", r"x = 2, y \in \mathbb{R}"),
    ("I(0) e^{-t}", "I(0) e^{t}"),
    ("x_0(0) + t", "2x_0(0) + t"),
    ("-41", "{+}41"),
    (r"\frac{11}{36}", r"P(A \cup B) \cup \frac{11}{36}"),
    ("9", "9^9^9^9"),
]


@pytest.mark.parametrize(
    ("gold", "answer"), [(r"\{1, 250\}", "1,250"), ("113", "m + n = 113"), ("12", "pq = 12")]
)
def test_what_the_gold_asks_for_decides_how_an_answer_is_read(gold: str, answer: str) -> None:
    assert reason_for(gold, answer) == "ok"
    assert reason_for(answer, gold) != "ok"


@pytest.mark.parametrize(
    ("gold", "right", "wrong"),
    [
        ("6", "6", "600"),
        ("1.5", "1.5", "150"),
        ("1", "100", "1"),
        ("1/4", "25", "0.25"),
        ("-2", "-2", "-200"),
    ],
)
def test_percents_are_one_thing_for_a_gold_without_a_sign(gold: str, right: str, wrong: str) -> None:
    assert reason_for(gold, f"{right}\\%") == "ok"
    assert reason_for(gold, f"{wrong}\\%") == "wrong_value"
    assert reason_for(gold, f"{right}\\%", Options(units="\\%")) == ("ok" if right == gold else "wrong_value")


def test_an_answer_may_leave_out_the_base_that_its_gold_names_and_name_no_other() -> None:
    assert reason_for("2516_8", "2516") == "ok"
    assert reason_for("2516", "2516_{10}") == "ok"
    assert reason_for("2516", "2516_8") == reason_for("2516_9", "2516_8") == "wrong_unit"


@pytest.mark.parametrize(("gold", "answer"), SAME)
def test_the_same_in_another_form_is_right_both_ways(gold: str, answer: str) -> None:
    assert reason_for(gold, answer) == "ok"
    assert reason_for(answer, gold) == "ok"


@pytest.mark.parametrize(
    "answer", ["3 * 4", "3 + 9", r"\sqrt{144}", "24/2 * 1", "12 + 0", "(3)(4)", "4!/2", "2 * 6"]
)
def test_a_number_must_be_worked_out_where_that_is_asked_for(answer: str) -> None:
    """Of small sums, whose terms, written down again, would else be the answer."""
    assert reason_for("12", answer, Options(worked_out=True)) == "not_worked_out"
    assert reason_for("12", f"{answer} = 12", Options(worked_out=True)) == "ok"
    assert reason_for("12", answer) == "ok"


@pytest.mark.parametrize(("gold", "answer"), DIFFERENT)
def test_what_is_not_the_same_is_not_right(gold: str, answer: str) -> None:
    assert reason_for(gold, answer) != "ok"
    assert reason_for(answer, gold) != "ok"


@pytest.mark.parametrize("gold", ["42", "(1,2)", "x^2+1", "\\text{odd}", "1, 2"])
def test_any_text_is_graded_quickly(gold: str) -> None:
    junk = [*HOSTILE, "(" * 1_999, "1," * 999, "\\pm" * 600, "1 \\cup " * 240, "x<" * 900, "\\text{" * 300]
    junk += [
        "{" * 900 + "}" * 900,
        "9^" * 900 + "9",
        "1 and " * 300,
        "1a" * 900,
        "x^{999}" * 200,
        "!" * 1_000,
    ]
    for text in junk:
        assert reason_for(gold, text) != "ok"
        assert cpu_seconds(partial(reason_for, gold, text)) < 0.05, text[:40]


PIECES = [
    piece
    for line in (
        r"_ ^ { } ( ) [ ] | \frac \sqrt \binom \pi e i x 3 12 0 . ! ° % ' \lfloor \rfloor \cis \log \sin",
        r"+ - * / = < \le \pm , ; : \infty \cup \in \{ \} \begin{pmatrix} \end{pmatrix} & \\ \int \sum mod C",
        r"\circ \text{cm} $ ½ ² ₂ √ \overline{ \dot{ \boxed{ end \left \right E 10^ or and not A \mathrm{",
    )
    for piece in line.split()
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join), st.sampled_from(SAME))
def test_no_pieces_of_formulas_raise(text: str, pair: tuple[str, str]) -> None:
    reason_for(pair[0], text)
    reason_for(text, pair[0])


@pytest.mark.parametrize("cut_off", ["31e_", "9112\\pi_", "x_", "x_{", "\\binom{3}", "x_{1"])
def test_a_formula_that_is_cut_off_is_not_right(cut_off: str) -> None:
    assert reason_for("3", cut_off) != "ok"


def test_options_are_checked() -> None:
    assert Options.of({"tolerance": 0.01, "alternatives": ["8"]}) == Options(("8",), 0.01)
    with pytest.raises(UnknownName, match="did you mean 'tolerance'"):
        Options.of({"tolerances": 0.01})
    for wrong in ({"tolerance": -1}, {"significant_figures": 99}, {"units": "<>"}):
        with pytest.raises(UsageError):
            Options.of(wrong)
