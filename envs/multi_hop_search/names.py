"""Invented names: no reader has met them, so nothing about them can be known without a search."""

from collections.abc import Callable, Mapping

from reasongym.seeding import Stream

_ONSETS = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kr",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "sk",
    "st",
)
_MORE_ONSETS = ("t", "tr", "v", "w", "z", "th", "sh", "bl", "fl", "gl")
_VOWELS = ("a", "e", "i", "o", "u", "ae", "ei", "ou", "ia")
_CODAS = ("", "l", "n", "r", "s", "k", "m", "th", "nd", "rn", "sk", "lt")
_TOWN_ENDS = ("ton", "wick", "mere", "holm", "ford", "stad", "haven", "dale")
_FIRM_KINDS = ("Works", "Mills", "Trading", "Shipping", "Glass", "Foundry", "Instruments", "Press")
_SCHOOL_KINDS = ("Academy", "College", "Institute", "Lyceum", "Seminary", "Conservatory")
_THINGS = ("Lantern", "Orchard", "Harbour", "Mirror", "Winter", "Bridge", "Garden", "Tower", "Candle", "Road")
_QUALITIES = (
    "Silver",
    "Hollow",
    "Quiet",
    "Broken",
    "Distant",
    "Crimson",
    "Last",
    "Burning",
    "Hidden",
    "Frozen",
)
_TRADES = (
    "Weaver",
    "Baker",
    "Falconer",
    "Glazier",
    "Miller",
    "Pilot",
    "Saddler",
    "Tinker",
    "Cooper",
    "Piper",
)
_TRAITS = ("Lame", "Elder", "Merry", "Silent", "Red", "Wandering", "Stubborn", "Pale", "Lucky", "Blind")
_PLURALS = (
    "Bells",
    "Bridges",
    "Herons",
    "Chimneys",
    "Fountains",
    "Ropes",
    "Lamps",
    "Stairs",
    "Gates",
    "Foxes",
)


class Namer:
    """Draws names that nothing else has; where they resemble one another, parts of them are shared."""

    def __init__(self, rng: Stream, *, alike: bool) -> None:
        self._rng = rng
        self._used: set[str] = set()
        most = 8 if alike else 60
        self._given = [self._word() for _ in range(most)]
        self._surnames = [self._word() for _ in range(most)]
        self._stems = [self._word() for _ in range(most)]

    def name(self, kind: str) -> str:
        """Draw the name of something of a kind."""
        return self._fresh(_MAKERS[kind])

    def alias(self, kind: str) -> str:
        """Draw what else a person, a town or a company is called."""
        return self._fresh(_ALIASES[kind])

    def _fresh(self, make: Callable[["Namer"], str]) -> str:
        while True:
            for _ in range(20):
                name = make(self)
                if name not in self._used:
                    self._used.add(name)
                    return name
            for pool in (self._given, self._surnames, self._stems):  # what can be made of them is used up
                pool.append(self._word())

    def _word(self) -> str:
        rng, onsets = self._rng, _ONSETS + _MORE_ONSETS
        syllables = [rng.pick(onsets) + rng.pick(_VOWELS) + rng.pick(_CODAS) for _ in range(2)]
        return "".join(syllables).capitalize()

    def _person(self) -> str:
        return f"{self._rng.pick(self._given)} {self._rng.pick(self._surnames)}"

    def _town(self) -> str:
        return f"{self._rng.pick(self._stems)}{self._rng.pick(_TOWN_ENDS)}"

    def _company(self) -> str:
        return f"{self._rng.pick(self._surnames)} {self._rng.pick(_FIRM_KINDS)}"

    def _school(self) -> str:
        return f"{self._rng.pick(self._stems)} {self._rng.pick(_SCHOOL_KINDS)}"

    def _river(self) -> str:
        return self._rng.pick(self._stems) + self._rng.pick(("a", "e", "is", "or"))

    def _book(self) -> str:
        return f"The {self._rng.pick(_QUALITIES)} {self._rng.pick(_THINGS)} of {self._rng.pick(self._stems)}"

    def _epithet(self) -> str:
        return f"the {self._rng.pick(_TRAITS)} {self._rng.pick(_TRADES)} of {self._rng.pick(self._stems)}"

    def _byname(self) -> str:
        return f"the Town of {self._rng.pick(_QUALITIES)} {self._rng.pick(_PLURALS)}"

    def _letters(self) -> str:
        return "".join(self._rng.pick("BCDFGHJKLMNPQRSTVWXZ") for _ in range(4))


_MAKERS: Mapping[str, Callable[[Namer], str]] = {
    "person": Namer._person,
    "town": Namer._town,
    "company": Namer._company,
    "school": Namer._school,
    "river": Namer._river,
    "book": Namer._book,
}
_ALIASES: Mapping[str, Callable[[Namer], str]] = {
    "person": Namer._epithet,
    "town": Namer._byname,
    "company": Namer._letters,
}
ALIASED = tuple(_ALIASES)
"""Kinds of things that may have another name."""
