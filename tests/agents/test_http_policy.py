"""Asking a server over real HTTP: limits, failures that pass and failures that do not, and what is kept."""

import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from reasongym.agents.policies.http_bodies import Dialect, Server
from reasongym.agents.policies.http_calls import Endpoint, Limits
from reasongym.agents.policies.http_policy import HttpPolicy
from reasongym.agents.policies.server import describe
from reasongym.agents.policies.usage import Prices
from reasongym.episodes import Completion, Message, Request, Sampling, generate
from reasongym.errors import PolicyError, UsageError
from tests.agents.openai_server import MODEL, OpenAIServer, Trouble, error, said, serving, text_of
from tests.agents.small_models import SESSION

KEY = "sk-very-secret-4242"
FOREVER = {
    "429": (error(429, "slow down"), "answered 429: slow down"),
    "500": (error(500, "out of memory"), "answered 500: out of memory"),
    "a page": (Trouble(502, body=b"<html>Bad\ngateway</html>"), "answered 502: <html>Bad gateway</html>"),
    "garbage": (Trouble(body=b"\xff\xfe no json"), "an answer that is none"),
    "another shape": (Trouble(body=b'{"choices": "none"}'), "an answer that is none"),
    "no completion": (Trouble(body=b'{"choices": []}'), "0 completions, 1 was asked for"),
    "no text": (Trouble(body=b'{"choices": [{"index": 0}]}'), "without text or message"),
    "cut off": (Trouble(body=b'{"choices": [' + b" " * 1000, is_cut=True), "the answer was cut off"),
}


def requests(number: int, **settings: Any) -> list[Request]:
    return [
        Request(
            place,
            (Message("user", f"problem {place}"),),
            None,
            Sampling(**settings),
            (place * 2**40) % 2**64,
            SESSION,
        )
        for place in range(number)
    ]


@contextmanager
def asking(
    server: OpenAIServer, *, key: str = "", prices: Prices | None = None, **limits: Any
) -> Generator[HttpPolicy]:
    quick: dict[str, Any] = {"retries": 3, "first_wait_s": 0.01, "timeout_s": 20.0}
    settings = Limits(**(quick | limits))
    dialect = Dialect(Server(MODEL, (MODEL,)))
    policy = HttpPolicy(Endpoint(server.url, key), dialect, limits=settings, prices=prices)
    try:
        yield policy
    finally:
        policy.close()


def texts(completions: list[Completion]) -> list[str]:
    return [one.text for one in completions]


def expected(number: int) -> list[str]:
    """Return what the server says to requests, computed here."""
    dialect = Dialect(Server(MODEL, (MODEL,)))
    return [text_of(dialect.asked(one)[1]) for one in requests(number)]


def collected(policy: HttpPolicy) -> tuple[list[int], PolicyError]:
    """Poll until the policy raises."""
    done: list[int] = []
    while True:
        try:
            done += [request_id for request_id, _ in policy.poll()]
        except PolicyError as error:
            return done, error


def slowly(seconds: float) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def complete(body: dict[str, Any]) -> dict[str, Any]:
        time.sleep(seconds)
        return said(text_of(body))

    return complete


def test_every_request_gets_its_own_completion_and_no_more_are_asked_at_once_than_allowed() -> None:
    with serving(slowly(0.02)) as server, asking(server, concurrency=4) as policy:
        assert texts(generate(policy, requests(40))) == expected(40)
        assert 1 < server.most_at_once <= 4
        assert (policy.usage.completions, policy.usage.completion_tokens) == (40, 200)


@pytest.mark.parametrize("kind", FOREVER)
def test_a_failure_that_passes_is_tried_again(kind: str) -> None:
    trouble, _ = FOREVER[kind]
    with serving(trouble=lambda number: trouble if number in (1, 2, 5) else None) as server:
        with asking(server) as policy:
            assert texts(generate(policy, requests(6))) == expected(6)
            assert policy.usage.retries == 3
        assert len(server.asked) == 9


@pytest.mark.parametrize("kind", FOREVER)
def test_a_failure_that_stays_is_told_once_with_how_often_it_was_tried(kind: str) -> None:
    trouble, told = FOREVER[kind]
    with serving(trouble=lambda _: trouble) as server, asking(server) as policy:
        policy.submit(requests(1))
        done, raised = collected(policy)
        assert done == []
        assert told in str(raised)
        assert "/chat/completions was tried 4 times" in str(raised)
        assert "the same command continues" in str(raised)
        assert len(server.asked) == 4


def test_a_server_that_hangs_is_not_waited_for_again_and_again() -> None:
    with serving(trouble=lambda _: Trouble(hang_s=2)) as server, asking(server, timeout_s=0.3) as policy:
        policy.submit(requests(1))
        _, raised = collected(policy)
        assert "was tried 2 times, last: no answer within 0.3 s (--timeout)" in str(raised)


