"""Protocols in files: those of others say what their sources say, and a bad file is told in a sentence."""

from pathlib import Path

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reasongym.errors import DataError, UnknownName, UsageError
from reasongym.evaluation.benchmarks import PARTS
from reasongym.evaluation.presets import load_preset, preset_names
from reasongym.thinking import Budget

REPORTED = {
    "simplerl-zoo": (1.0, 0.95, 16000, {"aime24": 32, "math500": 1}),
    "simplerl-zoo-abel": (1.0, 0.95, 16000, {"aime24": 32, "math500": 1}),
    "deepscaler": (0.6, 0.95, 32768, {"aime24": 16, "math500": 16}),
    "open-r1": (0.6, 0.95, 32768, {"aime24": 64, "math500": 4}),
    "open-reasoner-zero": (1.0, 1.0, 8000, {"aime24": 16, "math500": 16}),
    "oat-zero": (0.0, 1.0, 3000, {"aime24": 1}),
    "oat-zero-r1": (0.0, 1.0, 3000, {"aime24": 1}),
    "oat-zero-no-template": (0.0, 1.0, 3000, {"aime24": 1}),
    "logic-rl": (0.8, 0.95, 10000, {"aime24": 1}),
    "s1": (0.0, 1.0, 32768, {"aime24": 1}),
    "s1-wait-2": (0.0, 1.0, 32768, {"aime24": 1}),
    "s1-wait-4": (0.0, 1.0, 32768, {"aime24": 1}),
    "justrl": (0.7, 0.9, 31744, {"aime24": 32, "math500": 4, "minerva": 4, "hmmt25": 32}),
}
"""Temperature, top-p, tokens and samples by suite: READMEs and scripts of the systems, read apart."""


def rendered(name: str) -> str:
    """Render the prompt of a protocol as Hugging Face renders chats; the model's own chat as its contents."""
    template = load_preset(name).template
    chat = template.chat or "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
    jinja = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    return jinja.from_string(chat).render(messages=template.open("1+1?")) + template.prefill


R1 = (
    "A conversation between User and Assistant. The User asks a question, and the Assistant solves it. The "
    "Assistant first thinks about the reasoning process in the mind and then provides the User with the "
    "answer. The reasoning process is enclosed within <think> </think> and answer is enclosed within "
    "<answer> </answer> tags, respectively, i.e., <think> reasoning process here </think> "
    "<answer> answer here </answer>."
)
BOXED = "Please reason step by step, and put your final answer within \\boxed{}."
PROMPTS = {
    "simplerl-zoo": "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n1+1?\n"
    f"{BOXED}<|im_end|>\n<|im_start|>assistant\n",
    "simplerl-zoo-abel": "Question:\n1+1?\nAnswer:\nLet's think step by step.\n",
    "deepscaler": "<｜begin▁of▁sentence｜><｜User｜>1+1? Let's think step by step and output the final "
    "answer within \\boxed{}.<｜Assistant｜><think>\n",
    "open-reasoner-zero": f"{R1} User: You must put your answer inside <answer> </answer> tags, i.e., "
    "<answer> answer here </answer>. And your final answer will be extracted automatically by the "
    "\\boxed{} tag.\n"
    "This is the problem:\n1+1?\nAssistant: <think>",
    "oat-zero": f"<|im_start|>system\n{BOXED}<|im_end|>\n<|im_start|>user\n1+1?<|im_end|>\n"
    "<|im_start|>assistant\n",
    "oat-zero-r1": f"{R1}\nUser: 1+1?\nAssistant: <think>",
    "oat-zero-no-template": "1+1?",
    "s1": "[user]1+1?",
    "s1-wait-2": "[user]1+1?<|im_start|>think",
    "justrl": f"[user]1+1? {BOXED}",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PROMPTS))
def test_prompts_are_those_of_the_systems_to_the_byte(name: str) -> None:
    assert rendered(name) == PROMPTS[name]


def test_every_protocol_that_comes_with_us_is_held_against_its_source() -> None:
    assert preset_names() == sorted(REPORTED)
    for name in preset_names():
        preset = load_preset(name)
        temperature, top_p, max_tokens, samples = REPORTED[name]
        assert (preset.temperature, preset.top_p, preset.max_tokens) == (temperature, top_p, max_tokens)
        assert {suite: preset.protocol([suite]).samples for suite in samples} == samples
        assert preset.samples_on.keys() <= PARTS.keys()
        assert preset.template.name == name
        assert preset.about


def test_s1_thinks_in_the_texts_of_its_harness() -> None:
    for waits in (2, 4):
        thinking = load_preset(f"s1-wait-{waits}").protocol().thinking
        assert thinking == Budget(32668, waits, "Wait", "<|im_start|>answer", "\nFinal Answer:")
    assert load_preset("s1").protocol().thinking is None


def test_protocols_have_digests_of_their_own() -> None:
    assert len({load_preset(name).protocol().digest for name in preset_names()}) == len(preset_names())


def test_suites_with_other_numbers_of_samples_are_not_mixed() -> None:
    with pytest.raises(UsageError, match="takes 32 on aime24, 4 on math500: measure these apart"):
        load_preset("justrl").protocol(["aime24", "math500"])
    assert load_preset("justrl").protocol(["aime24", "aime25"]).samples == 32


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("temprature = 1.0", "unknown setting of .*; did you mean 'temperature'"),
        ("[template]\nsistem = ''", "did you mean 'system'"),
        ("[thinking]\ntokens = 9\nwait = 2", "is no protocol: .*thinking.wait"),
        ("[thinking]\ntokens = 9\nwate = 2", "did you mean 'wait"),
        ("[thinking]\nwaits = 2", "is no protocol: .*tokens"),
        ("max_tokens = 9\n[thinking]\ntokens = 9", "more than the 9 tokens of thinking, .* got 9"),
        ("temperature = 'hot'", "is no protocol: .*temperature"),
        ("temperature = ", "is no protocol"),
        ("samples = 0", "samples must be at least 1, got 0"),
        ("top_p = 2.0", "top_p must be over 0"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises((UsageError, DataError), match=said):
        load_preset(str(path)).protocol()


def test_names_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'deepscaler'"):
        load_preset("deepscalr")
    with pytest.raises(DataError, match="cannot read"):
        load_preset(str(tmp_path / "missing.toml"))
