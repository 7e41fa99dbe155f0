"""Conversations to learn from: JSON lines with `messages`, laid out as if the replies had been sampled.

One line is `{"messages": [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]}`, as
data sets on the Hugging Face Hub have it; other keys are left alone. Every reply is learned from behind the
prompt that a sampler would be given for it, so that a chat template that rewrites its history (strips
thinking) is learned from as it will be used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from reasongym.core import Row
from reasongym.episodes import Completion, Episode, Message
from reasongym.errors import DataError, UsageError
from reasongym.templates import Renderer


class _Line(msgspec.Struct):
    messages: list[Message]


_decode = msgspec.json.Decoder(_Line).decode


@dataclass(frozen=True, slots=True)
class Conversations:
    """A file of conversations; what is asked for is read from it, so that memory does not grow with it."""

    path: Path
    starts: list[int]
    """Where each conversation's line begins, in bytes."""
    digest: str
    """Sixteen hex digits over the file's bytes."""

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, place: int) -> tuple[Message, ...]:
        with self.path.open("rb") as file:
            file.seek(self.starts[place])
            return tuple(_decode(file.readline()).messages)


def read_conversations(path: Path) -> Conversations:
    """Look through a JSONL file of conversations; raises DataError naming the line that is none."""
    starts: list[int] = []
    digest, start = blake2b(digest_size=8), 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    _check_line(line, f"{path}:{number}")
                    starts.append(start)
                start += len(line)
                digest.update(line)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    if not starts:
        raise DataError(f"{path} holds no conversation")
    return Conversations(path, starts, digest.hexdigest())


def _check_line(line: bytes, where: str) -> None:
    try:
        messages = _decode(line).messages
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f'{where} is no conversation ({error}); a line is {{"messages": [...]}}') from error
    _check_turns(messages, where)


def _check_turns(messages: Sequence[Message], where: str) -> None:
    turns = messages[1:] if messages and messages[0].role == "system" else messages
    for place, message in enumerate(turns):
        wanted = ("user", "assistant")[place % 2]
        if message.role != wanted:
            raise DataError(
                f"{where}: message {place + 1} after the system message is of role {message.role!r} where "
                f"{wanted!r} was due; user and assistant take turns, and the user begins"
            )
    if not turns or len(turns) % 2:
        raise DataError(f"{where}: a conversation ends with the assistant's message, this one does not")


def replies(messages: Sequence[Message], renderer: Renderer) -> list[Completion]:
    """Return the assistant's messages as completions: the ids of their prompts, their own, and an end."""
    completions: list[Completion] = []
    for place, message in enumerate(messages):
        if message.role != "assistant":
            continue
        before = tuple(messages[:place])
        prompt = (
            renderer.next_prompt(completions[-1], before) if completions else renderer.first_prompt(before)
        )
        text = message.content.removeprefix(renderer.template.prefill)
        ids = renderer.written(text)
        completions.append(Completion(text, "stop", prompt, ids, [0.0] * len(ids)))
    return completions


def lesson(messages: Sequence[Message], renderer: Renderer, place: int) -> Episode:
    """Lay a conversation out as an episode that nobody judges; `place` is where it stands in its file."""
    system = renderer.template.system
    if system and messages[0].role != "system":
        messages = (Message("system", system), *messages)
    row = Row("conversation", 0, "train", place)
    return Episode(row, list(messages), replies(messages, renderer), None, group=place)


def end_replies_by(loaded_model: Any, tokenizer: Any, end: str) -> None:
    """Make a token the one that ends a reply, in the tokenizer and the generation settings of a model.

    Base models end documents by one token while their chat template ends turns by another: Open R1 trains
    Qwen2.5-Math with `<|im_end|>`. Raises UsageError for what is no single token.
    """
    vocabulary = tokenizer.get_vocab()
    if end not in vocabulary:
        raise UsageError(f"the tokenizer has no token {end!r} to end a reply by")
    tokenizer.eos_token = end
    loaded_model.config.eos_token_id = vocabulary[end]
    loaded_model.generation_config.eos_token_id = vocabulary[end]
