"""Articles, and the index that ranks them for a query by BM25 (Robertson and others, 1994; by `bm25s`)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from reasongym.errors import UsageError

_WORD = re.compile(r"\w+")
MAX_QUERY = 1_000
"""Characters of a query that are read."""


class Article(NamedTuple):
    """A text with its title."""

    title: str
    text: str


class Index:
    """Ranks articles for queries, equal ones in their order."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = articles
        self._ranking: Any = require_library().BM25()
        bags = [_words(f"{one.title}\n{one.text}") for one in articles]
        self._is_empty = not any(bags)
        if not self._is_empty:
            self._ranking.index(bags, show_progress=False)

    def best(self, query: str, num: int) -> list[Article]:
        """Return the articles that share words with the query, best first."""
        words = _words(query[:MAX_QUERY])
        if not words or self._is_empty:
            return []
        scores: np.ndarray[Any, np.dtype[np.float32]] = self._ranking.get_scores(words)
        order = np.argsort(-scores, kind="stable")[:num]
        return [self.articles[int(at)] for at in order if scores[at] > 0]


@lru_cache(maxsize=64)
def index_of(articles: tuple[Article, ...]) -> Index:
    """Return the index of some articles; made once while they are in use."""
    return Index(articles)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def require_library() -> Any:
    """Return the library that ranks; raises UsageError where it is missing."""
    try:
        import bm25s
    except ImportError as error:
        raise UsageError("searching needs the library bm25s: pip install 'reasongym[search]'") from error
    return bm25s
