r"""Formulas of answers, by a larger grammar than `formulas` has: what competitions and textbooks write.

Besides all that `formulas` reads: `n!`, `\binom{n}{k}`, `\lfloor x \rfloor`, degrees (`\sin 30°`), Greek
letters, names with long indices (`\lambda_{red}`), accents (`\hat{x}`), derivatives of every spelling
(`y''`, `\ddot{y}`, `\frac{d^2y}{dt^2}`) as names of their own, and `\infty`, a name too. What has a
rational value that is small enough is that number.
"""

import re
from fractions import Fraction
from math import ceil, factorial, floor, gcd, lcm, prod

from reasongym.answers.decimals import nearest_below
from reasongym.answers.exact import binomial_of, factorial_of, worth
from reasongym.answers.formulas import MAX_CHARS, Parser, Refused, tokens_of
from reasongym.answers.trees import (
    MINUS_ONE,
    PI,
    Constant,
    E,
    Formula,
    Function,
    I,
    Number,
    Power,
    Product,
    Sum,
    Variable,
    negative,
    variables,
)

MAX_NUMBER_DIGITS = 500
MAX_INDEX = 12
MAX_FALLING = 12
"""Factors that a binomial coefficient with letters is written out as."""

_LETTER = r"(?:[A-Za-z]|\\[A-Za-z]+ ?)(?:_(?:[A-Za-z0-9]|\{[A-Za-z0-9]{1,6}\}))?"
_DERIVATIVE = re.compile(
    r"\\frac ?\{ ?(d|\\partial) ?(?:\^ ?(?:([1-9])|\{ ?([1-9]) ?\}))? ?\{? ?("
    + _LETTER
    + r")(?:\([a-z]\))? ?\}? ?\} ?"
    r"\{ ?(?:d|\\partial) ?(" + _LETTER + r") ?(?:\^ ?(?:[1-9]|\{ ?[1-9] ?\}))? ?\}"
)
_QUOTIENT = re.compile(r"(?<![A-Za-z\\])d(?:\^([1-9]))?([A-Za-z]) ?/ ?d([A-Za-z])(?:\^[1-9])?(?![A-Za-z])")
_DOTTED = re.compile(r"\\(d{1,3}ot) ?(?:\{ ?(" + _LETTER + r") ?\}|([A-Za-z]))")
_PRIMED = re.compile(
    r"(?<![A-Za-z\\][A-Za-z])(?<!\\)([A-Za-z])(?:\^ ?\{ ?('{1,3}) ?\}|('{1,3})|\^ ?(')(?!'))"
)
_ACCENTED = re.compile(
    r"\\(hat|vec|bar|tilde|overline|overrightarrow|widehat|widetilde|mathbb|mathcal) ?\{ ?([A-Za-z]{1,3}"
    r"|\\[A-Za-z]+) ?\}"
)
_FIGURE = re.compile(r"\\(triangle|angle) ?([A-Z]{1,4})")
_COMBINATIONS = re.compile(r"(?:\{ ?\})?_\{?([0-9]{1,5})\}? ?C_\{?([0-9]{1,5})\}?")
_NEXT_TO_FACTORIAL = re.compile(r"! ?(?=[0-9])")
_OF_WHOLES = re.compile(
    r"\\(gcd|lcm|max|min) ?(?:\(|\\?\{) ?(-?[0-9]{1,30}(?: ?, ?-?[0-9]{1,30}){1,8}) ?(?:\)|\\?\})"
)
_REMAINDER = re.compile(
    r"(?<![0-9^}!)] )(?<![0-9^}!)])([0-9]{1,30}) ?\\(?:bmod|mod) ?([0-9]{1,30})(?![0-9^!])"
)
_DOUBLE = re.compile(r"(?<![0-9])([0-9]{1,2})!!(?!!)")
_TEXT_LETTER = re.compile(r"\\text\{ ?([A-Za-z]) ?\}")
_INDEX_TEXT = re.compile(r"_ ?(?:\{ ?)?\\text\{ ?([A-Za-z0-9 ]{1,12}) ?\}(?: ?\})?")
_ORDERS = {"dot": 1, "ddot": 2, "dddot": 3}
_POSTFIXES = ("!", "°")
_AT_NOUGHT = ["(", "0", ")"]
_BOUNDS = {"\\lfloor": "\\rfloor", "\\lceil": "\\rceil"}
_NAMES = frozenset(
    f"\\{name}"
    for line in (
        "alpha beta gamma delta epsilon varepsilon zeta eta iota kappa lambda mu nu xi rho sigma tau upsilon",
        "phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega hbar ell infty odot "
        "Re Im",
        "vartheta varrho varsigma",
    )
    for name in line.split()
)
_CONSTANTS = {"e": Constant("e"), "i": Constant("i"), "pi": PI}
_RIGHT_ANGLE = Number(Fraction(1, 180))


