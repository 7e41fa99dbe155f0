"""Random episodes on chat templates like those of well-known families, with real tokenizers.

`mismatches` is an oracle for bar 7: it knows what each template does to an assistant's text, and compares ids
and texts without the code it tests.
"""

import random
from functools import cache
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode, Message, TrainingRow, flatten
from reasongym.templates import Renderer, Template
from tests.chat_templates import FAMILIES, Family

WORDS = [
    "the",
    "answer",
    " is",
    " three",
    "\n",
    "\n\n",
    "  ",
    " (5 - 2)",
    "<think>",
    "</think>",
    "é",
    "漢🙂",
    "<|x|>",
]
PREFILLS = ("", "", "<think>\n", "Answer:")


@cache
def tokenizer_of(name: str) -> Any:
    """Return a Hugging Face tokenizer with the chat template of a family."""
    family = FAMILIES[name]
    return bpe_tokenizer(*family.special, eos=family.eos, chat_template=family.chat)


def bpe_tokenizer(*special: str, eos: str, chat_template: str | None = None) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE tokenizer on a few words; every text goes through it and back unchanged."""
    tokenizer: Any = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    corpus = [
        "the answer is three plus four times (5 - 2) = 9",
        "so is the user's answer\n\n",
        "漢 é 🙂 <think>",
    ]
    trainer = trainers.BpeTrainer(
        vocab_size=330,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[AddedToken(text, special=True, normalized=False) for text in special],
    )
    tokenizer.train_from_iterator(corpus * 4, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=eos, pad_token=special[0])
    fast.chat_template = chat_template
    return fast


def decode(name: str, ids: list[int], *, skip_special: bool) -> str:
    tokenizer: Any = tokenizer_of(name)
    return tokenizer.decode(ids, skip_special_tokens=skip_special, clean_up_tokenization_spaces=False)


def sampled_ids(name: str, rng: random.Random) -> list[int]:
    """Make what a model might sample: words, any ids at all, or nothing but its end; cut off or ended."""
    tokenizer: Any = tokenizer_of(name)
    kind = rng.random()
    if kind < 0.55:
        text = " ".join(rng.choices(WORDS[:4], k=rng.randrange(1, 4)))
        thought = f"<think>\n{rng.choice(WORDS)}\n</think>\n\n" if kind < 0.2 else ""
        ids: list[int] = tokenizer.encode(thought + text, add_special_tokens=False)
    elif kind < 0.8:
        ids = tokenizer.encode("".join(rng.choices(WORDS, k=rng.randrange(1, 6))), add_special_tokens=False)
    else:
        ids = [rng.randrange(len(tokenizer)) for _ in range(rng.randrange(0, 8))]
    if not ids or rng.random() < 0.6:
        ends = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids(FAMILIES[name].closes_turn or "a")]
        ids.append(rng.choice(ends))
    return ids


def random_episode(name: str, rng: random.Random) -> tuple[Episode, Renderer]:
    """Play one to six turns of random ids, as `play` does."""
    family = FAMILIES[name]
    system = rng.choice(["", "Be brief."]) if family.has_system else ""
    template = Template(system=system, user="Q: {prompt}", prefill=rng.choice(PREFILLS))
    renderer = Renderer(tokenizer_of(name), template)
    messages = template.open("".join(rng.choices(WORDS, k=4)))
    completions: list[Completion] = []
    num_turns = rng.randrange(1, 7)
    for turn in range(num_turns):
        prompt = renderer.next_prompt(completions[-1], messages) if turn else renderer.first_prompt(messages)
        ids = sampled_ids(name, rng)
        ends = ids[-1] == renderer.eos_id
        logprobs = [-rng.random() for _ in ids]
        text = decode(name, ids, skip_special=True)
        completions.append(Completion(text, "stop" if ends else "length", prompt, ids, logprobs))
        messages = (*messages, Message("assistant", template.prefill + text))
        if turn < num_turns - 1:
            messages = (*messages, Message("user", observation(rng)))
    row = Row("reasongym/Countdown-v0", 0, "train", 0)
    return Episode(row, list(messages), completions, Verdict(1.0, True, "ok")), renderer


def observation(rng: random.Random) -> str:
    """Make what an environment might say to a turn, or a tool."""
    text = "".join(rng.choices(WORDS, k=rng.randrange(0, 4)))
    return f"<tool_response>\n{text}\n</tool_response>" if rng.random() < 0.4 else text


def mismatches(name: str, episode: Episode, renderer: Renderer) -> list[str]:
    """List what is wrong with the training rows and the prompts of an episode."""
    rows = flatten(episode)
    return [*_mask_mismatches(rows, episode), *_prompt_mismatches(name, rows, episode, renderer)]


def _mask_mismatches(rows: list[TrainingRow], episode: Episode) -> list[str]:
    wrong: list[str] = []
    completions = episode.completions
    if sum(sum(row.mask) for row in rows) != sum(len(one.token_ids) for one in completions):
        wrong.append("the masks do not count the sampled ids")
    for row in rows:
        if [turn >= 0 for turn in row.turns] != row.mask or row.prompt_length != row.mask.index(True):
            wrong.append("mask, turns and prompt length disagree")
        if not len(row.ids) == len(row.mask) == len(row.logprobs):
            wrong.append("a row is not as long as its mask and log-probs")
    for turn, one in enumerate(completions):
        places = [(row, place) for row in rows for place, t in enumerate(row.turns) if t == turn]
        if [row.ids[place] for row, place in places] != one.token_ids:
            wrong.append(f"the trained ids of turn {turn} are not the sampled ones")
        if [row.logprobs[place] for row, place in places] != one.logprobs:
            wrong.append(f"the log-probs of turn {turn} moved")
        row, place = places[0]
        if row.ids[: place + len(one.token_ids)] != one.prompt_ids + one.token_ids:
            wrong.append(f"turn {turn} is trained behind another prompt than it was sampled behind")
    return wrong


def _prompt_mismatches(name: str, rows: list[TrainingRow], episode: Episode, renderer: Renderer) -> list[str]:
    """Check where rows fork, and that each prompt is what was there plus text that completes the chat."""
    wrong: list[str] = []
    family, tokenizer = FAMILIES[name], renderer.tokenizer
    places = [place for place, message in enumerate(episode.messages) if message.role == "assistant"]
    row_of_turn = [next(r for r, row in enumerate(rows) if turn in row.turns) for turn in range(len(places))]
    shown: list[int] = []  # the ids of the prompt before, without special ids that were sampled
    for turn, (place, one) in enumerate(zip(places, episode.completions, strict=True)):
        chat: Any = tokenizer.apply_chat_template(
            [{"role": message.role, "content": message.content} for message in episode.messages[:place]],
            chat_template=family.chat or "{% for m in messages %}{{ m.content }}{{ '\n' }}{% endfor %}",
            tokenize=False,
            add_generation_prompt=True,
        )
        is_kept = False
        if turn:
            before = episode.completions[turn - 1]
            is_closed = _closes(name, before.token_ids[-1])
            is_kept = _is_kept(family, episode.messages, places[turn - 1], place, is_closed=is_closed)
            known = before.prompt_ids + before.token_ids
            if (one.prompt_ids[: len(known)] == known) != is_kept:
                wrong.append(f"turn {turn} {'does not keep' if is_kept else 'keeps'} what was sampled")
            if (row_of_turn[turn] == row_of_turn[turn - 1]) != is_kept:
                wrong.append(f"turn {turn} {'forks' if is_kept else 'shares a row'}")
            shown = [*shown, *_shown(name, before.token_ids), *one.prompt_ids[len(known) :]]
        if not is_kept:
            shown = one.prompt_ids
        if decode(name, shown, skip_special=False) != chat + renderer.template.prefill:
            wrong.append(f"the prompt of turn {turn} does not read as the chat does")
    return wrong


def _is_kept(family: Family, messages: list[Message], last: int, now: int, *, is_closed: bool) -> bool:
    """Whether a prompt shows the reply at place `last`, and all before it, as when that was sampled."""
    *earlier, text = [*family.look(messages[:last]), family.begins + messages[last].content]
    looks = family.look(messages[:now])
    if is_closed and looks[last] != text:  # nothing can be put behind the text any more
        return False
    return looks[:last] == earlier and looks[last].startswith(text)


def _shown(name: str, ids: list[int]) -> list[int]:
    """Return sampled ids without the special ones, but for a last one that closes the turn."""
    special = {token for token in ids if not decode(name, [token], skip_special=True)}
    kept = [token for token in ids[:-1] if token not in special]
    return kept if ids[-1] in special and not _closes(name, ids[-1]) else [*kept, ids[-1]]


def _closes(name: str, token: int) -> bool:
    return decode(name, [token], skip_special=False) == FAMILIES[name].closes_turn
