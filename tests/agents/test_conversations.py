"""Conversations laid out: the assistant's tokens alone are learned, behind what a sampler would be given."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from reasongym.agents.conversations import lesson, read_conversations
from reasongym.episodes import Message, flatten
from reasongym.errors import DataError
from reasongym.templates import Renderer, Template
from tests.chat_templates import FAMILIES
from tests.chats import WORDS, decode, tokenizer_of

PLAIN = "{% for m in messages %}{{ m.content }}{{ '\n' }}{% endfor %}"


def conversation(name: str, rng: random.Random) -> tuple[Message, ...]:
    """Make one to four exchanges of random words; some replies think first."""
    system = [Message("system", "Be brief.")] if FAMILIES[name].has_system and rng.random() < 0.5 else []
    turns: list[Message] = []
    for _ in range(rng.randrange(1, 5)):
        thought = "<think>so</think>\n" if rng.random() < 0.5 else ""
        reply = thought + "".join(rng.choices(WORDS, k=rng.randrange(0, 5)))
        turns += [Message("user", " ".join(rng.choices(WORDS[:4], k=3))), Message("assistant", reply)]
    return (*system, *turns)


def chat(name: str, messages: tuple[Message, ...]) -> str:
    """Write the chat that a tokenizer's own template makes of messages, up to the next reply."""
    tokenizer: Any = tokenizer_of(name)
    return tokenizer.apply_chat_template(
        [{"role": message.role, "content": message.content} for message in messages],
        chat_template=FAMILIES[name].chat or PLAIN,
        tokenize=False,
        add_generation_prompt=True,
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_the_mask_holds_every_reply_and_its_end_and_nothing_else(name: str) -> None:
    rng = random.Random(name)
    tokenizer: Any = tokenizer_of(name)
    for place in range(150):
        messages = conversation(name, rng)
        episode = lesson(messages, Renderer(tokenizer, Template()), place)
        wanted = [message.content for message in messages if message.role == "assistant"]
        rows = flatten(episode)
        for turn, text in enumerate(wanted):
            ids = [i for row in rows for i, t in zip(row.ids, row.turns, strict=True) if t == turn]
            assert ids[-1] == tokenizer.eos_token_id
            assert decode(name, ids[:-1], skip_special=False) == text
        assert sum(sum(row.mask) for row in rows) == sum(len(one.token_ids) for one in episode.completions)
        assert len(episode.completions) == len(wanted)


@pytest.mark.parametrize("name", FAMILIES)
def test_each_reply_is_learned_behind_the_chat_that_the_template_shows_then(name: str) -> None:
    """Where the template strips thinking, the second reply's prompt has none, and has a row of its own."""
    family, rng, num_forks = FAMILIES[name], random.Random(f"prompts {name}"), 0
    for place in range(150):
        messages = conversation(name, rng)
        episode = lesson(messages, Renderer(tokenizer_of(name), Template()), place)
        places = [at for at, message in enumerate(messages) if message.role == "assistant"]
        num_forks += len(flatten(episode)) - 1
        for at, completion in zip(places, episode.completions, strict=True):
            shown = decode(name, completion.prompt_ids, skip_special=False)
            if family.closes_turn and family.eos != family.closes_turn:
                shown = shown.replace(family.eos + family.closes_turn, family.closes_turn)
            if name != "plain":
                assert shown == chat(name, messages[:at])
            else:
                assert shown.replace(family.eos, "") == chat(name, messages[:at])
    thoughtful = [Message("user", "q"), Message("assistant", "<think>so</think>\na"), Message("user", "q")]
    if family.look(thoughtful) != [message.content for message in thoughtful]:
        assert num_forks > 0


def test_a_templates_system_message_goes_before_and_its_prefill_is_not_learned() -> None:
    renderer = Renderer(tokenizer_of("chatml"), Template(system="Be brief.", prefill="<think>\n"))
    messages = (Message("user", "the"), Message("assistant", "<think>\nso</think> three"))
    (completion,) = lesson(messages, renderer, 0).completions
    assert decode("chatml", completion.prompt_ids, skip_special=False) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nthe<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n"
    )
    assert decode("chatml", completion.token_ids, skip_special=False) == "so</think> three<|im_end|>"
    own = (Message("system", "Own."), *messages)
    shown = decode("chatml", lesson(own, renderer, 0).completions[0].prompt_ids, skip_special=False)
    assert "Be brief." not in shown
    assert "Own." in shown


# -- files --------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
    "row": 1,
}


def test_a_file_is_read_in_its_order_and_other_keys_are_let_alone(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    other = {"messages": [{"role": "system", "content": "s"}, *GOOD["messages"]]}
    path.write_text(json.dumps(GOOD) + "\n\n" + json.dumps(other, ensure_ascii=True))
    found = read_conversations(path)
    assert [len(found[place]) for place in range(len(found))] == [2, 3]
    assert found[1][0] == Message("system", "s")
    path.write_text(json.dumps(GOOD))
    assert read_conversations(path).digest != found.digest


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("", "holds no conversation"),
        ("{", r"some\.jsonl:1 is no conversation"),
        ('{"text": "a"}', r"some\.jsonl:1 is no conversation .*messages"),
        ('{"messages": [{"role": "tool", "content": "a"}]}', "is no conversation .*tool"),
        ('{"messages": []}', "ends with the assistant's message"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "ends with the assistant's message"),
        ('{"messages": [{"role": "assistant", "content": "a"}]}', "of role 'assistant' where 'user' was due"),
        (
            '{"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}',
            "message 2 .* of role 'user' where 'assistant' was due",
        ),
    ],
)
def test_what_is_no_conversation_is_told_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(line)
    with pytest.raises(DataError, match=complaint):
        read_conversations(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*nowhere\.jsonl: No such file"):
        read_conversations(tmp_path / "nowhere.jsonl")
