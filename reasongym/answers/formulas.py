r"""Formulas as models write them, read into a small tree: our own tokenizer and a bounded parser.

Plain text (`3x^2 + 2x`, `3*x**2`, `(x+1)(x-2)`, `sin 2x`, `e^(2x)`, `ln|x|`, `1/2 x^2`), LaTeX
(`\frac{1}{2}`, `\sqrt[3]{x}`, `\sin^2 x`, `\ln\left|x\right|`) and Unicode (`x²`, `√2`, `π`) mean one tree.
`*`, `/` and multiplication by juxtaposition bind alike, from left to right: `1/2x` is half of x. A function
without brackets takes the numbers and variables that follow it: `sin 2x cos x` is `sin(2x) cos(x)`.
Nothing is computed while reading but a quotient of two written numbers.
"""

import re
from collections.abc import Collection
from fractions import Fraction

from reasongym.answers.arithmetic import unwrapped
from reasongym.answers.trees import (
    MINUS_ONE,
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
)

MAX_CHARS = 2_000
MAX_TOKENS = 500
MAX_DIGITS = 40
MAX_DEPTH = 24
MAX_PARTS = 60
MAX_SIDES = 8
"""Bounds that hold before anything is computed; the last two on terms or factors, and on sides."""


TRIGONOMETRIC = ("sin", "cos", "tan", "cot", "sec", "csc")
_ALIASES = {f"a{name}": f"arc{name}" for name in TRIGONOMETRIC} | {
    "cosec": "csc",
    "tg": "tan",
    "arctg": "arctan",
}
FUNCTIONS = frozenset(
    (*TRIGONOMETRIC, *(f"arc{name}" for name in TRIGONOMETRIC), "sinh", "cosh", "tanh", "ln", "log", "abs")
)
_PREFIXES = frozenset((*FUNCTIONS, "exp", "sqrt", "cbrt", "lg"))
_WORDS = sorted((*_PREFIXES, *_ALIASES, "pi", "theta"), key=len, reverse=True)

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣ", "0123456789+-()nx", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_RAISED = re.compile(f"[{''.join(_SUPERSCRIPTS)}]+")
_LOWERED = re.compile(f"[{''.join(_SUBSCRIPTS)}]+")
_SAME_AS_ASCII = {
    **dict.fromkeys("×✕⋅·∙•∗＊", "*"),
    **dict.fromkeys("÷∕⁄／", "/"),
    **dict.fromkeys("−–－‐‑", "-"),
    **dict.fromkeys("\u00a0\u2009\u200a\u202f\u2005\u2004\u2061\u2062\u200b\u2060\ufeff", " "),
    **{
        "＋": "+",
        "＝": "=",
        "（": "(",
        "）": ")",
        "，": ",",
        "．": ".",
        "∣": "|",
        "｜": "|",
        "′": "'",
        "’": "'",
    },
    **{"√": " sqrt ", "∛": " cbrt ", "π": " pi ", "θ": " theta ", "ℯ": "e", "½": "(1/2)", "¼": "(1/4)"},
    **{"¾": "(3/4)", "⅓": "(1/3)", "⅔": "(2/3)", "𝑥": "x", "𝑒": "e"},
    **{chr(ord("０") + digit): str(digit) for digit in range(10)},
}
_UNICODE = {ord(char): plain for char, plain in _SAME_AS_ASCII.items()}
_NAMED = re.compile(
    r"\\(?:operatorname|mathrm|mathbf|mathit|text|textbf|textit|rm)\*?\s?\{\s?([A-Za-z]{1,8}|[0-9]{1,9})\s?\}"
)
_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+|\\[A-Za-z]+|\\.|[A-Za-z]+|\*\*|[^\s]")
_THOUSANDS = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?:(?:,|\{,\})[0-9]{3})+(?![0-9,{])")
_LATEX: dict[str, str] = {
    **{f"\\{name}": name for name in (*FUNCTIONS, "exp", "sqrt", "pi", "theta", "lg")},
    **{
        "\\times": "*",
        "\\cdot": "*",
        "\\ast": "*",
        "\\div": "/",
        "\\lvert": "|",
        "\\rvert": "|",
        "\\vert": "|",
    },
    **{"\\mid": "|", "\\|": "|", "\\{": "{", "\\}": "}", "\\lbrack": "[", "\\rbrack": "]", "\\frac": "frac"},
    **{"\\dfrac": "frac", "\\tfrac": "frac", "\\cfrac": "frac", "\\lbrace": "{", "\\rbrace": "}"},
}
_INVISIBLE = frozenset(
    (
        *("\\left", "\\right", "\\bigl", "\\bigr", "\\Bigl", "\\Bigr", "\\big", "\\Big", "\\bigg", "\\Bigg"),
        *(
            "\\displaystyle",
            "\\textstyle",
            "\\,",
            "\\;",
            "\\:",
            "\\!",
            "\\ ",
            "\\quad",
            "\\qquad",
            "\\limits",
        ),
        *("\\mathrm", "\\mathbf", "\\text", "\\boldsymbol", "\\operatorname", "\\rm"),
    )
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_ENDS = frozenset(
    ("end", ")", "]", "}", "+", "-", ",", "=", "/", "*", "^", "_", "'", "!", ":", ";", "<", ">")
)
_MAX_BITS = 1_000
_SIGNS = ("+", "-")
_OPENINGS = ("(", "[", "{", "|")
_DIGITS = frozenset("0123456789.")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LABEL = re.compile(
    r"(?:[A-Za-z](?:'{1,3}|\^\{?\\prime\}?)?(?:\([a-z]\))?|d[a-zA-Z] ?/ ?d[a-z]"
    r"|\\[dt]?frac\{(?:\\mathrm\{)?d.*|(?:\\int|∫|\\lim|lim|d/d[a-z]|D_).*)"
)
_ROUNDED = re.compile(r"≈|\\approx|\\simeq|≃")
_ALIGNED = r"\\(?:begin|end)\{(?:aligned|align|gathered|split)\*?\}|&|\\\\"
"""What sets the sides of one equation on several rows."""
_REMARK = re.compile(r",?\s\(?(?:where|with|for some|for any|and)\s|,\s?(?:\\quad|\\text)")


class Refused(Exception):
    """The text is no formula; the argument is the reason code."""


def parse(text: str, names: Collection[str] | None = None) -> Formula | str:
    """Read a formula, or return why not: `syntax`, `over_limit`, `unknown_symbol`, `zero_division`.

    With `names`, these are the only variables; without, every letter but `e` and `i` is one.
    """
    if len(text) > MAX_CHARS:
        return "over_limit"
    try:
        return Parser(tokens_of(unwrapped(text.strip()), names), names).whole()
    except Refused as refusal:
        return refusal.args[0]


def parse_equation(text: str, names: Collection[str]) -> list[Formula] | str:
    r"""Read the sides of `a = b = c`, one or more, without what merely names the value and without remarks.

    Names are `y`, `f'(x)`, `dy/dx`, and left sides that restate a problem (`\int ... dx`, `\frac{d}{dx} ...`,
    `\lim ...`). What follows `≈` does not count. The last side is always read. A letter of `names` is no name
    of the value.
    """
    if len(text) > MAX_CHARS:
        return "over_limit"
    text = _ROUNDED.split(text, maxsplit=1)[0].replace("′", "'").replace("’", "'")
    if "\\begin" in text:
        text = re.sub(_ALIGNED, " ", text)
    remark = _REMARK.search(text)
    text = unwrapped((text[: remark.start()] if remark else text).strip().rstrip(",(;"))
    *left, last = text.split("=")
    if len(left) >= MAX_SIDES:
        return "over_limit"
    sides: list[Formula] = []
    for side in (*(one for one in left if not _is_label(one, names)), last):
        read = parse(side, names)
        if isinstance(read, str):
            return read
        sides.append(read)
    return sides


def _is_label(text: str, names: Collection[str]) -> bool:
    stripped = text.strip().lstrip("$").strip().removeprefix("\\displaystyle").strip()
    return stripped not in names and _LABEL.fullmatch(stripped.replace("\n", " ")) is not None


def tokens_of(text: str, names: Collection[str] | None) -> list[str]:
    """Split a formula into tokens, the last of which is `end`; raises Refused."""
    if not text.isascii():
        text = _LOWERED.sub(lambda run: "_{" + "".join(_SUBSCRIPTS[char] for char in run[0]) + "}", text)
        text = _RAISED.sub(lambda run: "^{" + "".join(_SUPERSCRIPTS[char] for char in run[0]) + "}", text)
        text = text.translate(_UNICODE)
    if "\\" in text:
        text = _NAMED.sub(r" \1 ", text)
    if "," in text:
        text = _THOUSANDS.sub(lambda number: re.sub("[^0-9]", "", number[0]), text)
    tokens: list[str] = []
    found: list[str] = _TOKEN.findall(text)
    for token in found:
        if token[0] in _LETTERS:
            tokens += _words(token, names)
        elif token[0] == "\\":
            if token not in _INVISIBLE:
                tokens.append(_LATEX.get(token, token))
        elif token[0] != "$":
            tokens.append("^" if token == "**" else token)
    if len(tokens) > MAX_TOKENS:
        raise Refused("over_limit")
    tokens.append("end")
    return tokens


def _words(run: str, names: Collection[str] | None) -> list[str]:
    """Split a run of letters into functions and variables: `xsinx` is `x`, `sin`, `x`."""
    if len(run) == 1:
        return [run]
    words: list[str] = []
    at = 0
    while at < len(run):
        word = next((word for word in _WORDS if run.startswith(word, at)), run[at])
        if word in _ALIASES and names and word[0] in names:
            word = run[at]  # `asinx` is a times sin x where a is a variable
        words.append(_ALIASES.get(word, word))
        at += len(word)
    return words


class Parser:
    """Recursive descent over tokens; every nesting counts towards `MAX_DEPTH`.

    `expressions` reads a larger language by it.
    """

    def __init__(self, tokens: list[str], names: Collection[str] | None) -> None:
        self.tokens = tokens
        self.names = names
        self.at = 0
        self.depth = 0
        self.closings = [""]

    def whole(self) -> Formula:
        tree = self.sum()
        if self.tokens[self.at] != "end":
            raise Refused("syntax")
        return tree

    def sum(self) -> Formula:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refused("over_limit")
        terms = [self.signed_term()]
        while self.tokens[self.at] in _SIGNS:
            is_taken_away = self.tokens[self.at] == "-"
            self.at += 1
            term = self.signed_term()
            terms.append(negative(term) if is_taken_away else term)
        self.depth -= 1
        if len(terms) > MAX_PARTS:
            raise Refused("over_limit")
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def signed_term(self) -> Formula:
        sign = self.tokens[self.at]
        if sign not in _SIGNS:
            return self.term()
        self.at += 1
        return negative(self.term()) if sign == "-" else self.term()

    def signed_factor(self) -> Formula:
        sign = self.tokens[self.at]
        if sign not in _SIGNS:
            return self.factor()
        self.at += 1
        return negative(self.factor()) if sign == "-" else self.factor()

    def term(self) -> Formula:
        factors = [self.factor()]
        while True:
            token = self.tokens[self.at]
            if token == "*":
                self.at += 1
                factors.append(self.signed_factor())
            elif token == "/":
                self.at += 1
                _divide(factors, self.signed_factor())
            elif self.starts_factor(token):
                if token[0] in _DIGITS and not self.may_precede_number(self.tokens[self.at - 1]):
                    raise Refused("syntax")  # "2 3" and "x 3" mean nothing certain
                if token == "frac" and isinstance(factors[-1], Number):
                    _times_or_mixed(factors, self.tokens[self.at - 1], self.factor())
                else:
                    factors.append(self.factor())
            else:
                break
        if len(factors) > MAX_PARTS:
            raise Refused("over_limit")
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    def starts_factor(self, token: str) -> bool:
        if token == "|":
            return self.closings[-1] != "|"
        return token not in _ENDS

    def may_precede_number(self, token: str) -> bool:
        """Say whether a number behind a token is a factor."""
        return False

    def is_argument(self, token: str) -> bool:
        """Say whether a token belongs to what a function without brackets is applied to."""
        return token[0] in _DIGITS or token in ("frac", "sqrt", "cbrt", "pi") or token in _LETTERS

    def factor(self) -> Formula:
        base = self.atom()
        return Power(base, self.exponent()) if self.tokens[self.at] == "^" else base

    def exponent(self) -> Formula:
        self.at += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refused("over_limit")
        exponent = self.signed_factor()
        self.depth -= 1
        return exponent

    def atom(self) -> Formula:
        token = self.tokens[self.at]
        self.at += 1
        if token[0] in _DIGITS:
            return _number(token)
        if token in _CLOSING:
            return self.group(_CLOSING[token])
        if token in _PREFIXES:
            return self.applied(token)
        if token == "|":
            return Function("abs", self.group("|"))
        if token == "frac":
            return self.fraction()
        if token[0] in _LETTERS and token != "end":
            return self.symbol(token)
        raise Refused("syntax")

    def group(self, closing: str) -> Formula:
        self.closings.append(closing)
        inside = self.sum()
        if self.tokens[self.at] != closing:
            raise Refused("syntax")
        self.at += 1
        self.closings.pop()
        return inside

    def symbol(self, name: str) -> Formula:
        if self.tokens[self.at] == "_":
            name = f"{name}_{self.index()}"
        if self.names is not None and name in self.names:
            return Variable(name)
        if name in ("e", "pi", "i"):
            return Constant(name)
        if self.names is not None:
            raise Refused("unknown_symbol")
        return Variable(name)

    def index(self) -> str:
        """Read what is set low behind a name: a number or a letter."""
        token = self.tokens[self.at + 1]
        self.at += 2
        if token == "{":
            token = self.tokens[self.at]
            if self.tokens[self.at + 1 : self.at + 2] != ["}"]:
                raise Refused("syntax")
            self.at += 2
        if not (token.isdigit() or token in _LETTERS) or len(token) > 4:
            raise Refused("syntax")
        return token

    def fraction(self) -> Formula:
        top, bottom = self.argument_of_command(), self.argument_of_command()
        factors = [top]
        _divide(factors, bottom)
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    def argument_of_command(self) -> Formula:
        r"""Read a braced group, or as TeX does one sign: `\frac12` is a half."""
        token = self.tokens[self.at]
        if token[0] in _DIGITS and len(token) > 1:
            if not token.isdigit() or len(token) > MAX_DIGITS:
                raise Refused("syntax")
            self.tokens[self.at] = token[1:]
            return _number(token[0])
        return self.atom()

    def applied(self, name: str) -> Formula:
        """Read what a function is applied to; `sin^2 x` is a square, `sin^{-1} x` the inverse."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Refused("over_limit")
        degree: Formula = Number(Fraction(3 if name == "cbrt" else 2))
        power: Formula | None = None
        base: Formula | None = None
        if name == "sqrt" and self.tokens[self.at] == "[":
            self.at += 1
            degree = self.group("]")
        if name == "log" and self.tokens[self.at] == "_":
            self.at += 1
            base = self.argument_of_command()
        if self.tokens[self.at] == "^" and name not in ("sqrt", "cbrt", "exp"):
            power = self.exponent()
        roots = name in ("sqrt", "cbrt")
        argument = self.atom() if roots else self.argument()
        self.depth -= 1
        if roots:
            return Power(argument, _reciprocal(degree))
        if power == MINUS_ONE and f"arc{name}" in FUNCTIONS:
            return Function(f"arc{name}", argument)
        value = function_of(name, argument, base)
        return value if power is None else Power(value, power)

    def argument(self) -> Formula:
        """Read a bracket, or the numbers, fractions, roots and variables up to what cannot belong."""
        if self.tokens[self.at] in _OPENINGS:
            return self.atom()
        factors: list[Formula] = []
        while True:
            token = self.tokens[self.at]
            if not (self.is_argument(token) and (token != "e" or not factors) and token != "end"):
                break
            if token[0] in _DIGITS and factors:
                raise Refused("syntax")
            factors.append(self.factor())
        if not factors:
            if self.tokens[self.at] in _PREFIXES:
                return self.factor()
            raise Refused("syntax")
        return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _number(token: str) -> Number:
    if token == ".":
        raise Refused("syntax")
    if len(token) > MAX_DIGITS:
        raise Refused("over_limit")
    return Number(Fraction(int(token)) if token.isdigit() else Fraction(token))


def _divide(factors: list[Formula], divisor: Formula) -> None:
    """Append the reciprocal of a divisor, or multiply it into the number that stands before."""
    if not isinstance(divisor, Number):
        factors.append(Power(divisor, MINUS_ONE))
        return
    reciprocal = _reciprocal(divisor)
    last = factors[-1]
    if isinstance(last, Number):
        factors[-1] = Number(last.value * reciprocal.value)
    elif isinstance(last, Product) and isinstance(last.factors[0], Number):
        factors[-1] = Product((Number(last.factors[0].value * reciprocal.value), *last.factors[1:]))
    elif isinstance(factors[0], Number):
        factors[0] = Number(factors[0].value * reciprocal.value)
    else:
        factors.insert(0, reciprocal)


def _reciprocal(tree: Formula) -> Number:
    if not isinstance(tree, Number):
        raise Refused("syntax")
    if not tree.value:
        raise Refused("zero_division")
    if tree.value.denominator.bit_length() + tree.value.numerator.bit_length() > _MAX_BITS:
        raise Refused("over_limit")
    return Number(1 / tree.value)


def _times_or_mixed(factors: list[Formula], before: str, fraction: Formula) -> None:
    r"""Take `2\frac{1}{2}` for a mixed number and `2\frac{x}{3}` for a product."""
    last = factors[-1]
    if (
        isinstance(fraction, Number)
        and isinstance(last, Number)
        and before.isdigit()
        and 0 < fraction.value < 1
    ):
        factors[-1] = Number(last.value + fraction.value)
    else:
        factors.append(fraction)


def function_of(name: str, argument: Formula, base: Formula | None) -> Formula:
    """Apply a function by name; a logarithm to another base is a quotient."""
    if name == "exp":
        return Power(E, argument)
    if name == "lg":
        name, base = "log", Number(Fraction(10))
    if base is not None:
        return Product((Function("ln", argument), Power(Function("ln", base), MINUS_ONE)))
    return Function(name, argument)
