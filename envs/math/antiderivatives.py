"""Integrands with their antiderivatives: one function for each technique of a first course in calculus."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from reasongym.envs.math.polynomials import nonzero
from reasongym.envs.math.terms import Term, power, times

Random: TypeAlias = Callable[[], float]


class Integral(NamedTuple):
    """A term, a formula whose derivative it is, and how many rules a schoolbook integrator applies."""

    integrand: Term
    antiderivative: str
    num_rules: int


Technique: TypeAlias = Callable[[Random], Integral]


def _whole(random: Random, low: int, high: int) -> int:
    return low + int(random() * (high - low + 1))


def _over(top: int, bottom: int) -> str:
    """Write a fraction as a factor."""
    return f"({Fraction(top, bottom)})"


# -- by the table -------------------------------------------------------------------------------------


def whole_power(random: Random) -> Integral:
    """c (n + 1) x^n, so that the antiderivative has whole coefficients."""
    n, c = _whole(random, 1, 40), _whole(random, 1, 60)
    return Integral([c * (n + 1), power(n), []], f"{c} x^{n + 1}", 1)


def powers(low: int, high: int) -> Technique:
    """c x^n for n in a range."""

    def make(random: Random) -> Integral:
        n, c = _whole(random, low, high), nonzero(random, 15)
        return Integral([c, power(n), []], f"{_over(c, n + 1)} x^{n + 1}", 1)

    return make


def elementary(random: Random) -> Integral:
    """A sine, cosine or exponential of kx, or 1/x, or a root."""
    c, k, kind = nonzero(random, 15), _whole(random, 2, 12), int(random() * 5)
    if kind == 0:
        return Integral([c, [f"sin({k}x)"], []], f"{_over(-c, k)} cos({k}x)", 2)
    if kind == 1:
        return Integral([c, [f"cos({k}x)"], []], f"{_over(c, k)} sin({k}x)", 2)
    if kind == 2:
        return Integral([c, [f"e^({k}x)"], []], f"{_over(c, k)} e^({k}x)", 2)
    if kind == 3:
        return Integral([c * k, [], ["x"]], f"({c * k}) ln|x|", 1)
    return Integral([c * k, ["sqrt(x)"], []], f"{_over(2 * c * k, 3)} x sqrt(x)", 1)


# -- by substitution ----------------------------------------------------------------------------------


def substitution(random: Random) -> Integral:
    """c g'(x) f(g(x)) up to a number."""
    c, a, b, n = nonzero(random, 12), _whole(random, 1, 9), _whole(random, 1, 12), _whole(random, 2, 9)
    square, line = f"{times(a)}^2 + {b}", f"{times(a)} + {b}"
    half = _over(c, 2 * a)
    makers: tuple[Callable[[], Integral], ...] = (
        lambda: Integral([c, ["x", f"e^({square})"], []], f"{half} e^({square})", 5),
        lambda: Integral([c, ["x", f"cos({square})"], []], f"{half} sin({square})", 5),
        lambda: Integral([c, ["x", f"sin({square})"], []], f"-{half} cos({square})", 5),
        lambda: Integral([c, ["x"], [f"({square})"]], f"{half} ln({square})", 5),
        lambda: Integral(
            [c, ["x", f"({square})^{n}"], []], f"{_over(c, 2 * a * (n + 1))} ({square})^{n + 1}", 5
        ),
        lambda: Integral([c, [f"({line})^{n}"], []], f"{_over(c, a * (n + 1))} ({line})^{n + 1}", 5),
        lambda: Integral([c, ["x", f"sqrt({square})"], []], f"{_over(c, 3 * a)} ({square})^(3/2)", 5),
        lambda: Integral(
            [c, [f"sin({times(a)})", f"cos({times(a)})^{n}"], []],
            f"{_over(-c, a * (n + 1))} cos({times(a)})^{n + 1}",
            5,
        ),
        lambda: Integral([c * b, [f"ln(x)^{n}"], ["x"]], f"{_over(c * b, n + 1)} ln(x)^{n + 1}", 5),
    )
    return makers[int(random() * len(makers))]()


# -- by parts -----------------------------------------------------------------------------------------


