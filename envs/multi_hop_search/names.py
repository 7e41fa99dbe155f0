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

    def person(self) -> str:
        """Draw a given name and a surname."""
        return f"{self._rng.pick(self._given)} {self._rng.pick(self._surnames)}"

    def town(self) -> str:
        """Draw one word."""
        return f"{self._rng.pick(self._stems)}{self._rng.pick(_TOWN_ENDS)}"

    def company(self) -> str:
        """Draw a surname and a trade."""
        return f"{self._rng.pick(self._surnames)} {self._rng.pick(_FIRM_KINDS)}"

    def school(self) -> str:
        """Draw a word and what such schools are called."""
        return f"{self._rng.pick(self._stems)} {self._rng.pick(_SCHOOL_KINDS)}"

    def river(self) -> str:
        """Draw one word."""
        return self._rng.pick(self._stems) + self._rng.pick(("a", "e", "is", "or"))

    def book(self) -> str:
        """Draw a title of four or five words."""
        return f"The {self._rng.pick(_QUALITIES)} {self._rng.pick(_THINGS)} of {self._rng.pick(self._stems)}"

    def epithet(self) -> str:
        """Draw what a person is called for a trait and a trade."""
        return f"the {self._rng.pick(_TRAITS)} {self._rng.pick(_TRADES)} of {self._rng.pick(self._stems)}"

    def byname(self) -> str:
        """Draw what a town is called for what it has many of."""
        return f"the Town of {self._rng.pick(_QUALITIES)} {self._rng.pick(_PLURALS)}"

    def letters(self) -> str:
        """Draw four letters."""
        return "".join(self._rng.pick("BCDFGHJKLMNPQRSTVWXZ") for _ in range(4))


_MAKERS: Mapping[str, Callable[[Namer], str]] = {
    "person": Namer.person,
    "town": Namer.town,
    "company": Namer.company,
    "school": Namer.school,
    "river": Namer.river,
    "book": Namer.book,
}
_ALIASES: Mapping[str, Callable[[Namer], str]] = {
    "person": Namer.epithet,
    "town": Namer.byname,
    "company": Namer.letters,
}
ALIASED = tuple(_ALIASES)
"""Kinds of things that may have another name."""
