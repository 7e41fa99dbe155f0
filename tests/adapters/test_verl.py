"""verl gets our problems and rewards: its data set, its reward manager and its agent loop run on a CPU.

They are run where `verl` can be imported; what is written and judged without it is tested anywhere.
"""

import asyncio
import importlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import reasongym
from reasongym import export
from reasongym.agents.adapters import verl
from reasongym.agents.adapters.rows import to_text
from reasongym.core import Row
from reasongym.errors import UsageError
from reasongym.templates import PLAIN_CHAT
from tests.adapters.conftest import Needs, Shown
from tests.adapters.recorded import EPISODES, Recorded, recorded

pytestmark = pytest.mark.filterwarnings("default")  # verl's requirements warn as they are imported


def scored(episode: Recorded) -> dict[str, float]:
    return verl.compute_score("reasongym", episode.actions[0], to_text(episode.row), {"index": 0}, more=1)


@pytest.mark.parametrize("count", [96, pytest.param(EPISODES, marks=pytest.mark.slow)])
def test_scores_are_the_bare_environments(count: int) -> None:
    for one in recorded("single-turn", count):
        assert scored(one) == {"score": one.reward, "acc": float(one.verdict.correct)}


@pytest.mark.parametrize("row", [None, "", "{}", "7", '{"env_id": 7}'])
def test_what_is_no_row_is_told(row: Any) -> None:
    with pytest.raises(UsageError, match="row"):
        verl.compute_score("reasongym", "7", row)


