"""Symbolic derivatives of formulas, unsimplified: they are there to be evaluated, not to be read."""

from fractions import Fraction

from reasongym.answers.algebra import Unsupported
from reasongym.answers.trees import (
    MINUS_ONE,
    ONE,
    ZERO,
    Constant,
    E,
    Formula,
    Function,
    Number,
    Power,
    Product,
    Sum,
    Variable,
    negative,
    parts,
    variables,
)


def differentiate(tree: Formula, name: str) -> Formula:
    """Return the derivative by a variable, unsimplified; raises Unsupported for functions without one."""
    if isinstance(tree, (Number, Constant)):
        return ZERO
    if isinstance(tree, Variable):
        return ONE if tree.name == name else ZERO
    if isinstance(tree, Sum):
        return Sum(
            (ZERO, *(part for part in (differentiate(term, name) for term in tree.terms) if part != ZERO))
        )
    if isinstance(tree, Product):
        return _product_rule(tree.factors, name)
    if isinstance(tree, Power):
        return _power_rule(tree, name)
    assert isinstance(tree, Function)
    if tree.name in ("ln", "log") and isinstance(tree.argument, Function) and tree.argument.name == "abs":
        return differentiate(Function("ln", tree.argument.argument), name)  # ln|u| and ln u: both u'/u
    inner = differentiate(tree.argument, name)
    return ZERO if inner == ZERO else Product((_outer(tree), inner))


def _product_rule(factors: tuple[Formula, ...], name: str) -> Formula:
    terms: list[Formula] = []
    for at, factor in enumerate(factors):
        inner = differentiate(factor, name)
        if inner != ZERO:
            terms.append(Product((inner, *factors[:at], *factors[at + 1 :])))
    if not terms:
        return ZERO
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def _power_rule(tree: Power, name: str) -> Formula:
    base, exponent = tree.base, tree.exponent
    inner = differentiate(base, name)
    outer = differentiate(exponent, name)
    if outer == ZERO:
        if inner == ZERO:
            return ZERO
        return Product((exponent, Power(base, Sum((exponent, MINUS_ONE))), inner))
    grows = tree if base == E else Product((tree, Function("ln", base)))
    by_exponent = Product((grows, outer))
    if inner == ZERO:
        return by_exponent
    return Sum((by_exponent, Product((exponent, Power(base, Sum((exponent, MINUS_ONE))), inner))))


def _outer(tree: Function) -> Formula:
    """Return the derivative of a function at its argument."""
    u = tree.argument
    name = tree.name
    square = Power(u, Number(Fraction(2)))
    if name in ("ln", "log"):
        return Power(u, MINUS_ONE)
    if name == "abs":
        return Product((tree, Power(u, MINUS_ONE)))
    if name in _SIMPLE:
        sign, factors = _SIMPLE[name]
        derivative: Formula = Product(tuple(Function(factor, u) for factor in factors))
        return negative(derivative) if sign < 0 else derivative
    if name in ("arcsin", "arccos"):
        root = Power(Sum((ONE, negative(square))), Number(Fraction(-1, 2)))
        return root if name == "arcsin" else negative(root)
    if name in ("arctan", "arccot"):
        derivative = Power(Sum((ONE, square)), MINUS_ONE)
        return derivative if name == "arctan" else negative(derivative)
    if name == "tanh":
        return Power(Function("cosh", u), Number(Fraction(-2)))
    raise Unsupported(name)


_SIMPLE = {
    "sin": (1, ("cos",)),
    "cos": (-1, ("sin",)),
    "tan": (1, ("sec", "sec")),
    "cot": (-1, ("csc", "csc")),
    "sec": (1, ("sec", "tan")),
    "csc": (-1, ("csc", "cot")),
    "sinh": (1, ("cosh",)),
    "cosh": (1, ("sinh",)),
}
"""By function: the sign of its derivative and the functions whose product it is."""


def num_rules(tree: Formula, name: str) -> int:
    """Count the rules applied in differentiating: of sums, products, powers and functions that vary."""
    if name not in variables(tree):
        return 0
    if isinstance(tree, Product):
        varying = [factor for factor in tree.factors if name in variables(factor)]
        return len(varying) - 1 + sum(num_rules(factor, name) for factor in varying)
    return (0 if isinstance(tree, Variable) else 1) + sum(num_rules(part, name) for part in parts(tree))
