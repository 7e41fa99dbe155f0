r"""Exact rational numbers as models write them: whole, decimal, a fraction, mixed, with a power or a unit.

Every usual form is read and nothing is rounded: `0.333` is 333/1000 and never a third. `1,234`, `1 234`,
`1\,234` and `1{,}234` are one number, `7,2` is none. What has to be worked out first (`3 + 4`) is no number
unless the caller says so, but `3 + 4 = 7` and `x = 7` are 7.
"""

import re
import unicodedata
from collections.abc import Collection
from fractions import Fraction
from math import isqrt

from reasongym.answers.arithmetic import parse, unwrapped

MAX_CHARS = 500
"""Characters of one number or one list of numbers, so digits too."""
MAX_POWER_DIGITS = 500
"""Decimal digits that a power may have; a larger one is refused before it is computed."""
_MAX_SIDES = 8
_MAX_NUMBERS = 200

_SIGNS = {
    "*": "×✕⨯∗⋅·∙•＊",
    "/": "÷∕⁄／",
    "-": "−–－‐‑",
    "+": "＋",
    "=": "＝≡",
    "≈": "≃≅",
    "(": "（",
    ")": "）",
    "[": "［",
    "]": "］",
    "{": "｛",
    "}": "｝",
    ",": "，、",
    ".": "．",
    ";": "；",
    "%": "％",
    "$": "＄",
    "^": "＾",
    " ": "".join(map(chr, (0xA0, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF))),
}
_PLAIN = {ord(char): plain for plain, chars in _SIGNS.items() for char in chars}
# The patterns below are texts, which `re` compiles and keeps when they are first used: importing is quick.
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT = "(?<=[0-9)])⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
_VULGAR = "[¼½¾⅐-⅞]"

_TEXT = (
    r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|mbox|boldsymbol|operatorname) ?\{([^{}]*)\}"
)
_FRACTION_COMMAND = r"\\[dtc]?frac ?(?:\{([^{}]*)\}|([0-9])) ?(?:\{([^{}]*)\}|([0-9]))"
_OVERLINE = r"\\(?:overline|bar|dot) ?\{([0-9]+)\}"
_MODULUS = r"\\(?:pmod|bmod|mod) ?\{?([0-9]+)\}?"
_COMMANDS = {
    "\\left": "",
    "\\right": "",
    "\\displaystyle": "",
    "\\!": "",
    "\\,": " ",
    "\\;": " ",
    "\\:": " ",
    "\\ ": " ",
    "\\quad": " ",
    "\\qquad": " ",
    "\\times": "*",
    "\\cdot": "*",
    "\\ast": "*",
    "\\div": "/",
    "\\%": "%",
    "\\$": "$",
    "\\equiv": "=",
    "\\approx": "≈",
    "\\{": "{",
    "\\}": "}",
    "\\circ": "°",
    "\\degree": "°",
}
_COMMAND = r"(?s)\\(?:[A-Za-z]+|.)"
_BOLD = r"(?<![0-9)])\*\*([^*^]*)\*\*(?![0-9(])"
_LABEL = r"""(\{\s?)?["']?[A-Za-z][A-Za-z _]{0,40}["']?\s?:\s?"""
_SPACES = r"\s+"

_WHOLE = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)"
_DECIMAL = rf"({_WHOLE})?(?:\.([0-9]*)(?:\(([0-9]+)\))?)?(?:[eE]([-+]?[0-9]{{1,4}}))?"
_QUOTIENT = rf"\(?([-+]? ?{_WHOLE})\)? ?/ ?\(?([-+]? ?{_WHOLE})\)?"
_MIXED = r"([0-9]+) ([0-9]+) ?/ ?([0-9]+)"
_EXPONENT = r"(?:([-+]?[0-9]{1,4})|\{([-+]?[0-9]{1,4})\}|\(([-+]?[0-9]{1,4})\))"
_POWER = rf"(?:([0-9]+(?:\.[0-9]+)?) ?\* ?)?({_WHOLE}) ?(?:\^|\*\*) ?{_EXPONENT}"
_RADICAND = rf"(?:({_WHOLE})|\(({_WHOLE})\)|\{{({_WHOLE})\}})"
_ROOT = rf"(?:({_WHOLE}) ?\*? ?)?(?:\\?sqrt|√) ?{_RADICAND}(?: ?/ ?({_WHOLE}))?"
_CURRENCIES = "$€£"
_UNEQUAL = "<>!≠≤≥"
_ALTERNATIVES = r"(?i)\b(?:or|either|maybe|perhaps|possibly|not|and)\b|[;|?]"
_NAME = r"[A-Za-z][^=,;<>!≠≤≥]{0,60}=(?!=) ?"
_IN_BRACKETS = r"\([^()]*\)"
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_LIST_BREAK = r", ?(?:and\b)?(?![0-9])|[;\n]|\band\b|&"
_SPACED = r", |[;\n]|\band\b|&"


