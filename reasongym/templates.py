"""Templates: the only place that turns messages into the text and the token ids a policy reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

import jinja2
import msgspec

from reasongym.episodes import Completion, Message
from reasongym.errors import UsageError

PLAIN_CHAT = "{% for m in messages %}{{ m.content }}{{ '\n' }}{% endfor %}"
"""Chat layout for models without one of their own: the contents, a line each."""


@dataclass(frozen=True, slots=True)
class Template:
    """How a problem is put to a model, as data."""

    name: str = "default"
    system: str = ""
    user: str = "{prompt}"
    """Wraps the problem's prompt."""
    prefill: str = ""
    """Text the assistant's turn begins with; environments read it as part of the completion."""
    stop: tuple[str, ...] = ()
    chat: str = ""
    """A Jinja chat template; empty takes the tokenizer's own, or `PLAIN_CHAT` where it has none."""

    @property
    def digest(self) -> str:
        """Twelve hex digits that name this template's content."""
        return blake2b(msgspec.json.encode(self), digest_size=6).hexdigest()

    def open(self, prompt: str) -> tuple[Message, ...]:
        """Return the messages an episode begins with."""
        system = (Message("system", self.system),) if self.system else ()
        return (*system, Message("user", self.user.replace("{prompt}", prompt)))


TEMPLATES = {
    template.name: template
    for template in (
        Template(),
        Template(
            "r1",
            # The format is DeepSeek-R1's (arXiv 2501.12948, table 1), the words are not.
            system="Reason step by step inside <think> </think>, "
            "then give the answer inside <answer> </answer>.",
        ),
        Template("think", prefill="<think>\n"),
        Template("boxed", user="{prompt}\nReason step by step and put the final answer in \\boxed{}."),
        # The formats that the recipes of agents/recipes ask for (docs/recipes.md); the words are ours.
        Template(
            "r1-lines",
            system="Write your reasoning between a line <think> and a line </think>, and right below it the "
            "answer between a line <answer> and a line </answer>. Write nothing else.",
        ),
        Template(
            "r1-begun",
            system="Reason step by step inside <think> </think>, "
            "then give the answer inside <answer> </answer>.",
            prefill="Step by step:\n<think>\n",
        ),
        Template(
            "reasoning",
            system="Write your reasoning between a line <reasoning> and a line </reasoning>, and right below "
            "it the answer between a line <answer> and a line </answer>.",
        ),
        Template(
            "dialogue",
            user="A user asks and an assistant answers. The assistant reasons inside <think> </think> and "
            "then gives the answer inside <answer> </answer>.\nUser: {prompt}\nAssistant:",
            prefill="<think>\n",
            stop=("</answer>",),
            chat=PLAIN_CHAT,
        ),
        Template("question", user="Question:\n{prompt}\nAnswer, step by step:", chat=PLAIN_CHAT),
        Template("bare", chat=PLAIN_CHAT),
    )
}


class Tokenizer(Protocol):
    """The part of a Hugging Face tokenizer that is used here."""

    chat_template: str | None
    eos_token_id: int | None

    def apply_chat_template(
        self,
        conversation: list[dict[str, str]],
        *,
        chat_template: str | None,
        tokenize: bool,
        add_generation_prompt: bool,
    ) -> str: ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...

    def decode(
        self, token_ids: Sequence[int], *, skip_special_tokens: bool, clean_up_tokenization_spaces: bool
    ) -> str: ...


class Renderer:
    """Turns messages into token ids for one tokenizer and one template."""

    def __init__(self, tokenizer: Tokenizer, template: Template) -> None:
        self.tokenizer = tokenizer
        self.template = template
        chat = template.chat or tokenizer.chat_template or PLAIN_CHAT
        self._is_plain = chat == PLAIN_CHAT
        # A tokenizer may hold several chat templates by name; given None, it takes its default one.
        self._chat = PLAIN_CHAT if self._is_plain else template.chat or None
        if tokenizer.eos_token_id is None:
            raise UsageError("the tokenizer has no end-of-sequence token, so no completion could ever end")
        self.eos_id: int = tokenizer.eos_token_id
        self._render = lru_cache(maxsize=4096)(self._render_uncached)
        self._first_ids = lru_cache(maxsize=4096)(self._first_ids_uncached)
        self._ids = lru_cache(maxsize=4096)(self._ids_uncached)
        self._marker = lru_cache(maxsize=4096)(self._marker_uncached)

    def first_prompt(self, messages: tuple[Message, ...]) -> list[int]:
        """Return the ids of an episode's first prompt."""
        return list(self._first_ids(messages))

    def next_prompt(self, last: Completion, messages: tuple[Message, ...]) -> list[int]:
        """Return the ids of the prompt after `last`; `messages` ends with its turn and the observation.

        They are `last`'s prompt and sampled ids plus the template's delta, so that nothing sampled is
        tokenised again; a turn that was cut off is closed by the delta. Where the template rewrites
        history (strips thinking, trims blanks), the whole prompt is rendered afresh instead.
        """
        before = self._render(messages[:-2]) + last.text
        after = self._render(messages)
        if not after.startswith(before):
            return self.first_prompt(messages)
        delta = after[len(before) :]
        marker = self._marker(last.token_ids[-1]) if last.token_ids else ""
        if marker:
            between, is_closed, rest = delta.partition(marker)
            if is_closed and between.isspace():  # a blank that the template puts before its end of the turn
                return self.first_prompt(messages)
            delta = rest if is_closed and not between else delta
        return [*last.prompt_ids, *last.token_ids, *self._ids(delta)]

    def ids(self, text: str) -> list[int]:
        """Return the ids of a text that is put inside a turn."""
        return list(self._ids(text))

    def text(self, ids: Sequence[int]) -> str:
        """Return what sampled ids show; special tokens show nothing."""
        return self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)

    def opening(self, text: str) -> tuple[int, ...]:
        """Return the special token that a text begins with; none where it begins with an ordinary one."""
        first = self._ids(text)[:1]
        return first if first and self._marker(first[0]) else ()

    def written(self, text: str) -> list[int]:
        """Return the ids a completion has that writes `text` and ends."""
        return [*self._ids(text), self.eos_id]

    def _first_ids_uncached(self, messages: tuple[Message, ...]) -> tuple[int, ...]:
        text = self._render(messages)
        return tuple(self.tokenizer.encode(text, add_special_tokens=self._is_plain))

    def _ids_uncached(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(text, add_special_tokens=False))

    def _render_uncached(self, messages: tuple[Message, ...]) -> str:
        try:
            rendered = self.tokenizer.apply_chat_template(
                [{"role": message.role, "content": message.content} for message in messages],
                chat_template=self._chat,
                tokenize=False,
                add_generation_prompt=True,
            )
        except jinja2.TemplateError as error:
            raise UsageError(
                f"the chat template refused the messages of template {self.template.name!r}: {error}"
            ) from error
        return rendered + self.template.prefill

    def _marker_uncached(self, token_id: int) -> str:
        """Return what a special token stands for and "" for an ordinary one, which the text already shows."""
        if self.text([token_id]):
            return ""
        return self.tokenizer.decode(
            [token_id], skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