def test_the_server_says_how_long_to_wait() -> None:
    slow_down = error(429, "slow down", Retry_After="1")
    with serving(trouble=lambda number: slow_down if number == 0 else None) as server:
        with asking(server) as policy:
            assert texts(generate(policy, requests(1))) == expected(1)
        assert server.begun_s[1] - server.begun_s[0] >= 1


def test_a_pause_of_an_hour_is_told_and_not_waited_for() -> None:
    with serving(trouble=lambda _: error(429, "come back", Retry_After="3600")) as server:
        with asking(server) as policy, pytest.raises(PolicyError, match="asks to wait 3600 s"):
            generate(policy, requests(1))
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (error(404, "no such model"), f"it has the models {MODEL}"),
        (
            error(400, "As of transformers v4.44, default chat template is no longer allowed"),
            "--tokenizer DIR",
        ),
        (error(429, "You exceeded your quota: insufficient_quota"), "has no credit left"),
        (error(422, "Extra inputs are not permitted: top_p"), "top_p"),
    ],
    ids=lambda value: str(getattr(value, "status", "")),
)
def test_what_no_repetition_can_help_is_asked_once_and_told_with_what_to_do(
    refusal: Trouble, told: str
) -> None:
    with serving(trouble=lambda _: refusal) as server:
        with asking(server) as policy, pytest.raises(PolicyError) as raised:
            generate(policy, requests(1))
        assert told in str(raised.value)
        assert len(server.asked) == 1


@pytest.mark.parametrize("key", [KEY, ""])
def test_a_wrong_key_is_told_without_printing_it(key: str) -> None:
    with serving() as server:
        server.key = "sk-another"
        with asking(server, key=key) as policy, pytest.raises(PolicyError) as raised:
            generate(policy, requests(3))
        assert "$OPENAI_API_KEY" in str(raised.value)
        assert "--api-key-env" in str(raised.value)
        assert KEY not in str(raised.value)
        assert server.asked == []


def test_the_right_key_opens_the_door() -> None:
    with serving() as server:
        server.key = KEY
        with asking(server, key=KEY) as policy:
            assert texts(generate(policy, requests(2))) == expected(2)


def test_what_is_in_flight_when_a_request_fails_is_handed_over_before_the_error() -> None:
    def third_is_refused(number: int) -> Trouble | None:
        return error(400, "no") if number == 3 else None

    with serving(slowly(0.3), third_is_refused) as server, asking(server, concurrency=8) as policy:
        policy.submit(requests(20))
        done, raised = collected(policy)
        assert len(done) == 7, "the other seven of eight in flight"
        assert len(server.asked) == 8, "nothing more is sent"
        assert "answered 400: no" in str(raised)
        assert policy.usage.completions == 7


def test_a_request_that_waits_to_be_tried_again_is_given_up_when_another_fails() -> None:
    def first_is_busy(number: int) -> Trouble | None:
        return error(503, "busy") if number == 0 else error(400, "no") if number == 1 else None

    with serving(trouble=first_is_busy) as server, asking(server, first_wait_s=30.0) as policy:
        started = time.monotonic()
        policy.submit(requests(2))
        done, raised = collected(policy)
        assert (done, "answered 400: no" in str(raised)) == ([], True)
        assert time.monotonic() - started < 10


def test_a_policy_that_failed_can_be_used_again() -> None:
    def first_is_refused(number: int) -> Trouble | None:
        return error(400, "no") if number == 0 else None

    with serving(trouble=first_is_refused) as server, asking(server) as policy:
        with pytest.raises(PolicyError):
            generate(policy, requests(1))
        policy.cancel([0])
        assert texts(generate(policy, requests(3))) == expected(3)


def test_cancelled_requests_never_come_and_are_not_sent() -> None:
    with serving(slowly(0.1)) as server, asking(server, concurrency=2) as policy:
        policy.submit(requests(20))
        first = policy.poll()
        policy.cancel(range(20))
        asked = len(server.asked)
        time.sleep(0.5)  # in which ten would be asked
        assert policy.poll() == []
        assert len(first) <= 2
        assert len(server.asked) <= asked + 2  # what was on its way
        assert texts(generate(policy, requests(3))) == expected(3)


def seconds(policy: HttpPolicy, asked: list[Request]) -> float:
    started = time.monotonic()
    generate(policy, asked)
    return time.monotonic() - started


def test_no_more_requests_a_minute_are_sent_than_allowed() -> None:
    with serving() as server, asking(server, requests_per_minute=600) as policy:
        assert seconds(policy, requests(8)) >= 7 * 0.1


def test_completions_count_as_their_limit_until_they_are_there() -> None:
    with serving() as server, asking(server, tokens_per_minute=24_000) as policy:  # 400 a second
        assert seconds(policy, requests(3, max_tokens=200)) >= 2 * 0.5


