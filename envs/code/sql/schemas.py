"""Pairs of tables, one of which refers to the other, and the rows that they are filled with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from reasongym.core import Data, Json
from reasongym.seeding import Stream

Values: TypeAlias = tuple[str, ...] | tuple[int, int]
"""The texts that a column holds, or the least and the greatest of its numbers."""
Database: TypeAlias = list[list[list[Json]]]
"""The rows of both tables, in the order of their columns."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Two tables: every row of `many` belongs to one row of `one`."""

    one: str
    one_columns: Mapping[str, Values]
    many: str
    many_columns: Mapping[str, Values]

    @property
    def key(self) -> str:
        """The column of `many` that refers to the `id` of `one`."""
        return f"{self.one.removesuffix('s')}_id"


_CITIES = ("Lima", "Oslo", "Kyoto", "Quito", "Turin")
_FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ida", "Jon")
THEMES: tuple[Theme, ...] = (
    Theme(
        "customers",
        {"name": _FIRST, "city": _CITIES, "age": (18, 60)},
        "orders",
        {"item": ("pen", "lamp", "desk", "chair", "clock"), "price": (1, 40), "year": (2018, 2023)},
    ),
    Theme(
        "authors",
        {"name": _FIRST, "country": ("Peru", "Ghana", "Japan", "Norway"), "born": (1900, 1990)},
        "books",
        {"genre": ("crime", "poetry", "history", "travel"), "pages": (60, 400), "stock": (0, 9)},
    ),
    Theme(
        "teams",
        {
            "name": ("Reds", "Blues", "Owls", "Foxes", "Bears", "Hawks"),
            "league": ("A", "B", "C"),
            "founded": (1880, 2000),
        },
        "players",
        {"position": ("keeper", "defender", "midfielder", "forward"), "goals": (0, 25), "shirt": (1, 30)},
    ),
    Theme(
        "farms",
        {
            "name": ("North", "South", "Mill", "Brook", "Stone", "Hill"),
            "region": ("east", "west", "coast"),
            "hectares": (5, 90),
        },
        "animals",
        {"species": ("cow", "goat", "hen", "pig", "horse"), "weight": (2, 600), "birth_year": (2012, 2022)},
    ),
    Theme(
        "courses",
        {
            "name": ("algebra", "botany", "optics", "logic", "drama"),
            "room": ("R1", "R2", "R3"),
            "hours": (2, 8),
        },
        "marks",
        {"student": _FIRST, "points": (0, 100), "attempt": (1, 3)},
    ),
    Theme(
        "stations",
        {
            "name": ("Alder", "Birch", "Cedar", "Elm", "Fir", "Pine"),
            "line": ("green", "red", "blue"),
            "zone": (1, 5),
        },
        "trips",
        {"ticket": ("single", "day", "month"), "minutes": (3, 90), "passengers": (1, 6)},
    ),
)


def theme_of(data: Data) -> Theme:
    """Return the theme of a problem."""
    number: int = data["theme"]
    return THEMES[number]


def table_names(theme: Theme) -> tuple[str, str]:
    """Name the tables in the order in which databases hold them."""
    return theme.one, theme.many


def columns(theme: Theme) -> tuple[list[str], list[str]]:
    """Name the columns of both tables in order."""
    return ["id", *theme.one_columns], ["id", theme.key, *theme.many_columns]


def schema(theme: Theme) -> list[str]:
    """Write the statements that make the tables."""
    made: list[str] = []
    for name, names, values in zip(
        table_names(theme), columns(theme), (theme.one_columns, theme.many_columns), strict=True
    ):
        kinds = [
            f"{one} {'TEXT' if _is_text(values.get(one, (0, 0))) else 'INTEGER'} NOT NULL" for one in names
        ]
        made.append(f"CREATE TABLE {name} ({', '.join(kinds)})")
    return made


def _is_text(values: Values) -> bool:
    return isinstance(values[0], str)


def filled(theme: Theme, rng: Stream, size: int) -> Database:
    """Draw the rows; some rows of `one` have none of `many`, and some values come up often."""
    one = [[at + 1, *_values(theme.one_columns, rng)] for at in range(max(1, size // 2))]
    num = size if size > 1 else rng.below(2)
    owners = [row[0] for row in one[: max(1, len(one) - 1)]]
    many = [[at + 1, rng.pick(owners), *_values(theme.many_columns, rng)] for at in range(num)]
    return [rng.shuffled(one), rng.shuffled(many)]


def _values(meant: Mapping[str, Values], rng: Stream) -> list[Json]:
    row: list[Json] = []
    for values in meant.values():
        first, last = values[0], values[-1]
        if isinstance(first, int) and isinstance(last, int):
            row.append(rng.between(first, last) if rng.below(3) else first + (last - first) // 2)
        else:
            row.append(rng.pick(values[:3] if rng.below(3) == 0 else values))
    return row
