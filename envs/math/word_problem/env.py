"""`WordProblem-v0`: stories in which an amount changes step by step, with facts that do not matter."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import NamedTuple

from reasongym.core import Data, Json
from reasongym.envs.math.exact import Exact
from reasongym.envs.math.word_problem import home, work
from reasongym.envs.math.word_problem.stories import PEOPLE, Domain, Opening
from reasongym.registry import register
from reasongym.seeding import Stream


class Level(NamedTuple):
    """How long the stories are."""

    num_steps: int
    num_facts: int
    scale: float
    """What the sizes of the openings' quantities are multiplied by."""
    most: int
    """The greatest amount that may come up."""
    floor: int = 12
    """The least amount that may come up after the beginning."""
    backward: bool = False
    """The end is told and the beginning asked for."""


LEVELS = (
    Level(1, 0, 0.3, 40, floor=2),
    Level(2, 0, 0.5, 200, floor=4),
    Level(3, 0, 1, 1_000),
    Level(4, 1, 1, 2_000),
    Level(5, 2, 1.5, 5_000),
    Level(6, 3, 2, 20_000),
    Level(8, 4, 4, 10**6),
    Level(8, 4, 4, 10**6, backward=True),
)
DOMAINS: tuple[Domain, ...] = (*home.DOMAINS, *work.DOMAINS)
_LEAST = 2
_TERSE = {"+": "plus", "-": "minus", "*": "times", "/": "over", "part": "less one in"}


