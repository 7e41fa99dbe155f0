"""Asking a policy for one turn: in one piece, or in segments where its thinking has a budget.

Token ids are the truth: a segment's prompt is the prompt before it, the ids sampled there and the ids of what
was put behind them. Nothing that was sampled is tokenised again.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from reasongym.core import Session
from reasongym.episodes import Completion, Message, Request, Sampling
from reasongym.errors import PolicyError
from reasongym.seeding import digest64
from reasongym.templates import Renderer, Template
from reasongym.thinking import Budget, Thought, think_on

ANSWER_ROOM = 100
"""Tokens of the context that thinking leaves for the answer, where it may have so many (as s1's harness)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a policy is put to play; `renderer` is None for policies that read messages, not tokens."""

    sampling: Sampling
    template: Template
    renderer: Renderer | None = None
    context_length: int | None = None
    """Most ids a prompt and its completion may have; None where only the turn's limit counts."""
    thinking: Budget | None = None
    """Its tokens are among the turn's `sampling.max_tokens`, which must be more."""
    calls: tuple[str, ...] = ()
    """Strings that end a turn with a call of a tool; thinking under a budget goes on past them."""


class Spoken(NamedTuple):
    """One turn of a policy."""

    text: str
    """What was sampled and what the protocol put into it, without the prefill."""
    completions: tuple[Completion, ...]
    """The last is the answer."""


class Place(NamedTuple):
    """Where in an episode a turn is due."""

    session: Session
    messages: tuple[Message, ...]
    key: bytes
    """Sets apart the turn's sampling noise."""
    is_last: bool = False
    """Whether the episode ends with the turn, whatever is said."""


Turn: TypeAlias = Generator[Request, Completion, Spoken | None]
"""Yields requests, is sent their completions, returns what was said."""


def take_turn(setting: Setting, place: Place, last: Spoken | None) -> Turn:
    """Ask for a turn; None when the context has no room for it. `last` is the turn before."""
    budget, thought = setting.thinking, Thought(is_over=setting.thinking is None)
    prompt = _first_prompt(setting, place.messages, last)
    said: list[Completion] = []
    while (limit := _tokens_left(setting, thought, prompt)) > 0:
        sampling = _sampling(setting, thought, limit)
        completion = yield _request(setting, place, thought, prompt, sampling, len(said))
        if budget is None or thought.is_over:
            return Spoken(thought.text + completion.text, (*said, completion))
        segment = _settled(setting, budget, thought, prompt, completion)
        thought = think_on(budget, thought, segment)
        prompt = _extended(setting, prompt, segment, thought.put)
        said.append(segment)
    return None


def _first_prompt(setting: Setting, messages: tuple[Message, ...], last: Spoken | None) -> list[int] | None:
    if setting.renderer is None:
        return None
    if last is None:
        return setting.renderer.first_prompt(messages)
    whole = replace(last.completions[-1], text=last.text)  # the ids of the turn's end, behind all its text
    return setting.renderer.next_prompt(whole, messages)


def _tokens_left(setting: Setting, thought: Thought, prompt: list[int] | None) -> int:
    """Return the most tokens that may be sampled next; thinking leaves room for its end and an answer."""
    budget, most = None if thought.is_over else setting.thinking, setting.sampling.max_tokens
    left = (budget.tokens if budget else most) - thought.spent
    if prompt is None or setting.renderer is None or setting.context_length is None:
        return left
    room = setting.context_length - len(prompt)
    if budget is not None:
        closing = max(len(setting.renderer.ids(text)) for text in budget.closings)
        room -= closing + min(most - budget.tokens, ANSWER_ROOM)
    return min(left, room)


def _sampling(setting: Setting, thought: Thought, limit: int) -> Sampling:
    sampling, budget = setting.sampling, setting.thinking
    if budget is None or thought.is_over:
        return replace(sampling, max_tokens=limit, stop=(*sampling.stop, *setting.calls))
    stop_ids = setting.renderer.opening(budget.end) if setting.renderer else ()
    return replace(sampling, max_tokens=limit, stop=(*sampling.stop, budget.end), stop_ids=stop_ids)


def _request(
    setting: Setting,
    place: Place,
    thought: Thought,
    prompt: list[int] | None,
    sampling: Sampling,
    num_segments: int,
) -> Request:
    """Ask for a segment; a turn that has begun is the last message, for policies that read messages."""
    messages, key = place.messages, place.key
    if num_segments:
        messages = (*messages, Message("assistant", setting.template.prefill + thought.text))
        key = b"%s segment %d" % (key, num_segments)
    goes_on = not (place.is_last and thought.is_over)
    return Request(0, messages, prompt, sampling, digest64(key), place.session, goes_on)


def _settled(
    setting: Setting, budget: Budget, thought: Thought, prompt: list[int] | None, segment: Completion
) -> Completion:
    """Take out of a segment of thinking what ended it, but for an end that stands.

    Where there are waits left and no room for one, the end stands as well, and counts as a cut by `length`.
    """
    if prompt is not None and segment.text and not segment.token_ids:
        raise PolicyError(
            "a thinking budget goes on from the ids that were sampled, and the policy tells none; "
            "measure without --thinking-tokens, or by an engine that returns token ids"
        )
    if segment.finish == "length":
        return segment
    cut = _without_end(setting, budget, segment)
    is_due = thought.waits < budget.waits
    if is_due:
        after = think_on(budget, thought, cut)
        if _tokens_left(setting, after, _extended(setting, prompt, cut, after.put)) > 0:
            return cut
    kept = segment if budget.end in segment.text else cut
    return replace(kept, finish="length") if is_due else kept


def _without_end(setting: Setting, budget: Budget, segment: Completion) -> Completion:
    """Take out of a segment the stop string that ended it, or its last id where none did.

    Ids go whole: what shares one with the stop string goes with it.
    """
    ids, renderer = segment.token_ids, setting.renderer
    whole = renderer.text(ids) if renderer and ids else segment.text
    stops = [whole.find(stop) for stop in (*setting.sampling.stop, budget.end) if stop in whole]
    before = whole[: min(stops, default=None)]
    if renderer is None or not ids:
        return replace(segment, text=before)
    num_kept = len(ids) - 1
    while not before.startswith(text := renderer.text(ids[:num_kept])):
        num_kept -= 1
    return replace(segment, text=text, token_ids=ids[:num_kept], logprobs=segment.logprobs[:num_kept])


def _extended(setting: Setting, prompt: list[int] | None, segment: Completion, put: str) -> list[int] | None:
    if prompt is None or setting.renderer is None:
        return None
    return [*prompt, *segment.token_ids, *setting.renderer.ids(put)]
