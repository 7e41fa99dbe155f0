"""What the grader is told of an item of a benchmark beyond its gold, as the item itself has it."""

import re
from collections.abc import Mapping

from reasongym.core import Json

_LEAST_FIGURES = 2
_MEASURED = re.compile(r"-?(?=[0-9.]*[.e])0*\.?0*([0-9]*\.?[0-9]*)(?:e[-+]?[0-9]+)?")
"""A number in decimals or with an exponent, and the figures of it that count."""


def options(benchmark: str, row: Mapping[str, Json]) -> dict[str, Json]:
    """Return what differs from the grader's defaults, for `Options.of`; empty for most items.

    OlympiadBench says which golds have a tolerance, a unit or several answers; Minerva's decimals are
    compared to as many figures as they have; golds that are known to be odd have others beside them.
    """
    from reasongym.answers.known_golds import known_golds

    known = known_golds().get(str(row.get("id", "")))
    found: dict[str, Json] = {
        "alternatives": list(known.accept) if known is not None and known.gold == row.get("answer") else [],
        "tolerance": float(row.get("tolerance") or 0),
        "units": row.get("unit") or "",
        "several": bool(row.get("multiple_answer")),
        "significant_figures": _figures(str(row.get("answer", ""))) if benchmark == "minerva" else 0,
    }
    return {name: value for name, value in found.items() if value}


def _figures(gold: str) -> int:
    """Count the figures of a measured number; 0 for everything else, which is exact."""
    found = _MEASURED.fullmatch(gold.strip())
    return max(_LEAST_FIGURES, len(found[1].replace(".", ""))) if found else 0
