"""Small models that outside trainers train: they know the notation, as far as a few seconds teach it."""

from pathlib import Path
from typing import Any

import torch
from transformers import LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

from reasongym.agents import from_scratch
from reasongym.agents.config import ProblemSettings
from reasongym.agents.models import LoadedModel
from reasongym.agents.priming import Priming, PrimingSettings
from reasongym.templates import PLAIN_CHAT
from tests.adapters.byte_tokenizers import byte_tokenizer

SHAPE = from_scratch.ModelShape(hidden=48, layers=2, heads=4, intermediate=96)
CALL, CALLED = '<tool_call>\n{"name": "act", "arguments": {"action": "', '"}}\n</tool_call>'
"""A call of the tool `act` around its action, as Qwen3's chat template has it."""


def primed(env_id: str, folder: Path, steps: int = 40) -> LoadedModel:
    """Return a model of whole words that was shown random legal play of a level 0."""
    curriculum = ProblemSettings(env_id, 0, {"style": "terse"}).curriculum()
    loaded = from_scratch.build(curriculum, shape=SHAPE, seed=0)
    settings = PrimingSettings(steps=steps, groups=16, group_size=4, warmup=5, checkpoint_every=steps)
    Priming(settings, loaded, folder / "priming", curriculum=curriculum, seed=0).run()
    loaded.tokenizer.chat_template = PLAIN_CHAT
    assert isinstance(loaded.model, LlamaForCausalLM)
    return loaded


def caller(moves: list[str], chat_template: str) -> tuple[Any, Any]:
    """Return a Qwen3 of bytes, in whose vocabulary moves and what stands around them are one token each."""
    tokenizer = byte_tokenizer(chat_template)
    tokenizer.add_tokens([CALL, CALLED, "<|im_start|>assistant\n", *moves])
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=4096,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Qwen3ForCausalLM(config)
    _teach_calls(model, tokenizer, moves)
    return model, tokenizer


def _teach_calls(model: Any, tokenizer: Any, moves: list[str]) -> None:
    """Teach a call of the tool, by any move, behind the words that open an assistant's turn."""
    opening = tokenizer.encode("<tool_response>\n. .\n</tool_response><|im_end|>\n<|im_start|>assistant\n")
    lines = [[*opening, *tokenizer.encode(CALL + move + CALLED), tokenizer.eos_token_id] for move in moves]
    ids = torch.tensor(lines)
    labels = ids.clone()
    labels[:, : len(opening)] = -100
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        model(input_ids=ids, labels=labels).loss.backward()
        optimizer.step()
