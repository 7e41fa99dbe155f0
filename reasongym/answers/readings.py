r"""Read an answer or a gold into one of the shapes, whatever it is written in."""

import re
from collections.abc import Sequence
from functools import lru_cache

from reasongym.answers.decimals import agree
from reasongym.answers.expressions import expression
from reasongym.answers.identity import judge
from reasongym.answers.leaves import LETTERS, based, measured, number_of, ratio, scaled, single
from reasongym.answers.regions import both, complement, difference, interval, union
from reasongym.answers.shapes import LINE, Equation, Group, Reading, Refused, Value, is_name
from reasongym.answers.trees import Number, Sum, negative, variables
from reasongym.answers.typesetting import NEW_ROW, plain

MAX_CHARS = 2_000
MAX_MEMBERS = 64
MAX_SIDES = 8
MAX_SIGNS = 4
_MAX_DEPTH = 6


_WORD_LABEL = re.compile(
    r"(?i)(?:so |thus |hence |therefore |then )?,? ?(?:the |my )?(?:final |correct |exact |required )?"
    r"(?:answer|result|solution|value|total|sum|area|perimeter|volume|length|distance|probability|cost|time|speed|gcd|lcm"
    r"|maximum|minimum|average|mean|median|remainder|product|difference)(?: set)? ?(?:is|="
    r"|:)[: ]+(?:(?:exactly|simply|just|thus|therefore"
    r"|hence|indeed|clearly|precisely|equal to|given by) )?"
)
_CORRECTED = re.compile(r"^not \S{1,20},? but (?:rather )?", re.IGNORECASE)
_TEXT_LABEL = re.compile(
    r"(?i)\\text\{ ?(?:so |thus )?,? ?(?:the )?(?:final |correct )?(?:answer|result|solution|value"
    r"|total)(?: is)? ?:? ?\}"
    r" ?(?:=|:)? ?"
)
_SHORT_NAME = r"(?:[A-Za-z]|\\[A-Za-z]+ ?)(?:_(?:\w|\{[^{}]{1,12}\}))?'?(?:\^(?:\*|\{\*\}|\{-1\}))?"
_APPLIED_NAME = (
    r"[A-Za-z](?:_(?:\w|\{[^{}]{1,6}\}))?(?:\^\{? ?-1 ?\}?)? ?\( ?[A-Za-z](?: ?, ?[A-Za-z])*(?: ?["
    r"|] ?[A-Za-z])? ?\)"
)
_LABEL = re.compile(
    rf"(?:{_SHORT_NAME}|{_APPLIED_NAME}|\|?(?:\\overline ?\{{)? ?[A-Z]{{2,4}} ?\}}?\|?"
    r"|m? ?\\(?:angle|triangle|measuredangle) ?\{?[A-Za-z]?(?: ?[A-Z](?:_\{?[0-9]\}?)?){0,3} ?\}?"
    r"|\[[A-Z]{3,6}\]|[A-Z](?:_\{[A-Z]{1,4}\}|_[A-Z])|P ?\([^()=]{1,20}\)|\|[A-Z]\||#[A-Z]|n ?\([A-Z]\)"
    r"|[A-Za-z](?:_\{?\w{1,3}\}?)? ?\( ?-?[0-9]{1,6}(?: ?, ?-?[0-9]{1,6})* ?\)|\\(?:sum|prod|int)[^=]{0,60}"
    r"|\\l(?:floor|ceil) ?[0-9]* ?[A-Za-z] ?\\r(?:floor|ceil)"
    r"|(?i:(?:\\text\{ ?)?(?:the )?(?:area|perimeter|volume|length|distance|probability|sum|total|answer"
    r"|number|cost|time|speed"
    r"|value|maximum|minimum|max|min|average|mean|median|radius|height|width|slope|price|profit|age|rate|angle|ratio"
    r"|remainder|product|difference|result|solution|x|y)(?: ?\})?)"
    r"|\((?:[a-zA-Z]|\\[a-z]{2,7} ?)(?:_\{?\w\}?)?(?:, ?(?:[a-zA-Z]|\\[a-z]{2,7} ?)(?:_\{?\w\}?)?)+\)"
    r"|(?:[Pn] ?\(|\|) ?[A-Z](?:'|\^c)?(?: ?\\(?:cup|cap) ?[A-Z](?:'|\^c)?){1,3} ?[)|]"
    r"|\\(?:max|min|det|gcd|deg) ?[A-Za-z]?(?: ?\([a-zA-Z]\))?)",
)
_PROBABILITY = re.compile(
    r"(?:(?:\\Pr|\\mathbb ?\{? ?[PE] ?\}?|\\text ?\{ ?(?:P|E|Pr|Var) ?\})"
    r" ?(?:\([^()]{1,60}\)|\[[^\[\]]{1,60}\])?"
    r"|[PE] ?\((?=[^()]{0,60}(?:[=<>|]|\\[lg]e|\\c[au]p))[^()]{1,60}\)|[PE] ?\[[^\[\]]{1,60}\]) ?= ?"
)
"""`P(X = 1) = `: what a probability or mean is of is no side of an equation."""
_POINT = re.compile(r"[A-Z]'? ?(\((?=(?:\\[a-z]+|[^a-zA-Z\\])+\)$)[^=]{1,80},[^=]{1,80}\))")
_CONSTANT = r"[A-Z](?:_\{?[0-9]\}?)?"
_CONSTANTS = re.compile(
    rf", ?(?:\\text ?\{{ ?(?:where|with|for) ?\}} ?)?({_CONSTANT}(?: ?, ?{_CONSTANT}){{0,3}}) ?"
    r"(?:\\in ?\\mathbb ?\{? ?[RC] ?\}?|\\text ?\{ ?(?:is|are|being) ?(?:an?|any)? ?(?:arbitrary )?(?:real )?"
    r"constants? ?\})"
)
"""What says only that the constants of a general solution are constants."""
_TOTAL = re.compile(r"[0-9]{0,4} ?[a-zA-Z](?: ?[+*] ?[0-9]{0,4} ?[a-zA-Z]| ?[a-z])+")
"""Left sides that combine the unknowns of a problem into what it asks for: `m + n = 73`, `abc = 12`."""
_EITHER = re.compile(r"\\([pm])[mp](?![a-z])")
_RELATION = re.compile(r"\\le(?![a-z])|\\ge(?![a-z])|<=|>=|<|>")
_RELATIONS = {"\\le": "<=", "\\ge": ">=", "<=": "<=", ">=": ">=", "<": "<", ">": ">"}
_MATRIX = re.compile(
    r"(?P<factor>[^&]*?)(?P<open>[(\[]?) ?\\begin ?\{(?P<kind>small)?(?P<name>[pbB]?matrix"
    r"|array)\}(?:\{[lcr|]*\})?"
    r"(?P<cells>.*)\\end ?\{(?P=kind)?(?P=name)\} ?[)\]]?"
)
_MATRIX_NAME = re.compile(r"\\begin ?\{small(matrix)\}(.*)\\end ?\{smallmatrix\}")
_CHOICES = re.compile(r"\(? ?[A-Z] ?\)?(?: ?, ?\(? ?[A-Z] ?\)?)+ ?")
_WHOLE_TEXT = re.compile(r"\\text ?\{([^{}]*)\}")
_AND_OR = re.compile(r"\\text ?\{ ?,? ?(and|or) ?\}")
_APPLIED = re.compile(r"(?<![A-Za-z])([A-Za-z]|\\[A-Za-z]+) ?\(([tx])\)")
_OPENING, _CLOSING = "([{", ")]}"
_SEPARATOR = re.compile(r"[()\[\]{}]|[,;](?: ?(?:and|or)(?![A-Za-z]))?|(?<![A-Za-z\\])(?:and|or)(?![A-Za-z])")
_ENDLESS_LIST = re.compile(r"\\ldots|\.\.\.")
_BUILDER = re.compile(r"\\\{ ?[a-zA-Z](?: ?\\in ?\\mathbb ?\{?R\}?)? ?(?:\||:) ?(.*)\\\}")
_REALS = re.compile(
    r"\\mathbb ?\{? ?R ?\}?|\\text\{ ?(?:all )?real(?:s| numbers?) ?\}|(?:all )?real(?:s| numbers?)"
)
_CUP = re.compile(r"\\cup(?![a-z])")
_WITHOUT = re.compile(r"(.*?) ?(?:\\setminus(?![a-z])|(?<=\}) ?-(?= ?\\\{)) ?(.*)")


