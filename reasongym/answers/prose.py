r"""Declared answers in words: markup taken away, split into sentences.

The readers of assignments and of choices share it. They accept a sentence only if every word of it is in
their grammar, so what stands here decides merely where sentences end and which words say nothing.
"""

import unicodedata
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from reasongym.answers.declarations import Ending, Extraction
from reasongym.answers.extraction import extract
from reasongym.answers.patterns import compiled
from reasongym.answers.retractions import takes_back

T = TypeVar("T")

MAX_CHARS = 6_000
"""Characters of a declared answer that are read; all work is linear in them."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


HARMLESS = _words(
    "so therefore thus hence then finally overall consequently we i get have conclude find see know now here "
    "deduce that this means it follows the final answer answers solution result conclusion in summary short "
    "summarize to is are roles role identities identity assignment assignments only unique consistent "
    "possible as following which gives giving be must values value result results correct"
)
"""Words that may lead to an answer and neither deny, doubt nor add anything to it."""
_DENIALS = _words(
    "not no never none false wrong incorrect untrue invalid neither nor cannot without deny denied lie lies "
    "or either alternatively maybe perhaps possibly might may could would if unless suppose supposing assume "
    "assuming otherwise instead kidding wait contradiction impossible except opposite"
)
_AHEAD = frozenset(("following", "below", "next"))

_LATEX_WORDS = r"\\(?:text|textbf|textit|textrm|textsf|emph|mathrm|mathbf|mathit|mathsf|operatorname)\s*"
_ENVIRONMENT = r"\\(?:begin|end)\{[a-z*]{1,12}\}(?:\{[lcr|]{1,8}\})?"
_LATEX_SIGNS = (
    r"\\(quad|qquad|land|wedge|to|mapsto|rightarrow|longrightarrow|left|right|[,;:!_&%# ()\[\]{}\\])"
)
_LATEX_PLAIN = {
    **{"land": " and ", "wedge": " and ", "&": " and ", "\\": "\n", "_": "_", "{": "{", "}": "}"},
    **dict.fromkeys(("to", "mapsto", "rightarrow", "longrightarrow"), " -> "),
}
_SAME_AS_ASCII = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "\u200b": "",
        "\ufeff": "",
        "\u2060": "",
        "✓": "",
        "✔": "",
        "✅": "",
    }
    | {"→": " -> ", "⇒": " -> ", "↦": " -> ", "–": " - ", "—": " - ", "−": "-", "•": "-", "\ufe0f": ""}
)
_MARKUP = str.maketrans(dict.fromkeys('*`$"()[]{}', " "))
_MARGIN = r"[\s>#+\-*]*"
_NUMBERED = r"\(?([0-9]{1,3})[.)]\s+(?=\S)"
_STOP = r"(?<![.!?])([.!?]+)(?=[\s*`\"')\]}]|$)"
_TOKEN = r"\w+(?:['-]\w+)*|->|=>|:=|[^\w\s]"


class Sentence(NamedTuple):
    """The words and signs of a sentence as they were written, and the sign that ended it."""

    tokens: list[str]
    stop: str
    """`.`, `!`, `?` or, where a line just ends, nothing."""

    @property
    def doubts(self) -> str:
        """Return the reason code of what keeps a sentence from being a plain statement, or nothing."""
        words = [token.lower() for token in self.tokens]
        if "?" in self.stop or "?" in words:
            return "question"
        if any(
            word in ("or", "/", "either", "maybe", "perhaps", "possibly", "alternatively") for word in words
        ):
            return "hedged"
        if any(word in ("if", "unless", "suppose", "assume", "assuming") for word in words):
            return "conditional"
        if any(word in _DENIALS or word.endswith("n't") for word in words):
            return "negated"
        return ""

    @property
    def takes_back(self) -> bool:
        """Say whether it takes back what was said before it."""
        return takes_back(" ".join(self.tokens))

    @property
    def spoils_what_follows(self) -> bool:
        """Say whether it denies or doubts the lines after it: "Not so:", "Or", "The following is false."."""
        if not self.doubts:
            return False
        return (
            not self.stop
            or self.tokens[-1:] == [":"]
            or any(token.lower() in _AHEAD for token in self.tokens)
        )


def declared(text: str, ending: Ending = "block") -> Extraction:
    """Return the answer that a completion declares, where none is the block that ends it."""
    return extract(text, ending)


def read_declared(text: str, read: Callable[[str], T | str]) -> tuple[str | None, T | str]:
    """Return the declared answer and what a reader makes of it, or the reason why there is none.

    The answer is the last block or, where that is more than the reader knows, the declared or last line: a
    list may go over several lines, and an explanation may stand beside a line.
    """
    found, reason = declared(text, "block")
    if found is None:
        return None, reason
    first = read(found)
    if first not in ("syntax", "over_limit"):
        return found, first
    line, _ = declared(text, "line")
    second = first if line is None or line == found else read(line)
    return (found, first) if isinstance(second, str) else (line, second)


def plain(text: str) -> str:
    """Write LaTeX's words and Unicode's signs as plain text; markup that may matter to JSON stays."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SAME_AS_ASCII)).translate(_SAME_AS_ASCII)
    if "\\" in text:
        if "\\begin" in text:  # of `aligned` or `array`, in whose rows a bare & is no word
            text = compiled(_ENVIRONMENT).sub(" ", text).replace("\\&", "\\land").replace("&", " ")
        text = compiled(_LATEX_WORDS).sub("", text)
        text = compiled(_LATEX_SIGNS).sub(lambda sign: _LATEX_PLAIN.get(sign[1], " "), text)
    return text


def sentences(text: str, labels: frozenset[str] = frozenset()) -> list[Sentence]:
    """Split plain text at the ends of lines and sentences, without bullets, list numbers and emphasis.

    A list number that is one of the labels is kept: in "1. red" it names what is red.
    """
    found: list[Sentence] = []
    for line in text.split("\n"):
        at = compiled(_MARGIN).match(line).end()  # pyright: ignore[reportOptionalMemberAccess]  (it matches nothing too)
        number = compiled(_NUMBERED).match(line, at)
        if number and number[1] in labels:
            line = f"{number[1]} : {line[number.end() :]}"
        else:
            line = line[number.end() if number else at :]
        pieces = compiled(_STOP).split(line)
        for piece, stop in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            tokens = [token for token in compiled(_TOKEN).findall(piece.translate(_MARKUP)) if token != "'"]
            if tokens:
                found.append(Sentence(tokens, "?" if "?" in stop else stop[:1]))
    return found
