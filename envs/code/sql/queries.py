"""Queries: drawn, told in words, written as SQL, and answered by going through the rows.

A query is a dictionary: `source` (`one`, `many` or `join`), `where` (conditions `[column, sign, value]`, all
of which must hold, or any of them if `is_any`), `group` (columns), `aggregate` (`[function, column]`),
`having` (`[sign, value]` of the aggregate), `select` (columns), `is_distinct`, `order` (`[position,
direction]` of the result's columns, all of them) and `limit`. Columns are named `table.column`.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from reasongym.core import Json
from reasongym.envs.code.sql.schemas import Database, Theme, columns, table_names
from reasongym.seeding import Stream

Query: TypeAlias = dict[str, Json]
Rows: TypeAlias = list[list[Json]]

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}
_SIGN_WORDS = {
    "=": "is {}",
    "<>": "is not {}",
    "<": "is less than {}",
    ">": "is greater than {}",
    "<=": "is at most {}",
    ">=": "is at least {}",
    "above average": "is greater than the average of {} over all rows of its table",
}
_AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {"COUNT": len, "SUM": sum, "MIN": min, "MAX": max}
_AGGREGATE_WORDS = {
    "COUNT": "the number of rows",
    "SUM": "the sum of {}",
    "MIN": "the least {}",
    "MAX": "the greatest {}",
}


# -- drawing --------------------------------------------------------------------------------------------


def drawn(rng: Stream, theme: Theme, parts: Sequence[str]) -> Query:
    """Draw a query that has these parts: join, where, two, average, group, having, order, limit, distinct."""
    source = "join" if "join" in parts else rng.pick(("one", "many"))
    numbers, texts = _columns_by_kind(theme, source)
    query: Query = {"source": source, "where": [], "is_any": "two" in parts and rng.below(2) == 0}
    for _ in range(("where" in parts) + ("two" in parts)):
        query["where"].append(_condition(rng, theme, numbers, texts))
    if "average" in parts:
        query["where"].append([rng.pick(numbers), "above average", ""])
        query["is_any"] = False
    names = _kept_apart(rng, texts + numbers)
    if "group" in parts:
        function = rng.pick(list(_AGGREGATES))
        query["group"] = [rng.pick(texts)]
        query["select"] = list(query["group"])
        query["aggregate"] = [function, rng.pick(numbers)]
        if "having" in parts:
            query["having"] = [
                rng.pick((">", ">=", "<")),
                rng.between(1, 3) if function == "COUNT" else _limit(rng, theme, query),
            ]
    else:
        query["select"] = names[: rng.between(1, 3)]
        query["is_distinct"] = "distinct" in parts
    width = len(query["select"]) + ("group" in parts)
    if "order" in parts or "limit" in parts:
        query["order"] = [[at, rng.pick(("ASC", "DESC"))] for at in rng.shuffled(range(width))]
    if "limit" in parts:
        query["limit"] = rng.between(2, 5)
    return query


def _columns_by_kind(theme: Theme, source: str) -> tuple[list[str], list[str]]:
    numbers: list[str] = []
    texts: list[str] = []
    for side, name, meant in (
        ("one", theme.one, theme.one_columns),
        ("many", theme.many, theme.many_columns),
    ):
        if source in (side, "join"):
            for column, values in meant.items():
                (texts if isinstance(values[0], str) else numbers).append(f"{name}.{column}")
    return numbers, texts


def _kept_apart(rng: Stream, names: Sequence[str]) -> list[str]:
    return rng.shuffled(list(dict.fromkeys(names)))


def _values_of(theme: Theme, column: str) -> Any:
    table, _, name = column.partition(".")
    return (theme.one_columns if table == theme.one else theme.many_columns)[name]


def _condition(rng: Stream, theme: Theme, numbers: Sequence[str], texts: Sequence[str]) -> Json:
    column = rng.pick([*numbers, *texts])
    values = _values_of(theme, column)
    if isinstance(values[0], str):
        return [column, rng.pick(("=", "<>")), rng.pick(values)]
    low, high = values
    return [column, rng.pick(("<", ">", "<=", ">=", ">", "<")), low + (high - low) * rng.between(2, 8) // 10]


def _limit(rng: Stream, theme: Theme, query: Query) -> int:
    low, high = _values_of(theme, query["aggregate"][1])
    return low + (high - low) * rng.between(2, 12) // 10


# -- answering ------------------------------------------------------------------------------------------


def answered(query: Query, theme: Theme, database: Database) -> Rows:
    """Answer a query by going through the rows; in the order asked for, or else in any."""
    rows = [row for row in _source(query, theme, database) if _holds(query, row, theme, database)]
    if "group" in query:
        result = _grouped(query, rows)
    else:
        result = [[row[name] for name in query["select"]] for row in rows]
        if query["is_distinct"]:
            result = [list(row) for row in dict.fromkeys(map(tuple, result))]
    for at, direction in reversed(query.get("order", [])):
        result.sort(key=lambda row: row[at], reverse=direction == "DESC")
    return result[: query["limit"]] if "limit" in query else result


def _source(query: Query, theme: Theme, database: Database) -> list[dict[str, Json]]:
    tables = [
        [{f"{table}.{name}": value for name, value in zip(names, row, strict=True)} for row in rows]
        for table, names, rows in zip(table_names(theme), columns(theme), database, strict=True)
    ]
    if query["source"] != "join":
        return tables[("one", "many").index(query["source"])]
    key, own = f"{theme.many}.{theme.key}", f"{theme.one}.id"
    return [one | many for many in tables[1] for one in tables[0] if many[key] == one[own]]


def _holds(query: Query, row: dict[str, Json], theme: Theme, database: Database) -> bool:
    found = [_meets(one, row, theme, database) for one in query["where"]]
    return not found or (any(found) if query["is_any"] else all(found))


def _meets(condition: Json, row: dict[str, Json], theme: Theme, database: Database) -> bool:
    column, sign, value = condition
    if sign != "above average":
        return _SIGNS[sign](row[column], value)
    table, _, name = column.partition(".")
    side = table_names(theme).index(table)
    at = columns(theme)[side].index(name)
    values = [one[at] for one in database[side]]
    return row[column] * len(values) > sum(values)


def _grouped(query: Query, rows: Sequence[dict[str, Json]]) -> Rows:
    groups: dict[tuple[Json, ...], list[Json]] = {}
    function, column = query["aggregate"]
    for row in rows:
        groups.setdefault(tuple(row[name] for name in query["group"]), []).append(row[column])
    result = [[*name, _AGGREGATES[function](values)] for name, values in groups.items()]
    if "having" in query:
        sign, value = query["having"]
        result = [row for row in result if _SIGNS[sign](row[-1], value)]
    return result


# -- SQL ------------------------------------------------------------------------------------------------


def written(query: Query, theme: Theme) -> str:
    """Write a query in SQL."""
    parts = [f"SELECT {'DISTINCT ' if query.get('is_distinct') else ''}{', '.join(_selected(query))}"]
    if query["source"] == "join":
        parts.append(f"FROM {theme.many} JOIN {theme.one} ON {theme.many}.{theme.key} = {theme.one}.id")
    else:
        parts.append(f"FROM {table_names(theme)[('one', 'many').index(query['source'])]}")
    if query["where"]:
        parts.append(f"WHERE {(' OR ' if query['is_any'] else ' AND ').join(map(_written, query['where']))}")
    if "group" in query:
        parts.append(f"GROUP BY {', '.join(query['group'])}")
    if "having" in query:
        sign, value = query["having"]
        parts.append(f"HAVING {_selected(query)[-1]} {sign} {value}")
    if "order" in query:
        parts.append(f"ORDER BY {', '.join(f'{at + 1} {direction}' for at, direction in query['order'])}")
    if "limit" in query:
        parts.append(f"LIMIT {query['limit']}")
    return "\n".join(parts)


def _selected(query: Query) -> list[str]:
    if "group" not in query:
        return query["select"]
    function, column = query["aggregate"]
    return [*query["select"], f"{function}({'*' if function == 'COUNT' else column})"]


def _written(condition: Json) -> str:
    column, sign, value = condition
    if sign == "above average":
        return f"{column} > (SELECT AVG({column}) FROM {column.partition('.')[0]})"
    return f"{column} {sign} {value!r}"


# -- words ----------------------------------------------------------------------------------------------


def told(query: Query, theme: Theme) -> str:
    """Tell a query in words."""
    sentences = [_subject(query, theme)]
    if query["where"]:
        conditions = [
            f"`{column}` {_SIGN_WORDS[sign].format(_value(column, value))}"
            for column, sign, value in query["where"]
        ]
        sentences.append(
            f"Only rows count of which {(' or ' if query['is_any'] else ' and ').join(conditions)}."
        )
    if "group" in query:
        groups = " and ".join(f"`{name}`" for name in query["group"])
        sentences.append(
            f"For each value of {groups} that occurs in them, give that value and {_aggregate(query)}."
        )
        if "having" in query:
            sign, value = query["having"]
            sentences.append(f"Leave out those where {_aggregate(query)} is not {_NOT[sign]} {value}.")
    else:
        listed = ", ".join(f"`{name}`" for name in query["select"])
        sentences.append(f"Give {listed} of them, in this order{_ONCE[query['is_distinct']]}.")
    return " ".join([*sentences, *_ending(query)])


_NOT = {">": "greater than", ">=": "at least", "<": "less than"}
_ONCE = {True: ", each combination of values once", False: ", a row for each"}


def _subject(query: Query, theme: Theme) -> str:
    if query["source"] == "join":
        referred = f"the row of `{theme.one}` that its `{theme.key}` refers to"
        return f"Take each row of `{theme.many}` together with {referred}."
    return f"Take the rows of `{table_names(theme)[('one', 'many').index(query['source'])]}`."


def _value(column: str, value: Json) -> str:
    return f"`{column}`" if value == "" else repr(value)


def _aggregate(query: Query) -> str:
    function, column = query["aggregate"]
    return _AGGREGATE_WORDS[function].format(f"`{column}`")


def _ending(query: Query) -> list[str]:
    if "order" not in query:
        return ["The order of the result's rows does not matter."]
    names = [*(f"`{name}`" for name in query["select"]), *([_aggregate(query)] if "group" in query else [])]
    words = {"ASC": "ascending", "DESC": "descending"}
    keys = ", then by ".join(f"{names[at]} {words[direction]}" for at, direction in query["order"])
    limit = [f"Give only the first {query['limit']} rows of the result."] if "limit" in query else []
    return [f"Order the result by {keys}.", *limit]
