"""OpenRLHF: rows as JSON lines, and the reward function for `--reward.remote_url`, given as this file's path.

Interface of openrlhf 0.11 (`openrlhf/utils/agent.py`, `SingleTurnAgentExecutor`). The label of a line is its
row, which OpenRLHF repeats with the prompt for the members of a group; no answer is in it. Episodes of
several turns are played by `openrlhf_agent`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from reasongym import export
from reasongym.agents.adapters.judging import judged
from reasongym.core import Json, Row
from reasongym.errors import UsageError
from reasongym.export.shards import replacing

_ENDS = re.compile(r"(?:(?:<\|[^<>|]{1,40}\|>|<｜[^<>｜]{1,40}｜>|</s>|<eos>|<end_of_turn>)\s{0,4}){1,8}\Z")
"""Special tokens that end a turn: OpenRLHF decodes with them, and no tokenizer comes along."""


def lines(rows: Iterable[Row], template: str = "default") -> Iterator[dict[str, Json]]:
    """Yield rows with the columns `input`, a chat, and `label`, the row as text."""
    return ({"input": one["messages"], "label": one["row"]} for one in export.records(rows, template))


def write(rows: Iterable[Row], path: Path, template: str = "default") -> None:
    """Write rows as JSON lines for `--data.prompt_dataset`, to be put in the model's chat template."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial, partial.open("wb") as file:
        for line in lines(rows, template):
            file.write(msgspec.json.encode(line) + b"\n")


def reward_func(queries: Sequence[str], prompts: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
    """Judge completions of single-turn problems; a query is a prompt with its completion behind it."""
    import torch

    verdicts = [
        judged(label, completion_of(query, prompt))
        for query, prompt, label in zip(queries, prompts, labels, strict=True)
    ]
    rewards = torch.tensor([verdict.reward for verdict in verdicts])
    correct = torch.tensor([float(verdict.correct) for verdict in verdicts])
    return {"rewards": rewards, "scores": rewards, "extra_logs": {"correct": correct}}


def completion_of(query: str, prompt: str) -> str:
    """Return what was sampled, without the special tokens that end it; raises UsageError."""
    if not query.startswith(prompt):
        raise UsageError(
            f"a query does not begin with its prompt {prompt[-60:]!r}: the prompt was cut, or the tokenizer "
            "does not give texts back; raise the prompt's length, or play by openrlhf_agent"
        )
    return without_ends(query[len(prompt) :])


def without_ends(text: str) -> str:
    """Return a text without special tokens at its end."""
    return _ENDS.sub("", text)
