r"""Units behind a number: `m/s^2`, `\text{m s}^{-2}` and `meters per second squared` are one unit.

A unit is a set of names with exponents. Names that are not in the table count as they are written, so that
`4 \text{ widgets}` is a number with a unit as well. Nothing is converted: 5 m is not 500 cm.
"""

import re
from functools import lru_cache
from typing import TypeAlias

from reasongym.answers.patterns import TEXT
from reasongym.answers.typesetting import DOLLAR, listed

Unit: TypeAlias = tuple[tuple[str, int], ...]
"""Names in order with their exponents; no name is no unit."""

NO_UNIT: Unit = ()
PERCENT: Unit = (("%", 1),)
DEGREE: Unit = (("°", 1),)
_NAMES = {
    "m": "meter meters metre metres",
    "cm": "centimeter centimeters centimetre centimetres",
    "mm": "millimeter millimeters millimetre millimetres",
    "km": "kilometer kilometers kilometre kilometres kms",
    "nm": "nanometer nanometers",
    "um": "micrometer micrometers micron microns",
    "ft": "foot feet",
    "in": "inch inches",
    "yd": "yard yards yds",
    "mi": "mile miles",
    "s": "second seconds sec secs",
    "ms": "millisecond milliseconds",
    "min": "minute minutes mins",
    "h": "hour hours hr hrs",
    "day": "days",
    "week": "weeks",
    "month": "months",
    "yr": "year years yrs",
    "g": "gram grams",
    "kg": "kilogram kilograms kgs",
    "mg": "milligram milligrams",
    "lb": "pound pounds lbs",
    "oz": "ounce ounces",
    "l": "liter liters litre litres",
    "ml": "milliliter milliliters millilitre millilitres",
    "mol": "mole moles",
    "K": "kelvin kelvins",
    "N": "newton newtons",
    "J": "joule joules",
    "W": "watt watts",
    "V": "volt volts",
    "A": "ampere amperes amp amps",
    "Pa": "pascal pascals",
    "Hz": "hertz",
    "ohm": "ohms Ω Omega",
    "C": "coulomb coulombs",
    "°": "degree degrees deg",
    "°C": "celsius",
    "°F": "fahrenheit",
    "rad": "radian radians rads",
    "%": "percent percents",
    "‰": "permille",
    "$": "dollar dollars usd bucks " + DOLLAR,
    "€": "euro euros eur",
    "£": "gbp",
    "¥": "yen jpy yuan",
    "cent": "cents ¢ c",
    "mi/h": "mph",
    "km/h": "kmh kph kmph",
    "arcmin": "arcminute arcminutes '",
    "arcsec": "arcsecond arcseconds ''",
}
_ALIASES = {alias: name for name, aliases in _NAMES.items() for alias in (*aliases.split(), name)}
_LOWER = {alias.lower(): name for alias, name in _ALIASES.items() if len(alias) > 2}
_SYMBOLS = frozenset(
    listed(
        "m cm mm km nm ft in yd mi s ms min h g kg mg lb oz l L ml mL mol K N J W V A Pa Hz C mA "
        "kJ kN kW MW MHz GHz kHz kV mV eV keV MeV GeV kPa MPa mph kph dB hr sec rad deg kcal cal "
        "atm bar Wb T F H S rpm lbs hrs mins"
    )
)
"""Units that may stand behind a number without `\\text`, where a gold has no letters."""
_NO_UNITS = frozenset(
    listed(
        "or and not either maybe perhaps possibly if but to is no are be the than more less least "
        "most about around between at up under over below above approximately roughly nearly "
        "greater fewer pi sqrt sin cos tan ln log exp only with for all true false on depending "
        "plus minus times otherwise when where given assuming mod e i options option base "
        "wrong incorrect invalid untrue no never nor neither any also alternatively else unknown unsure "
        "could might may probably likely guess versus vs"
    )
)
_FILLERS = frozenset(["of", "the", "a", "an", "total", "each", "long", "wide", "high", "tall"])
_SQUARED = {"squared": 2, "cubed": 3, "square": 2, "cubic": 3, "sq": 2, "cu": 3}
_TOKEN = re.compile(
    r"°\s?[CF]\b|[A-Za-zΩ]+|(?<=[a-z])([23])(?![0-9])|\^ ?\{? ?\(?(-?[0-9])\)? ?\}?|/|%|‰|°|[€£¥¢]|''?|[*.·]|"
    + DOLLAR
)
_BRACES = re.compile(r"(?<!\^)[(){}]|(?<=\^)\{|\\(?=Omega)")
_MICRO = re.compile(r"\\mu ?(\\text\{)? ?(?=[A-Za-z])")
_SUN = re.compile(r"M_ ?\{? ?(?:\\odot|\\text\{ ?sun ?\}) ?\}?")
_FRACTION = re.compile(r"\\frac ?\{([^{}]*)\} ?\{([^{}]*)\}")
_DEGREES_OF = re.compile(r"(?i)degrees?\s+(?:c(?:elsius)?|f(?:ahrenheit)?)\b|°\s?[CF]\b")


