"""TRL's own GRPOTrainer trains small models on our problems: in one turn, by rollouts, by calls of a tool."""

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch

import reasongym
from reasongym import export
from reasongym.core import Row
from tests.adapters.conftest import Needs, Shown

pytestmark = pytest.mark.filterwarnings("default")  # transformers deprecates what trl and older code call
GROUP = 4


@pytest.fixture(scope="module")
def trl(needs: Needs) -> Any:
    os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
    return needs("trl")


def trained(
    trl: Any, folder: Path, model: Any, tokenizer: Any, rows: Any, settings: Any, **named: Any
) -> Any:
    """Train for a few steps of two groups each; returns the trainer."""
    from reasongym.agents.adapters.trl import dataset

    args: dict[str, Any] = {
        "output_dir": str(folder),
        "per_device_train_batch_size": 2 * GROUP,
        "num_generations": GROUP,
        "max_completion_length": 12,
        "max_steps": 2,
        "learning_rate": 1e-3,
        "bf16": False,
        "gradient_checkpointing": False,
        "use_cpu": True,
        "report_to": [],
        "logging_steps": 1,
        "save_strategy": "no",
        "disable_tqdm": True,
    }
    trainer = trl.GRPOTrainer(
        model=model,
        args=trl.GRPOConfig(**(args | settings)),
        train_dataset=dataset(rows),
        processing_class=tokenizer,
        **named,
    )
    trainer.train()
    assert trainer.state.global_step == (args | settings)["max_steps"]
    return trainer


def rewards_logged(trainer: Any) -> list[float]:
    return [one["reward"] for one in trainer.state.log_history if "reward" in one]


def same_in_groups(rows: list[Any]) -> bool:
    groups = [rows[start : start + GROUP] for start in range(0, len(rows), GROUP)]
    return all(len(set(group)) == 1 for group in groups) and len({group[0] for group in groups}) > 1


def test_it_trains_on_one_turn_by_the_reward_function(trl: Any, shown: Shown, tmp_path: Path) -> None:
    from reasongym.agents.adapters.trl import reward
    from tests.adapters.small_runs import primed

    loaded, met = primed("BaseConversion-v0", tmp_path, steps=100), list[tuple[str, str, float | None]]()

    def noted(completions: Any, row: Any, **others: Any) -> Any:
        rewards = reward(completions=completions, row=row, **others)
        met.extend(zip(row, (chat[0]["content"] for chat in completions), rewards, strict=True))
        return rewards

    before = {name: one.clone() for name, one in loaded.model.state_dict().items()}
    rows = export.rows("BaseConversion-v0", level=0, num=48, style="terse")
    trainer = trained(
        trl,
        tmp_path,
        loaded.model,
        loaded.tokenizer,
        rows,
        {"per_device_train_batch_size": 16 * GROUP, "max_steps": 3},
        reward_funcs=noted,
    )
    assert same_in_groups([row for row, _, _ in met])
    for text, said, earned in met:
        assert reasongym.replay(Row.from_dict(json.loads(text)), [said]).reward == earned
    assert sum(rewards_logged(trainer)) == pytest.approx(sum(one[2] or 0.0 for one in met) / (16 * GROUP))
    assert sum(rewards_logged(trainer)) > 0, "a model that never wins learns nothing here"
    after = loaded.model.state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    shown(trainer="TRL", package="trl", turns="single", what="GRPOTrainer trained on Base Conversion")


def test_it_trains_on_several_turns_by_the_ids_of_rollouts(trl: Any, shown: Shown, tmp_path: Path) -> None:
    from reasongym.agents.adapters.trl import reward
    from reasongym.agents.adapters.trl_rollouts import Rollouts
    from tests.adapters.small_runs import primed

    loaded = primed("TowerOfHanoi-v0", tmp_path, steps=25)
    tokenizer = loaded.tokenizer
    rollouts, met = Rollouts(max_tokens=8), list[tuple[Any, Any]]()

    def noted(prompts: Any, trainer: Any) -> Any:
        columns = rollouts(prompts, trainer)
        met.append((prompts, columns))
        return columns

    rows = export.rows("TowerOfHanoi-v0", level=0, num=8, style="terse")
    trained(trl, tmp_path, loaded.model, tokenizer, rows, {}, reward_funcs=reward, rollout_func=noted)
    for prompts, columns in met:
        assert len(prompts) == 2 * GROUP
        assert {len(column) for column in columns.values()} == {len(prompts)}
        assert same_in_groups([chat[-1]["row"] for chat in prompts])
        for place, chat in enumerate(prompts):
            row = Row.from_dict(json.loads(chat[-1]["row"]))
            ids, mask = columns["completion_ids"][place], columns["env_mask"][place]
            assert tokenizer.decode(columns["prompt_ids"][place]) == " ".join(
                reasongym.problem(row).prompt.split()
            )
            texts = texts_sampled(tokenizer, ids, mask)
            assert len(texts) > 1
            assert reasongym.replay(row, texts).reward == columns["episode_reward"][place]
            assert [bool(one) for one in mask] == [one != 0.0 for one in columns["logprobs"][place]]
    assert len({str(ids) for _, columns in met for ids in columns["completion_ids"]}) > GROUP
    what = "GRPOTrainer trained on Tower of Hanoi by rollout_func, ids and masks exact"
    shown(trainer="TRL", package="trl", turns="multi", what=what)


def texts_sampled(tokenizer: Any, ids: list[int], mask: list[int]) -> list[str]:
    """Decode the runs of sampled ids, which are the turns."""
    turns: list[list[int]] = []
    for place, (one, is_sampled) in enumerate(zip(ids, mask, strict=True)):
        if is_sampled:
            if place == 0 or not mask[place - 1]:
                turns.append([])
            turns[-1].append(one)
    return [tokenizer.decode(turn, skip_special_tokens=True) for turn in turns]


def test_it_trains_on_several_turns_by_calls_of_a_tool(trl: Any, shown: Shown, tmp_path: Path) -> None:
    from reasongym.agents.adapters.trl import ToolEnv
    from tests.adapters.small_runs import caller

    met: list[tuple[str, list[str], float | None]] = []

    class Noted(ToolEnv):
        def reset(self, row: str | None = None, **others: Any) -> None:
            super().reset(row, **others)
            self._noted: tuple[str, list[str]] = (row or "", [])

        def act(self, action: str) -> str:
            """Play.

            Args:
                action: The move.
            """
            observation = super().act(action)
            self._noted[1].append(action)
            return observation

        def get_reward(self) -> float | None:
            earned = super().get_reward()
            met.append((*self._noted, earned))
            return earned

    template = importlib.import_module("trl.chat_template_utils").qwen3_chat_template
    model, tokenizer = caller(["up", "down", "left", "right"], template)
    settings = {"max_completion_length": 700, "max_tool_calling_iterations": 4}
    rows = export.rows("FrozenLake-v0", level=0, num=8)
    trainer = trained(trl, tmp_path, model, tokenizer, rows, settings, environment_factory=Noted)
    assert same_in_groups([row for row, _, _ in met])
    assert max(len(actions) for _, actions, _ in met) > 1
    for text, actions, earned in met:
        verdict = reasongym.replay(Row.from_dict(json.loads(text)), actions)
        assert verdict.reward == earned
    calls = sum(one.get("tools/call_frequency", 0.0) for one in trainer.state.log_history)
    assert calls * 2 * GROUP >= sum(len(actions) for _, actions, _ in met) > 0
    what = "GRPOTrainer trained on Frozen Lake by environment_factory, turns as calls of a tool"
    shown(trainer="TRL", package="trl", turns="multi", what=what)
