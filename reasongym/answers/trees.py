"""The tree that a formula is read into: seven kinds of immutable nodes, compared by structure."""

from fractions import Fraction
from typing import TypeAlias, final

from msgspec import Struct


@final
class Number(Struct, frozen=True):
    """A rational number; decimals are exact."""

    value: Fraction


@final
class Variable(Struct, frozen=True):
    """A letter, perhaps with an index: `x`, `x_1`, `theta`."""

    name: str


@final
class Constant(Struct, frozen=True):
    """One of `e`, `pi` and the imaginary unit `i`."""

    name: str


@final
class Sum(Struct, frozen=True):
    """Two or more terms; a term taken away is a product with a negative number."""

    terms: "tuple[Formula, ...]"


@final
class Product(Struct, frozen=True):
    """Two or more factors; a divisor is a power with exponent -1, or a number's reciprocal."""

    factors: "tuple[Formula, ...]"


@final
class Power(Struct, frozen=True):
    """A base and an exponent; roots are powers with exponent 1/n, and `exp(x)` is a power of `e`."""

    base: "Formula"
    exponent: "Formula"


@final
class Function(Struct, frozen=True):
    """A function of one argument: `ln`, `log` (without a base), `abs`, `sin`, `arcsin`, `sinh`, ..."""

    name: str
    argument: "Formula"


Formula: TypeAlias = Number | Variable | Constant | Sum | Product | Power | Function

ZERO, ONE, MINUS_ONE = Number(Fraction(0)), Number(Fraction(1)), Number(Fraction(-1))
HALF = Number(Fraction(1, 2))
E, PI, I = Constant("e"), Constant("pi"), Constant("i")  # noqa: E741  (their names in mathematics)


def negative(tree: Formula) -> Formula:
    """Return the tree with its sign changed, without a number more than it needs."""
    if isinstance(tree, Number):
        return Number(-tree.value)
    if isinstance(tree, Product):
        first, *rest = tree.factors
        if isinstance(first, Number):
            return Product((Number(-first.value), *rest))
        return Product((MINUS_ONE, *tree.factors))
    return Product((MINUS_ONE, tree))


def variables(tree: Formula) -> set[str]:
    """Return the names of the variables in a formula."""
    names: set[str] = set()
    _collect(tree, names)
    return names


def _collect(tree: Formula, names: set[str]) -> None:
    if type(tree) is Variable:
        names.add(tree.name)
    for part in parts(tree):
        _collect(part, names)


def parts(tree: Formula) -> tuple[Formula, ...]:
    """Return what a formula is made of, one level down."""
    if isinstance(tree, Sum):
        return tree.terms
    if isinstance(tree, Product):
        return tree.factors
    if isinstance(tree, Power):
        return tree.base, tree.exponent
    return (tree.argument,) if isinstance(tree, Function) else ()


def write(tree: Formula) -> str:
    """Write a formula in plain text that reads back as it, its signs and words apart by spaces."""
    return _written(tree, 0)


_BINDS: dict[type, int] = {Sum: 1, Product: 2, Power: 3}


def _written(tree: Formula, outer: int) -> str:
    text = _spelled(tree)
    binds = _BINDS.get(type(tree), 4)
    if isinstance(tree, Number) and (tree.value < 0 or tree.value.denominator > 1):
        binds = 2 if tree.value > 0 else 1
    elif text.startswith("- "):
        binds = 1
    elif isinstance(tree, Power):
        binds = 2 if text.startswith("1 / ") else 4 if text.startswith("sqrt") else 3
    return f"( {text} )" if binds < outer else text


def _spelled(tree: Formula) -> str:
    if isinstance(tree, Number):
        return str(tree.value).replace("/", " / ").replace("-", "- ")
    if isinstance(tree, Variable | Constant):
        return tree.name
    if isinstance(tree, Sum):
        return _joined(tree.terms)
    if isinstance(tree, Product):
        return _multiplied(tree.factors)
    if isinstance(tree, Power):
        divisor = _divisor(tree)
        if divisor is not None:
            return f"1 / {_written(divisor, 3)}"
        if tree.exponent == HALF:
            return f"sqrt ( {_written(tree.base, 0)} )"
        return f"{_written(tree.base, 4)} ^ {_written(tree.exponent, 4)}"
    return f"{tree.name} ( {_written(tree.argument, 0)} )"


def _joined(terms: tuple[Formula, ...]) -> str:
    text = ""
    for term in terms:
        part = _written(term, 1)
        if not text:
            text = part
        elif part.startswith("- "):
            text += " " + part
        else:
            text += " + " + part
    return text


def _multiplied(factors: tuple[Formula, ...]) -> str:
    first, *rest = factors
    text = ""
    if isinstance(first, Number) and first.value < 0:
        text = "- "
        factors = (*rest,) if first == MINUS_ONE else (Number(-first.value), *rest)
    for at, factor in enumerate(factors):
        divisor = _divisor(factor)
        if divisor is None:
            text += " * " * (at > 0) + _written(factor, 3)
        else:
            text += ("1 / " if at == 0 else " / ") + _written(divisor, 3)
    return text


def _divisor(factor: Formula) -> Formula | None:
    """Return what `1 / ...` would be taken of, where a factor is a power with a negative exponent."""
    if isinstance(factor, Power) and isinstance(factor.exponent, Number) and factor.exponent.value < 0:
        exponent = Number(-factor.exponent.value)
        return factor.base if exponent == ONE else Power(factor.base, exponent)
    return None


def tidy(tree: Formula) -> Formula:
    """Leave out zeros, ones and brackets, and multiply the numbers of a product, so that it reads well."""
    if isinstance(tree, Sum):
        return _tidy_sum(tuple(map(tidy, tree.terms)))
    if isinstance(tree, Product):
        return _tidy_product(tuple(map(tidy, tree.factors)))
    if isinstance(tree, Power):
        base, exponent = tidy(tree.base), tidy(tree.exponent)
        return base if exponent == ONE else ONE if exponent == ZERO else Power(base, exponent)
    return Function(tree.name, tidy(tree.argument)) if isinstance(tree, Function) else tree


def _tidy_sum(terms: tuple[Formula, ...]) -> Formula:
    kept: list[Formula] = []
    number = Fraction(0)
    for term in terms:
        for part in term.terms if isinstance(term, Sum) else (term,):
            if isinstance(part, Number):
                number += part.value
            else:
                kept.append(part)
    if number or not kept:
        kept.append(Number(number))
    return kept[0] if len(kept) == 1 else Sum(tuple(kept))


def _tidy_product(factors: tuple[Formula, ...]) -> Formula:
    kept: list[Formula] = []
    number = Fraction(1)
    for factor in factors:
        for part in factor.factors if isinstance(factor, Product) else (factor,):
            if isinstance(part, Number):
                number *= part.value
            else:
                kept.append(part)
    if not number or not kept:
        return Number(number)
    if number != 1:
        kept.insert(0, Number(number))
    return kept[0] if len(kept) == 1 else Product(tuple(kept))