def test_the_run_stops_at_its_cost_with_no_more_above_it_than_was_in_flight() -> None:
    with serving(slowly(0.05)) as server:
        prices = Prices(completion=100_000.0)  # 5 tokens cost 0.5
        with asking(server, concurrency=2, prices=prices, max_cost=3.0) as policy:
            policy.submit(requests(50))
            done, raised = collected(policy)
            assert 3.0 <= policy.usage.cost <= 3.0 + 2 * 0.5
            assert len(done) == policy.usage.completions == len(server.asked)
            assert "of --max-cost 3" in str(raised)


def test_servers_that_name_the_limit_otherwise_or_take_no_seed_are_asked_their_way() -> None:
    def reasoning_model(body: dict[str, Any]) -> dict[str, Any]:
        return said(f"limit {body['max_completion_tokens']}, seed {body.get('seed')}")

    def strict(number: int) -> Trouble | None:
        body = server.asked[number]
        if "max_tokens" in body:
            return error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        return error(422, "unknown field 'seed'") if "seed" in body else None

    with serving(reasoning_model, strict) as server, asking(server, concurrency=3) as policy:
        assert texts(generate(policy, requests(5, max_tokens=7))) == ["limit 7, seed None"] * 5


def test_nobody_at_the_other_end_is_told_within_seconds() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(PolicyError, match=r"was tried 3 times, last: nobody answers at http://127"):
            describe(Endpoint(url))


def test_a_server_is_asked_for_its_only_model() -> None:
    with serving() as server:
        assert describe(Endpoint(server.url)).model == MODEL
        server.models = [{"id": "a"}, {"id": "b"}]
        with pytest.raises(UsageError, match=r"--model names the one .* it has a, b"):
            describe(Endpoint(server.url))
        assert describe(Endpoint(server.url), "b").model == "b"
        server.models = None
        with pytest.raises(UsageError, match="it tells of no model"):
            describe(Endpoint(server.url))
        assert describe(Endpoint(server.url), "any").model == "any"


def test_vllm_tells_more_of_itself_and_where_the_model_lies_stays_here() -> None:
    with serving() as server:
        facts = {"owned_by": "vllm", "max_model_len": 512}
        server.models = [
            {"id": "x", "root": "/home/me/models/mine"} | facts,
            {"id": "y", "root": "org/y"} | facts,
        ]
        mine, theirs = (describe(Endpoint(server.url), name) for name in "xy")
        assert (mine.software, mine.context_length, mine.root) == ("vllm 9.9.9", 512, "mine")
        assert theirs.root == "org/y"


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://host/v1", "http:///v1", "http://host:port/v1"])
def test_what_is_no_url_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"http://localhost:8000/v1|cannot reach a server at"):
        Endpoint(url)


@pytest.mark.parametrize("key", ["sk-é", "sk-1\nHost: x"])
def test_a_key_that_no_header_can_hold_is_refused_without_printing_it(key: str) -> None:
    with pytest.raises(UsageError) as raised:
        Endpoint("http://host/v1", key)
    assert str(raised.value) == "$OPENAI_API_KEY holds characters that no key has"


def test_a_password_in_the_url_is_not_shown() -> None:
    assert Endpoint("http://me:pass@host/v1").shown == "http://host/v1"


@pytest.mark.parametrize("name", ["concurrency", "requests_per_minute", "timeout_s", "max_cost"])
def test_limits_are_above_zero(name: str) -> None:
    with pytest.raises(UsageError, match="must be above 0, got 0"):
        Limits(**{name: 0})


def test_a_server_takes_no_weights() -> None:
    with serving() as server, asking(server) as policy, pytest.raises(PolicyError, match="its own weights"):
        policy.push({}, 1)


def test_a_chat_whose_limit_leaves_no_room_for_the_prompt_may_fill_the_context() -> None:
    def short_context(number: int) -> Trouble | None:
        told = "max_tokens=4000 cannot be greater than max_model_len=512. Please request fewer output tokens."
        return error(400, told) if "max_tokens" in server.asked[number] else None

    with (
        serving(lambda _: said("as far as it goes", "length"), short_context) as server,
        asking(server) as policy,
    ):
        (done,) = generate(policy, requests(1, max_tokens=4000))
        assert (done.text, done.finish) == ("as far as it goes", "length")
        assert len(server.asked) == 2


def test_a_prompt_that_is_too_long_by_itself_is_told() -> None:
    with serving(trouble=lambda _: error(400, "maximum context length is 512 tokens")) as server:
        with asking(server) as policy, pytest.raises(PolicyError, match="the prompt alone is too long"):
            generate(policy, requests(1))
        assert len(server.asked) == 2
