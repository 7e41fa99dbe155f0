r"""Sets of solutions as models write them: `x = 2 or x = -3`, `x_1 = 2, x_2 = -3`, `\{2, -3\}`, `1 ± 2√3`."""

import re
from collections.abc import Callable

from reasongym.answers.formulas import parse
from reasongym.answers.identity import identical
from reasongym.answers.retractions import without_remarks
from reasongym.answers.trees import Formula

MAX_CHARS = 600
MAX_SOLUTIONS = 8
MAX_JOINED = 20_000
MAX_LINE = 200
_INDEX = r"_(?:\{ ?[0-9](?: ?, ?[0-9])? ?\}|[0-9])|[₀₁₂₃₄₅₆₇₈₉]"
_WRAPPING = (
    r"\\\[|\\\]|\\\(|\\\)|\$|\*\*|`|\\displaystyle|\\left(?![a-z])|\\right(?![a-z])|(?<!\\)\\[,;!: ]"
    r"|&|\\\{|\\\}|\\(?:begin|end)\{(?:cases|aligned|align\*?|gathered)\}"
)
_LEAD = (
    r"(?i)^\W{0,4}(?:(?:then|we get|we find|we have|the inequality holds (?:for|when))\b,? {0,2}){0,3}"
    r"(?:(?:the |both |two |all |complex |real |exact |final |only |equation |quadratic |has |its ){0,6}"
    r"(?:solution set|solutions?|roots?|zeros?|answers?|results?)"
    r"(?: (?:of|to) the (?:equation|inequality|system(?: of equations)?))?(?: is| are)? {0,2}:? {0,2})?"
)
_MULTIPLICITY = (
    r"(?i)\((?:a |the )?(?:double root|double|repeated root|repeated|twice"
    r"|(?:with )?multiplicity (?:2|two))\)"
    r"|,? (?:a |the )?(?:double root|repeated root|with multiplicity (?:2|two))$"
)
_SEPARATOR = (
    r"(?i)\\text\{ ?,? ?(?:or|and) ?\}|\\(?:quad|qquad|lor|vee|land|wedge|newline)\b"
    r"|\\\\|\b(?:or|and)\b|[,;∨∧\n]"
)
_BOX = r"\\boxed\{([^{}]{0,80}(?:\{[^{}]{0,40}\}[^{}]{0,40}){0,4})\}"
_ROUNDED = r"≈|\\approx"
_LEADS_TO = (
    r"(?i)(?:\b(?:which gives|gives|giving|so|hence|therefore|thus)\b|⇒|⟹|→|=>"
    r"|\\(?:implies|Rightarrow|Longrightarrow)\b),? ?"
)
_PLUS_MINUS = ("±", "\\pm", "+/-")
_MINUS_PLUS = ("∓", "\\mp")


def solutions(text: str, name: str) -> list[Formula] | str:
    """Read every solution that an answer names, or say why not: `syntax`, `over_limit`, ...

    What is between separators must be a formula without variables, perhaps behind `x =`; words that introduce
    the answer or say that a root is double are passed over, other words are not.
    """
    if len(text) > MAX_CHARS:
        return "over_limit"
    text = unwrapped(re.sub(_INDEX, "", text))
    text = re.sub(_MULTIPLICITY, "", text)
    text = _unbracketed(concluded(text), name)
    found: list[Formula] = []
    for part in re.split(_SEPARATOR, text):
        if not part.strip():
            continue
        read = _solution(part.strip(), name)
        if isinstance(read, str):
            return read
        found += read
        if len(found) > MAX_SOLUTIONS:
            return "over_limit"
    return found or "no_answer"


def unwrapped(text: str) -> str:
    """Take away what sets mathematics apart or in shape: `$`, `**`, `\\left`, spaces, a full stop."""
    return re.sub(_WRAPPING, " ", text).strip().removesuffix(".").strip()


