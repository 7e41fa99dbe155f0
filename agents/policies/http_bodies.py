"""What is written to an OpenAI-compatible server, and how its answers are read.

Prompts with token ids go to `/completions`, so that they are the ones every other engine is given; prompts of
messages go to `/chat/completions`, where the server lays them out. vLLM is asked for more than the plain
protocol offers: the stop string in the text, the sampled ids, and no sampling settings of its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from reasongym.agents.policies.http_calls import Rejected
from reasongym.episodes import Completion, Finish, Message, Request
from reasongym.errors import PolicyError, UsageError
from reasongym.templates import Template

Decode = Callable[[list[int]], str]

OF_VLLM: dict[str, Any] = {
    "include_stop_str_in_output": True,
    "return_token_ids": True,
    # A server takes these from the model's generation_config.json where a request does not name them.
    "top_k": -1,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
}
CUT = ("length", "max_tokens")
"""Reasons to finish that mean that tokens ran out."""
BROKEN = ("abort", "error")
"""Reasons to finish that are a failure of the server's."""
CHARACTERS_PER_TOKEN = 3
"""To guess the length of a prompt before it is sent; English has 4."""


@dataclass(frozen=True, slots=True)
class Server:
    """What a server says of itself and the model."""

    model: str
    """The name it is asked by."""
    models: tuple[str, ...] = ()
    """All that it has, where it tells."""
    root: str = ""
    """What the model is called where it was loaded from, where it tells."""
    software: str = ""
    """Such as `vllm 0.32.0`; empty where it does not tell."""
    context_length: int | None = None

    @property
    def is_vllm(self) -> bool:
        """Whether it takes what only vLLM takes."""
        return self.software.startswith("vllm")


class Tokens(msgspec.Struct):
    """What an answer says it used."""

    prompt_tokens: int = 0
    completion_tokens: int | None = 0


