"""Prompts are made once: nothing sampled is tokenised again, and every prompt reads as its chat does."""

import random
from typing import Any, cast

import pytest

from reasongym import registry
from reasongym.agents.from_scratch import word_tokenizer
from reasongym.agents.policies import scripted
from reasongym.agents.priming import tokenised
from reasongym.episodes import Completion, Message, Sampling, flatten
from reasongym.errors import UsageError
from reasongym.rollouts import Setting, group_plays, rollout
from reasongym.templates import TEMPLATES, Renderer, Template
from tests.chat_templates import FAMILIES, GEMMA, as_they_are
from tests.chats import decode, mismatches, random_episode, tokenizer_of

EPISODES_PER_FAMILY = 1_000
"""Ten thousand in all."""


@pytest.mark.parametrize("name", FAMILIES)
def test_trained_ids_are_the_sampled_ids_and_the_mask_covers_exactly_them(name: str) -> None:
    num_forks = num_turns = 0
    for place in range(EPISODES_PER_FAMILY):
        episode, renderer = random_episode(name, random.Random(f"{name} {place}"))
        assert mismatches(name, episode, renderer) == [], place
        num_turns += len(episode.completions)
        num_forks += len(flatten(episode)) - 1
    assert num_turns > 3 * EPISODES_PER_FAMILY
    keeps_all = FAMILIES[name].look is as_they_are
    assert (num_forks == 0) if keeps_all else (num_forks > 50)


def test_the_oracle_notices_a_planted_mismatch() -> None:
    episode, renderer = random_episode("chatml", random.Random("chatml 3"))
    assert len(episode.completions) > 1
    first, second, *rest = episode.completions
    moved = Completion(second.text, second.finish, second.prompt_ids[1:], second.token_ids, second.logprobs)
    episode.completions[:] = [first, moved, *rest]
    assert mismatches("chatml", episode, renderer)


def first_turn(name: str, text: str, *ids_after: str) -> tuple[Renderer, Completion, tuple[Message, ...]]:
    """Sample a text and some special tokens behind a question, and let the environment answer "next"."""
    renderer = Renderer(tokenizer_of(name), Template())
    tokenizer: Any = renderer.tokenizer
    messages = Template().open("question")
    ids = [
        *tokenizer.encode(text, add_special_tokens=False),
        *map(tokenizer.convert_tokens_to_ids, ids_after),
    ]
    done = Completion(text, "stop", renderer.first_prompt(messages), ids, [0.0] * len(ids))
    return renderer, done, (*messages, Message("assistant", text), Message("user", "next"))


@pytest.mark.parametrize("ended_by", [(), ("<|im_end|>",)])
def test_a_turn_is_closed_once_whether_it_was_cut_off_or_ended(ended_by: tuple[str, ...]) -> None:
    renderer, done, messages = first_turn("chatml", "the answer", *ended_by)
    prompt = renderer.next_prompt(done, messages)
    assert decode("chatml", prompt, skip_special=False) == (
        "<|im_start|>user\nquestion<|im_end|>\n<|im_start|>assistant\nthe answer<|im_end|>\n"
        "<|im_start|>user\nnext<|im_end|>\n<|im_start|>assistant\n"
    )


def test_an_end_token_that_is_not_the_tokenizers_own_closes_the_turn_too() -> None:
    renderer, done, messages = first_turn("chatml, base eos", "the answer", "<|im_end|>")
    prompt = renderer.next_prompt(done, messages)
    assert decode("chatml", prompt, skip_special=False).count("<|im_end|>") == 3


def test_an_end_token_unknown_to_the_chat_stays_before_the_chats_own() -> None:
    renderer, done, messages = first_turn("chatml, base eos", "the answer", "<|endoftext|>")
    text = decode("chatml, base eos", renderer.next_prompt(done, messages), skip_special=False)
    assert "the answer<|endoftext|><|im_end|>\n<|im_start|>user\nnext" in text


def test_a_thought_that_the_template_strips_makes_the_prompt_afresh() -> None:
    renderer, done, messages = first_turn("qwen 3", "<think>so</think>\n\n4", "<|im_end|>")
    text = decode("qwen 3", renderer.next_prompt(done, messages), skip_special=False)
    assert "think" not in text
    assert "<|im_start|>assistant\n4<|im_end|>\n" in text


