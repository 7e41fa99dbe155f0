"""What servers are sent, and what their answers are read as."""

from typing import Any

import msgspec
import pytest

from reasongym.agents.policies.http_bodies import Dialect, Server, guessed_tokens, read_answer
from reasongym.episodes import Completion, Message, Request, Sampling
from reasongym.errors import PolicyError, UsageError
from reasongym.templates import TEMPLATES, Template
from tests.agents.openai_server import said, written
from tests.agents.small_models import SESSION

PLAIN = Server("m")
VLLM = Server("m", software="vllm 1.0")
THINK = TEMPLATES["think"]
STOPS = ("</answer>", "\n\n", "\n```\n")


def request(
    prompt_ids: list[int] | None = None, noise_key: int = 2**63, stop: tuple[str, ...] = ()
) -> Request:
    messages = (Message("user", "1 + 1"),)
    return Request(0, messages, prompt_ids, Sampling(0.5, 0.9, 77, stop), noise_key, SESSION)


def completion(dialect: Dialect, answer: dict[str, Any], asked: Request) -> Completion:
    return dialect.completion(read_answer(msgspec.json.encode(answer)), asked)


def digits(ids: list[int]) -> str:
    return "".join(map(str, ids))


def test_a_plain_server_is_sent_the_plain_protocol_and_no_more() -> None:
    path, body = Dialect(PLAIN).asked(request(stop=("</answer>",)))
    assert path == "/chat/completions"
    assert body == {
        "messages": [{"role": "user", "content": "1 + 1"}],
        "model": "m",
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 77,
        "seed": 2**30,
        "stop": ["</answer>"],
    }


def test_vllm_takes_no_sampling_setting_of_the_models_own() -> None:
    _, body = Dialect(VLLM).asked(request())
    assert (body["top_k"], body["min_p"], body["repetition_penalty"]) == (-1, 0.0, 1.0)
    assert body["return_token_ids"] is body["include_stop_str_in_output"] is True


def test_top_k_is_sent_to_vllm_and_refused_where_the_protocol_has_none() -> None:
    asked = Request(0, (Message("user", "1 + 1"),), None, Sampling(top_k=20), 0, SESSION)
    assert Dialect(VLLM).asked(asked)[1]["top_k"] == 20
    with pytest.raises(PolicyError, match="would leave top_k 20 out: set it to 0, or use vLLM's server"):
        Dialect(PLAIN).asked(asked)


def test_a_prompt_with_token_ids_is_sent_as_it_is() -> None:
    path, body = Dialect(VLLM, THINK, digits).asked(request([4, 5]))
    assert (path, body["prompt"]) == ("/completions", [4, 5])
    assert "messages" not in body


def test_tokens_that_end_a_segment_are_sent() -> None:
    asked = Request(0, (Message("user", "1 + 1"),), [4], Sampling(stop_ids=(7, 8)), 0, SESSION)
    assert Dialect(VLLM, decode=digits).asked(asked)[1]["stop_token_ids"] == [7, 8]
    assert "stop_token_ids" not in Dialect(VLLM).asked(request())[1]


@pytest.mark.parametrize("key", [0, 1, 2**33, 2**64 - 1])
def test_the_seed_follows_the_noise_key_and_fits_every_server(key: int) -> None:
    seed = Dialect(PLAIN).asked(request(noise_key=key))[1]["seed"]
    assert seed == key // 2**33
    assert 0 <= seed < 2**31


def test_a_chat_continues_what_the_template_begins() -> None:
    _, body = Dialect(VLLM, THINK).asked(request())
    assert body["messages"][-1] == {"role": "assistant", "content": "<think>\n"}
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)