class Said(msgspec.Struct):
    """The message of a chat; thinking may have been taken out of its content."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None


class Choice(msgspec.Struct):
    """One completion of an answer."""

    text: str | None = None
    message: Said | None = None
    finish_reason: str | None = None
    token_ids: list[int] | None = None
    prompt_token_ids: list[int] | None = None


class Answer(msgspec.Struct):
    """An answer of either path; msgspec refuses what has another shape."""

    choices: list[Choice]
    usage: Tokens | None = None
    prompt_token_ids: list[int] | None = None


_read_answer = msgspec.json.Decoder(Answer).decode


def read_answer(body: bytes) -> Answer:
    """Read an answer with one completion in it; raises msgspec.DecodeError saying what it is instead."""
    answer = _read_answer(body)
    if len(answer.choices) != 1:
        raise msgspec.ValidationError(f"{len(answer.choices)} completions, 1 was asked for")
    choice = answer.choices[0]
    if choice.text is None and choice.message is None:
        raise msgspec.ValidationError("a completion without text or message")
    if choice.finish_reason in BROKEN:
        raise msgspec.ValidationError(f"a completion that ended by {choice.finish_reason!r}")
    return answer


@dataclass(slots=True)
class Dialect:
    """How one server is asked; learns from what it rejects."""

    server: Server
    template: Template = field(default_factory=Template)
    decode: Decode | None = None
    """Turns sampled ids into text, where the tokenizer is at hand; the server's text otherwise."""
    limit_name: str = "max_tokens"
    takes_seed: bool = True

    def __post_init__(self) -> None:
        if self.decode is not None:
            return
        if self.template.chat:
            raise UsageError(
                f"the template {self.template.name!r} lays out chats by itself, a server's chat does not: "
                "give --tokenizer DIR or choose another --template"
            )
        if self.template.prefill and not self.server.is_vllm:
            raise UsageError(
                f"the template {self.template.name!r} begins the model's turn with "
                f"{self.template.prefill!r}, which this server's chat cannot take: choose another --template"
            )

    def asked(self, request: Request, *, is_limited: bool = True) -> tuple[str, dict[str, Any]]:
        """Return the path and the body of a request; one without a limit may fill the context."""
        settings = self._settings(request)
        if not is_limited:
            del settings[self.limit_name]
        if request.prompt_ids is not None:
            return "/completions", {"prompt": request.prompt_ids} | settings
        messages, begun = _split(request, self.template)
        told = [{"role": one.role, "content": one.content} for one in messages]
        if begun and not self.server.is_vllm:
            raise PolicyError(
                "a turn that has begun must be continued, which this server's chat cannot do: choose a "
                "protocol that asks for each turn in one piece"
            )
        if begun:
            told.append({"role": "assistant", "content": begun})
            settings |= {"continue_final_message": True, "add_generation_prompt": False}
        return "/chat/completions", {"messages": told} | settings

    def adapts(self, rejected: Rejected) -> bool:
        """Learn another way to ask from what was rejected; False where there is none.

        OpenAI's reasoning models call the limit otherwise, and some servers take no seed.
        """
        if rejected.status not in (400, 422) or self.server.is_vllm:
            return False
        if "max_completion_tokens" in rejected.told and self.limit_name == "max_tokens":
            self.limit_name = "max_completion_tokens"
            return True
        if "seed" in rejected.told and self.takes_seed:
            self.takes_seed = False
            return True
        return False

    def _settings(self, request: Request) -> dict[str, Any]:
        sampling = request.sampling
        settings: dict[str, Any] = {
            "model": self.server.model,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            self.limit_name: sampling.max_tokens,
        }
        if self.takes_seed:
            settings["seed"] = request.noise_key >> 33  # 31 bits, which every server takes
        if sampling.stop:
            settings["stop"] = list(sampling.stop)
        if sampling.stop_ids:
            settings["stop_token_ids"] = list(sampling.stop_ids)
        if self.server.is_vllm:
            return settings | OF_VLLM | ({"top_k": sampling.top_k} if sampling.top_k else {})
        if sampling.top_k:
            raise PolicyError(
                f"OpenAI's protocol has no top-k, so this server would leave top_k {sampling.top_k} out: "
                "set it to 0, or use vLLM's server"
            )
        return settings

    def completion(self, answer: Answer, request: Request) -> Completion:
        """Read a completion; its text is what the same ids would be in any other engine."""
        choice = answer.choices[0]
        finish: Finish = "length" if choice.finish_reason in CUT else "stop"
        ids = choice.token_ids or []
        if request.prompt_ids is not None:
            if self.decode is None or not ids:
                raise PolicyError(
                    "the server returns no token ids, so later turns could not continue them; leave out "
                    "--tokenizer to ask by messages, or use vLLM 0.10.2 or later"
                )
            return Completion(self.decode(ids), finish, request.prompt_ids, ids)
        begun = _split(request, self.template)[1]
        text = choice.text if choice.message is None else _spoken(choice.message, finish, begun)
        if not self.server.is_vllm and finish == "stop":
            text = _closed(text or "", request.sampling.stop)
        prompt_ids = choice.prompt_token_ids or answer.prompt_token_ids or []
        return Completion(text or "", finish, prompt_ids, ids)


def is_too_long(rejected: Rejected) -> bool:
    """Whether a server says that a prompt and the limit of its completion do not fit together."""
    told = rejected.told.lower()
    return rejected.status == 400 and any(word in told for word in ("context", "max_tokens", "maximum"))


def guessed_tokens(request: Request) -> int:
    """Guess how many tokens a request takes at most."""
    if request.prompt_ids is not None:
        prompt = len(request.prompt_ids)
    else:
        prompt = sum(len(message.content) for message in request.messages) // CHARACTERS_PER_TOKEN
    return prompt + request.sampling.max_tokens


def _closed(text: str, stops: Iterable[str]) -> str:
    """Put back the closing mark that a plain server stops at and leaves out, where its opening is there."""
    for stop in stops:
        if stop.startswith("</") and text.count(stop.replace("</", "<", 1)) > text.count(stop):
            return text + stop
        if stop.strip() == "```" and text.count(stop.strip()) % 2:  # the fence of a block
            return text + stop
    return text


def _split(request: Request, template: Template) -> tuple[tuple[Message, ...], str]:
    """Return the messages before the model's turn, and the text that this turn begins with."""
    *before, last = request.messages
    return (tuple(before), last.content) if last.role == "assistant" else (request.messages, template.prefill)


def _spoken(said: Said, finish: Finish, begun: str) -> str:
    """Put thinking that the server took out back to where it was, so that graders read what was sampled."""
    content = said.content or said.refusal or ""
    thought = said.reasoning_content or said.reasoning
    if not thought:
        return content
    is_open = begun.rfind("<think>") > begun.rfind("</think>")
    is_cut = finish == "length" and not content
    return f"{'' if is_open else '<think>'}{thought}{'' if is_cut else '</think>'}{content}"
