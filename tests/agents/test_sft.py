"""Fine-tuning on conversations: the loss is what forwards of each alone say, a killed run loses nothing."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from torch.nn.functional import log_softmax
from transformers import Qwen2Config, Qwen2ForCausalLM

from reasongym.agents.config import ModelSettings, OptimizerSettings
from reasongym.agents.conversations import end_replies_by, lesson
from reasongym.agents.lora import add_adapters
from reasongym.agents.models import LoadedModel, load_model, save_model
from reasongym.agents.sft import (
    DataSettings,
    Sft,
    SftConfig,
    SftRunSettings,
    load_sft_recipe,
    recipe_names,
)
from reasongym.episodes import Message
from reasongym.errors import DataError, UnknownName, UsageError
from reasongym.templates import Renderer, Template
from tests.agents.small_models import plain_logits, with_random_weights
from tests.agents.test_conversations import conversation
from tests.chat_templates import FAMILIES
from tests.chats import bpe_tokenizer

CONTEXT = 512


def chat_model(family: str, dtype: torch.dtype = torch.float32) -> LoadedModel:
    """Make a small Qwen2 with a tokenizer of its own."""
    known = FAMILIES[family]
    tokenizer: Any = bpe_tokenizer(*known.special, eos=known.eos, chat_template=known.chat)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=0,
    )
    return LoadedModel(with_random_weights(Qwen2ForCausalLM(config), 0).to(dtype), tokenizer)


def conversations(family: str, num: int) -> list[tuple[Message, ...]]:
    rng = random.Random(f"sft {family}")
    return [conversation(family, rng) for _ in range(num)]


def written(path: Path, found: list[tuple[Message, ...]]) -> Path:
    lines = [json.dumps({"messages": [msgspec.to_builtins(one) for one in messages]}) for messages in found]
    path.write_text("\n".join(lines) + "\n")
    return path


def config_of(data: Path, **run: Any) -> SftConfig:
    return SftConfig(
        data=DataSettings(path=str(data)),
        optimizer=OptimizerSettings(1e-3, schedule="cosine", betas=(0.9, 0.95), max_grad_norm=10.0),
        run=SftRunSettings(**{"batch_size": 4, "threads": 1} | run),
    )


def losses_by_hand(loaded: LoadedModel, messages: tuple[Message, ...]) -> list[float]:
    """Return -log p of each learned token, each reply forwarded alone behind its prompt, nothing padded."""
    found: list[float] = []
    replies = [message.content for message in messages if message.role == "assistant"]
    laid_out = lesson(messages, Renderer(loaded.tokenizer, Template()), 0).completions
    for text, prompt in zip(replies, [one.prompt_ids for one in laid_out], strict=True):
        encode: Any = loaded.tokenizer.encode
        reply: list[int] = [*encode(text, add_special_tokens=False), loaded.tokenizer.eos_token_id]
        every = log_softmax(plain_logits(loaded, prompt + reply), -1)
        found += [-float(every[len(prompt) + place - 1, token]) for place, token in enumerate(reply)]
    return found


def metrics_of(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("micro_tokens", [1, 200, 65_536])
@pytest.mark.parametrize("family", ["qwen 3", "llama 3", "gemma"])
def test_the_loss_is_the_mean_over_replies_tokens_of_conversations_forwarded_alone(
    family: str, micro_tokens: int, tmp_path: Path
) -> None:
    """Batches are padded side by side, and no row sees another; templates that rewrite history included."""
    found = conversations(family, 6)
    data = written(tmp_path / "some.jsonl", found)
    config = config_of(data, batch_size=6)
    config = replace(config, optimizer=replace(config.optimizer, micro_tokens=micro_tokens))
    loaded = chat_model(family, torch.float64)
    if FAMILIES[family].eos != FAMILIES[family].closes_turn:
        config = replace(config, data=replace(config.data, end=FAMILIES[family].closes_turn))
        loaded.tokenizer.eos_token = FAMILIES[family].closes_turn
    wanted = [loss for messages in found for loss in losses_by_hand(loaded, messages)]
    Sft(config, loaded, tmp_path / "run").run()
    (metrics,) = metrics_of(tmp_path / "run")
    assert metrics["learned_tokens"] == len(wanted)
    assert metrics["loss"] == pytest.approx(sum(wanted) / len(wanted), rel=0, abs=1e-9)


def test_each_epoch_learns_every_conversation_once_in_an_order_of_its_own(tmp_path: Path) -> None:
    data = written(tmp_path / "some.jsonl", conversations("chatml", 10))
    run = Sft(config_of(data, epochs=3, batch_size=4), chat_model("chatml"), tmp_path / "run")
    assert run.num_steps == 9
    batches = [[episode.group for episode in run.batch(step)] for step in range(9)]
    assert [len(batch) for batch in batches] == [4, 4, 2] * 3
    orders = [[one for batch in batches[start : start + 3] for one in batch] for start in (0, 3, 6)]
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    other = Sft(config_of(data, epochs=3, seed=1), chat_model("chatml"), tmp_path / "other")
    assert [episode.group for episode in other.batch(0)] != batches[0]


def test_a_run_learns_and_its_rate_follows_the_schedule_to_its_floor(tmp_path: Path) -> None:
    data = written(tmp_path / "some.jsonl", conversations("chatml", 8))
    config = config_of(data, epochs=12)
    config = replace(config, optimizer=replace(config.optimizer, learning_rate=5e-3, warmup=2, floor=0.1))
    Sft(config, chat_model("chatml"), tmp_path / "run").run()
    metrics = metrics_of(tmp_path / "run")
    assert metrics[-1]["loss"] < 0.5 * metrics[0]["loss"]
    rates = [one["learning_rate"] for one in metrics]
    assert rates[:2] == [2.5e-3, 5e-3]
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert 5e-4 < rates[-1] < 6e-4
    assert metrics[-1]["epoch"] == 12


class Stopped(Exception):
    """Ends a run in the middle, as a kill would."""


def plain() -> LoadedModel:
    return chat_model("qwen 3")


def with_adapters() -> LoadedModel:
    pytest.importorskip("peft")
    loaded = chat_model("qwen 3")
    add_adapters(loaded, rank=2, alpha=4.0, targets=["all-linear"], seed=0)
    return loaded


@pytest.mark.parametrize("make", [plain, with_adapters])
def test_a_run_stopped_amid_an_epoch_continues_to_the_same_bits(
    tmp_path: Path, make: Callable[[], LoadedModel]
) -> None:
    data = written(tmp_path / "some.jsonl", conversations("qwen 3", 6))
    config = config_of(data, epochs=2, batch_size=2, checkpoint_every=2)
    whole = Sft(config, make(), tmp_path / "whole")
    whole.run()

    def stop(metrics: dict[str, float]) -> None:
        if metrics["step"] == 5:
            raise Stopped

    with pytest.raises(Stopped):
        Sft(config, make(), tmp_path / "stopped").run(stop)
    continued = Sft(config, make(), tmp_path / "stopped")
    continued.run()
    ends = [run.supervised.loaded.model.state_dict().values() for run in (whole, continued)]
    assert all(torch.equal(one, other) for one, other in zip(*ends, strict=True))
    logs = [(tmp_path / name / "metrics.jsonl").read_bytes() for name in ("whole", "stopped")]
    assert logs[0] == logs[1]


def test_conversations_longer_than_asked_for_are_left_out_whole(tmp_path: Path) -> None:
    long = (Message("user", "the answer"), Message("assistant", "three " * 600))
    data = written(tmp_path / "some.jsonl", [*conversations("chatml", 3), long])
    run = Sft(config_of(data), chat_model("chatml"), tmp_path / "run")
    assert (run.places, run.num_too_long) == ([0, 1, 2], 1)
    config = config_of(data)
    short = replace(config, data=replace(config.data, max_length=1))
    with pytest.raises(DataError, match=r"all 4 conversations of .* are longer than 1 tokens"):
        Sft(short, chat_model("chatml"), tmp_path / "none")


def test_a_run_is_not_continued_on_another_file(tmp_path: Path) -> None:
    data = written(tmp_path / "some.jsonl", conversations("chatml", 3))
    Sft(config_of(data), chat_model("chatml"), tmp_path / "run")
    written(data, conversations("chatml", 4))
    with pytest.raises(UsageError, match="holds a run of another config"):
        Sft(config_of(data), chat_model("chatml"), tmp_path / "run")


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        (SftConfig(), "name the conversations: --data FILE"),
        (SftConfig(data=DataSettings("a", template="boxd")), "did you mean 'boxed'"),
        (SftConfig(data=DataSettings("a"), run=SftRunSettings(epochs=0)), "run.epochs must be at least 1"),
        (SftConfig(data=DataSettings("a"), model=ModelSettings(lora_rank=-1)), "model.lora_rank"),
        (SftConfig(data=DataSettings("a"), optimizer=OptimizerSettings(floor=2)), "optimizer.floor must be"),
    ],
)
def test_settings_that_cannot_work_are_refused(config: SftConfig, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        config.check()


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_loads(name: str, tmp_path: Path) -> None:
    config = load_sft_recipe(name)
    replace(config, data=replace(config.data, path="some.jsonl")).check()
    assert config.optimizer.schedule == "cosine"


def test_a_file_that_names_no_optimizer_has_fine_tunings_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[run]\nepochs = 3\n[optimizer]\nwarmup = 7\n")
    config = load_sft_recipe(str(tmp_path / "own.toml"))
    assert config.run.epochs == 3
    assert config.optimizer == replace(SftConfig().optimizer, warmup=7)
    with pytest.raises(UnknownName, match="did you mean 'limo'"):
        load_sft_recipe("lima")


def test_a_model_taught_to_end_by_another_token_is_written_so(tmp_path: Path) -> None:
    data = written(tmp_path / "some.jsonl", conversations("chatml", 3))
    config = config_of(data)
    loaded = chat_model("chatml, base eos")
    Sft(replace(config, data=replace(config.data, end="<|im_end|>")), loaded, tmp_path / "run").run()
    save_model(loaded, tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert again.tokenizer.eos_token == "<|im_end|>"
    assert again.eos_ids == [again.tokenizer.convert_tokens_to_ids("<|im_end|>")]


def test_a_reply_may_end_by_the_token_that_the_chat_closes_turns_with() -> None:
    loaded = chat_model("chatml, base eos")
    messages = (Message("user", "the"), Message("assistant", "three"))
    before = lesson(messages, Renderer(loaded.tokenizer, Template()), 0).completions[0].token_ids[-1]
    assert loaded.tokenizer.decode([before]) == "<|endoftext|>"
    end_replies_by(loaded.model, loaded.tokenizer, "<|im_end|>")
    after = lesson(messages, Renderer(loaded.tokenizer, Template()), 0).completions[0].token_ids[-1]
    assert loaded.tokenizer.decode([after]) == "<|im_end|>"
    assert loaded.eos_ids == [after]
    with pytest.raises(UsageError, match="has no token '<nowhere>'"):
        end_replies_by(loaded.model, loaded.tokenizer, "<nowhere>")
