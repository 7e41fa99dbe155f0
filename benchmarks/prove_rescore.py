"""How long it takes to judge a stored run again: 30 problems, 64 completions each, as AIME is measured.

`python -m benchmarks.prove --only rescore`. Problems are made of golds of the grader's cases; completions are
of a reasoner's length, think and then box the gold or the gold of another problem. The command is timed as a
user runs it, start of Python included, and must write the bytes that the evaluator wrote.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.bars import Outcome, at_most, exactly
from benchmarks.prove_grader import CASES, WORKING
from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.episodes import Request
from reasongym.evaluation import Player, Protocol, env_suite, evaluate, planned
from reasongym.evaluation.runs import SCORES_FILE

NUM_PROBLEMS, SAMPLES, NUM_TIMES, MOST_S = 30, 64, 3, 5.0
LENGTH = 24
"""Pieces of working in a completion: about 5,000 characters."""


def rescored() -> Outcome:
    """Time the command on a run of one's own making."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "run")
        num_bytes = _play(Path(name), folder)
        scores = folder / SCORES_FILE
        written = scores.read_bytes()
        times: list[float] = []
        num_others = 0
        for _ in range(NUM_TIMES):
            scores.unlink()
            started = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "reasongym", "rescore", folder], check=True, capture_output=True
            )
            times.append(time.perf_counter() - started)
            num_others += scores.read_bytes() != written
    bars = [
        at_most("seconds to judge 30 x 64 completions again, least of three", min(times), MOST_S),
        exactly("times that other bytes were written", num_others, 0),
    ]
    return Outcome(bars, {"seconds": times, "bytes of completions": num_bytes})


def _play(folder: Path, output: Path) -> int:
    golds = [row["gold"] for row in map(json.loads, CASES.read_text().splitlines()) if _is_plain(row)]
    golds = random.Random(0).sample(golds, NUM_PROBLEMS)
    problems = folder / "problems.jsonl"
    rows = [{"problem": f"Problem {place}.", "answer": gold} for place, gold in enumerate(golds)]
    problems.write_text("".join(json.dumps(row) + "\n" for row in rows))
    suite = env_suite("MathProblems-v0", data=str(problems), hold_out=False, num_problems=NUM_PROBLEMS)
    run = planned(suite, Protocol(samples=SAMPLES), Player("half right"))
    report = evaluate(ScriptedPolicy(lambda request: _completion(request, golds)), run, output)
    assert not report.findings
    return sum(len(one.completions[0].text) for one in report.episodes)


def _is_plain(row: dict[str, str]) -> bool:
    return not row.get("options") and row["kind"] != "attack"


def _completion(request: Request, golds: list[str]) -> str:
    noise = random.Random(request.noise_key)
    seed = request.session.problem.row.seed
    gold = golds[seed if noise.random() < 0.5 else noise.randrange(NUM_PROBLEMS)]
    working = WORKING * (LENGTH // 3 + noise.randrange(3))
    return f"<think>\n{working}\n</think>\n{WORKING}Therefore the answer is $\\boxed{{{gold}}}$."
