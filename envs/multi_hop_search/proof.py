"""A second way to the answers: facts are read back from the articles' words, and questions from theirs."""

import re
from collections import deque
from collections.abc import Mapping, Sequence

_IS_A = re.compile(r"^(?P<name>.+?)(?:, also called (?P<alias>.+?),)? is an? (?P<kind>\w+)\. ?")
_QUESTION = re.compile(r'^Wh(?:o|at) is (?P<what>.+) of the (?P<kind>\w+) "(?P<name>.+)"\?$')
_CLUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "person": {
        "birthplace": (r"was born in (?!the year)(.+)", r"came into the world in (.+)"),
        "teacher": (r"learnt the craft from (.+)", r"^(.+) taught .+ the craft"),
        "employer": (r"works for (.+)", r"is paid by (.+)"),
        "school": (r"went to (.+) as a child", r"was a pupil at (.+)"),
        "year of birth": (r"was born in the year (\d+)", r"^The birth of .+ fell in (\d+)"),
    },
    "town": {
        "river": (r"lies on the banks of the (.+)", r"^The waters of the (.+) run past"),
        "mayor": (r"is governed by (.+)", r"^The townsfolk of .+ elected (.+)"),
        "year of foundation": (r"was settled in (\d+)", r"^The first houses of .+ date from (\d+)"),
    },
    "company": {
        "founder": (r"was set up by (.+)", r"began in a shed that belonged to (.+)"),
        "seat": (r"has its head office in (.+)", r"^The letters of .+ are posted in (.+)"),
        "year of foundation": (r"was set up in (\d+)", r"opened its books in (\d+)"),
    },
    "school": {
        "location": (r"stands in (.+)", r"^The halls of .+ are in (.+)"),
        "head": (r"is led by (.+)", r"^The lessons of .+ are overseen by (.+)"),
        "year of foundation": (r"took its first pupils in (\d+)", r"was opened in (\d+)"),
    },
    "river": {
        "source": (r"rises in the hills above (.+)", r"springs up near (.+)"),
        "first explorer": (r"was charted by (.+)", r"was first sailed by (.+)"),
    },
    "book": {
        "author": (r"was written by (.+)", r"is a work of (.+)"),
        "publisher": (r"was printed by (.+)", r"was brought out by (.+)"),
        "year of publication": (r"appeared in (\d+)", r"first came out in (\d+)"),
    },
}


def answers(articles: Sequence[Sequence[str]], question: str) -> set[str]:
    """Return every name of what a question asks for; nothing where an article or a name is not clear."""
    asked = _QUESTION.match(question)
    books = _read(articles)
    if asked is None or books is None:
        return set()
    names, facts = books
    nouns = asked["what"].removeprefix("the ").split(" of the ")
    here = asked["name"]
    for noun in reversed(nouns):
        here = facts.get(names.get(here.lower(), here), {}).get(noun, "")
    title = names.get(here.lower(), here)
    return {title} if title.isdigit() else {title, *(_aliases(articles, title))}


def _aliases(articles: Sequence[Sequence[str]], title: str) -> list[str]:
    heads = [_IS_A.match(text) for name, text in articles if name == title]
    return [head["alias"] for head in heads if head and head["alias"]]


def _read(articles: Sequence[Sequence[str]]) -> tuple[dict[str, str], dict[str, dict[str, str]]] | None:
    """Return the title behind each name, and the facts of each title; None where something is said twice."""
    names: dict[str, str] = {}
    facts: dict[str, dict[str, str]] = {}
    for title, text in articles:
        head = _IS_A.match(text)
        if head is None or head["name"] != title:
            return None
        for name in filter(None, (title, head["alias"])):
            if names.setdefault(name.lower(), title) != title or title in facts:
                return None
        told = _facts(head["kind"], text[head.end() :])
        if told is None:
            return None
        facts[title] = told
    return names, facts


def _facts(kind: str, text: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for sentence in text.removesuffix(".").split(". "):
        fitting = [
            (noun, match[1])
            for noun, patterns in _CLUES[kind].items()
            for pattern in patterns
            if (match := re.search(pattern + "$", sentence) or re.search(pattern + r"\b", sentence))
        ]
        if len(fitting) != 1 or fitting[0][0] in found:
            return None
        found[fitting[0][0]] = fitting[0][1]
    return found if len(found) == len(_CLUES[kind]) else None


def looked_at(articles: Sequence[Sequence[str]], start: str, last: str) -> int:
    """Return how many articles are looked at, from the top each time, until that of the last is found."""
    places = {name.lower(): at for at, (_, text) in enumerate(articles) for name in _names_of(text)}
    texts = [text.lower() for _, text in articles]
    queue, seen, num = deque([places[start.lower()]]), {places[start.lower()]}, 0
    while queue:
        here = queue.popleft()
        num += here + 1
        if here == places[last.lower()]:
            return num
        for _, at in sorted(
            (texts[here].find(name), at) for name, at in places.items() if name in texts[here]
        ):
            if at not in seen:
                seen.add(at)
                queue.append(at)
    raise AssertionError(f"no way leads from {start!r} to {last!r}")


def _names_of(text: str) -> list[str]:
    head = _IS_A.match(text)
    assert head is not None
    return [name for name in (head["name"], head["alias"]) if name]