def test_files_hold_rows_and_no_answers(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = export.rows("KnightsKnaves-v0", num=4)
    verl.write(rows, tmp_path / "data" / "train.parquet")
    found = parquet.read_table(tmp_path / "data" / "train.parquet").to_pylist()
    for place, (line, row) in enumerate(zip(found, rows, strict=True)):
        assert line["prompt"] == [{"role": "user", "content": reasongym.problem(row).prompt}]
        assert Row.from_dict(json.loads(line["reward_model"]["ground_truth"])) == row
        assert line["extra_info"] == {"index": place, "row": line["reward_model"]["ground_truth"]}
        assert set(line) == {
            "data_source",
            "prompt",
            "ability",
            "reward_model",
            "extra_info",
            "agent_name",
        }
    text = (tmp_path / "data" / "agent_loops.yaml").read_text()
    assert "_target_: reasongym.agents.adapters.verl_loop.ReasongymLoop" in text


def of(module: str) -> Any:
    return importlib.import_module(module)


@pytest.fixture(scope="module")
def loops(needs: Needs) -> None:
    needs("verl")


class Scripted:
    """Stands where verl's client of its servers stands, and says what was recorded."""

    def __init__(self, tokenizer: Any, texts: list[str]) -> None:
        self.asked: list[tuple[str, list[int]]] = []
        self._tokenizer, self._texts = tokenizer, texts

    async def generate(self, *, request_id: str, prompt_ids: list[int], sampling_params: Any) -> Any:
        turn = len(self.asked)
        text = self._texts[turn]
        self.asked.append((request_id, list(prompt_ids)))
        ids = [*self._tokenizer.encode(text, add_special_tokens=False), self._tokenizer.eos_token_id]
        return of("verl.workers.rollout.replica").TokenOutput(
            token_ids=ids,
            log_probs=[-0.5] * len(ids),
            routed_experts=[[turn]] * (len(prompt_ids) + len(ids)),
            extra_fields={"min_global_steps": turn, "max_global_steps": turn},
        )


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from tests.adapters.byte_tokenizers import byte_tokenizer

    return byte_tokenizer(PLAIN_CHAT)


def loop_of(tokenizer: Any, server: Any, response_length: int = 100_000) -> Any:
    """Make the loop as verl's worker does from the file of loops."""
    create, wrap = (
        of("omegaconf").OmegaConf.create,
        of("verl.experimental.agent_loop.agent_loop").DictConfigWrap,
    )
    (config,) = create(verl.LOOPS)
    assert config.name == verl.LOOP
    lengths = {"prompt_length": 100_000, "response_length": response_length}
    return of("hydra.utils").instantiate(
        config=config,
        trainer_config=wrap(create({"actor_rollout_ref": {"rollout": lengths}})),
        server_manager=server,
        tokenizer=tokenizer,
        processor=None,
        dataset_cls=of("verl.utils.dataset.rl_dataset").RLHFDataset,
        data_config=wrap(create({})),
    )


def run(tokenizer: Any, one: Recorded, response_length: int = 100_000) -> tuple[Any, Scripted]:
    server = Scripted(tokenizer, one.actions)

    async def played() -> Any:
        loop = loop_of(tokenizer, server, response_length)
        (line,) = verl.lines([one.row])
        chat = line.pop("prompt")
        return await loop.run({"temperature": 1.0}, raw_prompt=chat, **line)

    return asyncio.run(played()), server


def repeat(tokenizer: Any, count: int) -> None:
    for one in recorded("multi-turn", count):
        output, server = run(tokenizer, one)
        assert output.reward_score == one.reward
        assert output.num_turns == 2 * len(one.actions)
        assert len({request for request, _ in server.asked}) == 1
        last = len(one.actions) - 1
        steps = {name: output.extra_fields[name] for name in ("min_global_steps", "max_global_steps")}
        assert steps == {"min_global_steps": 0, "max_global_steps": last}
        ids = [*output.prompt_ids, *output.response_ids]
        assert output.routed_experts == [[last]] * len(ids)
        assert len(output.response_mask) == len(output.response_ids) == len(output.response_logprobs)
        sampled = [tokenizer.encode(text, add_special_tokens=False) for text in one.actions]
        assert sum(output.response_mask) == sum(len(turn) + 1 for turn in sampled)
        for (_, prompt), turn, observation in zip(
            server.asked, sampled, ["", *one.observations[:-1]], strict=True
        ):
            assert ids[: len(prompt) + len(turn)] == [*prompt, *turn]
            assert tokenizer.decode(prompt, skip_special_tokens=True).endswith(f"{observation}\n")


@pytest.mark.usefixtures("loops")
def test_its_agent_loop_repeats_recorded_episodes(tokenizer: Any) -> None:
    repeat(tokenizer, 24)


@pytest.mark.slow
@pytest.mark.usefixtures("loops")
def test_its_agent_loop_repeats_a_thousand_recorded_episodes(tokenizer: Any, shown: Shown) -> None:
    repeat(tokenizer, EPISODES)
    what = f"AgentLoop, with a scripted server, repeated {EPISODES:,} recorded episodes"
    shown(trainer="verl", package="verl", turns="multi", what=what)


@pytest.mark.usefixtures("loops")
def test_an_episode_ends_with_its_tokens_and_is_judged_by_them(tokenizer: Any) -> None:
    one = next(one for one in recorded("multi-turn", 24) if len(one.actions) > 2)
    said = len(tokenizer.encode(one.actions[0], add_special_tokens=False)) + 1
    for limit in (1, said, said + 1):
        output, server = run(tokenizer, one, response_length=limit)
        assert len(server.asked) == 1
        assert len(output.response_ids) == len(output.response_mask) == len(output.response_logprobs) == limit
        assert sum(output.response_mask) == min(limit, said)
        assert len(output.routed_experts) == min(
            len(output.prompt_ids) + limit, len(server.asked[0][1]) + said
        )
        assert output.num_turns == 2
    single = next(one for one in recorded("single-turn", 24) if one.reward == 1.0)
    whole, _ = run(tokenizer, single)
    cut, _ = run(tokenizer, single, response_length=1)
    assert (whole.reward_score, cut.reward_score) == (1.0, 0.0), "what was cut off is not paid"


@pytest.mark.usefixtures("loops")
def test_members_of_a_group_share_the_problem_of_their_line(tokenizer: Any, tmp_path: Path) -> None:
    rows = export.rows("FrozenLake-v0", num=2)
    verl.write(rows, tmp_path / "train.parquet")
    data, config = (
        of("verl.utils.dataset.rl_dataset"),
        {"cache_dir": str(tmp_path), "max_prompt_length": 9_000},
    )
    read = data.RLHFDataset(
        str(tmp_path / "train.parquet"), tokenizer, of("omegaconf").OmegaConf.create(config)
    )
    batch = of("verl").DataProto.from_single_dict(data.collate_fn([read[0], read[1]]))
    columns: dict[str, Any] = batch.repeat(4, interleave=True).non_tensor_batch
    asked: list[str] = []

    async def played(member: int) -> None:
        server = Scripted(tokenizer, ["left", "right", "up", "down"] * 6)
        line = {name: column[member] for name, column in columns.items()}
        assert line["agent_name"] == verl.LOOP
        await loop_of(tokenizer, server).run({"temperature": 1.0}, **line)
        asked.append(tokenizer.decode(server.asked[0][1]).strip())

    for member in range(8):
        asyncio.run(played(member))
    assert asked == [reasongym.problem(row).prompt for row in rows for _ in range(4)]


@pytest.mark.usefixtures("loops")
def test_a_line_without_a_row_is_told(tokenizer: Any) -> None:
    async def played() -> None:
        await loop_of(tokenizer, Scripted(tokenizer, [])).run({}, raw_prompt=[], extra_info={"index": 3})

    with pytest.raises(UsageError, match="row"):
        asyncio.run(played())


def test_its_reward_manager_pays_our_rewards(needs: Needs, tokenizer: Any, shown: Shown) -> None:
    needs("verl")
    managers = of("verl.experimental.reward_loop.reward_manager.naive")

    async def paid(one: Recorded) -> float:
        manager = managers.NaiveRewardManager(SimpleNamespace(), tokenizer, verl.compute_score)
        (line,) = verl.lines([one.row])
        ids = torch.tensor([tokenizer.encode(one.actions[0], add_special_tokens=False) or [0]])
        columns = {
            name: np.array([line[name]], dtype=object)
            for name in ("data_source", "reward_model", "extra_info")
        }
        batch: Any = of("verl").DataProto.from_dict(
            tensors={"responses": ids, "attention_mask": torch.ones_like(ids)}, non_tensors=columns
        )
        return (await manager.run_single(batch))["reward_score"]

    episodes = [one for one in recorded("single-turn", 60) if one.actions[0].strip()]
    for one in episodes:
        assert asyncio.run(paid(one)) == one.reward
    what = "compute_score called by verl's own reward manager"
    shown(trainer="verl", package="verl", turns="single", what=what)
