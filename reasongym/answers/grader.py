r"""The shared grader: does an answer say what the gold says, in whatever form either is written?

Both are read into the same few shapes: a value (a rational number or a formula, perhaps with a unit), text,
or a group of such: a set or list of solutions, a tuple, an interval, a union, a matrix. Values are compared
exactly: numbers as fractions, formulas by identity; nothing is rounded, so 0.333 is not 1/3. Where the gold
is a number the answer must be one too, worked out. Groups are compared member by member, sets in any order.
What cannot be read is right only where it is written alike, and what cannot be decided is not right.

The unit or label that one side leaves out is not asked for (`x = 5` and `5`, `5 cm` and `5`); two that differ
are (`5 cm` and `5 m`). A tuple is no set, and no interval is the other (`(1, 2)` and `[1, 2)`).
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from reasongym.answers.arithmetic import unwrapped
from reasongym.answers.formulas import parse
from reasongym.answers.identity import judge
from reasongym.answers.numbers import number
from reasongym.answers.trees import Formula, Number, Sum, Variable, negative, variables

MAX_CHARS = 2_000
MAX_MEMBERS = 64
_MAX_DEPTH = 6


class Value(NamedTuple):
    """One thing: a number or a formula with its unit, or text that is neither."""

    text: str
    """As it is written, without what sets mathematics in type."""
    value: Formula | None = None
    unit: str = ""


class Group(NamedTuple):
    """Several things: `set`, `union`, `matrix`, or the two brackets of a tuple or interval."""

    kind: str
    members: "tuple[Reading, ...]"


Reading: TypeAlias = Value | Group

_TEXT = re.compile(
    r"\\(?:text|mbox|textbf|textit|textrm|textnormal|mathrm|mathbf|mathit|rm|operatorname)\s?\{([^{}]*)\}"
)
_INVISIBLE = re.compile(
    r"\\(?:phantom|left|right|[bB]igg?[lr]?|displaystyle|textstyle|limits|boldsymbol|mathbf)(?![A-Za-z])|\\!|\\\$|\$"
)
_LOOSE = re.compile(r"(?<![0-9]) | (?![0-9])")
_GROUPED = re.compile(r",(?:\\! ?)+(?=[0-9]{3})")
_NEW_ROW = "\x01"
_BARE_POINT = re.compile(r"([0-9])\.(?=/)")
_SPACE = re.compile(r"(?:\\[,;: ]|\\q?quad(?![A-Za-z])|~|\s)+")
_SAME = {
    **{
        "\\dfrac": "\\frac",
        "\\tfrac": "\\frac",
        "\\cfrac": "\\frac",
        "\\leqslant": "\\le",
        "\\geqslant": "\\ge",
    },
    **{"\\leq": "\\le", "\\geq": "\\ge", "\\lt": "<", "\\gt": ">", "\\colon": ":", "\\lbrace": "\\{"},
    **{"\\rbrace": "\\}", "\\varnothing": "\\emptyset", "\\degree": "^\\circ", "\\mid": "|", "\\lvert": "|"},
    **{"\\rvert": "|", "\\lbrack": "[", "\\rbrack": "]", "\\land": " and ", "\\lor": " or ", "\\ne": "\\neq"},
}
_COMMAND = re.compile(r"\\[A-Za-z]+")
_UNICODE = str.maketrans(
    {
        **{
            "−": "-",
            "–": "-",
            "∞": "\\infty ",
            "∪": "\\cup ",
            "≤": "\\le ",
            "≥": "\\ge ",
            "∈": "\\in ",
            "°": "^\\circ ",
        },
        **{
            "≠": "\\neq ",
            "±": "\\pm ",
            "，": ",",
            "（": "(",
            "）": ")",
            "∅": "\\emptyset ",
            "＝": "=",
            "％": "%",
        },
    }
)
_GREEK = [
    name
    for line in (
        "alpha beta gamma delta epsilon varepsilon zeta eta iota kappa lambda mu nu xi rho sigma tau upsilon",
        "phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega hbar ell infty",
    )
    for name in line.split()
]
_INDICES = " 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SYMBOLS = {f"\\{name}": 5_000 + at * len(_INDICES) for at, name in enumerate(_GREEK)}
"""Names that the parser of formulas does not know: variables with an index that nobody writes."""
_SYMBOL = re.compile(r"(\\[A-Za-z]+)(?: ?_ ?(?:([A-Za-z0-9])|\{ ?([A-Za-z0-9]) ?\}))?")
_LABEL = re.compile(
    r"(?:[A-Za-z]|\\[a-z]+)(?:_(?:\w|\{[^{}]*\}))?'?(?: ?\([a-z](?:, ?[a-z])*\))? ?(?:=|:=|\\in(?![a-z])) ?"
    r"|\([a-z](?:, ?[a-z])+\) ?(?:=|\\in(?![a-z])) ?"
    r"|(?:the )?(?:final )?answer(?: is)?:? "
)
_RELATION = re.compile(r"\\le(?![a-z])|\\ge(?![a-z])|<=|>=|<|>")
_RELATIONS = {"\\le": "<=", "\\ge": ">=", "<=": "<=", ">=": ">=", "<": "<", ">": ">"}
_MATRIX = re.compile(r"\\begin ?\{([pbvB]?matrix|array)\}(?:\{[lcr|]*\})?(.*)\\end ?\{\1\}")
_IN_BASE = re.compile(r"([0-9A-F]+) ?_ ?\{? ?(?:\\text\{)?([0-9]{1,2})\}{0,2}")
_UNIT = re.compile(r"(.*[0-9)}!a-z]) ?(?:\^ ?\{? ?\\circ ?\}?(?: ?([CF]))?|(\\?%)|¢)")
_WORDS = re.compile(
    r"(.*[0-9)}.]) ?((?:per )?[A-Za-z]{2,}(?:[ /][A-Za-z]+){0,3})(?: ?\^ ?\{? ?([23]) ?\}?)?\.?"
)
_UNIT_NAMES = {"degrees": "°", "degree": "°", "percent": "%", "dollars": "", "dollar": ""}
_NO_UNITS = frozenset(
    (
        *("or", "and", "not", "either", "maybe", "if", "but", "to", "is", "no"),
        *("pi", "sqrt", "sin", "cos", "tan", "ln", "log", "exp"),
    )
)
_RATIO = re.compile(r"[0-9]{1,9}(?: ?: ?[0-9]{1,9}){1,3}")
_APPLIED = re.compile(r"[A-Za-z] ?\([A-Za-z]\)")
_LETTERS = re.compile(r"[A-Za-z][A-Za-z' -]*")
_CHOICE = re.compile(r"\(?([A-Z])\)?")
_CHOICES = re.compile(r" ?[A-Z](?: ?, ?[A-Z])+ ?")
_OPENING, _CLOSING = "([{", ")]}"


def grade(gold: str, answer: str) -> str:
    """Return `ok`, or why the answer is not the gold.

    The reasons are `wrong_value`, `wrong_unit`, `not_worked_out`, `undecided`, `syntax` (the answer cannot be
    read, and is not written as the gold is), `unreadable_gold` (neither can the gold) and `over_limit`.
    """
    if len(gold) > MAX_CHARS or len(answer) > MAX_CHARS:
        return "over_limit"
    try:
        expected = read(gold)
    except _Refused:
        return "ok" if _is_written_alike(gold, answer) else "unreadable_gold"
    try:
        given = read(answer)
    except _Refused as refusal:
        return "ok" if _is_written_alike(gold, answer) else refusal.args[0]
    reason = _compared(expected, given)
    return "ok" if reason != "ok" and _is_written_alike(gold, answer) else reason


def is_readable(gold: str) -> bool:
    """Say whether a gold is more to the grader than its letters."""
    try:
        read(gold)
    except _Refused:
        return False
    return True


class _Refused(Exception):
    """The text cannot be read; the argument is the reason code."""


def read(text: str) -> Reading:
    """Read an answer; raises where it is in no form that is known."""
    if len(text) > MAX_CHARS:
        raise _Refused("over_limit")
    return _read(_without_label(_plain(text)), 0)


def _is_written_alike(gold: str, answer: str) -> bool:
    expected, given = (_LOOSE.sub("", _without_label(_plain(text))) for text in (gold, answer))
    return bool(expected) and expected == given


def _plain(text: str) -> str:
    """Take away what only sets mathematics in type, and write alike what has two spellings."""
    text = unwrapped(text.strip()).translate(_UNICODE).replace("\\\\", _NEW_ROW)
    text = _GROUPED.sub(",", text)
    text = _BARE_POINT.sub(r"\1", _INVISIBLE.sub("", text))
    text = _COMMAND.sub(lambda command: _SAME.get(command[0], command[0]), text)
    return _SPACE.sub(" ", text).strip().rstrip(".,; ").strip()


def _without_label(text: str) -> str:
    label = _LABEL.match(text)
    rest = text[label.end() :] if label else text
    return rest if label and rest and not (_is_equation(rest) and _is_equation(text)) else text


def _is_equation(text: str) -> bool:
    return "=" in text and "\\neq" not in text


def _read(text: str, depth: int) -> Reading:
    if not text:
        raise _Refused("no_answer")
    if depth > _MAX_DEPTH:
        raise _Refused("over_limit")
    worth = _number(text)
    if worth is not None:
        return Value(text, Number(worth))
    for reader in (_ratio, _matrix, _union, _bracketed, _listing, _range):
        found = reader(text, depth)
        if found is not None:
            return found
    return _single(text)


def _number(text: str) -> Fraction | None:
    """Read a number; of an equation in letters the last side is none."""
    if "=" in text and _COMMAND.sub("", text).upper() != _COMMAND.sub("", text).lower():
        return None
    worth = number(text)
    return None if isinstance(worth, str) else worth


def _ratio(text: str, depth: int) -> Group | None:
    """Read `3:5`; it is not reduced."""
    if not _RATIO.fullmatch(text):
        return None
    return Group(":", tuple(_read(part.strip(), depth + 1) for part in text.split(":")))


def _matrix(text: str, depth: int) -> Group | None:
    found = _MATRIX.fullmatch(text)
    if found is None:
        return None
    rows = [row for row in found[2].split(_NEW_ROW) if row.strip()]
    cells = [tuple(_read(cell.strip(), depth + 1) for cell in row.split("&")) for row in rows]
    if cells and all(len(row) == 1 for row in cells):
        return Group("()", tuple(cell for [cell] in cells))  # a column is the tuple of its entries
    return Group("matrix", tuple(Group("row", row) for row in cells))


def _union(text: str, depth: int) -> Group | None:
    parts = [part.strip() for part in re.split(r"\\cup(?![a-z])", text)]
    if len(parts) == 1:
        return None
    return Group("union", tuple(_read(part, depth + 1) for part in parts))


def _listing(text: str, depth: int) -> Group | None:
    """Read `1, 2`, `x = 1 or x = 2`, `\\text{A, C}` and `1 \\pm \\sqrt 2` as sets."""
    choices = _TEXT.fullmatch(text)
    text = choices[1] if choices and _CHOICES.fullmatch(choices[1]) else text
    parts = _split(text)
    if len(parts) > 1:
        return _set(parts, depth)
    if text.count("\\pm") == 1:
        return _set([text.replace("\\pm", sign) for sign in ("+", "-")], depth)
    return None


def _set(parts: Sequence[str], depth: int) -> Group:
    if len(parts) > MAX_MEMBERS:
        raise _Refused("over_limit")
    members: list[Reading] = []
    for part in parts:
        one = _read(_without_label(part), depth + 1)
        inner = one.kind == "set" and "\\pm" in part if isinstance(one, Group) else False
        members += one.members if inner and isinstance(one, Group) else [one]
    return Group("set", tuple(members))


def _split(text: str) -> list[str]:
    """Split at commas, semicolons, `and` and `or` that no bracket encloses."""
    if not any(sign in text for sign in (",", ";", "and", "or")):
        return [text]
    text = re.sub(r"\\text ?\{ ?,? ?(and|or) ?\}", r" \1 ", text)
    text = text.replace("{,}", "\x00")
    parts: list[str] = []
    start = nested = 0
    for sign in _SEPARATOR.finditer(text):
        if sign[0] in _OPENING:
            nested += 1
        elif sign[0] in _CLOSING:
            nested -= 1
        elif nested == 0:
            parts.append(text[start : sign.start()])
            start = sign.end()
    parts = [part.replace("\x00", "").strip() for part in (*parts, text[start:])]
    return [part for part in parts if part]


_SEPARATOR = re.compile(r"[()\[\]{}]|[,;](?: ?(?:and|or)(?![A-Za-z]))?|(?<![A-Za-z\\])(?:and|or)(?![A-Za-z])")


def _bracketed(text: str, depth: int) -> Group | None:
    if text.startswith("\\{") and text.endswith("\\}") and _is_one_group(text[1:]):
        inner = text[2:-2].strip()
        return _set(_split(inner) if inner else [], depth)
    if text == "\\emptyset":
        return Group("set", ())
    if text[0] not in "([{" or text[-1] not in _CLOSING or not _is_one_group(text):
        return None
    parts = _split(text[1:-1].strip())
    if len(parts) < 2:
        return None
    if text[0] == "{":
        return _set(parts, depth)
    return Group(text[0] + text[-1], tuple(_read(part, depth + 1) for part in parts))


def _is_one_group(text: str) -> bool:
    """Say whether the first bracket is closed by the last one; intervals may mix their kinds."""
    nested = 0
    for at, sign in enumerate(text):
        nested += (sign in _OPENING) - (sign in _CLOSING)
        if nested == 0:
            return at == len(text) - 1
    return False


def _range(text: str, depth: int) -> Group | None:
    """Read `1 < x \\le 3` as the interval it says."""
    signs = [_RELATIONS[found] for found in _RELATION.findall(text)]
    if not signs or len(signs) > 2:
        return None
    sides = [_single(side.strip()) for side in _RELATION.split(text)]
    if signs[0][0] == ">":
        sides, signs = sides[::-1], [sign.replace(">", "<") for sign in signs[::-1]]
    if any(sign[0] == ">" for sign in signs):
        raise _Refused("syntax")
    names = [_APPLIED.fullmatch(side.text) or isinstance(side.value, Variable) for side in sides]
    names = [bool(name) and "\\infty" not in side.text for name, side in zip(names, sides, strict=True)]
    endless = _single("\\infty")
    closing = ["]" if sign == "<=" else ")" for sign in signs]
    opening = ["[" if sign == "<=" else "(" for sign in signs]
    if names == [False, True, False]:
        return Group(opening[0] + closing[1], (sides[0], sides[2]))
    if names == [True, False] and sides[1].value is not None:
        return Group("(" + closing[0], (_single("-\\infty"), sides[1]))
    if names == [False, True] and sides[0].value is not None:
        return Group(opening[0] + ")", (sides[0], endless))
    raise _Refused("syntax")


def _single(text: str) -> Value:
    """Read one value or text."""
    if not text:
        raise _Refused("syntax")
    text, unit = _without_unit(text)
    worth = _number(text)
    if worth is not None:
        return Value(text, Number(worth), unit)
    words = _TEXT.sub(r"\1", text).strip(" ()")
    if _LETTERS.fullmatch(words) and (len(words) > 2 or "\\" in text):
        return Value(words.lower(), None)
    if _CHOICE.fullmatch(words):
        return Value(words.lower(), Variable(words))
    sides = _TEXT.sub(r"\1", text).split("=")
    formulas = [parse(_SYMBOL.sub(_variable, side)) for side in sides]
    if len(formulas) == 2 and not any(isinstance(one, str) for one in formulas):
        left, right = formulas
        assert not isinstance(left, str)
        assert not isinstance(right, str)
        return Value("=", Sum((left, negative(right))), unit)
    [formula, *more] = formulas
    if more or isinstance(formula, str):
        raise _Refused("over_limit" if formula == "over_limit" else "syntax")
    return Value(text, formula, unit)


def _variable(symbol: re.Match[str]) -> str:
    index = _SYMBOLS.get(symbol[1])
    if index is None:
        return symbol[0]
    return f" x_{{{index + _INDICES.index(symbol[2] or symbol[3] or ' ')}}} "


def _without_unit(text: str) -> tuple[str, str]:
    based = _IN_BASE.fullmatch(text)
    if based:
        return based[1], f"base {based[2]}"
    if text.endswith("}") or "\\text" in text or "\\mbox" in text or "\\mathrm" in text:
        written = _TEXT.sub(lambda found: f" {found[1].strip()} ", text).strip()
    else:
        written = text
    angle = _UNIT.fullmatch(written)
    if angle:
        return angle[1].strip(), ("%" if angle[3] else "°" + (angle[2] or ""))
    found = _WORDS.fullmatch(written)
    if found and not set(re.split(r"[ /]", found[2].lower())) & _NO_UNITS:
        bare = found[1].strip()
        is_unit = written != text or not isinstance(number(bare), str)
        if is_unit and (written == text or not isinstance(parse(bare), str)):
            name = found[2].lower()
            name = _UNIT_NAMES.get(name, name.removesuffix("s") if len(name) > 3 else name)
            return bare, f"{name}^{found[3]}" if found[3] else name
    return text, ""


def _compared(gold: Reading, answer: Reading) -> str:
    if isinstance(gold, Group) and isinstance(answer, Group):
        return _compared_groups(gold, answer)
    if isinstance(gold, Group) or isinstance(answer, Group):
        return "wrong_value"
    if gold.value is None or answer.value is None:
        return "ok" if gold.text == answer.text else "wrong_value"
    if (gold.text == "=") != (answer.text == "="):
        return "wrong_value"
    if gold.unit and answer.unit and gold.unit != answer.unit:
        return "wrong_unit"
    reason = _judged(gold.value, answer.value)
    if reason != "ok" and gold.text == "=":
        reason = _judged(gold.value, negative(answer.value))
    return reason


def _judged(gold: Formula, answer: Formula) -> str:
    if isinstance(gold, Number) and isinstance(answer, Number):
        return "ok" if gold.value == answer.value else "wrong_value"
    if isinstance(gold, Number) and not variables(answer):
        return "not_worked_out"  # 3 * 4 or \\sqrt{144} where 12 is asked for
    if variables(gold) != variables(answer) and not (variables(gold) and variables(answer)):
        return "wrong_value"  # a number is no formula in letters, even where these cancel out
    return {"equal": "ok", "different": "wrong_value"}.get(judge(gold, answer), "undecided")


def _compared_groups(gold: Group, answer: Group) -> str:
    if gold.kind != answer.kind or len(gold.members) != len(answer.members):
        return "wrong_value"
    if gold.kind not in ("set", "union"):
        reasons = [_compared(mine, theirs) for mine, theirs in zip(gold.members, answer.members, strict=True)]
        return next((reason for reason in reasons if reason != "ok"), "ok")
    left = list(answer.members)
    for member in gold.members:
        at = next((at for at, other in enumerate(left) if _compared(member, other) == "ok"), None)
        if at is None:
            return "wrong_value"
        left.pop(at)
    return "ok"
