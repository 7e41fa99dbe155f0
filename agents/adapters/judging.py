"""Judging what an outside trainer collected: a row's text and a completion, whatever shape it came in."""

from collections.abc import Iterator, Mapping
from typing import cast

from reasongym import registry
from reasongym.agents.adapters import rows as columns
from reasongym.core import Json, Verdict
from reasongym.errors import UsageError


def judged(row: object, completion: Json) -> Verdict:
    """Return the bare environment's verdict; raises UsageError for what is no row or no completion.

    `row` is the text of the column `row`; `completion` a text, or messages, of which the assistant's are the
    turns that were played. Raises Unscored where the judging failed, which is not a wrong answer.
    """
    return registry.replay(columns.from_text(row), list(turns(completion)))


def turns(completion: Json) -> Iterator[str]:
    """Yield the texts that were played, from a text or from messages."""
    if isinstance(completion, str):
        yield completion
        return
    if not isinstance(completion, list):
        raise UsageError(f"a completion is a text or a list of messages, got {completion!r}")
    for message in cast("list[Json]", completion):
        if not isinstance(message, Mapping) or "role" not in message:
            raise UsageError(f"a message has a role and a content, got {message!r}")
        if message["role"] == "assistant":
            yield _content(message.get("content"))


def _content(content: Json) -> str:
    """Return the text of a message, which multimodal chats hold in parts and calls of tools leave out."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in cast("list[Json]", content))
    return content or ""
