"""Prove that engines agree and that kills change nothing: torch, vLLM in process, and vLLM's server.

A small random Qwen2 plays a game of several turns, greedily in float32. Through the server it is played once
undisturbed, and once with the evaluator killed, then the server killed under the evaluator, then both again.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import torch

from benchmarks.bars import Outcome, at_least, exactly
from benchmarks.vllm_process import PATIENCE_S, PYTHON, ROOT, SETTINGS, Server, server
from reasongym.agents.models import LoadedModel, load_model
from reasongym.episodes import Completion, Episode, read_episodes
from tests.agents.served_models import CONTEXT, save_served_model

PROBLEMS = ["CountdownSteps-v0", "--level", "1", "--num-problems", "60"]
GAME = ["eval", *PROBLEMS, "--temperature", "0", "--max-tokens", "40"]
MAIN = ["-c", "from reasongym.cli import main; main()"]
ENGINES = ("torch", "vllm", "served", "killed")
JOURNAL = "journal.jsonl"
TIE = 1e-4
"""Two logits nearer than this may change places with the order of a sum in float32."""
FEWEST_COMPLETIONS = 100


@dataclass(slots=True)
class Agreement:
    """Completions of two runs, place by place."""

    equal: int = 0
    tied: int = 0
    """Differ first where two logits are as good as equal."""
    behind: int = 0
    """Come after a tie in their episode, so that the prompts differ."""
    apart: list[str] = field(default_factory=list[str])
    """Differ for no such reason."""


def engines() -> Outcome:
    """Play by every engine, kill what can be killed, and compare."""
    if not PYTHON.exists():
        raise RuntimeError(f"there is no vLLM at {PYTHON}; `make vllm` installs it")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = save_served_model(folder / "model")
        _finish([sys.executable, *MAIN, *GAME, "--policy", model, "--output", folder / "torch"])
        inside = [PYTHON, *MAIN, *GAME, "--policy", model, "--engine", "vllm"]
        _finish([*inside, "--output", folder / "vllm"])
        asking = [sys.executable, *MAIN, *GAME, "--tokenizer", model, "--retries", "1", "--name", "model"]
        with server(model, name="small", context=CONTEXT, log=folder / "server.log") as served:
            asking += ["--policy", served.url]
            _finish([*asking, "--output", folder / "served"])
            told = _disturbed(
                [*map(str, asking), "--output", str(folder / "killed")], folder / "killed", served
            )
        runs = {one: list(read_episodes(folder / one / "episodes.jsonl")) for one in ENGINES}
        digests = {one: _digest(folder / one) for one in ENGINES}
        loaded = load_model(model, dtype="float64")
    agreements = {one: _agreement(runs["torch"], runs[one], loaded) for one in ("vllm", "served")}
    return _outcome(agreements, digests, told)


def _outcome(agreements: dict[str, Agreement], digests: dict[str, str], told: str) -> Outcome:
    bars = [
        bar
        for name, found in agreements.items()
        for bar in (
            exactly(f"completions of torch and {name} that differ, ties aside", len(found.apart), 0),
            at_least(f"equal completions of torch and {name}", found.equal, FEWEST_COMPLETIONS),
        )
    ]
    bars += [
        exactly("digests of the run that was killed", digests["killed"] == digests["served"], 1),
        exactly("words about the server that died", "the same command continues" in told, 1),
    ]
    counts = {
        name: {"equal": one.equal, "tied": one.tied, "behind a tie": one.behind, "apart": one.apart[:3]}
        for name, one in agreements.items()
    }
    return Outcome(bars, {"agreements": counts, "completions_digests": digests, "told": told})


def _disturbed(command: list[str], folder: Path, served: Server) -> str:
    """Kill the evaluator, then the server under it, restart both; returns what the evaluator said of that."""
    killed = _started(command, folder, num_lines=40)
    killed.kill()
    killed.communicate()
    running = _started(command, folder, num_lines=90)
    served.kill()
    _, told = running.communicate(timeout=PATIENCE_S)
    served.start()
    _finish(command)
    return told.decode().strip()


def _started(command: list[str], folder: Path, *, num_lines: int) -> subprocess.Popen[bytes]:
    """Start the evaluator and wait until its journal has so many completions."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | SETTINGS, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + PATIENCE_S
    journal = folder / JOURNAL
    while not journal.exists() or journal.read_bytes().count(b"\n") < num_lines:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the run was over before it was killed: {command}")
        time.sleep(0.01)
    return process


def _finish(command: list[Any]) -> None:
    done = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env=os.environ | SETTINGS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"failed: {command}\n{done.stderr[-2000:]}")


def _digest(folder: Path) -> str:
    return msgspec.json.decode((folder / "scores.json").read_bytes())["completions_digest"]


def _agreement(ours: list[Episode], theirs: list[Episode], loaded: LoadedModel) -> Agreement:
    """Compare completions; what differs is a tie, behind one, or apart."""
    found = Agreement()
    for one, other in zip(ours, theirs, strict=True):
        is_tied = False
        for mine, its in zip(one.completions, other.completions, strict=False):
            if is_tied:
                found.behind += 1
            elif (mine.prompt_ids, mine.token_ids, mine.text) == (its.prompt_ids, its.token_ids, its.text):
                found.equal += 1
            elif mine.prompt_ids == its.prompt_ids and _gap(mine, its, loaded) < TIE:
                is_tied = True
                found.tied += 1
            else:
                found.apart.append(f"problem {one.group}: {mine.token_ids} and {its.token_ids}")
        if not is_tied and len(one.completions) != len(other.completions):
            found.apart.append(
                f"problem {one.group}: {len(one.completions)} and {len(other.completions)} turns"
            )
    return found


def _gap(mine: Completion, its: Completion, loaded: LoadedModel) -> float:
    """Return how far apart, in float64, the logits are of the first two ids that differ."""
    pairs = enumerate(zip(mine.token_ids, its.token_ids, strict=False))
    place, ids = next(((place, pair) for place, pair in pairs if pair[0] != pair[1]), (0, None))
    if ids is None:
        return float("inf")
    context = torch.tensor([mine.prompt_ids + mine.token_ids[:place]])
    with torch.no_grad():
        logits = loaded.model(input_ids=context).logits[0, -1]
    return float((logits[ids[0]] - logits[ids[1]]).abs())
