"""OpenRLHF gets our problems and rewards: its executors run on a CPU with a scripted engine.

They are run where the package's source is found; its own `__init__` needs deepspeed, so it is passed by.
"""

import asyncio
import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

import reasongym
from reasongym import export
from reasongym.agents.adapters import openrlhf
from reasongym.agents.adapters.rows import to_text
from reasongym.core import Row
from reasongym.errors import UsageError
from tests.adapters.byte_tokenizers import CHAT, byte_tokenizer, chat_of
from tests.adapters.conftest import Shown
from tests.adapters.recorded import EPISODES, Recorded, recorded

PROMPT = "<|im_start|>user\nA problem.<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize("count", [96, pytest.param(EPISODES, marks=pytest.mark.slow)])
def test_rewards_are_the_bare_environments(count: int) -> None:
    episodes = list(recorded("single-turn", count))
    told = openrlhf.reward_func(
        [f"{PROMPT}{one.actions[0]}<|im_end|>" for one in episodes],
        [PROMPT] * count,
        [to_text(one.row) for one in episodes],
    )
    assert told["rewards"].tolist() == told["scores"].tolist() == [one.reward for one in episodes]
    assert told["extra_logs"]["correct"].tolist() == [float(one.verdict.correct) for one in episodes]


@pytest.mark.parametrize(
    "end", ["", "</s>", "<|im_end|>\n", "<|eot_id|>", "<｜end▁of▁sentence｜>", "<eos>" * 3]
)
def test_special_tokens_at_the_end_are_no_part_of_an_answer(end: str) -> None:
    assert openrlhf.completion_of(f"P<answer>1</answer>{end}", "P") == "<answer>1</answer>"


def test_a_prompt_that_was_cut_is_told() -> None:
    with pytest.raises(UsageError, match="does not begin with its prompt"):
        openrlhf.reward_func(["lem. 7"], ["A problem."], [to_text(reasongym.get("Gcd-v0").row(0))])
    with pytest.raises(UsageError, match="row"):
        openrlhf.reward_func(["P7"], ["P"], [""])


def test_files_hold_rows_and_no_answers(tmp_path: Path) -> None:
    rows = export.rows("KnightsKnaves-v0", num=3)
    openrlhf.write(rows, tmp_path / "data" / "train.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "data" / "train.jsonl").read_text().splitlines()]
    assert [Row.from_dict(json.loads(line["label"])) for line in lines] == list(rows)
    assert [line["input"][0]["content"] for line in lines] == [reasongym.problem(row).prompt for row in rows]
    assert {name for line in lines for name in line} == {"input", "label"}


@pytest.fixture(scope="module")
def agent() -> Iterator[Any]:
    """Import `openrlhf.utils.agent` without the `__init__` above it."""
    found = importlib.util.find_spec("openrlhf")
    if found is None or found.submodule_search_locations is None:
        is_due = "openrlhf" in os.environ.get("REASONGYM_TRAINERS", "") and sys.version_info < (3, 12)
        assert not is_due, "openrlhf has a wheel for this version of Python, and is not installed"
        pytest.skip("openrlhf is not installed; `make test-trainers` has it for Python 3.11")
    root = Path(found.submodule_search_locations[0])
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in (("openrlhf", root), ("openrlhf.utils", root / "utils")):
            package = ModuleType(name)
            package.__path__ = [str(folder)]
            patch.setitem(sys.modules, name, package)
        yield importlib.import_module("reasongym.agents.adapters.openrlhf_agent")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    byte_tokenizer(CHAT).save_pretrained(folder)
    return folder


class Engine:
    """Stands where the engine stands, and says what was recorded."""

    def __init__(self, tokenizer: Any, texts: list[str]) -> None:
        self.asked: list[list[int]] = []
        self._tokenizer, self._texts = tokenizer, texts

    async def generate(self, prompt_ids: list[int], sampling_params: Any, multi_modal_data: Any) -> Any:
        text = self._texts[len(self.asked)]
        self.asked.append(list(prompt_ids))
        ids = [*self._tokenizer.encode(text, add_special_tokens=False), self._tokenizer.eos_token_id]
        said = SimpleNamespace(token_ids=ids, text=text, finish_reason="stop", logprobs=None)
        return SimpleNamespace(outputs=[said])


def play(executor: Any, tokenizer: Any, one: Recorded, prompt: str) -> tuple[Any, Engine]:
    engine = Engine(tokenizer, one.actions)
    sampling = SimpleNamespace(max_tokens=None, logprobs=None)
    made = executor.execute(prompt, to_text(one.row), sampling, 1_000_000, tokenizer, engine)
    return asyncio.run(made), engine


def repeat(agent: Any, model: Path, count: int) -> None:
    executor, tokenizer = agent.executor(str(model))(), agent.tokenizer_of(str(model))
    for one in recorded("multi-turn", count):
        response, engine = play(executor, tokenizer, one, chat_of(tokenizer, one, 0))
        assert response["reward"] == pytest.approx(one.reward, abs=1e-6)
        assert len(response["action_ranges"]) == len(one.actions)
        for turn, prompt in enumerate(engine.asked):
            assert tokenizer.decode(prompt) == chat_of(tokenizer, one, turn)
        last = response["extra_logs"]["correct"]
        assert last.item() == float(one.verdict.correct)


def test_its_executor_repeats_recorded_episodes_in_the_words_of_the_template(agent: Any, model: Path) -> None:
    repeat(agent, model, 24)


@pytest.mark.slow
def test_its_executor_repeats_a_thousand_recorded_episodes(agent: Any, model: Path, shown: Shown) -> None:
    repeat(agent, model, EPISODES)
    what = f"multi-turn executor, with a scripted engine, repeated {EPISODES:,} recorded episodes"
    shown(trainer="OpenRLHF", package="openrlhf", turns="multi", what=what)


def test_members_of_a_group_share_their_problem(agent: Any, model: Path) -> None:
    executor, tokenizer = agent.executor(str(model))(), agent.tokenizer_of(str(model))
    one = next(one for one in recorded("multi-turn", 24) if len(one.actions) > 2)
    prompt = chat_of(tokenizer, one, 0)
    responses = [play(executor, tokenizer, one, prompt)[0] for _ in range(3)]
    assert responses[0]["observation_tokens"] == responses[1]["observation_tokens"]
    assert {response["label"] for response in responses} == {to_text(one.row)}
    assert {response["reward"] for response in responses} == {responses[0]["reward"]}


def test_its_single_turn_executor_calls_our_reward_by_its_path(agent: Any, model: Path, shown: Shown) -> None:
    theirs, tokenizer = sys.modules["openrlhf.utils.agent"], agent.tokenizer_of(str(model))
    executor: Any = theirs.SingleTurnAgentExecutor(str(Path(openrlhf.__file__)))
    for one in recorded("single-turn", 60):
        response, _ = play(executor, tokenizer, one, chat_of(tokenizer, one, 0))
        assert response["reward"] == torch.tensor([one.reward])
    what = "reward function called by OpenRLHF's own executor"
    shown(trainer="OpenRLHF", package="openrlhf", turns="single", what=what)


def test_a_template_that_leaves_turns_out_is_refused(agent: Any) -> None:
    with pytest.raises(UsageError, match="leaves out a turn"):
        agent.Between(byte_tokenizer("{{ messages[0].content }}"))