def number(
    text: str,
    *,
    units: Collection[str] = (),
    percent: bool = False,
    evaluate: bool = False,
    roots: bool = False,
) -> Fraction | str:
    """Read one exact number, or return why not.

    The reasons are `syntax`, `over_limit`, `zero_division`, `false_equation`, `irrational` and `hedged`.
    `units` are what may follow the number (`km`, `apples`), `percent` lets `50%` be 1/2, `evaluate` takes an
    expression that is not worked out, and `roots` a root that is a rational number, `3sqrt(4)`.

    Of `6 * 7 = 42` the number counts, and the sides must agree; what
    stands after a sign of rounding (`1/3 ≈ 0.33`) does not count.
    """
    plain = plain_text(text)
    if plain is None:
        return "over_limit"
    exact = plain.partition("≈")[0].strip() if "≈" in plain else plain
    if "=" in exact:
        return _equation(exact, units, percent=percent, evaluate=evaluate)
    read = _one(exact, units, percent=percent)
    if read == "syntax" and roots:
        read = _root(_without_unit(exact, units))
    if read == "syntax" and evaluate:
        read = _worked_out(exact)
    return "hedged" if read == "syntax" and re.search(_ALTERNATIVES, exact) else read


def numbers(text: str, *, percent: bool = False) -> list[Fraction] | str:
    """Read a list of exact numbers ("3, 4 and 5", "[3, 4, 5]", "3 4 5"), or return why not, as `number` does.

    A comma with a space behind it separates; where no comma has one, all commas do: "1,234, 5" is 1234 and
    5, but "1,234" is 1 and 234.
    """
    plain = plain_text(text, keep_lines=True)
    if plain is None:
        return "over_limit"
    name = re.match(_NAME, plain)
    plain = plain[name.end() if name else 0 :].strip()
    while plain[:1] in _BRACKETS and plain and plain[-1] == _BRACKETS[plain[0]]:
        plain = plain[1:-1].strip()
    parts = _parts(plain) if plain else []
    if len(parts) > _MAX_NUMBERS:
        return "over_limit"
    read = [number(part, percent=percent) if "=" not in part else "syntax" for part in parts]
    faults = [one for one in read if isinstance(one, str)]
    if faults:
        return "hedged" if re.search(_ALTERNATIVES, plain.replace("and", "")) else faults[0]
    return [one for one in read if isinstance(one, Fraction)]


def _parts(plain: str) -> list[str]:
    if re.search(_SPACED, plain):
        return [part for part in re.split(_LIST_BREAK, plain) if part.strip()]
    return plain.split("," if "," in plain else None)


def plain_text(text: str, *, keep_lines: bool = False) -> str | None:
    """Write the text with ASCII digits and signs and without LaTeX, wrappers and doubled spaces."""
    if len(text) > MAX_CHARS:
        return None
    if not text.isascii():
        text = _ascii(text)
    if "**" in text:
        text = re.sub(_BOLD, r"\1", text)
        if text.count("**") % 2 and text.rstrip(" .").endswith("**"):  # of "The answer is **72**"
            text = text.rstrip(" .")[:-2]
    text = unwrapped(text.strip()).strip("\"'")
    if "\\" in text:
        text = _without_latex(text)
    text = _unlabeled(text.replace("{,}", ",").strip())
    if keep_lines:
        return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    return re.sub(_SPACES, " ", text).strip()


def _unlabeled(text: str) -> str:
    """Take away a label or the JSON object around the value: `gcd: 72`, `{"answer": 72}`."""
    label = re.match(_LABEL, text)
    if label is None or re.search(_ALTERNATIVES, label[0]):
        return text
    if label[1]:
        return text[label.end() : -1] if text.endswith("}") else text
    return text[label.end() :]


def _ascii(text: str) -> str:
    text = re.sub(_SUPERSCRIPT, lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text.translate(_PLAIN))
    text = re.sub(_VULGAR, _vulgar, text)
    return "".join(char if char.isascii() else str(unicodedata.decimal(char, char)) for char in text)


def _vulgar(found: re.Match[str]) -> str:
    """Write ½ as ` 1/2`, so that 1½ is mixed."""
    value = Fraction(unicodedata.numeric(found[0])).limit_denominator(10)
    return f" {value.numerator}/{value.denominator}"


def _without_latex(text: str) -> str:
    text = re.sub(_TEXT, r"\1", re.sub(_TEXT, r"\1", text))
    text = re.sub(_OVERLINE, r"(\1)", re.sub(_MODULUS, r"(mod \1)", text))
    text = re.sub(_FRACTION_COMMAND, _quotient, text)
    return re.sub(_COMMAND, lambda command: _COMMANDS.get(command[0], command[0]), text)


def _quotient(fraction: re.Match[str]) -> str:
    top, bottom = (fraction[1] or fraction[2] or ""), (fraction[3] or fraction[4] or "")
    tops = top if top.strip().isdigit() else f"({top})"
    bottoms = bottom if bottom.strip().isdigit() else f"({bottom})"
    return f" {tops.strip()}/{bottoms.strip()}"


