"""Chat templates that write what those of well-known families write, token by token.

The wording is ours, and nothing is here but what chats of system, user and assistant messages need. Each has
a second account in Python of how the messages of a chat look in a prompt, for the oracle in `chats.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from reasongym.episodes import Message

Look: TypeAlias = Callable[[Sequence[Message]], list[str]]
"""Says how the text of each message of a chat looks in the prompt for the next reply."""

OPENS_CHATML = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}" + OPENS_CHATML
)
QWEN25 = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\n"
    "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n{% endif %}" + CHATML
)
QWEN3 = (
    "{% set query = namespace(place=messages | length - 1) %}"
    "{% for m in messages %}{% if m.role == 'user' and not "
    "(m.content.startswith('<tool_response>') and m.content.endswith('</tool_response>')) %}"
    "{% set query.place = loop.index0 %}{% endif %}{% endfor %}"
    "{% for m in messages %}{% set text, thought = m.content, '' %}"
    "{% if m.role == 'assistant' %}{% if '</think>' in text %}{% set parts = text.split('</think>') %}"
    "{% set text = parts[-1].lstrip('\n') %}"
    "{% set thought = parts[0].rstrip('\n').split('<think>')[-1].strip('\n') %}{% endif %}"
    "{% if loop.index0 > query.place and (thought or loop.last) %}"
    "{% set text = '<think>\n' ~ thought ~ '\n</think>\n\n' ~ text.lstrip('\n') %}{% endif %}{% endif %}"
    "<|im_start|>{{ m.role }}\n{{ text }}<|im_end|>\n{% endfor %}" + OPENS_CHATML
)
LLAMA3 = (
    "<|begin_of_text|>{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n"
    "{{ m.content | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
MISTRAL = (
    "<s>{% for m in messages %}{% if m.role == 'user' %}[INST] "
    "{% if loop.last and messages[0].role == 'system' %}{{ messages[0].content ~ '\n\n' }}{% endif %}"
    "{{ m.content }}[/INST]{% elif m.role == 'assistant' %} {{ m.content | trim }}</s>{% endif %}{% endfor %}"
)
GEMMA = (
    "<bos>{% for m in messages %}"
    "{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content | trim }}"
    "<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
PHI = (
    "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
DEEPSEEK_R1 = (
    "<｜begin▁of▁sentence｜>{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}{% endif %}"
    "{% endfor %}{% for m in messages %}{% if m.role == 'user' %}<｜User｜>{{ m.content }}"
    "{% elif m.role == 'assistant' %}<｜Assistant｜>{{ m.content.split('</think>')[-1] }}"
    "<｜end▁of▁sentence｜>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<｜Assistant｜><think>\n{% endif %}"
)


def as_they_are(messages: Sequence[Message]) -> list[str]:
    return [message.content for message in messages]


def each(change: Callable[[str], str], messages: Sequence[Message]) -> list[str]:
    """Change what the assistant said, whatever else is in the chat."""
    return [change(one.content) if one.role == "assistant" else one.content for one in messages]


def qwen3(messages: Sequence[Message]) -> list[str]:
    """Show thoughts behind the last message that the user wrote, alone; what a tool answers is not."""
    last = max(at for at, one in enumerate(messages) if one.role == "user" and not _is_of_tool(one.content))
    return [
        _qwen3_reply(one.content, is_shown=at > last) if one.role == "assistant" else one.content
        for at, one in enumerate(messages)
    ]


def _is_of_tool(text: str) -> bool:
    return text.startswith("<tool_response>") and text.endswith("</tool_response>")


def _qwen3_reply(text: str, *, is_shown: bool) -> str:
    before, closed, _ = text.partition("</think>")
    if not closed:
        return text
    thought = before.rstrip("\n").rpartition("<think>")[2].strip("\n")
    answer = text.rpartition("</think>")[2].lstrip("\n")
    return f"<think>\n{thought}\n</think>\n\n{answer}" if is_shown and thought else answer


def mistral(messages: Sequence[Message]) -> list[str]:
    """Put what the system says into the latest message of the user's, and nowhere else."""
    looks = each(lambda text: " " + text.strip(), messages)
    if messages[0].role == "system":
        looks[-1] = f"{messages[0].content}\n\n{looks[-1]}"
        looks[0] = ""
    return looks


@dataclass(frozen=True)
class Family:
    """A chat template with its special tokens."""

    chat: str | None
    special: tuple[str, ...]
    eos: str
    closes_turn: str
    """What the template puts behind an assistant's text."""
    look: Look = as_they_are
    has_system: bool = True
    begins: str = ""
    """What the template begins the next reply with, beside its role."""


CHATML_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
FAMILIES = {
    "plain": Family(None, ("<|endoftext|>", "<|other|>"), "<|endoftext|>", ""),
    "chatml": Family(CHATML, CHATML_TOKENS, "<|im_end|>", "<|im_end|>"),
    "chatml, base eos": Family(CHATML, CHATML_TOKENS, "<|endoftext|>", "<|im_end|>"),
    "qwen 2.5": Family(QWEN25, CHATML_TOKENS, "<|im_end|>", "<|im_end|>"),
    "qwen 3": Family(QWEN3, CHATML_TOKENS, "<|im_end|>", "<|im_end|>", qwen3),
    "llama 3": Family(
        LLAMA3,
        ("<|end_of_text|>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        "<|eot_id|>",
        "<|eot_id|>",
        partial(each, str.strip),
    ),
    "mistral": Family(MISTRAL, ("<s>", "</s>", "[INST]", "[/INST]"), "</s>", "</s>", mistral),
    "gemma": Family(
        GEMMA,
        ("<pad>", "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>"),
        "<eos>",
        "<end_of_turn>",
        partial(each, str.strip),
        has_system=False,
    ),
    "phi 3.5": Family(
        PHI,
        ("<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
        "<|end|>",
        "<|end|>",
    ),
    "deepseek r1": Family(
        DEEPSEEK_R1,
        ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"),
        "<｜end▁of▁sentence｜>",
        "<｜end▁of▁sentence｜>",
        partial(each, lambda text: text.split("</think>")[-1]),
        begins="<think>\n",
    ),
}
NUM_TEMPLATES = len({family.chat for family in FAMILIES.values()} - {None})
