"""What the page of a suite's problems shows, as JSON: each problem once, and what every run made of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from reasongym.leaderboard.links import run_page
from reasongym.leaderboard.rows import BoardRow
from reasongym.leaderboard.viewing import firsts, opening

MOST_ANSWERS = 8
"""Of one problem, the commonest first."""
MAX_ANSWER = 120
_FIRST_CODE = 48
"""An outcome is one character, from the digit 0 on; 79 kinds are plain letters and signs."""

Outcome = tuple[bool, str]


def problems_data(rows: Sequence[BoardRow]) -> dict[str, Any]:
    """Return the problems of a suite, and of each run a character a sample: its place among the outcomes."""
    outcomes = sorted({one for row in rows for one in _outcomes(row)}, key=lambda one: (not one[0], one[1]))
    codes = {outcome: chr(_FIRST_CODE + place) for place, outcome in enumerate(outcomes)}
    answers = _answers(rows)
    return {
        "outcomes": outcomes,
        "problems": [
            {
                "row": episode.row.as_dict(),
                "opening": opening(episode),
                "answers": answers[group].most_common(MOST_ANSWERS),
            }
            for group, episode in firsts(rows[0])
        ],
        "runs": [_run(row, codes) for row in rows],
    }


def _run(row: BoardRow, codes: dict[Outcome, str]) -> dict[str, Any]:
    return {
        "name": row.run.player.name,
        "page": run_page(row),
        "tier": row.tier,
        "baseline": row.is_baseline,
        "samples": row.run.protocol.samples,
        "outcomes": "".join(codes[one] for one in _outcomes(row)),
    }


def _outcomes(row: BoardRow) -> list[Outcome]:
    return [(one.verdict.correct, one.verdict.reason) for one in row.episodes if one.verdict is not None]


def _answers(rows: Sequence[BoardRow]) -> dict[int, Counter[tuple[str, bool]]]:
    """Count the answers of models to each problem; those of baselines say nothing of it."""
    counted: dict[int, Counter[tuple[str, bool]]] = defaultdict(Counter)
    for row in rows:
        for one in () if row.is_baseline else row.episodes:
            if one.verdict is not None and one.verdict.answer is not None:
                counted[one.group][one.verdict.answer[:MAX_ANSWER], one.verdict.correct] += 1
    return counted