@lru_cache(2_048)
def unit_of(text: str) -> Unit | None:
    """Read a unit, None where the text is none; a text without words is no unit at all."""
    text = _SUN.sub(" Msun ", _MICRO.sub(r"\1u", text))
    text = _FRACTION.sub(r"\1/(\2)", TEXT.sub(r" \1 ", text))
    text = _DEGREES_OF.sub(lambda found: "°C" if "c" in found[0].lower().split()[-1] else "°F", text)
    text = _BRACES.sub(" ", text)
    reading, at = _UnitReading(), 0
    for token in _TOKEN.finditer(text):
        if text[at : token.start()].strip() or not reading.takes(token):
            return None
        at = token.end()
    return None if text[at:].strip() else _known(reading.exponents)


class _UnitReading:
    """A unit as far as it is read."""

    def __init__(self) -> None:
        self.exponents: dict[str, int] = {}
        self.last = ""
        self.below, self.power = 1, 1

    def takes(self, token: re.Match[str]) -> bool:
        """Read one more word or sign; False where it belongs to no unit."""
        word = token[0]
        if word[0] == "^" or word.isdigit():
            return self.is_raised(int(token[1] or token[2]))
        if word == "/" or word == "per":
            self.below = -1
        elif word in _SQUARED:
            self.square(word)
        elif word not in "*.·" and word not in _FILLERS:
            return self.is_named(word)
        return True

    def is_raised(self, exponent: int) -> bool:
        if not self.exponents.get(self.last):
            return False
        self.exponents[self.last] *= exponent
        return True

    def square(self, word: str) -> None:
        """Read `squared`, which belongs to the name before it, or `square`, which does to the next one."""
        if word.endswith("d") and self.last:
            self.exponents[self.last] *= _SQUARED[word]
        else:
            self.power = _SQUARED[word]

    def is_named(self, word: str) -> bool:
        if word.lower() in _NO_UNITS:
            return False
        self.last = _named(word)
        self.exponents[self.last] = self.exponents.get(self.last, 0) + self.below * self.power
        self.power = 1
        return True


def _known(exponents: dict[str, int]) -> Unit:
    for speed, (over, under) in {"mi/h": ("mi", "h"), "km/h": ("km", "h")}.items():
        if exponents == {speed: 1}:
            return tuple(sorted(((over, 1), (under, -1))))
    return tuple(sorted((name, count) for name, count in exponents.items() if count))


def _named(word: str) -> str:
    word = re.sub(r"\s", "", word)
    found = _ALIASES.get(word) or _LOWER.get(word.lower())
    if found:
        return found
    return word.lower().removesuffix("s") if len(word) > 3 else word


def base_unit(base: int) -> Unit:
    """Return what digits to a base count in."""
    return ((f"base {base}", 1),)


def is_other_base(unit: Unit) -> bool:
    """Say whether digits with this unit are another number than they look."""
    return unit != base_unit(10) and unit[0][0].startswith("base ")