def concluded(text: str) -> str:
    """Return what an answer ends with, behind `which gives` and without the words that introduce it."""
    text = re.split(_LEADS_TO, text)[-1]
    return text[lead(text) :].strip()


def lead(text: str) -> int:
    """Return how many characters of words introduce an answer."""
    words = re.match(_LEAD, text)
    end = words.end() if words else 0
    return end if re.search("[A-Za-z]", text[:end]) else 0


def _unbracketed(text: str, name: str) -> str:
    r"""Take away `x =` or `x \in` before a set or list, and its brackets."""
    bare = re.sub(rf"^{name}\s?(?:(?:∈|\\in\b)\s*|=\s?(?=[\[{{(]))", "", text, count=1)
    if bare[:1] + bare[-1:] in ("{}", "[]") or (bare[:1] + bare[-1:] == "()" and _is_one_list(bare)):
        return bare[1:-1]
    return bare


def _is_one_list(text: str) -> bool:
    """Say whether the brackets around a text belong together and hold a list."""
    depth = 0
    for char in text[:-1]:
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return False
    return "," in text


def _solution(text: str, name: str) -> list[Formula] | str:
    """Read one solution, or two that `±` stands for; of `x = 6/2 = 3` every side must be read."""
    sides = [side.strip() for side in re.split(_ROUNDED, text)[0].split("=")]
    if len(sides) > 1 and sides[0] in (name, name.upper()):
        sides = sides[1:]
    if len(sides) > 3 or not all(sides):
        return "syntax"
    if len(sides) > 1:
        return _chain(sides)
    found: list[Formula] = []
    for one in _signs(sides[0]):
        read = parse(one, ())
        if isinstance(read, str):
            return read
        found.append(read)
    return found


def _chain(sides: list[str]) -> list[Formula] | str:
    """Read `6/2 = 3`, whose sides must be equal one by one."""
    last: list[Formula] = []
    for at, side in enumerate(sides):
        before = last
        read = _solution(side, "")
        if isinstance(read, str):
            return read
        last = read
        if at and not (len(before) == len(last) and all(map(identical, before, last))):
            return "false_equation"
    return last


def _signs(text: str) -> list[str]:
    """Write out `±` and `∓`: the upper signs, then the lower ones."""
    if not any(sign in text for sign in (*_PLUS_MINUS, *_MINUS_PLUS)):
        return [text]
    upper = lower = text
    for sign in _PLUS_MINUS:
        upper, lower = upper.replace(sign, "+"), lower.replace(sign, "-")
    for sign in _MINUS_PLUS:
        upper, lower = upper.replace(sign, "-"), lower.replace(sign, "+")
    return [upper, lower]


def joined_lines(text: str, is_part: Callable[[str], bool]) -> str:
    """Join the lines that end a text where each is part of the answer: `x = 2` over `x = -3`."""
    text = without_remarks(text)
    lines = text.rstrip().removesuffix("\n```").split("\n") if len(text) < MAX_JOINED else [text]
    start = len(lines)
    joined: list[str] = []
    while start and len(lines[start - 1]) < MAX_LINE:
        line = bare_line(lines[start - 1])
        if line and not is_part(line):
            break
        start -= 1
        joined += [line] if line else []
    if len(joined) < 2:
        return text
    return "\n".join([*lines[:start], ", ".join(reversed(joined))])


def one_box(text: str) -> str:
    r"""Put several boxes of the last line into one, as `\boxed{2}` and `\boxed{-3}` name two solutions."""
    line = text.rstrip()[-MAX_LINE:].rpartition("\n")[2]
    boxes = re.findall(_BOX, line)
    if len(boxes) < 2:
        return text
    return text.rstrip().removesuffix(line) + "\\boxed{" + ", ".join(boxes) + "}"


def bare_line(line: str) -> str:
    """Take away a bullet or number before a line, signs around it, and a comma or stop behind it."""
    return re.sub(r"^[0-9][.)] ", "", line.strip()).lstrip("-*•$ \\([").rstrip("$ \\)].,;").strip()