def test_plain_prompts_are_the_contents_a_line_each() -> None:
    renderer, done, messages = first_turn("plain", "the answer")
    text = decode("plain", renderer.next_prompt(done, messages), skip_special=False)
    assert text == "question\nthe answer\nnext\n"


def test_system_message_wrapper_and_prefill_are_put_where_they_belong() -> None:
    template = Template(system="Be brief.", user="Q: {prompt}!", prefill="<think>\n")
    renderer = Renderer(tokenizer_of("chatml"), template)
    ids = renderer.first_prompt(template.open("why {prompt}"))
    assert decode("chatml", ids, skip_special=False) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nQ: why {prompt}!<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n"
    )


def test_a_template_may_bring_its_own_chat() -> None:
    template = Template(chat="{% for m in messages %}[{{ m.content }}]{% endfor %}")
    ids = Renderer(tokenizer_of("chatml"), template).first_prompt(template.open("why"))
    assert decode("chatml", ids, skip_special=False) == "[why]"


def test_a_tokenizer_with_several_named_chats_uses_its_default_one() -> None:
    tokenizer: Any = word_tokenizer(["why", "D", "T"])
    tokenizer.chat_template = {
        "default": "D {{ messages[0].content }}",
        "tool_use": "T {{ messages[0].content }}",
    }
    ids = Renderer(tokenizer, Template()).first_prompt(Template().open("why"))
    assert tokenizer.decode(ids) == "D why"


def test_a_chat_that_refuses_its_messages_is_a_clear_error() -> None:
    template = Template("strict", system="Be brief.", chat=GEMMA)
    with pytest.raises(UsageError, match="refused the messages of template 'strict': System role"):
        Renderer(tokenizer_of("gemma"), template).first_prompt(template.open("why"))


def test_a_tokenizer_without_an_end_token_is_refused() -> None:
    tokenizer: Any = word_tokenizer(["why"])
    tokenizer.eos_token = None
    with pytest.raises(UsageError, match="no end-of-sequence token"):
        Renderer(tokenizer, Template())


def test_the_digest_moves_with_every_field() -> None:
    changed = [
        Template(),
        Template(name="x"),
        Template(system="x"),
        Template(user="x"),
        Template(prefill="x"),
        Template(stop=("x",)),
        Template(chat="x"),
    ]
    assert len({template.digest for template in [*changed, *TEMPLATES.values()]}) == 6 + len(TEMPLATES)
    assert Template().digest == Template().digest


@pytest.mark.parametrize("env_id", ["reasongym/Countdown-v0", "reasongym/CountdownSteps-v0"])
@pytest.mark.parametrize("name", ["plain", "chatml", "llama 3", "qwen 3"])
@pytest.mark.parametrize("prefill", ["", "<think>\n"])
def test_a_scripted_episode_gets_the_ids_a_sampled_one_would_have(
    env_id: str, name: str, prefill: str
) -> None:
    env = registry.get(env_id)
    template = Template(prefill=prefill)
    renderer = Renderer(tokenizer_of(name), template)
    tokenizer: Any = renderer.tokenizer
    problems = [env.problem(env.row(seed)) for seed in range(8)]
    plays = group_plays(problems, Setting(Sampling(), template), group_size=1)
    for episode in rollout(scripted.random(), plays):
        told = tokenised(episode, renderer)
        assert len(told.completions) == len(episode.completions)
        # The same texts, sampled: a policy that draws these very ids and stops with the end token.
        messages = template.open(episode.messages[0].content)
        last: Completion | None = None
        for one, played in zip(told.completions, episode.completions, strict=True):
            prompt = renderer.first_prompt(messages) if last is None else renderer.next_prompt(last, messages)
            ids = [*tokenizer.encode(played.text, add_special_tokens=False), tokenizer.eos_token_id]
            last = Completion(played.text, "stop", prompt, ids, [0.0] * len(ids))
            assert one == last
            place = len(messages)
            messages = (*messages, *episode.messages[place : place + 2])
        assert cast(Completion, last).prompt_ids == told.completions[-1].prompt_ids
