"""Search finds what a formula written anew ranks first, in files whose digest the row carries."""

import json
import math
import random
import re
import sys
from pathlib import Path

import pytest

import reasongym
from reasongym.core import Row
from reasongym.errors import DataError, UsageError
from reasongym.tools import Article, SearchTool
from reasongym.tools.articles import Index, index_of

ENV = reasongym.get("Arithmetic-v0")
ARTICLES = [
    {"title": "Brook", "text": "The Brook flows through Arlen."},
    {"title": "Arlen", "text": "Arlen is a town. Its mayor is Ada Brook."},
    {"contents": '"Ada Brook"\nAda Brook was born in Dunmere.'},
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in ARTICLES))
    return path


def scores(articles: list[Article], query: str) -> list[float]:
    """Score by BM25 in Lucene's form, k1 1.5 and b 0.75, straight from its formula."""
    bags = [re.findall(r"\w+", f"{one.title} {one.text}".lower()) for one in articles]
    mean = sum(map(len, bags)) / len(bags)
    found = [0.0] * len(articles)
    for word in re.findall(r"\w+", query.lower()):
        holding = sum(word in bag for bag in bags)
        weight = math.log(1 + (len(bags) - holding + 0.5) / (holding + 0.5)) if holding else 0.0
        for at, bag in enumerate(bags):
            count = bag.count(word)
            found[at] += weight * count / (count + 1.5 * (1 - 0.75 + 0.75 * len(bag) / mean))
    return found


def test_articles_are_ranked_as_the_formula_ranks_them() -> None:
    rng = random.Random(0)
    words = [f"w{number}" for number in range(40)]
    for _ in range(50):
        articles = [
            Article(rng.choice(words), " ".join(rng.choices(words, k=rng.randrange(1, 30))))
            for _ in range(30)
        ]
        query = " ".join(rng.choices([*words, "unknown"], k=rng.randrange(1, 6)))
        expected = scores(articles, query)
        found = Index(articles).best(query, 5)
        best = sorted((score for score in expected if score > 0), reverse=True)[:5]
        assert [expected[articles.index(one)] for one in found] == pytest.approx(best, rel=1e-4)


def test_equal_articles_come_in_their_order_and_what_shares_no_word_not_at_all() -> None:
    articles = tuple(Article(str(number), "same words") for number in range(9))
    assert [one.title for one in index_of(articles).best("words", 4)] == ["0", "1", "2", "3"]
    for query in ("", "  ", "?!", "other", "\x00", "🙂"):
        assert index_of(articles).best(query, 3) == []
    assert index_of((Article("", ""), *articles)).best("same", 1) == [articles[0]]
    assert index_of((Article("", "?!"),)).best("same", 1) == []


def test_what_is_found_is_numbered_and_cut() -> None:
    tool = SearchTool(lambda: (Article("A", "one two"), Article("", "two")), 100)
    assert tool.use((), "one two").text == "[1] A: one two\n[2] two"
    assert tool.use((), "three").text == "(nothing was found)"
    long = SearchTool(lambda: (Article("A", "two " * 100), Article("B", "one")), 100).use((), "two")
    assert "characters left out" in long.text


def test_a_corpus_of_ones_own_is_searched_in_any_environment(corpus: Path) -> None:
    env = reasongym.make("Arithmetic-v0", tools="search", corpus=str(corpus), tool_format="json")
    prompt, info = env.reset(seed=0)
    assert "<tool_call>" in prompt
    call = {"name": "search", "arguments": {"query": "Where was Ada Brook born?"}}
    observation = env.step(f"<tool_call>{json.dumps(call)}</tool_call>")[0]
    assert observation.startswith("<tool_response>\n[1] Ada Brook: Ada Brook was born in Dunmere.\n[2] ")
    assert len(info["row"].options["corpus_digest"]) == 32


def test_a_row_refuses_another_corpus_and_is_judged_without_any(corpus: Path) -> None:
    row = Row.from_dict(ENV.row(0, tools="search", corpus=str(corpus)).as_dict())
    call, right = "<search>Arlen</search>", ENV.oracle(ENV.problem(row).data)[0]
    corpus.write_text('{"text": "Something else."}\n')
    with pytest.raises(DataError, match="it is another corpus"):
        ENV.advance(ENV.begin(reasongym.problem(row)), call)
    corpus.unlink()
    assert reasongym.replay(row, [call, right]).correct
    with pytest.raises(DataError, match="cannot read the corpus"):
        ENV.row(0, tools="search", corpus=str(corpus))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no article"),
        ("\n\n", "holds no article"),
        ('{"text": "a"}\nnonsense\n', ":2 is no JSON object"),
        ('["a"]\n', ":1 is no JSON object"),
        ('{"body": "a"}\n', r":1 must have a string `text`.*\['body'\]"),
        ('{"text": 1}\n', ":1 must have a string `text`"),
        ('{"title": 1, "text": "a"}\n', ":1 must have a string `text`"),
    ],
)
def test_a_file_that_holds_no_articles_says_where(content: str, message: str, corpus: Path) -> None:
    corpus.write_text(content)
    session = ENV.begin(ENV.problem(ENV.row(0, tools="search", corpus=str(corpus))))
    with pytest.raises(DataError, match=message):
        ENV.advance(session, "<search>a</search>")


def test_a_missing_library_is_named(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(UsageError, match=r"pip install 'reasongym\[search\]'"):
        ENV.row(0, tools="search", corpus=str(corpus))
