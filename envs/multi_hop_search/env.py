"""`MultiHopSearch-v0`: questions that several articles answer together, and a search to find them by.

The form is that of HotpotQA (arXiv 1809.09600) and of the questions that Search-R1 (arXiv 2503.09516) and
ReSearch (arXiv 2503.19470) train on; the world is made with the problem, so that nobody can know it.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b

from reasongym.answers.extraction import extract
from reasongym.core import Data, Env, Json, Row, Verdict
from reasongym.envs.multi_hop_search import problems, proof
from reasongym.envs.multi_hop_search.problems import LEVELS
from reasongym.envs.multi_hop_search.world import FIRST_YEAR, LAST_YEAR, YEAR
from reasongym.registry import register
from reasongym.seeding import Stream
from reasongym.tooling import Toolkit

_SHOWN_CHARS = 200


@register("MultiHopSearch-v0")
class MultiHopSearch(Env):
    """Answer a question about an invented world by searching through its articles.

    `data` holds `articles` (titles and texts), the question as `start` (a kind and a name) and `relations`
    to follow from there, `asked` (the kind of the answer), `answers` (its name and its alias) and `queries`
    (what finds the articles one after the other). A turn with a query is answered by articles, as
    docs/tools.md says; the first without one is the answer. A name counts without regard to case, marks,
    a leading article and the word for its kind.
    """

    family = "multi-hop search"
    levels = tuple(level.about for level in LEVELS)
    default_level = 3
    own_tool = "search"
    styles = {  # noqa: RUF012
        "plain": "the question, and that the answer stands alone",
        "tags": "asks for <think> and <answer> tags",
        "boxed": "the answer in \\boxed{}",
        "terse": "the names of the relations and the start, and nothing of the search",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return problems.draw(rng, LEVELS[level])

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return problems.terse(data)
        return (
            f"{problems.question(data)} The question is about an invented world that is told of in "
            f"{len(data['articles'])} articles, one for each person, town, company, school, river and book. "
            f"Things may be called by more than one name, each of which is right. {_ASK[style]}"
        )

    def kit(self, row: Row, data: Data) -> Toolkit:
        from reasongym.tools.articles import Article
        from reasongym.tools.kit import Kit
        from reasongym.tools.search import SearchTool

        options = self._all_options(row)
        articles = data.get("articles", ())
        tool = SearchTool(lambda: tuple(Article(*one) for one in articles), options["tool_chars"])
        num_calls = row.options.get("tool_calls", LEVELS[row.level].calls)
        return Kit(tool, options["tool_format"], num_calls, "tags")  # the oracle plays tags in every format

    def _all_options(self, row: Row) -> dict[str, Json]:
        return {name: option.default for name, option in self.options().items()} | row.options

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = extract(text, "line")
        if answer is None:
            return Verdict(0.0, False, reason)
        if len(answer) > _SHOWN_CHARS:
            return Verdict(0.0, False, "over_limit")
        said = problems.normal(answer, data["asked"])
        is_right = said in {problems.normal(one, data["asked"]) for one in data["answers"]}
        return Verdict.of("ok" if is_right else "wrong_value", answer)

    def oracle(self, data: Data) -> list[str]:
        return [*(f"<search>{query}</search>" for query in data["queries"]), data["answers"][0]]

    def canonical(self, data: Data) -> str:
        told = json.dumps([sorted(data["articles"]), data["start"], data["relations"]])
        return blake2b(told.encode(), digest_size=16).hexdigest()

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Put the articles in another order."""
        return data | {"articles": rng.shuffled(data["articles"])}

    def space(self, level: int) -> int:
        """Return a million: every problem has a world of its own, of names with 10**5 first parts or more."""
        return 10**6

    def chance(self, level: int) -> float:
        """Return what a thing of the kind asked for earns, measured on 2,000 problems and rounded up."""
        return LEVELS[level].chance

    def random_action(self, state: Json, rng: Stream) -> str:
        """Name anything that is of the kind asked for."""
        if state["asked"] == YEAR:
            return str(rng.between(FIRST_YEAR, LAST_YEAR))
        kind = f" is a {state['asked']}."
        return rng.pick([title for title, text in state["articles"] if kind in text])

    def prove(self, data: Data) -> bool:
        """Read all facts back from the articles, and find the one answer of the question as it is worded."""
        return proof.answers(data["articles"], problems.question(data)) == set(data["answers"])

    def effort(self, data: Data) -> float:
        """Return how many articles are looked at by who has no index and follows every name breadth-first."""
        return proof.looked_at(data["articles"], data["start"][1], data["queries"][-1])


_ASK = {
    "plain": "Reply with the answer alone.",
    "tags": "Think in <think> </think> tags and return the answer in <answer> </answer> tags.",
    "boxed": "Put the answer in \\boxed{}.",
}
