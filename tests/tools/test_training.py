"""The learner on an environment with a tool: calls are run as it plays, and only its own ids are learned."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from reasongym import registry
from reasongym.agents.config import (
    OptimizerSettings,
    ProblemSettings,
    RolloutSettings,
    RunSettings,
    TrainConfig,
)
from reasongym.agents.from_scratch import EOS, PAD, SPECIAL, word_tokenizer
from reasongym.agents.models import LoadedModel
from reasongym.agents.trainer import Trainer
from reasongym.core import Problem, Verdict
from reasongym.episodes import Episode, flatten, read_episodes
from reasongym.sandbox.sandboxes import Sandbox
from reasongym.sandbox.shared import use_sandbox
from reasongym.tools.sessions import SHELF

CONFIG = TrainConfig(
    problems=ProblemSettings(
        env="reasongym/Arithmetic-v0", level=0, options={"style": "terse", "tools": "python", "tool_calls": 2}
    ),
    rollout=RolloutSettings(groups=8, group_size=12, max_tokens=6),
    optimizer=OptimizerSettings(learning_rate=2e-2, warmup=1),
)


def _model() -> LoadedModel:
    words = [*map(str, range(19)), *"+-=", "<python>", "</python>", "<output>", "</output>"]
    tokenizer = word_tokenizer(words)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=256,
        bos_token_id=None,
        eos_token_id=SPECIAL.index(EOS),
        pad_token_id=SPECIAL.index(PAD),
    )
    torch.manual_seed(0)
    return LoadedModel(LlamaForCausalLM(config), tokenizer)


def _has_output(episode: Episode) -> bool:
    """Say whether a call of an episode was run."""
    said = [message.content for message in episode.messages[1:] if message.role == "user"]
    return any("No call:" not in text for text in said)


class RewardedForCalls(Trainer):
    """An untrained model solves nothing; here a call that is run is what earns, so that there is a signal."""

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        return [
            [replace(one, verdict=Verdict(float(_has_output(one)), _has_output(one), "ok")) for one in group]
            for group in super().play(problems)
        ]


def _episodes(folder: Path, steps: int) -> list[list[Episode]]:
    """Train, and return the episodes of each step."""
    config = replace(CONFIG, run=RunSettings(steps=steps, threads=1, log_groups=CONFIG.rollout.groups))
    with Sandbox(workers=1) as sandbox, use_sandbox(sandbox):
        RewardedForCalls(config, _model(), folder).run()
        SHELF.close()
    episodes = list(read_episodes(folder / "episodes.jsonl"))
    size = len(episodes) // steps
    return [episodes[at : at + size] for at in range(0, len(episodes), size)]


def test_calls_are_run_as_a_model_trains_and_only_what_it_said_is_learned(tmp_path: Path) -> None:
    episodes = [episode for step in _episodes(tmp_path, 2) for episode in step]
    assert any(map(_has_output, episodes))
    for episode in episodes:
        assert episode.error is None
        assert registry.replay(episode.row, episode.actions).reason != "unfinished"
        rows = flatten(episode)
        assert sum(sum(row.mask) for row in rows) == sum(len(one.token_ids) for one in episode.completions)
        outputs = [message.content for message in episode.messages[1:] if message.role == "user"]
        assert sum(row.mask.count(False) for row in rows) >= sum(len(text.split()) for text in outputs)


@pytest.mark.slow
def test_a_model_learns_to_call_a_tool(tmp_path: Path) -> None:
    first, *_, last = (sum(map(_has_output, step)) / len(step) for step in _episodes(tmp_path, 25))
    assert first < 0.3
    assert last > 0.8
