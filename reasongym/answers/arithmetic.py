"""Exact arithmetic expressions as models write them: our own tokenizer and a bounded parser.

The grammar: whole numbers, `+ - * /`, brackets, and a minus sign at the start of an expression or right
after an opening bracket. Sides joined by `=` must all be equal. Nothing else parses: no powers, `//`,
decimals, hexadecimals, underscores, comments, functions, leading zeros, plus signs, and no two numbers
or brackets without an operator between them.
"""

import re
from math import gcd
from typing import NamedTuple

MAX_CHARS = 1_000
MAX_TOKENS = 200
MAX_DIGITS = 20
MAX_DEPTH = 24
"""Bounds that hold before anything is computed: at most 100 numbers of 67 bits, so 6,700 bits a result."""


class Expression(NamedTuple):
    """An exact value with the number literals that were written to get it."""

    numerator: int
    denominator: int
    """Positive, and without a common factor with the numerator."""
    numbers: list[int]


_SAME_AS_ASCII = {
    "*": "×✕✖⨯∗⋅·∙•＊",
    "/": "÷∕⁄／",
    "-": "−–－",
    "+": "＋",
    "=": "＝",
    "(": "（［｛",
    ")": "）］｝",
    # Spaces separate numbers and never join them: "1 2" is an error, not 12.
    " ": "".join(map(chr, (0xA0, *range(0x2000, 0x200C), 0x202F, 0x2060, 0x3000, 0xFEFF))),
}
_UNICODE = {ord(char): plain for plain, chars in _SAME_AS_ASCII.items() for char in chars} | {
    ord("０") + digit: str(digit) for digit in range(10)
}