@lru_cache(4_096)
def read(text: str) -> Reading:
    """Read an answer; raises Refused where it is in no form that is known."""
    if len(text) > MAX_CHARS:
        raise Refused("over_limit")
    stripped = _CORRECTED.sub("", plain(text))
    label = _WORD_LABEL.match(stripped) or _TEXT_LABEL.match(stripped)
    return _read(stripped[label.end() :] if label else stripped, 0)


def read_list(text: str) -> Reading:
    """Read `1,234` as two numbers."""
    return _set(plain(text).split(","), 0)


def _read(text: str, depth: int) -> Reading:
    if depth > _MAX_DEPTH:
        raise Refused("over_limit")
    text = _bared(text)
    if not text:
        raise Refused("no_answer")
    known = number_of(text)
    if known is not None:
        return Value(text, Number(known))
    text = _without_names(text)
    leaf = ratio(text) or based(text) or measured(text)
    if leaf is not None:
        return leaf
    for reader in (_matrix, _bracketed, _region, _listing, _either_sign, _range, _equation):
        found = reader(text, depth)
        if found is not None:
            return found
    return single(text)


def _without_names(text: str) -> str:
    """Take off what names a point or a probability, and what says that constants are constants."""
    if "=" in text:
        probability = _PROBABILITY.match(text)
        text = text[probability.end() :] if probability else text
        said = _CONSTANTS.search(text) if "," in text else None
        is_remark = said is not None and said.end() == len(text) and said[1][0] in text[: said.start()]
        return text[: said.start()] if said and is_remark else text
    point = _POINT.fullmatch(text) if text[:1].isupper() and "," in text else None
    return point[1] if point and is_one_group(point[1]) else text


