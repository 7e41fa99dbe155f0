"""TOML tables read into settings, with the nearest name for one that does not exist."""

import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

import msgspec

from reasongym.errors import DataError, UnknownName, UsageError

Settings = TypeVar("Settings")


def read_tables(path: Path) -> dict[str, Any]:
    """Read a TOML file; raises DataError or UsageError saying what is wrong with it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a TOML file: {error}") from error


def settings_of(tables: dict[str, Any], kind: type[Settings], where: str) -> Settings:
    """Make settings of a table; raises with the nearest name for a key that does not exist."""
    _check_keys(tables, kind, where)
    try:
        return msgspec.convert(tables, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{where}: {error}") from error


def _check_keys(table: dict[str, Any], kind: Any, where: str) -> None:
    known = {one.name: one for one in fields(kind)}
    for name, value in table.items():
        if name not in known:
            raise UnknownName(f"option in {where}:", name, known)
        inner = _record_of(known[name].type)
        for one in cast(list[Any], value if isinstance(value, list) else [value]) if inner else ():
            if isinstance(one, dict):
                _check_keys(cast(dict[str, Any], one), inner, f"{where} [{name}]")


def _record_of(kind: Any) -> Any:
    """Return the dataclass that a field holds, one or a tuple of them; None where it holds none."""
    while get_origin(kind) in (Annotated, tuple):
        kind = get_args(kind)[0]
    return kind if is_dataclass(kind) else None