def parts(random: Random) -> Integral:
    """A power times a sine, cosine, exponential or logarithm, by parts once."""
    c, k, n = nonzero(random, 12), _whole(random, 2, 12), _whole(random, 1, 9)
    kind = int(random() * 4)
    if kind == 0:
        return Integral([c, ["x", f"e^({k}x)"], []], f"({c}) (x/{k} - 1/{k * k}) e^({k}x)", 7)
    if kind == 1:
        return Integral([c, ["x", f"sin({k}x)"], []], f"({c}) (sin({k}x)/{k * k} - x cos({k}x)/{k})", 7)
    if kind == 2:
        return Integral([c, ["x", f"cos({k}x)"], []], f"({c}) (cos({k}x)/{k * k} + x sin({k}x)/{k})", 7)
    m = n + 1
    return Integral([c, [*power(n), "ln(x)"], []], f"({c}) x^{m} (ln(x)/{m} - 1/{m * m})", 7)


def parts_twice(random: Random) -> Integral:
    """By parts twice, perhaps back to where it began, or by a product formula of trigonometry."""
    c, k, b = nonzero(random, 12), _whole(random, 2, 9), _whole(random, 1, 9)
    n = _whole(random, 2, 9)
    m = n
    kk = k * k
    both = kk + b * b
    wave, other = f"sin({times(b)})", f"cos({times(b)})"
    makers: tuple[Callable[[], Integral], ...] = (
        lambda: Integral(
            [c, ["x^2", f"e^({k}x)"], []], f"({c}) (x^2/{k} - 2x/{kk} + 2/{kk * k}) e^({k}x)", 12
        ),
        lambda: Integral(
            [c, ["x^2", f"sin({k}x)"], []],
            f"({c}) (2x sin({k}x)/{kk} - (x^2/{k} - 2/{kk * k}) cos({k}x))",
            12,
        ),
        lambda: Integral(
            [c, [f"e^({k}x)", wave], []], f"{_over(c, both)} e^({k}x) ({k} {wave} - {b} {other})", 12
        ),
        lambda: Integral(
            [c, [f"e^({k}x)", other], []], f"{_over(c, both)} e^({k}x) ({k} {other} + {b} {wave})", 12
        ),
        lambda: Integral(
            [c, [*power(n - 1), "ln(x)^2"], []],
            f"({c}) x^{m} (ln(x)^2/{m} - 2 ln(x)/{m * m} + 2/{m**3})",
            12,
        ),
        lambda: Integral([c, [f"sin({times(b)})^2"], []], f"({c}) (x/2 - sin({2 * b}x)/{4 * b})", 12),
        lambda: Integral(
            [c, ["x", f"arctan({k}x)"], []],
            f"({c}) ((x^2/2 + 1/{2 * kk}) arctan({k}x) - x/{2 * k})",
            12,
        ),
    )
    return makers[int(random() * len(makers))]()


# -- by partial fractions -----------------------------------------------------------------------------


def _signed(number: int) -> str:
    return f"- {-number}" if number < 0 else f"+ {number}"


def partial_fractions(random: Random) -> Integral:
    """(p x + q) over two linear factors, multiplied out."""
    a = nonzero(random, 9)
    b = nonzero(random, 9)
    if a == b:
        b = -b
    first, second = nonzero(random, 12), nonzero(random, 12)
    if first == -second:
        second -= first
    top = f"({times(first + second).replace('-1x', '-x')} {_signed(-first * b - second * a)})"
    middle = "" if a == -b else f" {'-' if a + b > 0 else '+'} {times(abs(a + b))}"
    bottom = f"(x^2{middle} {_signed(a * b)})"
    logs = f"({first}) ln|x {_signed(-a)}| + ({second}) ln|x {_signed(-b)}|"
    return Integral([1, [top], [bottom]], logs, 9)


def inverse_tangent(random: Random) -> Integral:
    """A number over a quadratic without real roots, by completing the square."""
    c, a, d = nonzero(random, 12), nonzero(random, 9), _whole(random, 1, 9)
    middle = f" {'-' if a < 0 else '+'} {times(2 * abs(a))}"
    bottom = f"(x^2{middle} + {a * a + d * d})"
    return Integral([c, [], [bottom]], f"{_over(c, d)} arctan((x {_signed(a)})/{d})", 9)


def rational(random: Random) -> Integral:
    """By partial fractions or an inverse tangent."""
    return partial_fractions(random) if random() < 0.7 else inverse_tangent(random)