def _bared(text: str) -> str:
    r"""Take off a pair of braces or a `\text{...}` that holds everything."""
    text = text.strip(" ")
    whole = _WHOLE_TEXT.fullmatch(text)
    if whole and (not LETTERS.fullmatch(whole[1].strip()) or _CHOICES.fullmatch(whole[1])):
        return _bared(plain(whole[1]))
    if text[:1] == "{" and text[-1:] == "}" and is_one_group(text):
        return _bared(text[1:-1].rstrip(".,; "))
    return text


def _matrix(text: str, depth: int) -> Group | None:
    if "\\begin" not in text:
        return None
    found = _MATRIX.fullmatch(_MATRIX_NAME.sub(r"\\begin{\1}\2\\end{\1}", text))
    if found is None or text.count("\\begin") > 1:
        return None
    rows = [row for row in found["cells"].replace("\\hline", "").split(NEW_ROW) if row.strip()]
    if sum(row.count("&") + 1 for row in rows) > MAX_MEMBERS or not rows:
        raise Refused("over_limit")
    written = found["factor"].strip(" *")
    factor = expression("-1" if written == "-" else written) if written else None
    if isinstance(factor, str):
        return None
    cells = [tuple(scaled(factor, _read(cell.strip(), depth + 1)) for cell in row.split("&")) for row in rows]
    if all(len(row) == 1 for row in cells):
        return Group("()", tuple(cell for [cell] in cells))  # a column is the tuple of its entries
    return Group("matrix", tuple(Group("row", row) for row in cells))


def _bracketed(text: str, depth: int) -> Group | None:
    if text.startswith("\\{") and text.endswith("\\}") and is_one_group(text[1:]):
        return _braced(text, depth)
    if text in ("\\emptyset", "{}"):
        return Group("set", ())
    if text[0] in "[]" and text[-1] in "[]" and (text[0] == "]" or text[-1] == "["):
        return _french(text, depth)
    if text[0] not in "([{" or text[-1] not in _CLOSING or not is_one_group(text):
        return None
    parts = split(text[1:-1].strip())
    if len(parts) < 2:
        return _read_inside(text, depth) if text[0] + text[-1] in ("()", "[]") and parts else None
    if text[0] == "{":
        return _set(parts, depth)
    members = tuple(_read(part, depth + 1) for part in parts)
    if text[0] + text[-1] == "[]" and all(isinstance(one, Group) and one.kind == "[]" for one in members):
        return Group("matrix", tuple(Group("row", one.members) for one in members if isinstance(one, Group)))
    return Group(text[0] + text[-1], members)


def _french(text: str, depth: int) -> Group | None:
    """Read `]1, 2[`, the open interval."""
    parts = split(text[1:-1].strip())
    if len(parts) != 2:
        return None
    kind = ("[" if text[0] == "[" else "(") + ("]" if text[-1] == "]" else ")")
    return Group(kind, tuple(_read(part, depth + 1) for part in parts))


def _read_inside(text: str, depth: int) -> Group | None:
    """Read what a needless pair of brackets holds, where that is a group."""
    if not any(sign in text for sign in ("\\cup", "\\pm", "\\begin")):
        return None
    inside = _read(text[1:-1], depth + 1)
    return inside if isinstance(inside, Group) else None


def _braced(text: str, depth: int) -> Group:
    built = _BUILDER.fullmatch(text)
    if built:
        inside = _read(built[1].strip(), depth + 1)
        if isinstance(inside, Group):
            return inside
    inner = text[2:-2].strip()
    listed = _set(split(inner) if inner else [], depth)
    return Group("set", tuple(dict.fromkeys(listed.members)), listed.labels)


