"""`SqlQuery-v0`: write the SQL query that is asked for in words."""

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from reasongym.answers.code import find_block
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs.code.judging import judged
from reasongym.envs.code.sql.queries import Rows, answered, drawn, told, written
from reasongym.envs.code.sql.schemas import THEMES, Theme, columns, filled, schema, table_names, theme_of
from reasongym.registry import register
from reasongym.seeding import Stream, stream

_MAX_CHARS = 4_000
_SIZES = (0, 8, 16, 30)
"""Rows of the referring table in the hidden databases."""
_SHOWN_SIZE = 6
_BATTERY_SIZES = (6, 12, 20, 30)
_ANSWER = """
import sqlite3

ALLOWED = {20, 21, 31, 33}  # reading a column, SELECT, functions, recursion

def answered(statements, tables, query, is_ordered):
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    for insertion, rows in tables:
        connection.executemany(insertion, rows)
    connection.set_authorizer(lambda action, *_: 0 if action in ALLOWED else 1)
    found = [list(row) for row in connection.execute(query).fetchmany(1001)]
    return found if is_ordered else sorted(found, key=repr)
"""
"""What runs in the sandbox; the query is an argument, and may only read."""


class Level(NamedTuple):
    """What the queries of a level have."""

    about: str
    parts: tuple[tuple[str, ...], ...]
    space: int


_GROUPED = (
    ("where", "two", "group", "order"),
    ("where", "group", "having", "order"),
    ("where", "two", "group", "having"),
)
LEVELS = (
    Level("one table, one condition", (("where",), ("where", "distinct")), 2_000),
    Level("one table, two conditions", (("where", "two"), ("where", "two", "distinct")), 5_000),
    Level("groups of one table, ordered or chosen", _GROUPED, 5_000),
    Level(
        "two tables joined, two conditions",
        (("join", "where", "two", "order"), ("join", "where", "average")),
        10_000,
    ),
    Level(
        "two tables joined and grouped, with conditions on rows and groups",
        (("join", "where", "group", "having", "order"), ("join", "where", "two", "group", "order", "limit")),
        10_000,
    ),
    Level(
        "two tables joined and grouped, averages, three conditions on rows and groups, the first rows",
        (("join", "where", "two", "average", "group", "having", "order", "limit"),),
        10_000,
    ),
)


