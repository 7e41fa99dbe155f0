"""A second judge of Countdown answers, which shares no code with ours: `ast`, `Fraction` and NFKC.

It takes the text our verifier says it read and decides by itself whether that is a legal expression for the
target, so that every answer we accept is confirmed by two programs that have nothing in common.
"""

import ast
import re
import unicodedata
from collections import Counter
from fractions import Fraction

from reasongym.core import Data

_OPERATORS = {"×": "*", "✕": "*", "✖": "*", "⨯": "*", "·": "*", "⋅": "*", "∙": "*", "•": "*", "∗": "*"} | {
    **{"÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-", "\u200b": " ", "\u2060": " ", "\ufeff": " "},
    **{"\\times": "*", "\\cdot": "*", "\\ast": "*", "\\div": "/", "\\left": "", "\\right": "", "\\quad": " "},
    **{"\\{": "(", "\\}": ")", "\\,": " ", "\\;": " ", "\\:": " ", "\\!": " ", "\\ ": " "},
}
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_WRAPPED = re.compile(
    r"\s*(?:\$\$(.*)\$\$|\$(.*)\$|\\\((.*)\\\)|\\\[(.*)\\\]|\*\*(.*)\*\*|`(.*)`)\s*\.?\s*", re.S
)
_LEGAL = re.compile(r"[0-9+\-*/()=\s]*")


def confirms(data: Data, answer: str) -> bool:
    """Say whether the answer, read independently, is an expression by the problem's rules for the target."""
    sides = [_read(side) for side in _plain(answer).split("=")]
    if any(side is None or side[0] != data["target"] for side in sides):
        return False
    given: Counter[int] = Counter(data["numbers"])
    return any(_follows_rule(side[1], given, data["use_all"]) for side in sides if side is not None)


def _follows_rule(used: Counter[int], given: Counter[int], use_all: bool) -> bool:
    return used == given if use_all else used <= given


def _plain(answer: str) -> str:
    """Write an answer with the signs of Python's arithmetic alone."""
    wrapped = _WRAPPED.fullmatch(answer)
    while wrapped:
        answer = next(inner for inner in wrapped.groups() if inner is not None)
        wrapped = _WRAPPED.fullmatch(answer)
    answer = answer.strip().removesuffix(".")
    while _FRACTION.search(answer):
        answer = _FRACTION.sub(r" ((\1)/(\2)) ", answer)
    for sign, plain in _OPERATORS.items():
        answer = answer.replace(sign, plain)
    answer = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", unicodedata.normalize("NFKC", answer))
    return answer.translate(str.maketrans("[]{}", "()()"))


def _read(side: str) -> tuple[Fraction, Counter[int]] | None:
    if not _LEGAL.fullmatch(side) or "**" in side or "//" in side:
        return None
    try:
        return independent_value(ast.parse(" ".join(side.split()), mode="eval").body)
    except (SyntaxError, ZeroDivisionError, ValueError, MemoryError, RecursionError):
        return None


def independent_value(node: ast.expr) -> tuple[Fraction, Counter[int]]:
    """Return the exact value of a syntax tree and the numbers in it; raises ValueError for other trees."""
    match node:
        case ast.Constant(value=int() as number):
            return Fraction(number), Counter([number])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value, numbers = independent_value(operand)
            return -value, numbers
        case ast.BinOp(left=left, op=operator, right=right):
            (one, used), (other, used_too) = independent_value(left), independent_value(right)
            return _apply(operator, one, other), used + used_too
        case _:
            raise ValueError(f"no arithmetic: {ast.dump(node)}")


def _apply(operator: ast.operator, left: Fraction, right: Fraction) -> Fraction:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
        case _:
            raise ValueError(f"no operator of the game: {operator}")
