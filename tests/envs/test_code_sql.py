"""Queries: the answers that SQLite gives, and what a query may not do."""

import sqlite3

import pytest

import reasongym
from reasongym.core import Data, Json
from reasongym.envs.code.sql.queries import answered, drawn, told, written
from reasongym.envs.code.sql.query import LEVELS
from reasongym.envs.code.sql.schemas import THEMES, columns, filled, schema, table_names
from reasongym.seeding import stream
from tests.envs.judging import reason

ENV = reasongym.get("SqlQuery-v0")
SHOP = THEMES[0]
CUSTOMERS = [[1, "Ada", "Lima", 20], [2, "Ben", "Oslo", 30], [3, "Cleo", "Lima", 40]]
ORDERS = [[1, 1, "pen", 5, 2020], [2, 1, "pen", 5, 2021], [3, 2, "desk", 30, 2020]]
QUERY: Json = {
    "source": "many",
    "where": [["orders.price", "<", 20]],
    "is_any": False,
    "select": ["orders.item"],
    "is_distinct": False,
}


def asked(query: Json, expected: Json) -> Data:
    database = [CUSTOMERS, ORDERS]
    return {"theme": 0, "query": query, "shown": [database, expected], "hidden": [[database, expected]]}


PLAIN = asked(QUERY, [["pen"], ["pen"]])
ORDERED = asked(QUERY | {"select": ["orders.price"], "where": [], "order": [[0, "DESC"]]}, [[30], [5], [5]])


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_answers_are_those_of_sqlite(level: int) -> None:
    rng = stream(f"sql {level}".encode())
    for turn in range(60):
        theme = THEMES[turn % len(THEMES)]
        query = drawn(rng, theme, rng.pick(LEVELS[level].parts))
        database = filled(theme, rng, 25)
        connection = sqlite3.connect(":memory:")
        for statement, name, names, rows in zip(
            schema(theme), table_names(theme), columns(theme), database, strict=True
        ):
            connection.execute(statement)
            connection.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(names))})", rows)
        found = [list(row) for row in connection.execute(written(query, theme))]
        connection.close()
        rows = answered(query, theme, database)
        assert (found == rows) if "order" in query else (sorted(found, key=repr) == sorted(rows, key=repr))
        assert "{" not in told(query, theme)


@pytest.mark.parametrize(
    ("data", "query"),
    [
        (PLAIN, "SELECT item FROM orders WHERE price < 20"),
        (PLAIN, "select o.item as thing from orders as o where not o.price >= 20 order by o.id desc;"),
        (PLAIN, "WITH cheap AS (SELECT * FROM orders WHERE price < 20) SELECT item FROM cheap"),
        (PLAIN, "```sql\nSELECT item FROM orders WHERE price < 20;\n```"),
        (PLAIN, "<answer>SELECT item FROM orders WHERE price < 20</answer>"),
        (ORDERED, "SELECT price FROM orders ORDER BY price DESC"),
    ],
)
def test_every_query_with_the_result_is_right(data: Data, query: str) -> None:
    assert reason(ENV, data, query) == "ok"


@pytest.mark.parametrize(
    ("data", "query", "fault"),
    [
        (PLAIN, "SELECT DISTINCT item FROM orders WHERE price < 20", "wrong_value"),
        (PLAIN, "SELECT item, price FROM orders WHERE price < 20", "wrong_value"),
        (PLAIN, "SELECT 'pen' FROM customers", "wrong_value"),
        (ORDERED, "SELECT price FROM orders ORDER BY price", "wrong_value"),
        (ORDERED, "SELECT CAST(price AS TEXT) FROM orders ORDER BY price DESC", "wrong_value"),
        (PLAIN, "SELECT nothing FROM orders", "runtime_error"),
        (PLAIN, "SELECT item FROM orders; SELECT 1", "runtime_error"),
        (PLAIN, "DELETE FROM orders WHERE id IN (SELECT id FROM orders)", "runtime_error"),
        (PLAIN, "ATTACH DATABASE '/tmp/select' AS other", "runtime_error"),
        (PLAIN, "PRAGMA select_writable", "runtime_error"),
        (PLAIN, "SELECT load_extension('/tmp/a.so')", "runtime_error"),
        (PLAIN, "print('no query')", "no_query"),
        (PLAIN, "", "no_answer"),
    ],
)
def test_other_queries_earn_nothing(data: Data, query: str, fault: str) -> None:
    assert reason(ENV, data, query) == fault


def test_a_query_that_does_not_end_runs_out_of_time_or_memory() -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    assert reason(ENV, PLAIN, endless) in ("time_limit", "memory_limit")


def test_hidden_databases_tell_queries_apart() -> None:
    for level in range(len(LEVELS)):
        for seed in range(10):
            data = ENV.problem(ENV.row(seed, level=level)).data
            results = [str(result) for _, result in (data["shown"], *data["hidden"])]
            assert len(set(results)) == len(results)
            assert data["shown"][1]
