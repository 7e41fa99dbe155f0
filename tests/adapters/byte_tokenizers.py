"""A tokenizer of single bytes: it gives any text back, so that recorded actions can be said in tokens."""

from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from tests.adapters.recorded import Recorded

CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def byte_tokenizer(chat_template: str) -> Any:
    """Return a tokenizer of single bytes, which gives any text back."""
    symbols = sorted(pre_tokenizers.ByteLevel.alphabet())
    core: Any = Tokenizer(models.BPE({symbol: place for place, symbol in enumerate(symbols)}, []))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    core.decoder = decoders.ByteLevel()
    tokenizer: Any = PreTrainedTokenizerFast(
        tokenizer_object=core, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    tokenizer.chat_template = chat_template
    return tokenizer


def chat_of(tokenizer: Any, one: Recorded, turns: int) -> str:
    """Render an episode up to a turn, the next of which is due."""
    messages = [{"role": "user", "content": one.prompt}]
    for action, observation in zip(one.actions[:turns], one.observations[:turns], strict=True):
        messages += [{"role": "assistant", "content": action}, {"role": "user", "content": observation}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
