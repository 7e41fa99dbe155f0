"""Compare two values: numbers as fractions, formulas by identity, units by name; and what an item allows.

Where identity (`identity`) does not decide, formulas are compared to many digits (`decimals`).
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10

from reasongym.answers.decimals import agree, decimal_of
from reasongym.answers.identity import judge
from reasongym.answers.shapes import Value
from reasongym.answers.trees import Formula, Function, Number, Power, Product, Sum, parts, variables
from reasongym.answers.units import NO_UNIT, PERCENT, Unit, is_other_base

_POINTS = (
    (
        Fraction(17, 13),
        Fraction(19, 7),
        Fraction(23, 29),
        Fraction(31, 11),
        Fraction(5, 37),
        Fraction(41, 17),
    ),
    (
        Fraction(3, 19),
        Fraction(-7, 23),
        Fraction(43, 13),
        Fraction(-2, 31),
        Fraction(11, 41),
        Fraction(-13, 5),
    ),
    (
        Fraction(-29, 17),
        Fraction(37, 43),
        Fraction(-3, 47),
        Fraction(8, 53),
        Fraction(-9, 59),
        Fraction(61, 67),
    ),
    (Fraction(71, 3), Fraction(73, 5), Fraction(79, 7), Fraction(83, 9), Fraction(89, 11), Fraction(97, 13)),
)
"""Values of the variables, in the order of their names, at which formulas are compared to many digits."""
_POUNDS = {(("£", 1),), (("lb", 1),)}
"""Which both are called pounds."""
_LEAST_POINTS = 3
_MAX_PLACES = 400


@dataclass(frozen=True, slots=True)
class Leniency:
    """What an item allows beyond what is equal."""

    tolerance: Fraction = Fraction(0)
    """Relative to the gold."""
    significant_figures: int = 0
    units: Unit = NO_UNIT
    """The unit that the problem states, so that the gold leaves it out."""
    worked_out: bool = False
    """A number must be one: 3 * 4 is not 12."""

    @property
    def rounds(self) -> bool:
        """Say whether numbers need not be equal."""
        return bool(self.tolerance or self.significant_figures)


EXACTLY = Leniency()


def compared_values(gold: Value, answer: Value, allowed: Leniency) -> str:
    """Return `ok`, or why one value is not the other."""
    if gold.value is None or answer.value is None:
        return _compared_texts(gold, answer)
    if _is_letter(gold) and _is_letter(answer):
        return "ok" if _same_letter(gold.text, answer.text) else "wrong_value"
    if PERCENT in (gold.unit, answer.unit):
        return _compared_percents(gold, answer, allowed)
    reason = _compared_units(gold.unit, answer.unit, allowed)
    return _judged(gold.value, answer.value, allowed) if reason == "ok" else reason


def _compared_texts(gold: Value, answer: Value) -> str:
    if gold.unit and answer.unit and gold.unit != answer.unit:
        return "wrong_unit"
    if gold.value is not None or answer.value is not None:
        return "wrong_value"
    return "ok" if gold.text.lower() == answer.text.lower() else "wrong_value"


def _is_letter(one: Value) -> bool:
    return len(one.text) == 1 and one.text.isalpha()


def _same_letter(gold: str, answer: str) -> bool:
    """Options have capital letters and are named in any case; x is not X."""
    return gold == answer or (gold.isupper() and gold == answer.upper())


def _compared_units(gold: Unit, answer: Unit, allowed: Leniency) -> str:
    stated = gold or allowed.units
    if not answer or answer == stated or {stated, answer} == _POUNDS:
        return "ok"
    if stated or answer == (("‰", 1),) or is_other_base(answer):
        return "wrong_unit"
    return "ok"


def _compared_percents(gold: Value, answer: Value, allowed: Leniency) -> str:
    """50% is 50 where percents are asked for, and 1/2 as a number; it is neither 0.5% nor 5000.

    A gold above 1 without a sign counts percents, as those of MATH and GSM8K do: 6% is 6, and 600% is not.
    """
    assert gold.value is not None
    assert answer.value is not None
    stated = gold.unit or allowed.units
    if answer.unit not in (NO_UNIT, PERCENT) or stated not in (NO_UNIT, PERCENT):
        return "wrong_unit"
    if not stated and _is_share(gold.value):
        return _judged(gold.value, _hundredth(answer.value), allowed)
    reason = _judged(gold.value, answer.value, allowed)
    if reason == "ok" or answer.unit:
        return reason
    return _judged(_hundredth(gold.value), answer.value, EXACTLY)


def _is_share(tree: Formula) -> bool:
    value = None if variables(tree) else _fraction(tree)
    return value is not None and abs(value) <= 1


def _hundredth(tree: Formula) -> Formula:
    return Number(tree.value / 100) if isinstance(tree, Number) else Product((Number(Fraction(1, 100)), tree))


def _judged(gold: Formula, answer: Formula, allowed: Leniency) -> str:
    if isinstance(gold, Number) and isinstance(answer, Number) and not allowed.rounds:
        return "ok" if gold.value == answer.value else "wrong_value"
    names, others = variables(gold), variables(answer)
    if bool(names) != bool(others):
        return "wrong_value"  # a number is no formula in letters, even where these cancel out
    if names:
        return _judged_formulas(gold, answer, names | others)
    return _judged_constants(gold, answer, allowed)


def _judged_constants(gold: Formula, answer: Formula, allowed: Leniency) -> str:
    if allowed.rounds and _is_near(gold, answer, allowed):
        return "ok"
    found = agree(gold, answer)
    if found is False and "log" in _functions(gold) | _functions(answer):
        found = agree(_with_decimal_logarithms(gold), _with_decimal_logarithms(answer))
    if found is not None:
        return "ok" if found else "wrong_value"
    return {"equal": "ok", "different": "wrong_value"}.get(judge(gold, answer), "undecided")


def _judged_formulas(gold: Formula, answer: Formula, names: set[str]) -> str:
    if gold == answer:
        return "ok"
    found = judge(gold, answer)
    if found == "equal":
        return "ok"
    if found == "undecided" or not _is_rational_function(gold) or not _is_rational_function(answer):
        agreed = _agree_at_points(gold, answer, sorted(names))
        if agreed is not None:
            return "ok" if agreed else "wrong_value"
    return "wrong_value" if found == "different" else "undecided"


def _agree_at_points(gold: Formula, answer: Formula, names: list[str]) -> bool | None:
    """Compare at points of both signs, None where too few of them are in both domains."""
    if len(names) > len(_POINTS[0]):
        return None
    found = [agree(gold, answer, dict(zip(names, point, strict=False))) for point in _POINTS]
    if False in found:
        return False
    return True if found.count(True) >= _LEAST_POINTS else None


def _is_rational_function(tree: Formula) -> bool:
    if isinstance(tree, Function):
        return False
    if isinstance(tree, Power):
        exponent = tree.exponent
        return (
            isinstance(exponent, Number)
            and exponent.value.denominator == 1
            and _is_rational_function(tree.base)
        )
    return all(map(_is_rational_function, parts(tree)))


def _functions(tree: Formula) -> set[str]:
    names = {tree.name} if isinstance(tree, Function) else set[str]()
    return names.union(*map(_functions, parts(tree)))


def _with_decimal_logarithms(tree: Formula) -> Formula:
    """Take `log` without a base for the one to base ten."""
    if isinstance(tree, Function):
        inside = _with_decimal_logarithms(tree.argument)
        if tree.name != "log":
            return Function(tree.name, inside)
        ten = Power(Function("ln", Number(Fraction(10))), Number(Fraction(-1)))
        return Product((Function("ln", inside), ten))
    if isinstance(tree, Power):
        return Power(_with_decimal_logarithms(tree.base), _with_decimal_logarithms(tree.exponent))
    if isinstance(tree, Product):
        return Product(tuple(map(_with_decimal_logarithms, tree.factors)))
    return Sum(tuple(map(_with_decimal_logarithms, tree.terms))) if isinstance(tree, Sum) else tree


def _is_near(gold: Formula, answer: Formula, allowed: Leniency) -> bool:
    expected, given = _fraction(gold), _fraction(answer)
    if expected is None or given is None:
        return False
    if allowed.tolerance and abs(given - expected) <= allowed.tolerance * abs(expected):
        return True
    figures = allowed.significant_figures
    return bool(figures) and rounded(expected, figures) == rounded(given, figures)


def _fraction(tree: Formula) -> Fraction | None:
    if isinstance(tree, Number):
        return tree.value
    value = decimal_of(tree)
    return None if value is None or abs(value.adjusted()) > _MAX_PLACES else Fraction(value)


def rounded(value: Fraction, figures: int) -> Fraction:
    """Round to significant figures, halves away from zero."""
    if not value:
        return value
    places = _magnitude(abs(value)) - figures + 1
    unit = Fraction(10) ** places
    whole = floor(abs(value) / unit + Fraction(1, 2))
    return (whole if value > 0 else -whole) * unit


def _magnitude(value: Fraction) -> int:
    """Return the power of ten of the leading digit."""
    power = floor((value.numerator.bit_length() - value.denominator.bit_length()) * log10(2)) - 1
    while Fraction(10) ** (power + 1) <= value:
        power += 1
    return power