def expression(text: str) -> Formula | str:
    """Read a formula from plain LaTeX, or return why not, as `formulas.parse` does."""
    if len(text) > MAX_CHARS:
        return "over_limit"
    try:
        tree = _Parser(tokens_of(_with_names(text), None), None).whole()
    except Refused as refusal:
        return refusal.args[0]
    except RecursionError:  # cannot happen within MAX_DEPTH; a text must never raise
        return "over_limit"
    number = None if variables(tree) else worth(tree)
    return tree if number is None else Number(number)


def _with_names(text: str) -> str:
    """Write derivatives, accents and indices in words as single names."""
    if "\\text" in text:
        text = _INDEX_TEXT.sub(lambda found: f"_{{{found[1].replace(' ', '')}}}", text)
        text = text.replace("\\text{cis}", "\\cis ")
        text = _TEXT_LETTER.sub(r" \1 ", text)
    if "\\" in text:
        text = _DERIVATIVE.sub(_derivative, text)
        text = _DOTTED.sub(lambda found: _name(_ORDERS[found[1]], found[2] or found[3]), text)
        text = _FIGURE.sub(r" \\A\1\2 ", text)
        text = _ACCENTED.sub(lambda found: " \\A" + found[1] + found[2].strip("\\") + " ", text)
    if "'" in text:
        text = _PRIMED.sub(lambda found: _name(len(found[2] or found[3] or found[4]), found[1]), text)
    if "C" in text:
        text = _COMBINATIONS.sub(r"\\binom{\1}{\2}", text)
    if "\\" in text and ("mod" in text or _OF_WHOLES.search(text)):
        text = _REMAINDER.sub(_remainder, _OF_WHOLES.sub(_of_wholes, text))
    if "!!" in text:
        text = _DOUBLE.sub(lambda found: str(prod(range(int(found[1]), 0, -2))), text)
    if "!" in text:
        text = _NEXT_TO_FACTORIAL.sub("! * ", text)
    return _QUOTIENT.sub(lambda found: _name(int(found[1] or 1), found[2]), text) if "/" in text else text


def _of_wholes(found: re.Match[str]) -> str:
    values = [int(one) for one in found[2].split(",")]
    return str({"gcd": gcd, "lcm": lcm, "max": max, "min": min}[found[1]](*values))


def _remainder(found: re.Match[str]) -> str:
    return str(int(found[1]) % int(found[2])) if int(found[2]) else found[0]


def _derivative(found: re.Match[str]) -> str:
    order = int(found[2] or found[3] or 1)
    return _name(order, found[4], found[5] if found[1] != "d" else "")


def _name(order: int, letter: str, by: str = "") -> str:
    """Name a derivative; what it is taken by counts for partial ones only, as in y' it is left out."""
    inside = "".join(char for char in letter + by if char.isalpha())
    index = "".join(char for char in letter if char.isdigit())
    return f" \\D{'i' * order}D{inside}" + (f"_{{{index}}} " if index else " ")