def is_symbol(word: str) -> bool:
    """Say whether letters behind a number are a unit by themselves."""
    return word in _SYMBOLS


_CURRENCY = re.compile(rf"(?P<sign>[-+]?) ?(?P<money>[{DOLLAR}€£¥]|US{DOLLAR}) ?(?P<rest>[-+]?[0-9.\\(].*)")
_MODULO = re.compile(
    r"([^\\=]*?) ?\(? ?(?:\\p?mod|\\bmod|(?:\\text\{ ?)?mod(?: ?\})?) ?\{? ?([0-9]{1,9}) ?\}? ?\)?"
)
_CLOCK = re.compile(
    r"([0-9]{1,2}) ?: ?([0-9]{2}(?: ?: ?[0-9]{2})?)(?: ?:? ?(?:\\text\{)? ?([aApP]) ?\.?[mM]\.? ?\}?)?"
)
_BEHIND = re.compile(
    r"(?P<bare>.*?[0-9)}!a-z\]]\.?) ?(?P<unit>%|‰|° ?(?:\\text\{ ?)?[CF]?(?: ?\})?|[€£¥¢]|"
    + DOLLAR
    + r"|(?<=[0-9 ])'{1,2})"
)
_IN_TEXT = re.compile(
    r"(?P<bare>.*?[0-9)}!a-z\]%]\.?) ?(?P<unit>(?:\\frac ?\{ ?)?(?:\\mu ?)?\\text ?\{[^{}]*\}.*"
    r"|\\mu ?[A-Za-z]|\\Omega|M_ ?\{? ?\\odot ?\}?)"
)
_PLAIN = re.compile(
    r"(?P<bare>-?[0-9](?:[0-9.,/*^{}()\\ a-z-]*?[0-9.)}])?)(?P<gap> ?)"
    r"(?P<unit>(?:per )?[A-Za-z]+(?:[ /*][A-Za-z]+|\^\{?-?[0-9]\}?|[23](?![0-9])){0,6})\.?"
)


def split_unit(text: str) -> tuple[str, Unit]:
    """Split a text into what stands before its unit and the unit; without one the text is whole."""
    money = _CURRENCY.fullmatch(text)
    if money:
        unit = unit_of(money["money"][-1]) or NO_UNIT
        rest, more = split_unit(money["rest"])
        return money["sign"] + rest, unit if more in (NO_UNIT, unit) else (*unit, *more)
    residue = _MODULO.fullmatch(text) if "mod" in text and "bmod" not in text else None
    if residue:
        return residue[1].strip(), ((f"mod {residue[2]}", 1),)
    for pattern in (_BEHIND, _IN_TEXT):
        found = pattern.fullmatch(text)
        unit = unit_of(found["unit"]) if found else None
        if found and unit:
            return found["bare"].strip(), unit
    return _plain_unit(text)


def _plain_unit(text: str) -> tuple[str, Unit]:
    """Split `5 cm`: letters are a unit where they are known to be one, or words."""
    found = _PLAIN.fullmatch(text)
    if not found or "=" in text:
        return text, NO_UNIT
    words = re.findall(r"[A-Za-z]+", found["unit"])
    are_units = all(
        is_symbol(word) or word.lower() in _LOWER or word in ("per", "square", "cubic") for word in words
    )
    are_words = all(len(word) > 2 for word in words) and found["gap"] != ""
    is_single = len(words) == 1 and len(words[0]) == 1 and found["gap"] == ""
    unit = unit_of(found["unit"]) if (are_units and not is_single) or are_words else None
    return (found["bare"].strip(), unit) if unit else (text, NO_UNIT)


def clock(text: str) -> tuple[int, str, str] | None:
    """Read a time of day: `9:00`, `9:05 \\text{ a.m.}`."""
    found = _CLOCK.fullmatch(text)
    return (int(found[1]), found[2].replace(" ", ""), (found[3] or "").lower()) if found else None
