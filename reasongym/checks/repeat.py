"""Reproducibility: the same problems and verdicts again, in other processes, threads and forks."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from math import ceil

from reasongym.checks.hostile import mutated
from reasongym.checks.result import Finding, Sample, Scale, draw, own_stream, play_randomly
from reasongym.core import Env, Problem, Row, Verdict
from reasongym.registry import get

_NUM_THREADS = 16
_NUM_DIGESTED = 3
_NUM_REPLAYED = 500
_OTHER_PROCESS = """
import importlib, sys
importlib.import_module(sys.argv[1])
from reasongym.checks.repeat import digest
print(digest(sys.argv[2], [int(level) for level in sys.argv[3:]]))
"""


def digest(env_id: str, levels: Sequence[int]) -> str:
    """Hash the first problems of each level and split, with their prompts and what random play earns."""
    env = get(env_id)
    seen = blake2b(digest_size=16)
    for level in levels:
        for split in env.splits(level):
            for problem in draw(env, level, _NUM_DIGESTED, split):
                fields = (problem.prompt, env.canonical(problem.data), env.oracle(problem.data))
                seen.update(repr((problem.data, fields, play_randomly(env, problem))).encode())
    return seen.hexdigest()


def processes_agree(env: Env, levels: Sequence[int], scale: Scale) -> Finding:
    """Other processes with other hash seeds make the same problems and verdicts."""
    here = digest(env.env_id, levels)
    arguments = [type(env).__module__, env.env_id, *map(str, levels)]
    for hash_seed in ("0", "1"):
        environ = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", _OTHER_PROCESS, *arguments]
        there = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
        if there.returncode:
            reason = there.stderr.strip().rpartition("\n")[2]
            return Finding(False, f"{arguments[0]} fails in another process: {reason}")
        if there.stdout.strip() != here:
            detail = f"PYTHONHASHSEED={hash_seed} gives {there.stdout.strip()}, here it is {here}"
            return Finding(False, detail)
    return Finding(True, figures={"processes": 3})


def threads_agree(sample: Sample) -> Finding:
    """Sixteen threads judge as one does."""
    env = sample.env

    def judge(row: Row) -> list[Verdict]:
        problem = env.problem(row)
        texts = env.oracle(problem.data)
        last = mutated(texts[-1], own_stream("threads", problem))
        return [env.judge(problem, played) for played in (texts, [*texts[:-1], last])]

    rows = [problem.row for problem in sample.problems(_NUM_REPLAYED)]
    alone = [(row, judge(row)) for row in sample.within(rows)]
    shared = alone * ceil(_NUM_THREADS / len(alone))  # where time ends early, the threads share problems
    with ThreadPoolExecutor(_NUM_THREADS) as pool:
        together = pool.map(judge, [row for row, _ in shared])
        differ = [
            str(row) for (row, verdicts), found in zip(shared, together, strict=True) if verdicts != found
        ]
    return Finding(not differ, " ".join(differ[:1]), {"problems": len(alone)})


def replay_equals_stepping(sample: Sample) -> Finding:
    """`step` earns in sum what `replay` judges, and ends when it does."""
    env = sample.env
    stepped = type(env)(level=sample.level)
    num = 0
    for problem in sample.within(sample.problems(_NUM_REPLAYED), 0.2):
        num += 1
        texts, verdict = play_randomly(env, problem)
        for played in (texts, env.oracle(problem.data)):
            fault = _stepping_fault(stepped, problem, played)
            if fault or (played is texts and env.replay(problem.row, played) != verdict):
                detail = f"{problem.row}: {played}: {fault or 'replay differs from play'}"
                return Finding(False, detail)
    return Finding(True, figures={"problems": num})


def _stepping_fault(env: Env, problem: Problem, texts: Sequence[str]) -> str:
    observation, info = env.reset(options={"row": problem.row})
    if observation != problem.prompt or info["row"] != problem.row:
        return "reset gives another problem"
    total = 0.0
    for turn, text in enumerate(texts):
        _, reward, terminated, truncated, info = env.step(text)
        total += reward
        is_last = turn == len(texts) - 1
        if (terminated or truncated) is not is_last or ("verdict" in info) is not is_last:
            return f"turn {turn} of {len(texts)} ends wrongly"
    verdict: Verdict = info["verdict"]
    if verdict != env.replay(problem.row, texts) or abs(total - verdict.reward) > 1e-9:
        return (
            f"step rewards sum to {total}, {verdict} from step, {env.replay(problem.row, texts)} from replay"
        )
    return ""


def play_leaves_states_alone(sample: Sample) -> Finding:
    """A kept state forks an episode: playing from it changes neither it nor what it leads to."""
    env = sample.env
    for problem in sample.within(sample.problems(50)):
        session = env.begin(problem)
        before = repr(session)
        rng = own_stream("fork", problem)
        text = env.random_action(session.state, rng)
        first = repr(env.advance(session, text))
        env.advance(session, env.random_action(session.state, rng))
        if repr(session) != before or repr(env.advance(session, text)) != first:
            return Finding(False, f"{problem.row}: {text!r} changes it")
    return Finding(True)
