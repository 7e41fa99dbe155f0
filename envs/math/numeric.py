"""Formulas evaluated in complex floats: the second method that proves derivatives, integrals and limits.

It shares only the reading of formulas with the verifiers, which compute in finite fields.
"""

import cmath
from collections.abc import Callable

from reasongym.answers.trees import Constant, Formula, Number, Power, Product, Sum, Variable

_STEP = 1e-20
_FUNCTIONS: dict[str, Callable[[complex], complex]] = {
    **{"sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "ln": cmath.log, "log": cmath.log},
    **{"arctan": cmath.atan, "arcsin": cmath.asin, "sinh": cmath.sinh, "cosh": cmath.cosh},
    **{"sec": lambda z: 1 / cmath.cos(z), "csc": lambda z: 1 / cmath.sin(z)},
    **{"cot": lambda z: 1 / cmath.tan(z), "abs": lambda z: z if z.real >= 0 else -z},
}
_CONSTANTS = {"e": cmath.e, "pi": cmath.pi, "i": 1j}


def value(tree: Formula, at: complex) -> complex:
    """Evaluate a formula whose one variable is `at`; raises ArithmeticError or ValueError where undefined."""
    if isinstance(tree, Number):
        return complex(tree.value)
    if isinstance(tree, Variable):
        return at
    if isinstance(tree, Constant):
        return _CONSTANTS[tree.name]
    if isinstance(tree, Sum):
        return sum((value(term, at) for term in tree.terms), 0j)
    if isinstance(tree, Product):
        result = 1 + 0j
        for factor in tree.factors:
            result *= value(factor, at)
        return result
    if isinstance(tree, Power):
        exponent = value(tree.exponent, at)
        is_whole = isinstance(tree.exponent, Number) and tree.exponent.value.denominator == 1
        return value(tree.base, at) ** (int(exponent.real) if is_whole else exponent)
    return _FUNCTIONS[tree.name](value(tree.argument, at))


def is_derivative(derivative: Formula, function: Formula) -> bool:
    """Compare at real points with the complex step f(x + ih) / h, exact to rounding.

    (Squire and Trapp 1998, "Using Complex Variables to Estimate Derivatives of Real Functions".) Points where
    the function is undefined or not real, or where numbers are huge, do not count; three must be left.
    """
    good = 0
    for at in (0.37, 0.91, 1.43, 0.11, 2.17, 0.023, 3.7, 5.3, 11.9, -0.41, -1.3, -2.7, 23.1):
        try:
            level = value(function, complex(at, 0))
            slope = value(function, complex(at, _STEP)).imag / _STEP
            claimed = value(derivative, complex(at, 0))
        except (ArithmeticError, ValueError):
            continue
        if (
            abs(level.imag) > 1e-12
            or abs(claimed.imag) > 1e-9 * abs(claimed)
            or abs(level) + abs(slope) > 1e200
        ):
            continue
        if abs(slope - claimed) > 1e-6 * max(1.0, abs(slope), abs(level)):
            return False
        good += 1
    return good >= 3
