r"""Equations: `x = 3`, `x \in S`, `x + y = 4`, and worked sums such as `6 * 7 = 42`."""

import re

from reasongym.answers.decimals import agree
from reasongym.answers.expressions import expression
from reasongym.answers.identity import judge
from reasongym.answers.labels import LABEL, TOTAL
from reasongym.answers.leaves import number_of
from reasongym.answers.listings import Inner
from reasongym.answers.shapes import Equation, Reading, Refused, Value
from reasongym.answers.trees import Sum, negative, variables

MAX_SIDES = 8
_ELEMENT = re.compile(rf"(?:{LABEL.pattern}) ?\\in(?![a-z]) ?(.*)")
_APPLIED = re.compile(r"(?<![A-Za-z])([A-Za-z]'{0,3}|\\[A-Za-z]+) ?\(([tx])\)")


def equation(text: str, inner: Inner) -> Reading | None:
    r"""Read `x = 3`, `x \in S`, `x + y = 4`, and worked sums: `6 * 7 = 42` is 42."""
    if "\\equiv" in text and "mod" in text:
        text = text.replace("\\equiv", "=")
    element = _ELEMENT.fullmatch(text) if "\\in" in text else None
    if element:
        return inner(element[1])
    exact, sign, about = text.partition("\\approx")
    if sign:  # of `\sqrt2 \approx 1.41` the exact value counts, of `x \approx 1.41` the only one there is
        is_label = not exact.strip() or LABEL.fullmatch(exact.strip())
        return inner((about if is_label else exact).strip())
    return _chain(text, _sides(text), inner) if "=" in text else None


def _sides(text: str) -> list[str]:
    sides = [side.strip() for side in text.replace(":=", "=").split("=")]
    if len(sides) > MAX_SIDES:
        raise Refused("over_limit")
    if not all(sides) or any(side[-1] in "<>!" for side in sides[:-1]):
        raise Refused("syntax")
    return sides


def _chain(text: str, sides: list[str], inner: Inner) -> Reading:
    """Read two sides, or several of which the first ones may be names: `a = f(2) = 2 * 3 = 6`."""
    while len(sides) > 2 and LABEL.fullmatch(sides[0]):
        if not LABEL.fullmatch(sides[1]) and not _varies(sides[-1]):
            return _worked(sides[1:], text, sides[0], inner)
        sides = sides[1:]
    if len(sides) == 2 and LABEL.fullmatch(sides[1]) and _is_constant(sides[0]):
        sides = sides[::-1]
    if len(sides) > 2 or _is_constant(sides[0]):
        return _worked(sides, text, "", inner)
    return _related(text, sides[0], sides[1], inner)


def _varies(side: str) -> bool:
    """Say whether a side has letters that stand for something, or is no formula."""
    tree = expression(side)
    return isinstance(tree, str) or bool(variables(tree))


def _is_constant(side: str) -> bool:
    return not _varies(side)


def _worked(sides: list[str], text: str, label: str, inner: Inner) -> Reading:
    """Read the last side of `2 * 3 + 1 = 6 + 1 = 7`; the sides that are numbers must agree."""
    last = inner(sides[-1])
    trees = [expression(side) for side in sides]
    known = [tree for tree in trees if not isinstance(tree, str) and not variables(tree)]
    if not isinstance(last, Value) or last.value is None:
        raise Refused("syntax")
    if variables(last.value):
        return _related(text, sides[-2], sides[-1], inner)
    if any(not (tree == known[-1] or agree(tree, known[-1])) for tree in known):
        raise Refused("false_equation")
    if label:
        return Equation(text, None, label, last)
    says_nothing = len(known) == 2 and sides == [sides[0]] * 2 and number_of(sides[0]) is not None  # `0 = 0`
    if says_nothing or len(known) < len(sides) - 1:
        raise Refused("syntax")
    return last


def _related(text: str, left: str, right: str, inner: Inner) -> Reading:
    is_derivative = any("\\D" in name for name in _names(left) | _names(right))
    is_label = LABEL.fullmatch(left) is not None
    if is_derivative:
        left, right = (_APPLIED.sub(r"\1", side) for side in (left, right))
    first, second = expression(left), expression(right)
    zero = None if isinstance(first, str) or isinstance(second, str) else Sum((first, negative(second)))
    if is_label:
        return Equation(text, zero, left.replace(" ", ""), inner(right))
    if zero is None or isinstance(first, str) or isinstance(second, str):
        raise Refused("syntax")
    if not is_derivative and judge(first, second) == "equal":
        return inner(right)  # an identity says what its last side is
    if TOTAL.fullmatch(left) and not is_derivative and not variables(second):
        return Equation(text, zero, "+", inner(right))
    return Equation(text, zero)


def _names(side: str) -> set[str]:
    tree = expression(side)
    return set() if isinstance(tree, str) else variables(tree)
