"""A small invented world: things, what holds between them, and the articles that say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reasongym.envs.multi_hop_search.names import ALIASED, Namer
from reasongym.seeding import Stream

YEAR = "year"
FIRST_YEAR, LAST_YEAR = 1600, 1999
_ALIAS_SHARE = 0.6
"""Of the things that may have an alias; one that has it is called by it in half of the other articles."""


class Relation(NamedTuple):
    """What a thing of a kind has just one of."""

    noun: str
    """What a question calls it: `the NOUN of X`."""
    target: str
    """The kind of thing that it is, or `year`."""
    sentences: tuple[str, ...]
    """How an article says it: {} is the article's subject, [] the other thing."""


RELATIONS: Mapping[str, tuple[Relation, ...]] = {
    "person": (
        Relation("birthplace", "town", ("{} was born in [].", "{} came into the world in [].")),
        Relation("teacher", "person", ("{} learnt the craft from [].", "[] taught {} the craft.")),
        Relation("employer", "company", ("{} works for [].", "{} is paid by [].")),
        Relation("school", "school", ("{} went to [] as a child.", "{} was a pupil at [].")),
        Relation("year of birth", YEAR, ("{} was born in the year [].", "The birth of {} fell in [].")),
    ),
    "town": (
        Relation("river", "river", ("{} lies on the banks of the [].", "The waters of the [] run past {}.")),
        Relation("mayor", "person", ("{} is governed by [].", "The townsfolk of {} elected [].")),
        Relation(
            "year of foundation", YEAR, ("{} was settled in [].", "The first houses of {} date from [].")
        ),
    ),
    "company": (
        Relation("founder", "person", ("{} was set up by [].", "{} began in a shed that belonged to [].")),
        Relation("seat", "town", ("{} has its head office in [].", "The letters of {} are posted in [].")),
        Relation("year of foundation", YEAR, ("{} was set up in [].", "{} opened its books in [].")),
    ),
    "school": (
        Relation("location", "town", ("{} stands in [].", "The halls of {} are in [].")),
        Relation("head", "person", ("{} is led by [].", "The lessons of {} are overseen by [].")),
        Relation("year of foundation", YEAR, ("{} took its first pupils in [].", "{} was opened in [].")),
    ),
    "river": (
        Relation("source", "town", ("{} rises in the hills above [].", "{} springs up near [].")),
        Relation("first explorer", "person", ("{} was charted by [].", "{} was first sailed by [].")),
    ),
    "book": (
        Relation("author", "person", ("{} was written by [].", "{} is a work of [].")),
        Relation("publisher", "company", ("{} was printed by [].", "{} was brought out by [].")),
        Relation("year of publication", YEAR, ("{} appeared in [].", "{} first came out in [].")),
    ),
}
SHARES: Mapping[str, int] = {"person": 30, "town": 20, "company": 14, "school": 14, "river": 14, "book": 8}
"""Of a hundred articles."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with an article of its own."""

    kind: str
    names: tuple[str, ...]
    """Its name, and perhaps its alias."""


@dataclass(frozen=True, slots=True)
class World:
    """Things by their index, and what each has by the index of its relation: a thing's index, or a year."""

    things: list[Thing]
    facts: list[list[int]]

    def follow(self, start: int, steps: Sequence[int]) -> list[int]:
        """Return the things on the way of some steps, the start among them; the last may be a year."""
        way = [start]
        for step in steps:
            way.append(self.facts[way[-1]][step])
        return way


def make_world(rng: Stream, num_articles: int, *, alike: bool, has_aliases: bool) -> World:
    """Draw things of every kind and what holds between them."""
    namer = Namer(rng, alike=alike)
    things: list[Thing] = []
    for kind, share in SHARES.items():
        for _ in range(max(1, num_articles * share // 100)):
            is_aliased = has_aliases and kind in ALIASED and rng.random() < _ALIAS_SHARE
            things.append(Thing(kind, (namer.name(kind), *([namer.alias(kind)] if is_aliased else []))))
    of_kind = {kind: [at for at, one in enumerate(things) if one.kind == kind] for kind in SHARES}
    return World(things, [_facts(rng, one.kind, at, of_kind) for at, one in enumerate(things)])


def _facts(rng: Stream, kind: str, at: int, of_kind: Mapping[str, Sequence[int]]) -> list[int]:
    facts: list[int] = []
    for one in RELATIONS[kind]:
        other = at
        while other == at:  # nobody is their own teacher
            is_year = one.target == YEAR
            other = rng.between(FIRST_YEAR, LAST_YEAR) if is_year else rng.pick(of_kind[one.target])
        facts.append(other)
    return facts


def written(rng: Stream, world: World) -> tuple[list[tuple[str, str]], dict[tuple[int, int], str]]:
    """Write the articles as titles and texts, and return what each calls the other things that it names."""
    articles: list[tuple[str, str]] = []
    mentions: dict[tuple[int, int], str] = {}
    for at, thing in enumerate(world.things):
        sentences: list[str] = []
        shift = rng.below(len(thing.names))  # name and alias in turn, so that a query for either finds it
        for number, relation in enumerate(RELATIONS[thing.kind]):
            value = world.facts[at][number]
            said = str(value) if relation.target == YEAR else rng.pick(world.things[value].names)
            mentions[at, number] = said
            subject = thing.names[(number + shift) % len(thing.names)]
            sentences.append(_sentence(rng.pick(relation.sentences), subject, said))
        name, *others = thing.names
        alias = "".join(f", also called {other}," for other in others)
        first = f"{name}{alias} is a {thing.kind}."
        articles.append((name, " ".join([first, *rng.shuffled(sentences)])))
    return articles, mentions


def _sentence(pattern: str, subject: str, other: str) -> str:
    sentence = pattern.replace("{}", subject).replace("[]", other)
    return sentence[0].upper() + sentence[1:]
