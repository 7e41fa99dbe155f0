"""A scripted model that plays recorded episodes: it knows an episode by its first message."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reasongym.evaluation.suites import Slice, Suite
from tests.adapters.recorded import Kind, Recorded, recorded
from tests.agents.openai_server import Json, said

Message = Mapping[str, Any]
PYTHON: dict[str, Any] = {"tools": "python", "tool_format": "tags"}
"""Options of a row that is played with a tool."""
CALL = "<python>print(6 * 7)</python>"
"""What opens a session of Python there, which somebody must end."""


def player(episodes: Iterable[Recorded]) -> Callable[[Sequence[Message]], str]:
    """Return what says the next action of the episode whose prompt a conversation begins with."""
    by_prompt = {episode.prompt: episode for episode in episodes}

    def act(messages: Sequence[Message]) -> str:
        prompt = next(message["content"] for message in messages if message["role"] == "user")
        played = sum(message["role"] == "assistant" for message in messages)
        return by_prompt[prompt].actions[played]

    return act


def server(episodes: Iterable[Recorded]) -> Callable[[Json], Json]:
    """Return what an OpenAI-compatible server answers in place of a model that plays episodes."""
    act, asked = player(episodes), iter(range(10**9))

    def complete(body: Json) -> Json:
        answer = said(act(body["messages"]))
        return {"id": f"chat-{next(asked)}", "created": 0, "model": body["model"]} | answer

    return complete


def distinct(kind: Kind, count: int) -> list[Recorded]:
    """Return recorded episodes of as many prompts: a scripted model could not tell others apart."""
    by_prompt: dict[str, Recorded] = {}
    for episode in recorded(kind, 10 * count):
        by_prompt.setdefault(episode.prompt, episode)
        if len(by_prompt) == count:
            return list(by_prompt.values())
    raise AssertionError(f"{10 * count} episodes have only {len(by_prompt)} prompts")


def suite_of(episodes: Iterable[Recorded]) -> Suite:
    """Return the suite of the episodes' problems, in their order."""
    rows = [episode.row for episode in episodes]
    return Suite(tuple(Slice(row.env_id, row.level, row.split, 1, row.seed) for row in rows))