@register("WordProblem-v0")
class WordProblem(Exact):
    """Follow an amount through a story.

    `data` holds indices of the `domain`, the `opening` (-1: the beginning is asked for), `who` and the
    `item`; the opening's quantities `first` (2 where it has fewer than three); the `events` as [what, which
    wording, amount]; the `facts` as [before which event, which, amount]; the amount at the `start` and at
    the `end`, and which of them is the `answer`.
    """

    family = "word_problem"
    levels = tuple(
        f"{level.num_steps} step{'s' * (level.num_steps > 1)}, amounts up to {level.most:,}"
        + (f", {level.num_facts} idle fact{'s' * (level.num_facts > 1)}" if level.num_facts else "")
        + (", the beginning is asked for" if level.backward else "")
        + (" (a warm-up)" if level.num_steps == 1 else "")
        for level in LEVELS
    )
    default_level = 3
    spaces = (4_000, 48_000, 94_000, 99_000, 99_000, 99_000, 99_000, 99_000)
    chances = (0.155, 0.036, 0.02, 0.018, 0.011, 0.008, 0.004, 0.006)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        at = rng.below(len(DOMAINS))
        domain = DOMAINS[at]
        opening, first, start, num_events = _opened(rng, at, meant)
        events, end = _events(rng, domain, meant, start, num_events)
        return {
            "domain": at,
            "opening": opening,
            "first": first,
            "events": events,
            "start": start,
            "end": end,
            "answer": start if meant.backward else end,
            **_guise(rng, domain, num_events, meant.num_facts),
        }

    def question(self, data: Data) -> str:
        domain = _domain(data)
        words = _words(data, domain)
        facts: dict[int, tuple[int, int]] = {before: (fact, n) for before, fact, n in data["facts"]}
        is_backward = data["opening"] < 0
        begun = domain.unknown if is_backward else _opening(data).text
        sentences = [begun.format(**words, **({} if is_backward else _quantities(data)))]
        for at, (what, which, n) in enumerate(data["events"]):
            if at in facts:
                fact, amount = facts[at]
                sentences.append(domain.facts[fact].format(**words, n=amount))
            wordings: tuple[str, ...] = domain.events[what]
            sentences.append(wordings[int(which)].format(**words, n=n))
        if is_backward:
            sentences.append(domain.ending.format(**words, n=data["end"]))
        sentences.append((domain.question_of_beginning if is_backward else domain.question).format(**words))
        return " ".join(sentences)

    def terse(self, data: Data) -> str:
        told = " ".join(f"{_TERSE[what]} {n}" for what, _, n in data["events"])
        if data["opening"] < 0:
            return f"start ? {told} end {data['end']} :"
        begun = _opening(data).terse.format(**_quantities(data))
        return f"start {begun} {told} end ? :".replace("  ", " ")

    def units(self, data: Data) -> Collection[str]:
        domain = _domain(data)
        item: int = data["item"]
        return (domain.items[item], *domain.units)

    def canonical(self, data: Data) -> str:
        events = [(what, n) for what, _, n in data["events"]]
        return f"{data['domain']} {data['opening']} {data['first'] or data['end']} {events}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Return the story with another person, other things, other wordings and other facts."""
        domain = _domain(data)
        events = [[what, rng.below(len(domain.events[what])), n] for what, _, n in data["events"]]
        return data | {"events": events} | _guise(rng, domain, len(events), len(data["facts"]))

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess a number up to twice the largest of the story."""
        numbers = [
            *state["first"],
            *(n for _, _, n in state["events"]),
            *([] if state["first"] else [state["end"]]),
        ]
        return str(rng.between(1, 2 * max(numbers)))

    def prove(self, data: Data) -> bool:
        """Tell the story backward from its end, undoing each event, and see that every amount is whole."""
        amount: int = data["end"]
        for what, _, n in reversed(data["events"]):
            if what == "part":
                if amount % (n - 1):
                    return False
                amount = amount // (n - 1) * n
            elif what == "*":
                if amount % n:
                    return False
                amount //= n
            else:
                amount = {"+": amount - n, "-": amount + n, "/": amount * n}[what]
            if amount < _LEAST:
                return False
        if data["opening"] < 0:
            return amount == data["start"]
        a, b, c = data["first"]
        return amount == data["start"] and _opening(data).undone(amount, b, c) == a

    def effort(self, data: Data) -> float:
        """Count the digits of all amounts on the way, twice where the way has to be turned round."""
        opened = 0 if data["opening"] < 0 else _opening(data).num_steps
        digits = len(str(data["start"])) + len(str(data["end"]))
        return (opened + len(data["events"])) * digits * (2 if data["opening"] < 0 else 1)


def _domain(data: Data) -> Domain:
    at: int = data["domain"]
    return DOMAINS[at]


def _opening(data: Data) -> Opening:
    at: int = data["opening"]
    return _domain(data).openings[at]


def _quantities(data: Data) -> dict[str, int]:
    return dict(zip("abc", data["first"], strict=True))


def _opened(rng: Stream, domain: int, meant: Level) -> tuple[int, list[int], int, int]:
    """Draw a beginning: which, its quantities, the amount there, and how many events are to follow."""
    if meant.backward:
        return -1, [], rng.between(10, 400), meant.num_steps
    at = rng.pick(_fitting(domain, meant.num_steps))
    opening = DOMAINS[domain].openings[at]
    padding = [_LEAST] * (3 - len(opening.sizes))
    for _ in range(100):
        first = [rng.between(_LEAST, max(3, int(size * meant.scale))) for size in opening.sizes]
        first += padding
        start = opening.value(*first)
        if start <= meant.most:
            break
    else:
        first = [_LEAST] * 3
        start = opening.value(*first)
    return at, first, start, meant.num_steps - opening.num_steps


@cache
def _fitting(domain: int, num_steps: int) -> tuple[int, ...]:
    """Return the openings that leave room for at least one event, or all but none where none does."""
    steps = [opening.num_steps for opening in DOMAINS[domain].openings]
    return tuple(at for at, taken in enumerate(steps) if taken < num_steps or num_steps == 1 == taken)


def _events(rng: Stream, domain: Domain, meant: Level, amount: int, count: int) -> tuple[list[Json], int]:
    """Draw events that leave whole amounts of at least 2, none worded like another while there are others."""
    events: list[Json] = []
    told = [(what, which) for what, texts in domain.events.items() for which in range(len(texts))]
    left: list[tuple[str, int]] = []
    while len(events) < count:
        left = left or rng.shuffled(told)
        at = next((at for at, (what, _) in enumerate(left) if _amounts(what, amount, meant)), None)
        if at is None:
            left = rng.shuffled(told)
            at = next(
                at for at, (what, _) in enumerate(left) if what in "+-" and _amounts(what, amount, meant)
            )
        what, which = left.pop(at)
        n = rng.pick(_amounts(what, amount, meant))
        events.append([what, which, n])
        amount = {
            "+": amount + n,
            "-": amount - n,
            "*": amount * n,
            "/": amount // n,
            "part": amount - amount // n,
        }[what]
    return events, amount


def _amounts(what: str, amount: int, meant: Level) -> range | list[int]:
    """Return what an event may be of, so that the amount changes and stays within the level's bounds."""
    if what == "+":
        return range(_LEAST, min(amount + 9, meant.most - amount) + 1)
    if what == "-":
        return range(_LEAST, min(amount - meant.floor, amount // 2) + 1)
    if what == "*":
        return range(2, min(4, meant.most // amount) + 1)
    return [n for n in range(2, 7) if amount % n == 0 and amount // n >= meant.floor]


def _guise(rng: Stream, domain: Domain, num_events: int, num_facts: int) -> Data:
    """Draw what does not matter: the person, the things, and facts before different events."""
    places = rng.shuffled(range(num_events))[:num_facts]
    facts = rng.shuffled(range(len(domain.facts)))[: len(places)]
    return {
        "who": rng.below(len(PEOPLE)),
        "item": rng.below(len(domain.items)),
        "facts": [[place, fact, rng.between(3, 12)] for place, fact in zip(places, facts, strict=True)],
    }


def _words(data: Data, domain: Domain) -> dict[str, str]:
    person: int = data["who"]
    who, he, his = PEOPLE[person]
    item: int = data["item"]
    return {
        "who": who,
        "he": he,
        "He": he.capitalize(),
        "his": his,
        "His": his.capitalize(),
        "items": domain.items[item],
    }
