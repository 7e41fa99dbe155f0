"""Search between turns: a query is answered by the articles of a corpus that fit it best."""

from collections.abc import Callable

from reasongym.tooling import Used
from reasongym.tools.articles import Article, index_of
from reasongym.tools.corpora import read_corpus
from reasongym.tools.formats import abridged

NUM_SHOWN = 3
"""Articles that a query shows, as in Search-R1 (arXiv 2503.09516)."""


class SearchTool:
    """Answers queries; the same query has the same answer, so that nothing of the past matters."""

    name = "search"
    argument = "query"
    reply = "information"
    about = f"search a collection of articles (a query shows the {NUM_SHOWN} that fit it best)"

    def __init__(self, articles: Callable[[], tuple[Article, ...]], most_chars: int = 2_000) -> None:
        """Take what gives the articles when they are first needed; judging an answer needs none."""
        self._articles = articles
        self._most_chars = most_chars

    @classmethod
    def of_file(cls, path: str, digest: str, most_chars: int) -> "SearchTool":
        """Search through a file of that digest."""
        return cls(lambda: read_corpus(path, digest), most_chars)

    def use(self, past: tuple[str, ...], argument: str) -> Used:
        """Answer a query."""
        found = index_of(self._articles()).best(argument, NUM_SHOWN)
        told = "\n".join(f"[{number}] {_shown(one)}" for number, one in enumerate(found, 1))
        return Used(abridged(told, self._most_chars) or "(nothing was found)", past)

    def leave(self, past: tuple[str, ...]) -> None:
        """Do nothing: nothing was kept."""


def _shown(article: Article) -> str:
    return f"{article.title}: {article.text}" if article.title else article.text
