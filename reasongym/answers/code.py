"""Find the program that a completion declares.

It is the last fenced block of the final answer that can be one, or the whole answer where no fence is; a
block that defines the name which is asked for comes before one that only shows how it is used. Two that
differ with an "or" between them are a hedge. Nothing is compiled here: whether it is a program at all shows
where it runs.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from reasongym.answers.alternatives import offers_another
from reasongym.answers.declarations import HEDGED, NO_ANSWER, Extraction
from reasongym.answers.thinking import after_thinking

MAX_CHARS = 65_536
"""Characters at the end of a completion in which a program is looked for."""
PYTHON = ("", "py", "python", "python3")
"""Languages of fences around Python."""
_MAX_LEAD = 100
_FENCE = "```"
_TAG = re.compile(r"</?answer>", re.IGNORECASE)
_LANGUAGE = re.compile(r"[\w+-]{0,20}")
_OPENING = re.compile(r"(?:\\boxed|[\s{($>*_]){1,20}$")
"""Markup between the words that lead to a block and the block."""
_STATEMENT = re.compile(r"^(?:from|import|def|class|async def)\b", re.MULTILINE)


class _Block(NamedTuple):
    start: int
    content: str


def find_code(text: str, name: str) -> Extraction:
    """Find the Python program in a completion that defines a name, a function or a class."""
    final, reason = _final(text)
    if final is None:
        return Extraction(None, reason)
    defines = re.compile(rf"(?:\b(?:def|class)\s+{re.escape(name)}\b|^{re.escape(name)}\s*=)", re.MULTILINE)
    blocks = [one for one in _blocks(final, PYTHON) if defines.search(one.content)]
    if blocks:
        return _last(final, blocks)
    start = _STATEMENT.search(final)
    if _FENCE in final or start is None or not defines.search(final):
        return NO_ANSWER
    return Extraction(final[start.start() :], "ok")


def find_block(text: str, languages: Sequence[str]) -> Extraction:
    """Find what the last fenced block in one of these languages holds, or the whole answer where no fence
    is."""
    final, reason = _final(text)
    if final is None:
        return Extraction(None, reason)
    blocks = [one for one in _blocks(final, languages) if one.content.strip()]
    if blocks:
        return _last(final, blocks)
    is_bare = _FENCE not in final and bool(final.strip())
    return Extraction(final.strip(), "ok") if is_bare else NO_ANSWER


def _final(text: str) -> Extraction:
    """Return the final answer: what the last answer tags hold, or all that follows the thinking."""
    answering = after_thinking(text, MAX_CHARS)
    if answering is None:
        return NO_ANSWER
    tags = list(_TAG.finditer(answering))
    pairs = [
        (opening, closing)
        for opening, closing in pairwise(tags)
        if opening[0][1] != "/" and closing[0][1] == "/"
    ]
    if not pairs:
        return Extraction(answering, "ok")
    opening, closing = pairs[-1]
    if len(pairs) > 1 and _is_offered(answering, opening.start()):
        return HEDGED
    return Extraction(answering[opening.end() : closing.start()], "ok")


def _blocks(text: str, languages: Sequence[str]) -> list[_Block]:
    """List the fenced blocks in these languages; the last may have lost its end to a stop string."""
    found: list[_Block] = []
    at = 0
    for number, part in enumerate(text.split(_FENCE)):
        if number % 2:
            language = _LANGUAGE.match(part)
            named = language[0].lower() if language and "\n" in part[: language.end() + 2] else ""
            content = part[len(named) :]
            if named in languages:
                found.append(_Block(at, content.lstrip("\r\n") if "\n" in content else content))
        at += len(part) + len(_FENCE)
    return found


def _last(text: str, blocks: Sequence[_Block]) -> Extraction:
    last = blocks[-1]
    others = {one.content.strip() for one in blocks[:-1]} - {last.content.strip()}
    is_hedged = bool(others) and _is_offered(text, last.start - len(_FENCE))
    return HEDGED if is_hedged else Extraction(last.content, "ok")


def _is_offered(text: str, start: int) -> bool:
    """Say whether what leads to an answer makes it one of several."""
    lead = _OPENING.sub("", text[max(0, start - _MAX_LEAD) : start]).rstrip().rpartition("\n")[2]
    return offers_another(lead)
