"""Every environment passes every check at full scale: `reasongym check --all --full`, and what it found.

One file an environment lies in benchmarks/results/environments, and the proof continues where it stopped.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.bars import Outcome, at_least, at_most, exactly
from reasongym import checks, registry
from reasongym.cli.check import Proof, proofs

RESULTS = Path(__file__).parent / "results" / "environments"
LEAST_IDS, LEAST_TEXTS, MOST_ANSWER_S = 45, 100_000, 0.05
WORKERS = 2


def environments() -> Outcome:
    """Prove what is missing and add it all up."""
    ids = registry.specs()
    found: dict[str, Proof] = {}
    for proof in proofs(ids, checks.FULL, RESULTS, WORKERS):
        found[proof.env_id] = proof
        verdict = f"{len(proof.failed)} checks fail" if proof.failed else "passes"
        print(f"  {len(found):>3} of {len(ids)}  {proof.env_id}: {verdict}", flush=True)
    texts = {env_id: _sum(proof, "hostile texts are survived", "texts") for env_id, proof in found.items()}
    slowest = max(_figures(found.values(), "hostile texts are survived", "slowest_s"))
    bars = [
        at_least("environments of our own", len(found), LEAST_IDS),
        exactly("checks that fail", sum(len(proof.failed) for proof in found.values()), 0),
        at_most("seconds for the slowest hostile text", slowest, MOST_ANSWER_S),
    ]
    return Outcome(bars, {"checks": sum(len(p.results) for p in found.values()), **_short(found, texts)})


def _short(found: dict[str, Proof], texts: dict[str, float]) -> dict[str, Any]:
    """Say where fewer were looked at than asked for, because one costs over a millisecond."""
    scale = checks.FULL
    return {
        "levels with fewer than 10,000 oracle episodes a split": {
            f"{result['env_id']} level {result['level']}": result["figures"]["problems"]
            for proof in found.values()
            for result in proof.results
            if result["check"] == "oracle wins" and result["figures"].get("problems", 0) < scale.num
        },
        "levels with fewer than 1,000 proofs": {
            f"{result['env_id']} level {result['level']}": result["figures"]["problems"]
            for proof in found.values()
            for result in proof.results
            if result["check"] == "problems are proved"
            and result["figures"].get("problems", 0) < scale.num // 10
        },
        "hostile texts": {env_id: num for env_id, num in texts.items() if num < LEAST_TEXTS},
        "problems sought in the other split": {
            env_id: _sum(proof, "splits share no problem", "train problems")
            for env_id, proof in found.items()
        },
    }


def _sum(proof: Proof, check: str, figure: str) -> float:
    return sum(_figures([proof], check, figure))


def _figures(found: Iterable[Proof], check: str, figure: str) -> list[float]:
    return [
        result["figures"].get(figure, 0.0)
        for proof in found
        for result in proof.results
        if result["check"] == check
    ]
