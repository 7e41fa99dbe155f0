"""The working of bundled problems: calculations whose values are the answer or, in order, its parts."""

from collections.abc import Sequence

from reasongym.answers import arithmetic, formulas, identity


def leads_to(working: Sequence[str], answer: str) -> bool:
    """Say whether the calculations give the answer: `x`, `x, y` or `(x, y)`."""
    parts = answer.strip("()").split(",") if len(working) > 1 else [answer]
    return len(parts) == len(working) and all(map(_same, working, parts))


def _same(calculation: str, part: str) -> bool:
    worked = arithmetic.parse(calculation)
    if isinstance(worked, str):  # it has letters, powers or roots
        left, right = formulas.parse(calculation), formulas.parse(part)
        return not isinstance(left, str) and not isinstance(right, str) and identity.identical(left, right)
    sign, number = (-1, part.strip()[1:]) if part.strip().startswith("-") else (1, part.strip())
    whole, _, fraction = number.partition("/")
    digits, _, places = whole.partition(".")
    top, bottom = sign * int(digits + places), 10 ** len(places) * int(fraction or "1")
    return worked.numerator * bottom == top * worked.denominator