class _Parser(Parser):
    """The parser of formulas with the postfixes, names and functions of answers."""

    def starts_factor(self, token: str) -> bool:
        if token in _POSTFIXES or token in _BOUNDS.values():
            return False
        return super().starts_factor(token)

    def may_precede_number(self, token: str) -> bool:
        return token in (")", "}")

    def is_argument(self, token: str) -> bool:
        return super().is_argument(token) or token == "theta" or _is_name(token)

    def factor(self) -> Formula:
        base = self.atom()
        if isinstance(base, Variable) and self.tokens[self.at : self.at + 3] == _AT_NOUGHT:
            self.at += 3  # of `I(0) e^{-t}`: nobody writes a product with 0 so
            base = Variable(f"{base.name}(0)")
        while self.tokens[self.at] in _POSTFIXES:
            base = self.postfix(base)
        if self.tokens[self.at] != "^":
            return base
        value = Power(base, self.exponent())
        return self.postfix(value) if self.tokens[self.at] == "!" else value

    def postfix(self, base: Formula) -> Formula:
        sign = self.tokens[self.at]
        self.at += 1
        if sign == "°":
            return Product((base, PI, _RIGHT_ANGLE))
        if self.tokens[self.at] == "!":
            raise Refused("syntax")  # a double factorial, or the factorial of one
        number = worth(base)
        if number is not None and (number.denominator > 1 or number < 0):
            raise Refused("syntax")
        value = None if number is None else factorial_of(number)
        return Function("factorial", base) if value is None else Number(value)

    def atom(self) -> Formula:
        token = self.tokens[self.at]
        if _is_name(token):
            self.at += 1
            return self.symbol(token)
        if token == "\\cis":
            self.at += 1
            return Power(E, Product((I, self.argument())))
        if token == "\\binom":
            self.at += 1
            return self.binomial()
        if token in _BOUNDS:
            self.at += 1
            return _rounded(token, self.group(_BOUNDS[token]))
        if token[0] in "0123456789" and token.isdigit() and len(token) <= MAX_NUMBER_DIGITS:
            self.at += 1
            return Number(Fraction(int(token)))
        return super().atom()

    def symbol(self, name: str) -> Formula:
        if self.tokens[self.at] == "_":
            return Variable(f"{name}_{self.index()}")
        return _CONSTANTS.get(name) or Variable(name)

    def index(self) -> str:
        """Read what is set low behind a name: a letter, a number, or a word or sum in braces."""
        token = self.tokens[self.at + 1]
        self.at += 2
        if token == "{":
            parts: list[str] = []
            while self.tokens[self.at] not in ("}", "end") and len(parts) < MAX_INDEX:
                parts.append(self.tokens[self.at])
                self.at += 1
            if self.tokens[self.at] != "}" or "{" in parts:
                raise Refused("syntax")
            self.at += 1
            return "".join(parts)
        if token == "end" or (not token.isalnum() and token not in _NAMES):
            raise Refused("syntax")
        return token

    def binomial(self) -> Formula:
        top, bottom = self.argument_of_command(), self.argument_of_command()
        tops, bottoms = worth(top), worth(bottom)
        if tops is None and bottoms is not None and bottoms in range(MAX_FALLING + 1):
            falling = tuple(Sum((top, Number(Fraction(-less)))) for less in range(int(bottoms)))
            return Product((Number(1 / Fraction(factorial(int(bottoms)))), *falling))
        if tops is None or bottoms is None:
            parts = (bottom, Sum((top, negative(bottom))))
            below = tuple(Power(Function("factorial", part), MINUS_ONE) for part in parts)
            return Product((Function("factorial", top), *below))
        value = binomial_of(tops, bottoms)
        if value is None:
            raise Refused("over_limit")
        return Number(value)


def _is_name(token: str) -> bool:
    return token in _NAMES or token[:2] in ("\\D", "\\A")


def _rounded(opening: str, inside: Formula) -> Formula:
    r"""Read `\lfloor x \rfloor`, of numbers as the whole number it is."""
    number = worth(inside)
    if number is None and not variables(inside):
        number = nearest_below(inside)
    if number is None:
        return Function("floor" if opening == "\\lfloor" else "ceil", inside)
    return Number(Fraction(floor(number) if opening == "\\lfloor" else ceil(number)))