def _region(text: str, depth: int) -> Group | None:
    r"""Read `(1,2) \cup (3,4)`, `\mathbb{R} \setminus \{0\}`, `x < 1 or x > 2`."""
    if _REALS.fullmatch(text):
        return LINE
    left, equals, _ = text.partition("=")
    if equals and "\\c" in left and _LABEL.fullmatch(left.strip()):
        return None  # `P(A \cup B) = 1/2` says nothing of a union
    if "\\setminus" in text or "-" in text:
        found = _WITHOUT.fullmatch(text)
        if found and found[1] and found[2]:
            whole = LINE if _REALS.fullmatch(found[1].strip()) else _read(found[1].strip(), depth + 1)
            return difference(whole, _read(found[2].strip(), depth + 1))
    pieces = _CUP.split(text)
    if len(pieces) > 1:
        return union([_read(_AND_OR.sub("", piece).strip(), depth + 1) for piece in pieces[:MAX_MEMBERS]])
    if not _RELATION.search(text) and "\\neq" not in text:
        return None
    worded = _AND_OR.sub(r" \1 ", text)
    pieces = split(worded)
    if len(pieces) < 2 or not all(
        _RELATION.search(piece) or "\\neq" in piece or "=" in piece for piece in pieces
    ):
        return None
    ranges = [_read(piece, depth + 1) for piece in pieces[:MAX_MEMBERS]]
    is_both = re.search(r"(?<![a-z])and(?![a-z])", worded) or all("\\neq" in piece for piece in pieces)
    return both(ranges) if is_both else union(ranges)


def _listing(text: str, depth: int) -> Group | None:
    """Read `1, 2`, `x = 1 or x = 2` and `A, C` as sets."""
    parts = split(_AND_OR.sub(r" \1 ", text))
    return _set(parts, depth) if len(parts) > 1 else None


def _either_sign(text: str, depth: int) -> Group | None:
    r"""Read `1 \pm \sqrt 2` as the set of both."""
    if not _EITHER.search(text) or "=" in text or _RELATION.search(text):
        return None
    if len(_EITHER.findall(text)) > MAX_SIGNS:
        raise Refused("over_limit")
    above = _EITHER.sub(lambda sign: "+" if sign[1] == "p" else "-", text)
    below = _EITHER.sub(lambda sign: "-" if sign[1] == "p" else "+", text)
    return _set([above, below], depth)


def _set(parts: Sequence[str], depth: int) -> Group:
    if len(parts) > MAX_MEMBERS:
        raise Refused("over_limit")
    members: list[Reading] = []
    labels: list[str] = []
    for part in parts:
        if _ENDLESS_LIST.search(part):
            raise Refused("syntax")
        one = _read(part, depth + 1)
        if isinstance(one, Equation) and one.right is not None:
            labels.append(one.label)
            one = one.right
        inner = isinstance(one, Group) and one.kind == "set" and _EITHER.search(part) is not None
        members += one.members if inner and isinstance(one, Group) else [one]
    are_named = len(labels) == len(members) == len(set(labels))
    return Group("set", tuple(members), tuple(labels) if are_named and len(labels) > 1 else ())


def split(text: str) -> list[str]:
    """Split at commas, semicolons, `and` and `or` that no bracket encloses."""
    if not any(sign in text for sign in (",", ";", "and", "or")):
        return [text]
    found: list[str] = []
    start = nested = 0
    for sign in _SEPARATOR.finditer(text):
        if sign[0] in _OPENING:
            nested += 1
        elif sign[0] in _CLOSING:
            nested -= 1
        elif nested == 0:
            found.append(text[start : sign.start()])
            start = sign.end()
    found = [part.strip() for part in (*found, text[start:])]
    return [part for part in found if part]


def is_one_group(text: str) -> bool:
    """Say whether the first bracket is closed by the last one; intervals may mix their kinds."""
    nested = 0
    for at, sign in enumerate(text):
        nested += (sign in _OPENING) - (sign in _CLOSING)
        if nested == 0:
            return at == len(text) - 1
    return False


