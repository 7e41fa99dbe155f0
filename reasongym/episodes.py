"""What happened when a policy played: messages, completions, episodes, and their training rows.

Text is what environments see, token ids are what learners see; the ids of a completion are the ones that
were sampled and are never made again from its text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from reasongym.core import Row, Session, Verdict
from reasongym.errors import DataError, UsageError

Role: TypeAlias = Literal["system", "user", "assistant"]
Finish: TypeAlias = Literal["stop", "length", "cancelled"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to sample a completion."""

    temperature: float = 1.0
    """0 is greedy."""
    top_p: float = 1.0
    max_tokens: int = 256
    """Of one completion, that is of one turn."""
    stop: tuple[str, ...] = ()
    """The completion ends with the token that completes one of these in the decoded text."""
    stop_ids: tuple[int, ...] = ()
    """Tokens that end the completion as an end of sequence does; the text does not show special ones."""
    top_k: int = 0
    """Draws among this many likeliest tokens, before top_p cuts further; 0 keeps all."""

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < float("inf"):
            raise UsageError(f"temperature must be a number from 0 up, got {self.temperature}")
        if not 0 < self.top_p <= 1:
            raise UsageError(f"top_p must be above 0 and at most 1, got {self.top_p}")
        if self.top_k < 0:
            raise UsageError(f"top_k must be at least 1, or 0 to keep every token, got {self.top_k}")
        if self.max_tokens < 1:
            raise UsageError(f"max_tokens must be at least 1, got {self.max_tokens}")
        if "" in self.stop:
            raise UsageError("an empty stop string would end every completion at its first token")


@dataclass(frozen=True, slots=True)
class Request:
    """One completion asked of a policy."""

    id: int
    messages: tuple[Message, ...]
    """A last one of the assistant's is a turn that it has begun and goes on with."""
    prompt_ids: list[int] | None
    """Token ids of the messages, for policies that read tokens."""
    sampling: Sampling
    noise_key: int
    """64 bits that decide the sampling noise, whatever else is in the batch."""
    session: Session
    """Where the episode stands, for players in this process that know the game (oracle, random)."""
    goes_on: bool = False
    """Whether a request may follow whose prompt begins with this one's and what was sampled for it."""
    follows: int | None = None
    """Id of the request that this one goes on from."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion as it was sampled."""

    text: str
    """Decoded without special tokens."""
    finish: Finish
    prompt_ids: list[int] = field(default_factory=list[int])
    token_ids: list[int] = field(default_factory=list[int])
    """Sampled ids; the last is the end-of-sequence token if that ended it.

    Of a segment of thinking that the policy ended itself, what ended it is taken out unless it stands.
    """
    logprobs: list[float] = field(default_factory=list[float])
    """Of each sampled id under the distribution it was drawn from; of greedy ones at temperature 1."""
    weights_version: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """One played episode: everything needed to judge it again or to learn from it."""

    row: Row
    messages: list[Message]
    completions: list[Completion]
    verdict: Verdict | None
    """None when our own failure (`error`) kept it from being judged."""
    group: int = 0
    """Episodes of one group share a row."""
    member: int = 0
    is_truncated: bool = False
    """Turns or tokens ran out before the episode ended."""
    error: str | None = None

    @property
    def actions(self) -> list[str]:
        """The texts played, as the environment read them."""
        return [message.content for message in self.messages if message.role == "assistant"]

    @property
    def reward(self) -> float:
        """The verdict's reward; 0 for an unscored episode, which learners must leave out."""
        return self.verdict.reward if self.verdict else 0.0


class Policy(Protocol):
    """Whatever completes prompts. Called from one thread."""

    def submit(self, requests: Sequence[Request]) -> None:
        """Queue requests."""
        ...

    def poll(self) -> list[tuple[int, Completion]]:
        """Work for a while and return what is done as (request id, completion)."""
        ...

    def cancel(self, ids: Iterable[int]) -> None:
        """Forget requests, answered ones too: their completions never come, and nothing follows them."""
        ...

    def push(self, weights: Any, version: int) -> None:
        """Take new weights before anything that is submitted later."""
        ...

    def close(self) -> None:
        """Release the engine."""
        ...


def generate(policy: Policy, requests: Sequence[Request]) -> list[Completion]:
    """Complete all requests, in order; their ids must differ."""
    if len({request.id for request in requests}) < len(requests):
        raise UsageError("requests need ids of their own, got some twice")
    policy.submit(requests)
    done: dict[int, Completion] = {}
    while len(done) < len(requests):
        done.update(policy.poll())
    return [done[request.id] for request in requests]


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """Token ids with what was sampled among them. Example, `*` marking sampled ids of two turns:

    ids     P P P a* b* e* O O c* e*
    mask    0 0 0 1  1  1  0 0 1  1
    turns   . . . 0  0  0  . . 1  1   (index of the completion, -1 elsewhere)
    """

    ids: list[int]
    mask: list[bool]
    logprobs: list[float]
    """The sampler's; 0.0 where the mask is False."""
    turns: list[int]
    prompt_length: int
    """Ids before the first sampled one."""


def flatten(episode: Episode) -> list[TrainingRow]:
    """Lay an episode's completions out as training rows; each sampled id gets exactly one True.

    A completion without sampled ids has no part in any row; one with ids but no log-probs is refused.
    A completion continues the row of the one before iff its prompt begins with that one's prompt and
    sampled ids; else (the template rewrote its history) it opens a row of its own.
    """
    rows: list[TrainingRow] = []
    for turn, completion in enumerate(episode.completions):
        prompt, sampled = completion.prompt_ids, completion.token_ids
        if not sampled:
            continue
        if len(completion.logprobs) != len(sampled):
            raise UsageError(
                f"completion {turn} has {len(sampled)} sampled ids but {len(completion.logprobs)} log-probs; "
                "only a policy that keeps both can be learned from"
            )
        if not rows or prompt[: len(rows[-1].ids)] != rows[-1].ids:
            rows.append(TrainingRow([], [], [], [], len(prompt)))
        row = rows[-1]
        between = prompt[len(row.ids) :]
        row.ids.extend([*between, *sampled])
        row.mask.extend([False] * len(between) + [True] * len(sampled))
        row.logprobs.extend([0.0] * len(between) + completion.logprobs)
        row.turns.extend([-1] * len(between) + [turn] * len(sampled))
    return rows


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Episode).decode


def to_json(episode: Episode) -> bytes:
    """Write an episode as one JSON line, newline included."""
    return _encode(episode) + b"\n"


def read_episodes(path: Path) -> Iterator[Episode]:
    """Read episodes from a JSONL file; raises DataError naming the line that is corrupt."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield _decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise DataError(
                        f"{path}:{number} is not an episode ({error}); delete that line, or the file if it "
                        "is cut off, and run the same command again"
                    ) from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
