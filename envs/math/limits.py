"""Functions with their limits: one maker for each kind of limit of a first course in calculus."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from reasongym.envs.math.polynomials import nonzero, product, written
from reasongym.envs.math.terms import times

Random: TypeAlias = Callable[[], float]
INFINITY, MINUS_INFINITY, NONE = "infinity", "-infinity", "does not exist"


class Limit(NamedTuple):
    """A function of x, where x goes, what the function goes to, and how many steps a student writes."""

    function: str
    at: str
    """A whole number, `infinity` or `-infinity`."""
    answer: str
    num_steps: int


Maker: TypeAlias = Callable[[Random], Limit]


def _whole(random: Random, low: int, high: int) -> int:
    return low + int(random() * (high - low + 1))


def _quotient(top: list[int], bottom: list[int]) -> str:
    return f"({written(top, 'x')})/({written(bottom, 'x')})"


def _one_of(random: Random, makers: tuple[Maker, ...]) -> Limit:
    return makers[int(random() * len(makers))](random)


def polynomial(random: Random) -> Limit:
    """A quadratic, by putting the number in."""
    c, b, a, p = nonzero(random, 9), nonzero(random, 9), _whole(random, 1, 9), nonzero(random, 9)
    return Limit(written([c, b, a], "x"), f"{p}", f"{a * p * p + b * p + c}", 1)


def removable(random: Random) -> Limit:
    """Two quadratics with a common zero."""
    while True:
        p = nonzero(random, 9)
        a, b, c, d = _whole(random, 1, 6), nonzero(random, 12), _whole(random, 1, 6), nonzero(random, 12)
        if c * p + d and a * p + b:
            hole = [-p, 1]
            function = _quotient(product([hole, [b, a]]), product([hole, [d, c]]))
            return Limit(function, f"{p}", f"{Fraction(a * p + b, c * p + d)}", 3)


def at_infinity(random: Random) -> Limit:
    """A quotient of polynomials far out: mostly of equal degree, seldom not."""
    at, degree = (INFINITY, MINUS_INFINITY)[random() < 0.5], _whole(random, 1, 4)
    top = [_whole(random, -12, 12) for _ in range(degree)] + [nonzero(random, 30)]
    bottom = [_whole(random, -12, 12) for _ in range(degree)] + [_whole(random, 1, 30)]
    kind = random()
    if kind > 0.08:
        return Limit(_quotient(top, bottom), at, f"{Fraction(top[-1], bottom[-1])}", 2)
    if kind > 0.04:
        return Limit(_quotient(top, [*bottom, _whole(random, 1, 9)]), at, "0", 2)
    top.append(nonzero(random, 9))
    is_positive = (top[-1] > 0) == (at == INFINITY)
    return Limit(_quotient(top, bottom), at, INFINITY if is_positive else MINUS_INFINITY, 2)


def standard(random: Random) -> Limit:
    """A sine, tangent, exponential or logarithm over kx at 0, or a cubic over a cubic with a double zero."""
    a, b, kind = nonzero(random, 20), _whole(random, 2, 20), random()
    if kind < 0.04:
        return _unbounded(random)
    if kind < 0.3:
        return _double_zero(random)
    top = (
        f"sin({times(abs(a))})",
        f"tan({times(abs(a))})",
        f"(e^({times(abs(a))}) - 1)",
        f"ln(1 + {times(abs(a))})",
    )[int(random() * 4)]
    bottom = (f"({b}x)", f"sin({b}x)", f"ln(1 + {b}x)", f"(e^({b}x) - 1)")[int(random() * 4)]
    sign = "-" if a < 0 else ""
    return Limit(f"{sign}{top}/{bottom}", "0", f"{Fraction(a, b)}", 4)


def _double_zero(random: Random) -> Limit:
    while True:
        p = nonzero(random, 6)
        a, b, c, d = _whole(random, 1, 6), nonzero(random, 9), _whole(random, 1, 6), nonzero(random, 9)
        if c * p + d and a * p + b:
            holes = [[-p, 1], [-p, 1]]
            function = _quotient(product([*holes, [b, a]]), product([*holes, [d, c]]))
            return Limit(function, f"{p}", f"{Fraction(a * p + b, c * p + d)}", 4)


def _unbounded(random: Random) -> Limit:
    """A pole: of even order it is an infinity, of odd order no limit."""
    p, c = nonzero(random, 9), nonzero(random, 9)
    if random() < 0.5:
        return Limit(f"{c}/({written([-p, 1], 'x')})", f"{p}", NONE, 4)
    bottom = written([p * p, -2 * p, 1], "x")
    return Limit(f"{c}/({bottom})", f"{p}", INFINITY if c > 0 else MINUS_INFINITY, 4)


def rooted(random: Random) -> Limit:
    """A difference with a square root, at a point or far out, or one minus a cosine."""
    a, b, c, kind = nonzero(random, 20), _whole(random, 1, 12), _whole(random, 2, 12), random()
    if kind < 0.03:
        return _unbounded(random)
    line = written([b * b, a], "x")
    if kind < 0.35:
        return Limit(f"(sqrt({line}) - {b})/({c}x)", "0", f"{Fraction(a, 2 * b * c)}", 5)
    if kind < 0.6:
        bottom = written([b * b, a, 1], "x")
        return Limit(f"{c}sqrt({bottom}) - {c}x", INFINITY, f"{Fraction(a * c, 2)}", 5)
    if kind < 0.8:
        return Limit(f"(1 - cos({b + 1}x))/({c}x^2)", "0", f"{Fraction((b + 1) ** 2, 2 * c)}", 5)
    bottom = written([0, c], "x")
    return Limit(f"{bottom}/(sqrt({line}) - {b})", "0", f"{Fraction(2 * b * c, a)}", 5)


def exponential(random: Random) -> Limit:
    """One to the power of infinity."""
    a, b, c, kind = nonzero(random, 12), _whole(random, 1, 12), _whole(random, 2, 30), random()
    size, sign = abs(a), "-" if a < 0 else "+"
    answer = f"{c} e^({a * b})"
    if kind < 0.33:
        return Limit(f"{c}(1 {sign} {size}/x)^({times(b)})", INFINITY, answer, 6)
    if kind < 0.66:
        return Limit(f"{c}(1 {sign} {times(size)})^({b}/x)", "0", answer, 6)
    d = _whole(random, 1, 9)
    return Limit(f"{c}((x {sign} {size})/(x + {d}))^({times(b)})", INFINITY, f"{c} e^({(a - d) * b})", 7)


def _less(c: int) -> str:
    """Write c x as what is taken away or added behind other terms."""
    return f" {'-' if c > 0 else '+'} {times(abs(c))}" if c else ""


def second_order(random: Random) -> Limit:
    """A function without its first terms over a power of x."""
    a, b, c = _whole(random, 1, 30), _whole(random, 2, 20), _whole(random, 1, 9)
    ax, k = times(a), c + a
    return _one_of(
        random,
        (
            lambda _: Limit(f"(sin({ax}) - {ax})/({b}x^3)", "0", f"{Fraction(-(a**3), 6 * b)}", 8),
            lambda _: Limit(f"(tan({ax}) - {ax})/({b}x^3)", "0", f"{Fraction(a**3, 3 * b)}", 8),
            lambda _: Limit(f"(e^({ax}) - 1 - {ax})/({b}x^2)", "0", f"{Fraction(a * a, 2 * b)}", 8),
            lambda _: Limit(f"(ln(1 + {ax}) - {ax})/({b}x^2)", "0", f"{Fraction(-a * a, 2 * b)}", 8),
            lambda _: Limit(
                f"(cos({ax}) - cos({times(k)}))/({b}x^2)", "0", f"{Fraction(k * k - a * a, 2 * b)}", 8
            ),
            lambda _: Limit(
                f"(sqrt(1 + {2 * a}x) - 1 - {ax})/({b}x^2)", "0", f"{Fraction(-a * a, 2 * b)}", 8
            ),
        ),
    )


def combined(random: Random) -> Limit:
    """Several series at once: terms up to the second, third or fourth order cancel."""
    a, b, c = _whole(random, 1, 12), _whole(random, 1, 12), _whole(random, 2, 12)
    ax, bx = times(a), times(b)
    third = Fraction(3 * a * b * b - a**3, 6 * c)
    product_third = Fraction(b * b * a, 2 * c) - Fraction(a**3, 6 * c)
    return _one_of(
        random,
        (
            lambda _: Limit(
                f"(e^({ax}) - cos({bx}) - {ax})/({c}x^2)", "0", f"{Fraction(a * a + b * b, 2 * c)}", 11
            ),
            lambda _: Limit(f"(e^({bx}) sin({ax}) - {ax})/({c}x^2)", "0", f"{Fraction(a * b, c)}", 11),
            lambda _: Limit(f"(sin({ax}) - {ax} cos({bx}))/({c}x^3)", "0", f"{third}", 12),
            lambda _: Limit(
                f"(e^({ax}) - 1 - ln(1 + {bx}){_less(a - b)})/({c}x^2)",
                "0",
                f"{Fraction(a * a + b * b, 2 * c)}",
                12,
            ),
            lambda _: Limit(
                f"(cos({2 * a}x) - 1 + {2 * a * a}x^2)/({c}x^4)", "0", f"{Fraction(2 * a**4, 3 * c)}", 12
            ),
            lambda _: Limit(
                f"(e^({bx}) sin({ax}) - {ax} - {a * b}x^2)/({c}x^3)", "0", f"{product_third}", 13
            ),
        ),
    )
