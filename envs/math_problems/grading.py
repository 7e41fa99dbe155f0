"""What the grader is told of an item of a benchmark beyond its gold, as the item itself has it."""

import re
from collections.abc import Mapping

from reasongym.core import Json

TOLD = {"olympiadbench": ("answer_type", "multiple_answer", "tolerance", "unit")}
"""Columns of a benchmark that say what its golds do not; its digest holds them."""
_SLACK = 1.01
_LEAST_FIGURES = 2
_MEASURED = re.compile(r"-?(?=[0-9.]*[.e])0*\.?0*([0-9]*\.?[0-9]*)(?:e[-+]?[0-9]+)?")
"""A number in decimals or with an exponent, and the figures of it that count."""


def options(benchmark: str, row: Mapping[str, Json]) -> dict[str, Json]:
    """Return what differs from the grader's defaults, for `Options.of`; empty for most items.

    OlympiadBench says which golds have a tolerance, a unit or several answers; Minerva's decimals are
    compared to as many figures as they have; golds that are known to be odd have others beside them.
    """
    from reasongym.answers.known_golds import known_golds

    answer = str(row["answer"])
    known = known_golds().get(str(row.get("id", "")))
    found: dict[str, Json] = {
        "alternatives": list(known.accept) if known is not None and known.gold == answer else []
    }
    if benchmark == "olympiadbench":
        found |= _of_olympiadbench(answer, row)
    elif benchmark == "minerva":
        found["significant_figures"] = _figures(answer)
    return {name: value for name, value in found.items() if value}


def _of_olympiadbench(answer: str, row: Mapping[str, Json]) -> dict[str, Json]:
    """Read its columns; its error is absolute, and its own judge has some slack.

    One point may be marked there as several answers; the order of its coordinates counts all the same.
    Source: OpenBMB/OlympiadBench@61bf12a, eval/auto_scoring_judge.py, `numerical_equal`.
    """
    error = float(row.get("tolerance") or 0)
    return {
        "tolerance": _SLACK * error / abs(float(answer)) if error else 0.0,
        "units": row.get("unit") or "",
        "several": bool(row.get("multiple_answer")) and row.get("answer_type") != "Tuple",
    }


def _figures(gold: str) -> int:
    """Count the figures of a measured number; 0 for everything else, which is exact."""
    found = _MEASURED.fullmatch(gold.strip())
    return max(_LEAST_FIGURES, len(found[1].replace(".", ""))) if found else 0
