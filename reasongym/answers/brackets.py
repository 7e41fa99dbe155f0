r"""What brackets or an environment hold: tuples, intervals, sets, matrices."""

import re

from reasongym.answers.expressions import expression
from reasongym.answers.leaves import scaled
from reasongym.answers.listings import CLOSING, MAX_MEMBERS, Inner, is_one_group, set_of, split
from reasongym.answers.shapes import Group, Refused
from reasongym.answers.typesetting import NEW_ROW

_MATRIX = re.compile(
    r"(?P<factor>[^&]*?)(?P<open>[(\[]?) ?\\begin ?\{(?P<kind>small)?(?P<name>[pbB]?matrix"
    r"|array)\}(?:\{[lcr|]*\})?"
    r"(?P<cells>.*)\\end ?\{(?P=kind)?(?P=name)\} ?[)\]]?"
)
_MATRIX_NAME = re.compile(r"\\begin ?\{small(matrix)\}(.*)\\end ?\{smallmatrix\}")
_BUILDER = re.compile(r"\\\{ ?[a-zA-Z](?: ?\\in ?\\mathbb ?\{?R\}?)? ?(?:\||:) ?(.*)\\\}")


def matrix(text: str, inner: Inner) -> Group | None:
    """Read a matrix, with a factor before it or none; a column is the tuple of its entries."""
    if text.count("\\begin") != 1:
        return None
    found = _MATRIX.fullmatch(_MATRIX_NAME.sub(r"\\begin{\1}\2\\end{\1}", text))
    if found is None:
        return None
    rows = _rows(found["cells"])
    written = found["factor"].strip(" *")
    factor = expression("-1" if written == "-" else written) if written else None
    if isinstance(factor, str):
        return None
    cells = [tuple(scaled(factor, inner(cell.strip())) for cell in row.split("&")) for row in rows]
    if all(len(row) == 1 for row in cells):
        return Group("()", tuple(cell for [cell] in cells))
    return Group("matrix", tuple(Group("row", row) for row in cells))


def _rows(cells: str) -> list[str]:
    rows = [row for row in cells.replace("\\hline", "").split(NEW_ROW) if row.strip()]
    if sum(row.count("&") + 1 for row in rows) > MAX_MEMBERS or not rows:
        raise Refused("over_limit")
    return rows


def bracketed(text: str, inner: Inner) -> Group | None:
    """Read a text that one pair of brackets holds: a tuple, an interval, a set, the rows of a matrix."""
    if text.startswith("\\{") and text.endswith("\\}") and is_one_group(text[1:]):
        return _braced(text, inner)
    if text in ("\\emptyset", "{}"):
        return Group("set", ())
    if text[0] in "[]" and text[-1] in "[]" and (text[0] == "]" or text[-1] == "["):
        return _french(text, inner)
    if text[0] not in "([{" or text[-1] not in CLOSING or not is_one_group(text):
        return None
    parts = split(text[1:-1].strip())
    if len(parts) > 1:
        return set_of(parts, inner) if text[0] == "{" else _tuple(text[0] + text[-1], parts, inner)
    return _read_inside(text, inner) if text[0] + text[-1] in ("()", "[]") and parts else None


def _tuple(brackets: str, parts: list[str], inner: Inner) -> Group:
    """Read a tuple or an interval, or `[[1, 2], [3, 4]]` as a matrix."""
    members = tuple(inner(part) for part in parts)
    rows = tuple(Group("row", one.members) for one in members if isinstance(one, Group) and one.kind == "[]")
    if brackets == "[]" and len(rows) == len(members):
        return Group("matrix", rows)
    return Group(brackets, members)


def _french(text: str, inner: Inner) -> Group | None:
    """Read `]1, 2[`, the open interval."""
    parts = split(text[1:-1].strip())
    if len(parts) != 2:
        return None
    kind = ("[" if text[0] == "[" else "(") + ("]" if text[-1] == "]" else ")")
    return Group(kind, tuple(inner(part) for part in parts))


def _read_inside(text: str, inner: Inner) -> Group | None:
    """Read what a needless pair of brackets holds, where that is a group."""
    if not any(sign in text for sign in ("\\cup", "\\pm", "\\begin")):
        return None
    inside = inner(text[1:-1])
    return inside if isinstance(inside, Group) else None


def _braced(text: str, inner: Inner) -> Group:
    built = _BUILDER.fullmatch(text)
    if built:
        inside = inner(built[1].strip())
        if isinstance(inside, Group):
            return inside
    members = text[2:-2].strip()
    listed = set_of(split(members) if members else [], inner)
    return Group("set", tuple(dict.fromkeys(listed.members)), listed.labels)
