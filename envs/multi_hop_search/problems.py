"""Questions about an invented world: which levels there are, how one is drawn, worded and judged."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from reasongym.core import Data
from reasongym.envs.multi_hop_search.world import RELATIONS, YEAR, World, make_world, written
from reasongym.seeding import Stream

_YEAR_SHARE = 0.25
"""Of the questions that ask for a year where one can be asked for."""
_ARTICLE = re.compile(r"(?:the|an?) ")
_MARKS = re.compile(r"[^\w\s]|_")


class Level(NamedTuple):
    """What the problems of a level are made of."""

    hops: int
    articles: int
    alike: bool
    """Whether names are made of few parts, so that many articles share words with a query."""
    aliases: bool
    calls: int
    chance: float

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        names = ", names alike" if self.alike else ""
        aliases = ", things called by other names" if self.aliases else ""
        hops = f"{self.hops} article{'' if self.hops == 1 else 's'} to find"
        return f"{hops} among {self.articles}{names}{aliases}, {self.calls} searches"


LEVELS = (
    Level(1, 15, alike=False, aliases=False, calls=3, chance=0.27),
    Level(2, 40, alike=False, aliases=False, calls=6, chance=0.11),
    Level(2, 120, alike=True, aliases=False, calls=6, chance=0.04),
    Level(3, 120, alike=True, aliases=False, calls=8, chance=0.035),
    Level(3, 140, alike=True, aliases=True, calls=8, chance=0.035),
    Level(4, 150, alike=True, aliases=True, calls=10, chance=0.03),
    Level(5, 160, alike=True, aliases=True, calls=12, chance=0.03),
)


def draw(rng: Stream, level: Level) -> Data:
    """Draw a world and a question whose answer takes `hops` of its articles."""
    world = make_world(rng, level.articles, alike=level.alike, has_aliases=level.aliases)
    start, steps = _way(rng, world, level.hops)
    articles, mentions = written(rng, world)
    way = world.follow(start, steps)
    nouns, asked = _named(world, way, steps)
    answers = [str(way[-1])] if asked == YEAR else list(world.things[way[-1]].names)
    queries = [world.things[start].names[0]]
    queries += [mentions[at, step] for at, step in zip(way[:-2], steps[:-1], strict=True)]
    return {
        "articles": [list(one) for one in rng.shuffled(articles)],
        "start": [world.things[start].kind, world.things[start].names[0]],
        "relations": nouns,
        "asked": asked,
        "answers": answers,
        "queries": queries,
    }


def _way(rng: Stream, world: World, hops: int) -> tuple[int, list[int]]:
    """Draw a start and steps that lead to something else each time; only the last may lead to a year."""
    while True:
        start = rng.below(len(world.things))
        way, steps = [start], list[int]()
        for hop in range(hops):
            relations = RELATIONS[world.things[way[-1]].kind]
            is_year = hop == hops - 1 and rng.random() < _YEAR_SHARE
            fitting = [at for at, one in enumerate(relations) if (one.target == YEAR) == is_year]
            if not fitting:
                break
            steps.append(rng.pick(fitting))
            way.append(world.facts[way[-1]][steps[-1]])
        if len(steps) == hops and len(set(way)) == len(way):
            return start, steps


def _named(world: World, way: Sequence[int], steps: Sequence[int]) -> tuple[list[str], str]:
    """Return what the steps are called, and the kind of what the last leads to."""
    relations = [RELATIONS[world.things[at].kind][step] for at, step in zip(way[:-1], steps, strict=True)]
    return [one.noun for one in relations], relations[-1].target


def question(data: Data) -> str:
    """Ask for the answer: the last step first, the start at the end."""
    kind, name = data["start"]
    what = " of ".join(f"the {noun}" for noun in reversed(data["relations"]))
    return f'{"Who" if data["asked"] == "person" else "What"} is {what} of the {kind} "{name}"?'


def terse(data: Data) -> str:
    """Ask in hardly a word."""
    return " < ".join([*reversed(data["relations"]), data["start"][1]]) + " ?"


def normal(text: str, kind: str) -> str:
    """Return what counts of a name: no case, marks, blanks, article, or word for the kind around it.

    `The town of Braeton.` and `braeton` are the same; a part of a name is another name.
    """
    words = " ".join(_MARKS.sub(" ", text).casefold().split())
    words = _ARTICLE.sub("", words, count=1) if _ARTICLE.match(words) else words
    for before in (f"{kind} of ", f"{kind} ", "the "):
        words = words.removeprefix(before)
    return words.removesuffix(f" {kind}")
