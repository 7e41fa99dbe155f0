"""Whole runs for the board, by a player that thinks aloud in tokens, and the means to tamper with them."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.episodes import Completion, Request, to_json
from reasongym.evaluation import Player, Protocol, Suite, env_suite, evaluate, planned, rescore
from reasongym.evaluation.rescoring import inspect
from tests.policies import right_text, right_texts

Line = dict[str, Any]
Lines = list[Line]
END = 0
LIMIT = 200
WORDS = ("maybe", "first", "then", "seven", "sums", "give", "less", "than", "both", "wanted", "turn", "back")


def think(request: Request) -> Completion:
    """Think in drawn words, a token a character, and be right or cut off by the noise key alone."""
    noise = random.Random(request.noise_key)
    thought = " ".join(noise.choices(WORDS, k=20))[:110]
    kind = noise.random()
    text = thought + "\n" + (right_text(request) if kind < 0.6 else "1")
    is_cut = kind > 0.9 and len(right_texts(request)) == 1
    text = (thought * 2)[:LIMIT] if is_cut else text
    ids = [ord(char) for char in text] + ([] if is_cut else [END])
    return Completion(text, "length" if is_cut else "stop", [1], ids, [-0.5] * len(ids))


def play_run(folder: Path, suite: Suite, **protocol: Any) -> Path:
    """Play a suite by one who thinks aloud."""
    player = Player("torch", "some/model-1B", "ab12" * 4, {"device": "cpu"})
    told = replace(Protocol(samples=2, max_tokens=LIMIT), **protocol)
    evaluate(ScriptedPolicy(think), planned(suite, told, player), folder)
    return folder


def countdown(folder: Path, **protocol: Any) -> Path:
    """Play the suite of Countdown that the board takes."""
    return play_run(folder, env_suite("Countdown-v0", level=0), **protocol)


def change_episodes(folder: Path, change: Callable[[Lines], object]) -> None:
    """Rewrite the episodes by a change of their JSON."""
    log = folder / "episodes.jsonl"
    lines: Lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    change(lines)
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))


def set_value(folder: Path, name: str, *path: str | int, value: Any) -> None:
    """Set one value deep inside a JSON file."""
    whole = json.loads((folder / name).read_bytes())
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    (folder / name).write_text(json.dumps(whole))


def reseal(folder: Path) -> None:
    """Do what a careful forger does: make verdicts and scores follow from what was changed."""
    (folder / "scores.json").unlink()
    report = inspect(folder)
    if report.episodes:
        (folder / "episodes.jsonl").write_bytes(b"".join(map(to_json, report.episodes)))
    assert rescore(folder).findings == []


def say(line: Line, text: str) -> None:
    """Let an episode of one turn say another text, with tokens to it."""
    line["messages"][-1]["content"] = line["completions"][0]["text"] = text
    ids = [ord(char) for char in text] + [END]
    line["completions"][0] |= {"token_ids": ids, "logprobs": [-0.5] * len(ids), "finish": "stop"}
    line["is_truncated"] = False