def _equation(plain: str, units: Collection[str], *, percent: bool, evaluate: bool) -> Fraction | str:
    """Read the last side, or another one where only that is a number; sides that have a value must agree."""
    sides = [side.strip() for side in plain.split("=")]
    if len(sides) > _MAX_SIDES:
        return "over_limit"
    if not sides[-1] or any(side[-1:] in _UNEQUAL for side in sides if side):
        return "syntax"
    values = [_one(side, units, percent=percent) for side in sides]
    worked = [_worked_out(sides[at]) if isinstance(value, str) else value for at, value in enumerate(values)]
    known = {value for value in worked if not isinstance(value, str)}
    if len(known) > 1:
        return "false_equation"
    if any(re.search(_ALTERNATIVES, side) for side in sides):
        return "hedged"
    others = [sides[at] for at, value in enumerate(worked) if isinstance(value, str)]
    if any("," in re.sub(_IN_BRACKETS, "", side) for side in others):  # "x = 3, x = 4"
        return "hedged"
    is_number = evaluate or any(not isinstance(value, str) for value in values)
    return worked[-1] if is_number and not isinstance(worked[-1], str) else values[-1]


def _worked_out(plain: str) -> Fraction | str:
    read = parse(plain)
    return read if isinstance(read, str) else Fraction(read.numerator, read.denominator)


def _one(plain: str, units: Collection[str], *, percent: bool) -> Fraction | str:
    """Read a number with its sign, its currency and its unit."""
    if units:
        plain = _without_unit(plain, units)
    is_percent = percent and plain.endswith(("%", " percent"))
    if is_percent:
        plain = plain.removesuffix("%").removesuffix(" percent").strip()
    plain, sign = _signed(plain)
    if plain[:1] == "(" and plain[-1:] == ")" and plain.count("(") == 1:
        plain, inner = _signed(plain[1:-1].strip())
        sign *= inner
    if plain[:1] and plain[0] in _CURRENCIES:
        plain, inner = _signed(plain[1:].lstrip())
        sign *= inner
    elif plain[-1:] and plain[-1] in _CURRENCIES:
        plain = plain[:-1].rstrip()
    value = _unsigned(plain)
    if isinstance(value, str):
        return value
    return sign * value / 100 if is_percent else sign * value


def _signed(plain: str) -> tuple[str, int]:
    if plain[:1] in ("-", "+"):
        return plain[1:].lstrip(), -1 if plain[0] == "-" else 1
    return plain, 1


def _without_unit(plain: str, units: Collection[str]) -> str:
    lower = plain.lower()
    for unit in sorted(units, key=len, reverse=True):
        if lower.endswith(unit.lower()):
            before = plain[: len(plain) - len(unit)]
            if before and not (before[-1].isalpha() and unit[0].isalpha()):
                return before.rstrip(" ^")
    return plain


def _unsigned(plain: str) -> Fraction | str:
    if plain.isascii() and plain.isdigit():
        return Fraction(int(plain))
    if (found := re.fullmatch(_DECIMAL, plain)) and (found[1] or found[2] or found[3]):
        return _decimal(found)
    if found := re.fullmatch(_MIXED, plain):
        whole, top, bottom = int(found[1]), int(found[2]), int(found[3])
        return Fraction(whole * bottom + top, bottom) if top < bottom else "syntax"
    if found := re.fullmatch(_QUOTIENT, plain):
        top, bottom = _integer(found[1]), _integer(found[2])
        return Fraction(top, bottom) if bottom else "zero_division"
    if found := re.fullmatch(_POWER, plain):
        return _power(found)
    return "syntax"


def _root(plain: str) -> Fraction | str:
    """Draw the root of a square, as in `3sqrt(4)` or `\\sqrt{49}/2`; other roots are no rational numbers."""
    plain, sign = _signed(plain)
    found = re.fullmatch(_ROOT, plain)
    if found is None:
        return "syntax"
    factor, radicand = _integer(found[1] or "1"), _integer(found[2] or found[3] or found[4])
    below, root = _integer(found[5] or "1"), isqrt(radicand)
    if not below:
        return "zero_division"
    return Fraction(sign * factor * root, below) if root * root == radicand else "irrational"


def _integer(text: str) -> int:
    return int(text.replace(",", "").replace(" ", ""))


def _decimal(found: re.Match[str]) -> Fraction | str:
    whole, places, repeating, exponent = found.groups()
    places = places or ""
    value = Fraction(_integer((whole or "0") + places), 10 ** len(places))
    if repeating:
        value += Fraction(int(repeating), (10 ** len(repeating) - 1) * 10 ** len(places))
    if not exponent:
        return value
    power = int(exponent)
    return value * Fraction(10) ** power if abs(power) <= MAX_POWER_DIGITS else "over_limit"


def _power(found: re.Match[str]) -> Fraction | str:
    coefficient = Fraction(found[1] or 1)
    base, exponent = _integer(found[2]), int(found[3] or found[4] or found[5])
    if len(str(base)) * abs(exponent) > MAX_POWER_DIGITS:
        return "over_limit"
    if base == 0 and exponent <= 0:
        return "zero_division" if exponent else "syntax"
    return coefficient * Fraction(base) ** exponent