@pytest.mark.parametrize(
    ("server", "template", "told"),
    [
        (PLAIN, THINK, "begins the model's turn with '<think>"),
        (PLAIN, Template("mine", chat="{{ messages }}"), "lays out chats by itself"),
        (VLLM, Template("mine", chat="{{ messages }}"), "lays out chats by itself"),
    ],
)
def test_a_template_that_a_chat_cannot_follow_is_refused(
    server: Server, template: Template, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        Dialect(server, template)
    Dialect(server, template, digits)


def test_the_text_of_token_ids_is_decoded_here() -> None:
    asked = request([4, 5])
    got = completion(Dialect(VLLM, decode=digits), written("the server's text", [7, 8]), asked)
    assert got == Completion("78", "stop", [4, 5], [7, 8])


def test_a_server_without_token_ids_cannot_be_asked_by_tokens() -> None:
    with pytest.raises(PolicyError, match="returns no token ids"):
        completion(Dialect(PLAIN, decode=digits), written("text", []), request([4]))


def test_a_chat_keeps_token_ids_where_they_are_offered() -> None:
    answer: dict[str, Any] = said("two") | {"prompt_token_ids": [1, 2]}
    answer["choices"][0]["token_ids"] = [3]
    assert completion(Dialect(VLLM), answer, request()) == Completion("two", "stop", [1, 2], [3])


@pytest.mark.parametrize(
    ("told", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("content_filter", "stop"),
        (None, "stop"),
    ],
)
def test_only_running_out_of_tokens_is_a_cut(told: Any, finish: str) -> None:
    assert completion(Dialect(PLAIN), said("x", told), request()).finish == finish


@pytest.mark.parametrize(
    ("template", "message", "finish", "text"),
    [
        (Template(), said("2", reasoning_content="1 and 1"), "stop", "<think>1 and 1</think>2"),
        (Template(), said("2", reasoning="1 and 1"), "stop", "<think>1 and 1</think>2"),
        (Template(), said(None, "length", reasoning="1 and"), "length", "<think>1 and"),
        (Template(), said("", "stop", reasoning="1"), "stop", "<think>1</think>"),
        (Template(), said("2", reasoning=None), "stop", "2"),
        (Template(), said(None), "stop", ""),
        (Template(), said(None, refusal="I will not"), "stop", "I will not"),
        (THINK, said("2", reasoning="1 and 1"), "stop", "1 and 1</think>2"),
    ],
)
def test_thinking_that_a_server_took_out_is_put_back(
    template: Template, message: dict[str, Any], finish: str, text: str
) -> None:
    got = completion(Dialect(VLLM, template), message, request())
    assert (got.text, got.finish) == (text, finish)


@pytest.mark.parametrize(
    ("server", "text", "finish", "read"),
    [
        (PLAIN, "<answer>2", "stop", "<answer>2</answer>"),
        (PLAIN, "<answer>2</answer>", "stop", "<answer>2</answer>"),
        (PLAIN, "<answer>2", "length", "<answer>2"),
        (PLAIN, "no tag", "stop", "no tag"),
        (VLLM, "<answer>2", "stop", "<answer>2"),
        (PLAIN, "so\n```python\n2", "stop", "so\n```python\n2\n```\n"),
        (PLAIN, "```python\n2\n```", "stop", "```python\n2\n```"),
    ],
)
def test_a_closing_mark_that_a_plain_server_leaves_out_is_put_back(
    server: Server, text: str, finish: str, read: str
) -> None:
    assert completion(Dialect(server), said(text, finish), request(stop=STOPS)).text == read


@pytest.mark.parametrize("reason", ["abort", "error"])
def test_a_completion_that_the_server_broke_off_is_none(reason: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="ended by"):
        read_answer(msgspec.json.encode(said("half", reason)))


def test_the_guess_holds_the_prompt_and_the_whole_limit() -> None:
    assert guessed_tokens(request([1, 2, 3])) == 3 + 77
    assert guessed_tokens(request()) == 5 // 3 + 77


def test_a_turn_in_segments_goes_on_where_it_stands() -> None:
    begun = (Message("user", "1 + 1"), Message("assistant", "<think>\nso"))
    asked = Request(0, begun, None, Sampling(), 0, SESSION)
    _, body = Dialect(VLLM, THINK).asked(asked)
    assert [one["content"] for one in body["messages"]] == ["1 + 1", "<think>\nso"]
    assert body["continue_final_message"] is True
    assert completion(Dialect(VLLM), said("2", reasoning=" it is"), asked).text == " it is</think>2"
    with pytest.raises(PolicyError, match="must be continued, which this server's chat cannot do"):
        Dialect(PLAIN).asked(asked)