def _range(text: str, depth: int) -> Group | None:
    """Read `1 < x \\le 3` as the interval it says, and `x \\neq 3` as all but a point."""
    if "\\neq" in text:
        sides = text.split("\\neq")
        if len(sides) == 2 and sides[0].strip() and is_name(single(sides[0].strip())):
            return complement(_read(sides[1].strip(), depth + 1))
        raise Refused("syntax")
    signs = [_RELATIONS[found] for found in _RELATION.findall(text)]
    if not signs or len(signs) > 2 or "=" in _RELATION.sub("", text):
        return None
    sides = [single(side.strip()) for side in _RELATION.split(text)]
    found = interval(sides, signs)
    if found is not None:
        return found
    if len(sides) != 2 or any(side.value is None for side in sides):
        raise Refused("syntax")
    return Group(signs[0].replace(">", "<"), tuple(sides if signs[0][0] == "<" else sides[::-1]))


def _equation(text: str, depth: int) -> Reading | None:
    r"""Read `x = 3`, `x \in S`, `x + y = 4`, and worked sums: `6 * 7 = 42` is 42."""
    if "\\equiv" in text and "mod" in text:
        text = text.replace("\\equiv", "=")
    element = re.fullmatch(rf"(?:{_LABEL.pattern}) ?\\in(?![a-z]) ?(.*)", text)
    if element:
        return _read(element[1], depth + 1)
    exact, sign, about = text.partition("\\approx")
    if sign:  # of `\sqrt2 \approx 1.41` the exact value counts, of `x \approx 1.41` the only one there is
        is_label = not exact.strip() or _LABEL.fullmatch(exact.strip())
        return _read((about if is_label else exact).strip(), depth + 1)
    if "=" not in text:
        return None
    sides = [side.strip() for side in text.replace(":=", "=").split("=")]
    if len(sides) > MAX_SIDES:
        raise Refused("over_limit")
    if not all(sides) or any(side[-1] in "<>!" for side in sides[:-1]):
        raise Refused("syntax")
    while len(sides) > 2 and _LABEL.fullmatch(sides[0]) and (_LABEL.fullmatch(sides[1]) or len(sides) > 2):
        if not variables_of(sides[-1]) and len(sides) > 2 and not _LABEL.fullmatch(sides[1]):
            return _worked(sides[1:], text, sides[0], depth)
        sides = sides[1:]
    if len(sides) == 2 and _LABEL.fullmatch(sides[1]) and _is_number_side(sides[0]):
        sides = sides[::-1]
    if len(sides) > 2 or _is_number_side(sides[0]):
        return _worked(sides, text, "", depth)
    return _related(text, sides[0], sides[1], depth)


def variables_of(side: str) -> bool:
    """Say whether a side has letters that stand for something."""
    tree = expression(side)
    return isinstance(tree, str) or bool(variables(tree))


def _is_number_side(side: str) -> bool:
    tree = expression(side)
    return not isinstance(tree, str) and not variables(tree)


def _worked(sides: list[str], text: str, label: str, depth: int) -> Reading:
    """Read the last side of `2 * 3 + 1 = 6 + 1 = 7`; the sides that are numbers must agree."""
    last = _read(sides[-1], depth + 1)
    trees = [expression(side) for side in sides]
    known = [tree for tree in trees if not isinstance(tree, str) and not variables(tree)]
    if not isinstance(last, Value) or last.value is None:
        raise Refused("syntax")
    if variables(last.value):
        return _related(text, sides[-2], sides[-1], depth)
    if any(not (tree == known[-1] or agree(tree, known[-1])) for tree in known):
        raise Refused("false_equation")
    first = sides[0]
    if not label and len(known) == len(sides) == 2 and number_of(first) is not None and first == sides[1]:
        raise Refused("syntax")  # `0 = 0` is no number
    if not label and len(known) < len(sides) - 1:
        raise Refused("syntax")
    return Equation(text, None, label, last) if label else last


def _related(text: str, left: str, right: str, depth: int) -> Reading:
    is_label = _LABEL.fullmatch(left) is not None
    is_derivative = any("\\D" in name for name in _names(left) | _names(right))
    if is_derivative:
        left, right = (_APPLIED.sub(r"\1", side) for side in (left, right))
    first, second = expression(left), expression(right)
    zero = None
    if not isinstance(first, str) and not isinstance(second, str):
        zero = Sum((first, negative(second)))
        if not is_label and not is_derivative and judge(first, second) == "equal":
            return _read(right, depth + 1)  # an identity says what its last side is
    if not is_label:
        is_total = _TOTAL.fullmatch(left) is not None and not is_derivative
        if is_total and zero is not None and not variables_of(right):
            return Equation(text, zero, "+", _read(right, depth + 1))
        if zero is None:
            raise Refused("syntax")
        return Equation(text, zero)
    return Equation(text, zero, left.replace(" ", ""), _read(right, depth + 1))


def _names(side: str) -> set[str]:
    tree = expression(side)
    return set() if isinstance(tree, str) else variables(tree)
