r"""Read what is one thing: numbers in any notation or base, ratios, measures, words, formulas."""

import re
from fractions import Fraction

from reasongym.answers.exact import worth
from reasongym.answers.expressions import expression
from reasongym.answers.numbers import number
from reasongym.answers.patterns import TEXT
from reasongym.answers.shapes import ENDLESS, ENDLESS_BELOW, Group, Reading, Refused, Value
from reasongym.answers.spelling import spelt
from reasongym.answers.trees import Formula, Number, Product, Variable, variables
from reasongym.answers.typesetting import listed
from reasongym.answers.units import DEGREE, NO_UNIT, base_unit, clock, split_unit

_BASES = listed(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
_BASE = r"(?:\{? ?\(?(?:\\text\{ ?)?([0-9]{1,2}|" + "|".join(_BASES) + r") ?\}?\)? ?\}?)"
_IN_BASE = re.compile(
    r"(-?)\(? ?(?:\\text\{)?([0-9A-Fa-f][0-9A-Fa-f, ]*(?:\.[0-9A-Fa-f]+)?)\}? ?\)? ?(?:_ ?"
    + _BASE
    + r"|(?:\\text\{ ?)?\(? ?(?:in )?base[- ](?:\} ?)?"
    + _BASE
    + r" ?\)?\}?)"
)
_OF_ANGLE = re.compile(r"(?:sin|cos|tan|cot|sec|csc|cis)(?![a-z])")
_RATIO = re.compile(r"[0-9]{1,9}(?:\.[0-9]+)?(?: ?: ?[0-9]{1,9}(?:\.[0-9]+)?){1,3}")
LETTERS = re.compile(
    r"[A-Za-z][A-Za-z'’.-]*(?: [A-Za-z'’.][A-Za-z'’.-]*)*(?:(?<=[a-z]{3}) [0-9]{1,4}(?:, ?[0-9]{4})?)?"
)
_CHOICE = re.compile(r"(?:(?i:option|choice|answer|statement|letter) )?\(? ?([A-Za-z]) ?\)?")
_SPELT = re.compile(r"[A-Za-z](?:-[A-Za-z])+|[a-z](?:[- ][a-z])+")
"""`x-a` and `k x-a`: no words."""
_SHORT_WORDS = frozenset(
    listed(
        "yes no odd even true false none all on of to in is it at as an or if so up two one ten six red blue"
    )
)
_SAME_WORDS = {
    **dict.fromkeys(("dne", "doesn't exist", "does not exist", "doesn’t exist"), "does not exist"),
    **dict.fromkeys(("no solution", "no solutions", "no real solution", "no real solutions"), "no solution"),
}
_ENDLESS = {"infinity": ENDLESS, "positive infinity": ENDLESS, "negative infinity": ENDLESS_BELOW}
_SAID_TWICE = re.compile(
    r"(-?[0-9][0-9,]*) ?(?:\\text ?\{ ?)?\( ?(?:\\text ?\{ ?)?([A-Za-z][A-Za-z -]{1,200})\}? ?\) ?\}?"
)
_SCALES = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
    "hundred": 100,
}


def number_of(text: str) -> Fraction | None:
    """Read a number in any notation that stands by itself."""
    if "=" in text or ":" in text or (text[0] == "(" and "," in text) or text[-1] == "'" or text[-2:] == "..":
        return None
    found = number(text) if text.isascii() else "syntax"
    return None if isinstance(found, str) else found


def said_twice(text: str) -> Fraction | None:
    """Read a number that is there in digits and in words, `42 (forty-two)`; None where the two differ."""
    found = _SAID_TWICE.fullmatch(text) if text[-1] in ")}" else None
    known = number_of(found[1].strip()) if found else None
    return known if found and known is not None and known == spelt(found[2]) else None


def ratio(text: str) -> Reading | None:
    """Read `3:5`, which is not reduced, and times of day."""
    if ":" not in text:
        return None
    time = clock(text)
    if time:
        return Value(f"{time[0]}:{time[1]}", None, ((time[2], 1),) if time[2] else NO_UNIT)
    if not _RATIO.fullmatch(text):
        return None
    return Group(":", tuple(single(part.strip()) for part in text.split(":")))


def scaled(factor: Formula | None, cell: Reading) -> Reading:
    """Multiply the entry of a matrix."""
    if factor is None:
        return cell
    if not isinstance(cell, Value) or cell.value is None:
        raise Refused("syntax")
    product = Product((factor, cell.value))
    known = None if variables(product) else worth(product)
    return Value(cell.text, product if known is None else Number(known))


def based(text: str) -> Value | None:
    """Read digits with their base, which counts as their unit."""
    found = _IN_BASE.fullmatch(text) if "_" in text or "base" in text else None
    if found is None:
        return None
    written = found[3] or found[4]
    base = int(written) if written.isdigit() else list(_BASES).index(written) + 2
    digits = found[2].replace(",", "").replace(" ", "").upper()
    if not digits[0].isdigit() and base < 11:
        return None
    digits = found[1] + digits
    value = number(digits)
    return Value(digits, None if isinstance(value, str) else Number(value), base_unit(base))


def measured(text: str) -> Value | None:
    """Read a number with a unit: `\\$1,250`, `5 cm`."""
    if text[-1].isdigit() and text[0].isdigit():
        return None
    bare, unit = split_unit(text)
    known = number_of(bare) if unit and bare else None
    if known is None or not unit:
        return None
    scale = _SCALES.get(unit[0][0]) if len(unit) == 1 else None
    return Value(text, Number(known * scale)) if scale else Value(bare, Number(known), unit)


def single(text: str) -> Value:
    """Read one value or text."""
    if not text:
        raise Refused("syntax")
    bare, unit = split_unit(text)
    if unit and not (unit == DEGREE and _OF_ANGLE.search(bare)):
        inner = single(bare)
        if inner.value is not None and not inner.unit and unit[0][0] not in _SCALES:
            return Value(bare, inner.value, unit)
    found = number_of(text)
    if found is not None:
        return Value(text, Number(found))
    words = _words(text)
    if words is not None:
        return words
    formula = expression(text)
    if isinstance(formula, str):
        raise Refused("over_limit" if formula == "over_limit" else "syntax")
    return Value(text, formula)


def _words(text: str) -> Value | None:
    r"""Read a letter, or words: in `\text{...}`, or that look like no product of letters."""
    bare = TEXT.sub(r"\1", text).strip(" ()")
    choice = _CHOICE.fullmatch(TEXT.sub(r"\1", text).strip(" "))
    if choice and bare:
        return Value(choice[1], expression(choice[1]) if choice[1] in "ei" else Variable(choice[1]))  # type: ignore[arg-type]
    bare = bare.rstrip(".")
    if not LETTERS.fullmatch(bare) or ("\\text" not in text and _is_product(bare)):
        return None
    low = " ".join(bare.lower().split())
    if low in _ENDLESS:
        return _ENDLESS[low]
    low = _SAME_WORDS.get(low, low)
    known = spelt(low)
    if known is not None:
        return Value(low, Number(Fraction(known)))
    return Value(re.sub(r"^(?:the|an?) (?=[a-z])", "", low))


def _is_product(word: str) -> bool:
    """Say whether letters are rather variables side by side."""
    if _SPELT.fullmatch(word):
        return True
    return " " not in word and len(word) < 4 and word.lower() not in _SHORT_WORDS and not word.istitle()


def is_literal(one: Value) -> bool:
    """Say whether a number is written as one, and not as what has to be worked out."""
    return not isinstance(one.value, Number) or number_of(one.text) is not None or spelt(one.text) is not None