@register("SqlQuery-v0")
class SqlQuery(Env):
    """Write the SQL query that is asked for, in the dialect of SQLite.

    `data` holds `theme` (its number in `schemas.THEMES`), `query` (see `queries`), `shown` (a database with
    the result) and `hidden` (others, each with its result). Hidden databases hold from no rows to 30; the
    query runs in the sandbox and may only read. Rows are compared as a multiset unless an order is asked
    for.
    """

    family = "sql"
    needs_sandbox = True
    levels = tuple(level.about for level in LEVELS)
    default_level = 1
    styles = {  # noqa: RUF012
        "plain": "the tables, what is asked for, and an example with its result",
        "tags": "asks for <think> and <answer> tags",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        while True:
            number = rng.below(len(THEMES))
            theme = THEMES[number]
            query = drawn(rng, theme, rng.pick(LEVELS[level].parts))
            databases = [filled(theme, rng, size) for size in (_SHOWN_SIZE, *_SIZES)]
            results = [_result(query, theme, one) for one in databases]
            if _is_telling(results):
                pairs = [list(pair) for pair in zip(databases, results, strict=True)]
                return {"theme": number, "query": query, "shown": pairs[0], "hidden": pairs[1:]}

    def prompt(self, data: Data, style: str) -> str:
        theme = theme_of(data)
        database, result = data["shown"]
        tables = "\n\n".join(
            f"{name}({', '.join(names)})\n{_listed(rows)}"
            for name, names, rows in zip(table_names(theme), columns(theme), database, strict=True)
        )
        made = ";\n".join(schema(theme))
        return (
            f"Write a query for SQLite. These are the tables:\n\n{made};\n\n"
            f"{told(data['query'], theme)}\n\nFor example, with these rows:\n\n{tables}\n\n"
            f"the result is:\n{_listed(result)}\n\n{_ASK[style]}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = find_block(text, ("", "sql", "sqlite", "sqlite3"))
        if answer is None:
            return Verdict(0.0, False, reason)
        query = answer.strip()
        if len(query) > _MAX_CHARS or "select" not in query.lower():
            return Verdict.of("over_limit" if len(query) > _MAX_CHARS else "no_query")
        theme = theme_of(data)
        is_ordered = "order" in data["query"]
        tests = [
            [[schema(theme), _insertions(theme, database), query, is_ordered], result]
            for database, result in data["hidden"]
        ]
        return judged(_ANSWER, "answered", tests, shown=query)

    def oracle(self, data: Data) -> list[str]:
        return [f"```sql\n{written(data['query'], theme_of(data))}\n```"]

    def canonical(self, data: Data) -> str:
        """Name what the query gives on databases that never change."""
        theme = theme_of(data)
        rng = stream(f"databases {data['theme']}".encode())
        results = [_result(data["query"], theme, filled(theme, rng, size)) for size in _BATTERY_SIZES * 2]
        digest = blake2b(json.dumps(results).encode(), digest_size=12).hexdigest()
        return f"{theme.one} {digest}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Shuffle the rows of all databases, and the conditions."""
        conditions: list[Json] = data["query"]["where"]
        query = data["query"] | {"where": rng.shuffled(conditions)}

        def shuffled(pair: Json) -> Json:
            return [[rng.shuffled(rows) for rows in pair[0]], pair[1]]

        return data | {
            "query": query,
            "shown": shuffled(data["shown"]),
            "hidden": list(map(shuffled, data["hidden"])),
        }

    def space(self, level: int) -> int:
        """Return how many results were counted in 50,000 draws (rounded down, and at most 10,000)."""
        return LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what random queries of the first level earn, measured and rounded up."""
        return (0.01, 0.0, 0.0, 0.0, 0.0, 0.0)[level]

    def random_action(self, state: Data, rng: Stream) -> str:
        theme = theme_of(state)
        return f"```sql\n{written(drawn(rng, theme, rng.pick(LEVELS[0].parts)), theme)}\n```"

    def prove(self, data: Data) -> bool:
        """Run our own query by SQLite on all databases."""
        import sqlite3

        theme = theme_of(data)
        for database, result in (data["shown"], *data["hidden"]):
            connection = sqlite3.connect(":memory:")
            for statement in schema(theme):
                connection.execute(statement)
            for insertion, rows in _insertions(theme, database):
                connection.executemany(insertion, rows)
            found = [list(row) for row in connection.execute(written(data["query"], theme))]
            connection.close()
            if (found if "order" in data["query"] else sorted(found, key=repr)) != result:
                return False
        return True

    def effort(self, data: Data) -> float:
        """Return the number of words of our query."""
        return len(written(data["query"], theme_of(data)).split())


_ASK = {
    "plain": "Reply with the query alone in a ```sql block.",
    "tags": "Think in <think> </think> tags and return the query alone in <answer> </answer> tags.",
}


def _result(query: Json, theme: Theme, database: Json) -> Rows:
    """Return the rows in the order asked for, or else in the order that results are compared in."""
    rows = answered(query, theme, database)
    return rows if "order" in query else sorted(rows, key=repr)


def _is_telling(results: Sequence[Rows]) -> bool:
    """Say whether the example and most of the hidden databases have results, and no two the same."""
    return (
        bool(results[0]) and sum(map(bool, results[1:])) >= 3 and len(set(map(str, results))) == len(results)
    )


def _insertions(theme: Theme, database: Json) -> list[Json]:
    return [
        [f"INSERT INTO {name} VALUES ({', '.join('?' * len(names))})", rows]
        for name, names, rows in zip(table_names(theme), columns(theme), database, strict=True)
    ]


def _listed(rows: Sequence[Sequence[Json]]) -> str:
    return "\n".join(" | ".join(map(str, row)) for row in rows) or "(no rows)"