SIGNS = "0123456789+-*/=()[]{} \t" + "".join(map(chr, _UNICODE))
"""Every character of an expression without LaTeX commands."""
_TOKEN = re.compile(r"[0-9][0-9,]*|\\[A-Za-z]+|\\.|[^\s]")
_LATEX = {
    "\\times": "*",
    "\\cdot": "*",
    "\\ast": "*",
    "\\div": "/",
    "\\{": "{",
    "\\}": "}",
    "\\lbrace": "{",
    "\\rbrace": "}",
    "\\lbrack": "[",
    "\\rbrack": "]",
}
_INVISIBLE = {
    *("\\left", "\\right", "\\bigl", "\\bigr", "\\Bigl", "\\Bigr", "\\big", "\\Big", "\\displaystyle"),
    *("\\text", "\\mathrm", "\\textbf", "\\mathbf", "\\boldsymbol"),
    *("\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "\\qquad"),
}
_FRACTIONS = {"\\frac", "\\dfrac", "\\tfrac"}
_AT_CLOSING_BRACE = {"top": (")", "/"), "bottom": (")", ")"), "": ("}",)}
_OPERATORS = frozenset("+-*/")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_END = "end"
_WRAPPERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"), ("**", "**"), ("`", "`"))
_MAX_WRAPPERS = 4
_BOLD_VALUE = re.compile(r"(=[ \t]{0,3})\*\*([0-9,]{1,26})\*\*(?![0-9])")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")


class _Refused(Exception):
    """The text is not an expression; the argument is the reason code."""


def parse(text: str) -> Expression | str:
    """Read an expression, or return why not: `syntax`, `over_limit`, `zero_division`, `false_equation`."""
    if len(text) > MAX_CHARS:
        return "over_limit"
    try:
        tokens = _tokens(text)
        return _equation(tokens) if "=" in tokens else _evaluate(tokens)
    except _Refused as refusal:
        return refusal.args[0]


def _tokens(text: str) -> list[str]:
    if not text.isascii():
        text = text.translate(_UNICODE)
    text = unwrapped(text.strip())
    if "**" in text:
        text = _BOLD_VALUE.sub(r"\1\2", text)
    tokens = _TOKEN.findall(text)
    return _without_latex(tokens) if "\\" in text else tokens


def unwrapped(text: str) -> str:
    """Strip a full stop and the pairs of signs that set an expression apart from prose."""
    for _ in range(_MAX_WRAPPERS):
        text = text.strip().removesuffix(".").strip()
        if text[:1] not in "$\\*`":
            return text
        for opening, closing in _WRAPPERS:
            if text.startswith(opening) and text.endswith(closing):
                text = text[len(opening) : -len(closing)]
                break
    return text


def _without_latex(tokens: list[str]) -> list[str]:
    r"""Write LaTeX commands as plain tokens, `\frac{a}{b}` as `((a)/(b))`."""
    plain: list[str] = []
    open_braces: list[str] = []  # what each brace still open holds: a fraction's top or bottom, or neither
    awaited = ""
    for token in tokens:
        if token in _INVISIBLE:
            continue
        if awaited and token != "{":
            raise _Refused("syntax")
        if token in _FRACTIONS:
            plain.append("(")
            awaited = "top"
        elif token == "{":
            plain.append("(" if awaited else "{")
            open_braces.append(awaited)
            awaited = ""
        elif token == "}" and open_braces:
            part = open_braces.pop()
            plain += _AT_CLOSING_BRACE[part]
            awaited = "bottom" if part == "top" else ""
        else:
            plain.append(_LATEX.get(token, token))
    if awaited:
        raise _Refused("syntax")
    return plain


def _equation(tokens: list[str]) -> Expression:
    """Check that all sides are equal, and return the first side that is more than a lone number."""
    sides: list[Expression] = []
    start = 0
    for end in (*(at for at, token in enumerate(tokens) if token == "="), len(tokens)):
        sides.append(_evaluate(tokens[start:end]))
        start = end + 1
    if any(side[:2] != sides[0][:2] for side in sides):
        raise _Refused("false_equation")
    return next((side for side in sides if len(side.numbers) > 1), sides[0])


def _evaluate(tokens: list[str]) -> Expression:
    if len(tokens) > MAX_TOKENS:
        raise _Refused("over_limit")
    numbers: list[int] = []
    top, bottom, _ = _sum([*tokens, _END], 0, numbers, _END, MAX_DEPTH)
    if bottom == 1:
        return Expression(top, bottom, numbers)
    divisor = gcd(top, bottom) if bottom > 0 else -gcd(top, bottom)
    return Expression(top // divisor, bottom // divisor, numbers)


def _sum(tokens: list[str], at: int, numbers: list[int], closing: str, depth: int) -> tuple[int, int, int]:
    """Evaluate from `tokens[at]` to the closing token.

    Returns numerator, denominator and the position after the closing token. A leading minus is the
    operator between an empty sum and its first term, so `-3 * 4` is `-(3 * 4)`.
    """
    total, total_bottom = 0, 1
    term, term_bottom = 0, 1
    operator = "+"
    if tokens[at] == "-":
        operator = "-"
        at += 1
    while True:
        token = tokens[at]
        at += 1
        if "0" <= token[0] <= "9":
            number, bottom = _literal(token), 1
            numbers.append(number)
        elif token in _CLOSING and depth:
            number, bottom, at = _sum(tokens, at, numbers, _CLOSING[token], depth - 1)
        else:
            raise _Refused("syntax" if depth else "over_limit")
        if operator == "*":
            term *= number
            term_bottom *= bottom
        elif operator == "/":
            if number == 0:
                raise _Refused("zero_division")
            term *= bottom
            term_bottom *= number
        else:
            total = total * term_bottom + term * total_bottom
            total_bottom *= term_bottom
            term, term_bottom = (number if operator == "+" else -number), bottom
        operator = tokens[at]
        at += 1
        if operator == closing:
            return total * term_bottom + term * total_bottom, total_bottom * term_bottom, at
        if operator not in _OPERATORS:
            raise _Refused("syntax")


def _literal(token: str) -> int:
    if not token.isdigit():
        if not _THOUSANDS.fullmatch(token):
            raise _Refused("syntax")
        token = token.replace(",", "")
    if len(token) > MAX_DIGITS:
        raise _Refused("over_limit")
    if token[0] == "0" and token != "0":
        raise _Refused("syntax")
    return int(token)
