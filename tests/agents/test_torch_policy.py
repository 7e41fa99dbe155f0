"""The torch policy against plain forwards: what it samples, in any company, and what it costs.

Everything runs on CUDA too where there is a device.
"""

import math
import random
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from reasongym.agents.models import LoadedModel
from reasongym.agents.policies.torch_policy import LIVE_FRACTION, TorchPolicy
from reasongym.episodes import Completion, Request, Sampling, generate
from reasongym.errors import PolicyError
from tests.agents.small_models import CONTEXT, EOS, KINDS, VOCABULARY, plain_logits, request, small

DEVICES = [
    "cpu",
    pytest.param(
        "cuda",
        marks=[pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")],
    ),
]
LENGTHS = (3, 9, 12, 1, 7, 7, 3, 12)
"""Of the prompts; the last two are asked for twice."""


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> str:
    return request.param


def bound(kind: str) -> float:
    """Eager attention computes its softmax in float32 even in float64."""
    return 1e-5 if KINDS[kind].is_eager else 1e-9


def some_requests(**sampling: Any) -> list[Request]:
    """Ragged prompts, two of them shared, with completions of unlike lengths."""
    rng = random.Random(5)
    prompts = [[rng.randrange(2, VOCABULARY) for _ in range(length)] for length in LENGTHS]
    prompts[6], prompts[7] = prompts[0], prompts[2]
    return [
        request(place, prompt, replace(Sampling(max_tokens=rng.randrange(4, 24)), **sampling))
        for place, prompt in enumerate(prompts)
    ]


def plain_scores(loaded: LoadedModel, one: Request, done: Completion) -> torch.Tensor:
    """Return the log-probs `[sampled ids, vocabulary]` that a forward over prompt and completion gives."""
    prompt = one.prompt_ids or []
    logits = plain_logits(loaded, [*prompt, *done.token_ids])[len(prompt) - 1 : -1].double()
    return (logits / (one.sampling.temperature or 1.0)).log_softmax(-1)


def largest_error(loaded: LoadedModel, one: Request, done: Completion) -> float:
    scores = plain_scores(loaded, one, done)
    wanted = scores.gather(1, torch.tensor(done.token_ids, device=scores.device)[:, None])[:, 0]
    return float((wanted.cpu() - torch.tensor(done.logprobs, dtype=torch.float64)).abs().max())


def staggered(policy: TorchPolicy, requests: list[Request]) -> dict[int, Completion]:
    """Submit one request a tick, so that each joins while others decode."""
    done: dict[int, Completion] = {}
    waiting = list(requests)
    while len(done) < len(requests):
        if waiting:
            policy.submit([waiting.pop(0)])
        done.update(policy.poll())
    return done


# -- what is sampled ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_sampled_logprobs_are_those_of_a_plain_forward(kind: str, device: str) -> None:
    loaded = small(kind, device=device)
    requests = some_requests()
    for max_rows in (1, 3, 100):
        for one, done in zip(
            requests, generate(TorchPolicy(loaded, max_rows=max_rows), requests), strict=True
        ):
            assert largest_error(loaded, one, done) < bound(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_greedy_completions_are_those_of_transformers(kind: str, device: str) -> None:
    loaded = small(kind, device=device)
    model: Any = loaded.model
    requests = some_requests(temperature=0.0)
    for one, done in zip(requests, generate(TorchPolicy(loaded), requests), strict=True):
        ids = torch.tensor([one.prompt_ids], device=device)
        theirs = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=one.sampling.max_tokens,
            pad_token_id=0,
        )
        assert done.token_ids == theirs[0, ids.shape[1] :].tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_completions_do_not_depend_on_the_company_they_are_sampled_in(kind: str, device: str) -> None:
    loaded = small(kind, device=device)
    requests = some_requests()
    alone = [generate(TorchPolicy(loaded), [one])[0] for one in requests]
    companies = {
        f"{max_rows} rows": generate(TorchPolicy(loaded, max_rows=max_rows), requests)
        for max_rows in (1, 3, 9)
    }
    shuffled = random.Random(1).sample(requests, len(requests))
    policy = TorchPolicy(loaded, prefill_tokens=10)
    by_id = dict(zip([one.id for one in shuffled], generate(policy, shuffled), strict=True))
    companies["shuffled"] = [by_id[one.id] for one in requests]
    later = staggered(TorchPolicy(loaded), requests)
    companies["staggered"] = [later[one.id] for one in requests]
    for company, completions in companies.items():
        for one, other in zip(alone, completions, strict=True):
            assert one.token_ids == other.token_ids, company
            assert one.logprobs == pytest.approx(other.logprobs, rel=0, abs=bound(kind)), company


@pytest.mark.parametrize(
    "kind", ["llama", "qwen2, tied, grouped", "gpt2, absolute positions", "mistral, windows"]
)
def test_float32_logprobs_agree_within_1e_5_in_any_company(kind: str, device: str) -> None:
    loaded = small(kind, torch.float32, device)
    requests = some_requests()
    alone = [generate(TorchPolicy(loaded), [one])[0] for one in requests]
    for max_rows in (3, 9):
        together = generate(TorchPolicy(loaded, max_rows=max_rows), requests)
        for one, other in zip(alone, together, strict=True):
            # Ids may part where the noise falls between two tokens; on the way there, log-probs agree.
            same = [a == b for a, b in zip(one.token_ids, other.token_ids, strict=False)]
            until = same.index(False) if False in same else len(same)
            assert one.logprobs[:until] == pytest.approx(other.logprobs[:until], rel=0, abs=1e-5)


def test_another_noise_key_gives_another_completion() -> None:
    loaded = small("llama")
    prompt = [5, 6, 7]
    completions = generate(
        TorchPolicy(loaded), [request(place, prompt, Sampling(max_tokens=20)) for place in range(20)]
    )
    assert len({tuple(done.token_ids) for done in completions}) == 20


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_logprobs_are_of_the_distribution_at_the_sampling_temperature(temperature: float) -> None:
    loaded = small("llama")
    requests = some_requests(temperature=temperature)
    for one, done in zip(requests, generate(TorchPolicy(loaded), requests), strict=True):
        assert largest_error(loaded, one, done) < 1e-9


def nucleus(scores: torch.Tensor, top_p: float) -> dict[int, float]:
    """Return the smallest set of likeliest tokens that reaches top_p, with their share of its probability."""
    chosen: dict[int, float] = {}
    order = cast(list[int], scores.argsort(descending=True).tolist())
    for token in order:
        if sum(chosen.values()) >= top_p:
            break
        chosen[token] = float(scores[token].exp())
    return {token: p / sum(chosen.values()) for token, p in chosen.items()}


@pytest.mark.parametrize("top_p", [1e-9, 0.3, 0.9])
def test_top_p_draws_from_the_nucleus_and_from_nothing_else(top_p: float) -> None:
    loaded = small("llama")
    requests = [request(place, [4, 9], Sampling(max_tokens=12, top_p=top_p)) for place in range(30)]
    drawn_firsts: set[int] = set()
    for one, done in zip(requests, generate(TorchPolicy(loaded), requests), strict=True):
        drawn_firsts.add(done.token_ids[0])
        every = plain_scores(loaded, one, done)
        for scores, token, logprob in zip(every, done.token_ids, done.logprobs, strict=True):
            assert torch.tensor(nucleus(scores, top_p)[token]).log().item() == pytest.approx(
                logprob, abs=1e-6
            )
    assert (len(drawn_firsts) == 1) == (top_p < 1e-6)


@pytest.mark.parametrize(("top_k", "top_p"), [(1, 1.0), (3, 1.0), (3, 0.6), (10**6, 1.0)])
def test_top_k_draws_among_the_likeliest_and_top_p_from_the_nucleus_of_these(
    top_k: int, top_p: float
) -> None:
    loaded = small("llama")
    cut = Sampling(max_tokens=12, top_k=top_k, top_p=top_p)
    requests = [request(place, [4, 9], cut) for place in range(30)]
    drawn_firsts: set[int] = set()
    for one, done in zip(requests, generate(TorchPolicy(loaded), requests), strict=True):
        drawn_firsts.add(done.token_ids[0])
        every = plain_scores(loaded, one, done)
        for scores, token, logprob in zip(every, done.token_ids, done.logprobs, strict=True):
            likeliest = sorted(range(len(scores)), key=lambda each: -float(scores[each]))[:top_k]
            kept = torch.full_like(scores, float("-inf"))
            kept[likeliest] = scores[likeliest] - scores[likeliest].logsumexp(0)
            share = nucleus(kept, top_p)[token]
            assert math.log(share) == pytest.approx(logprob, abs=1e-6)
    assert (len(drawn_firsts) == 1) == (top_k == 1)
    assert len(drawn_firsts) <= top_k


@pytest.mark.parametrize("cut", [{"top_p": 0.5}, {"top_k": 2}])
def test_rows_without_a_cut_keep_every_token_beside_rows_with_it(cut: dict[str, Any]) -> None:
    loaded = small("llama", torch.float32)
    requests = [
        request(place, [4, 9], Sampling(max_tokens=8, **(cut if place % 2 else {}))) for place in range(8)
    ]
    completions = generate(TorchPolicy(loaded), requests)
    alone = generate(TorchPolicy(loaded), requests[::2])
    assert [done.token_ids for done in completions[::2]] == [done.token_ids for done in alone]
    assert [done.logprobs for done in completions[::2]] == [done.logprobs for done in alone]


# -- where completions end ----------------------------------------------------------------------------------


def test_completions_end_at_max_tokens_or_with_the_eos_as_their_last_id() -> None:
    loaded = small("llama")
    requests = [request(place, [7, 8], Sampling(max_tokens=1 + place % 30)) for place in range(120)]
    finishes: set[str] = set()
    for one, done in zip(requests, generate(TorchPolicy(loaded), requests), strict=True):
        finishes.add(done.finish)
        assert EOS not in done.token_ids[:-1]
        assert len(done.logprobs) == len(done.token_ids) <= one.sampling.max_tokens
        assert (done.finish == "stop") == (done.token_ids[-1] == EOS)
        assert done.finish == "stop" or len(done.token_ids) == one.sampling.max_tokens
        assert done.text == loaded.tokenizer.decode(done.token_ids, skip_special_tokens=True)
        assert done.prompt_ids == one.prompt_ids
    assert finishes == {"stop", "length"}


def test_every_end_of_sequence_id_of_the_generation_config_ends_a_completion() -> None:
    loaded = small("llama")
    model: Any = loaded.model
    model.generation_config.eos_token_id = [EOS, 13, 17]
    completions = generate(
        TorchPolicy(loaded), [request(place, [7, 8], Sampling(max_tokens=60)) for place in range(60)]
    )
    assert {done.token_ids[-1] for done in completions if done.finish == "stop"} == {EOS, 13, 17}
    assert not any({EOS, 13, 17} & set(done.token_ids[:-1]) for done in completions)


def multibyte_model() -> LoadedModel:
    """Make a model that writes the bytes of é, 漢 and 🙂 far more often than other letters."""
    loaded = small("gpt-neox")
    model: Any = loaded.model
    head = model.get_output_embeddings()
    shifted = nn.Linear(head.in_features, head.out_features, bias=True, dtype=torch.float64)
    with torch.no_grad():
        shifted.weight.copy_(head.weight)
        shifted.bias.fill_(-3.0)
        shifted.bias[2:14] = 3.0
    model.set_output_embeddings(shifted)
    return loaded


def shortest_prefix(loaded: LoadedModel, ids: list[int], stop: str) -> list[int]:
    """Return the ids up to the first whose decoded text, from the beginning, holds the stop string."""
    for end in range(1, len(ids) + 1):
        if stop in loaded.tokenizer.decode(ids[:end], skip_special_tokens=True):
            return ids[:end]
    return ids


def test_stop_strings_end_a_completion_with_the_token_that_completes_them() -> None:
    loaded = multibyte_model()
    rng = random.Random(3)
    free = [request(place, [20, 21, 22], Sampling(max_tokens=50)) for place in range(250)]
    stopped: list[Request] = []
    expected: list[list[int]] = []
    for one, done in zip(free, generate(TorchPolicy(loaded), free), strict=True):
        pieces = [piece for piece in done.text.split("�") if piece]
        if not pieces:
            continue
        piece = rng.choice(pieces)
        start = rng.randrange(len(piece))
        stop = piece[start : start + rng.randrange(1, 4)]
        stopped.append(request(one.id, [20, 21, 22], Sampling(max_tokens=50, stop=("no", stop))))
        expected.append(shortest_prefix(loaded, done.token_ids, stop))
    completions = generate(TorchPolicy(loaded), stopped)
    assert [done.token_ids for done in completions] == expected
    assert all(done.finish == "stop" for done in completions)
    stops = [one.sampling.stop[1] for one in stopped]
    assert sum(len(stop.encode()) > 1 for stop in stops) > 40
    assert {"é"} <= {character for stop in stops for character in stop}
    assert any(character in "漢🙂" for stop in stops for character in stop)


def test_a_request_submitted_while_others_decode_sees_nothing_of_them() -> None:
    loaded = small("qwen3")
    requests = some_requests()
    policy = TorchPolicy(loaded, max_rows=2)
    done = staggered(policy, requests)
    assert all(largest_error(loaded, one, done[one.id]) < 1e-9 for one in requests)


# -- what is refused, cancelled, reported -------------------------------------------------------------------


@pytest.mark.parametrize("prompt", [None, []])
def test_a_prompt_without_ids_is_refused(prompt: list[int] | None) -> None:
    policy = TorchPolicy(small("llama"))
    empty = Request(0, (), prompt, Sampling(), 0, request(0, [1], Sampling()).session)
    with pytest.raises(PolicyError, match="reads token ids"):
        policy.submit([request(1, [3], Sampling()), empty])
    assert policy.poll() == []


def test_cancelled_requests_never_answer_and_the_others_do_not_notice() -> None:
    loaded = small("llama")
    requests = some_requests(max_tokens=20)
    alone = generate(TorchPolicy(loaded), requests)
    policy = TorchPolicy(loaded, max_rows=5)
    policy.submit(requests)
    done = dict(policy.poll() + policy.poll())
    policy.cancel([1, 2, 6, 7])  # two in the batch and the two that share their prompts, still queued
    while len(done) < 4:
        done.update(policy.poll())
    assert {place: one.token_ids for place, one in done.items()} == {
        place: alone[place].token_ids for place in (0, 3, 4, 5)
    }
    assert policy.poll() == []


def test_a_policy_whose_requests_are_all_cancelled_does_no_work() -> None:
    loaded = small("llama")
    policy = TorchPolicy(loaded)
    policy.submit(some_requests())
    policy.poll()
    policy.cancel(range(len(LENGTHS)))
    with counted_forwards(loaded) as forwards:
        assert policy.poll() == []
    assert forwards == []


def test_completions_carry_the_version_of_the_weights() -> None:
    policy = TorchPolicy(small("llama"))
    requests = some_requests(max_tokens=2)
    assert {done.weights_version for done in generate(policy, requests)} == {0}
    policy.push(None, 7)
    assert {done.weights_version for done in generate(policy, requests)} == {7}
    with pytest.raises(PolicyError, match="nothing to push"):
        policy.push({}, 8)


def test_weights_that_are_not_finite_are_a_clear_error() -> None:
    loaded = small("llama")
    nn.init.constant_(next(loaded.model.parameters()), float("nan"))
    with pytest.raises(PolicyError, match="not finite"):
        generate(TorchPolicy(loaded), some_requests())


def test_finished_rows_do_not_run_out_of_the_models_positions() -> None:
    loaded = small("gpt2, absolute positions")
    rng = random.Random(8)
    lengths = [CONTEXT - 1, *[2] * 29]  # many, so that the first stays in the batch when it has finished
    requests = [
        request(
            place,
            [rng.randrange(2, VOCABULARY) for _ in range(length)],
            Sampling(temperature=0.3, max_tokens=CONTEXT - length),
        )
        for place, length in enumerate(lengths)
    ]
    with counted_forwards(loaded) as forwards:
        completions = generate(TorchPolicy(loaded), requests)
    assert [rows for rows, _ in forwards[:4]] == [30] * 4
    for one, done in zip(requests, completions, strict=True):
        assert largest_error(loaded, one, done) < 1e-9


# -- what it costs ------------------------------------------------------------------------------------------


@contextmanager
def counted_forwards(loaded: LoadedModel) -> Generator[list[tuple[int, int]]]:
    """Record (rows, columns) of the ids of every forward."""
    shapes: list[tuple[int, int]] = []

    def record(_: nn.Module, __: Any, arguments: dict[str, Any]) -> None:
        rows, columns = arguments["input_ids"].shape
        shapes.append((rows, columns))

    hook = loaded.model.register_forward_pre_hook(record, with_kwargs=True)
    try:
        yield shapes
    finally:
        hook.remove()


@pytest.mark.parametrize("kind", ["llama", "mistral, windows"])
def test_each_distinct_prompt_is_prefilled_once(kind: str) -> None:
    loaded = small(kind)
    rng = random.Random(0)
    prompts = [[rng.randrange(2, VOCABULARY) for _ in range(length)] for length in (4, 6, 6, 9)]
    requests = [request(place, prompts[place % 4], Sampling(max_tokens=5)) for place in range(32)]
    with counted_forwards(loaded) as forwards:
        generate(TorchPolicy(loaded), requests)
    prefills = [(rows, columns) for rows, columns in forwards if columns > 1]
    assert sum(rows for rows, _ in prefills) == 4
    assert sum(columns for _, columns in prefills) == (9 if kind == "llama" else 4 + 6 + 9)
    assert len(forwards) - len(prefills) <= 4


def test_finished_rows_leave_the_batch() -> None:
    loaded = small("llama")
    requests = [request(place, [5, 6, 7], Sampling(max_tokens=1 + place)) for place in range(40)]
    with counted_forwards(loaded) as forwards:
        completions = generate(TorchPolicy(loaded), requests)
    lengths = [len(done.token_ids) for done in completions]
    decodes = [rows for rows, columns in forwards if columns == 1]
    assert len(decodes) == max(lengths) - 1
    for tick, rows in enumerate(decodes, 2):
        live = sum(length >= tick for length in lengths)
        assert live <= rows
        assert rows == live or live > LIVE_FRACTION * rows


HOST_METHODS = ("tolist", "item", "cpu", "numpy", "__bool__", "__int__", "__float__", "__index__", "nonzero")


class LocalScalars(TorchDispatchMode):
    """Counts the scalars that any code, Python or not, takes from a tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.overloadpacket in (torch.ops.aten._local_scalar_dense, torch.ops.aten.nonzero):
            self.count += 1
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize(
    "kind", ["llama", "qwen2, tied, grouped", "qwen3", "gpt-neox", "granite, scaled logits"]
)
@pytest.mark.parametrize("sampling", [{}, {"temperature": 0.7, "top_p": 0.9}, {"temperature": 0.0}])
def test_each_tick_transfers_to_the_host_once(
    kind: str, sampling: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = small(kind)
    policy = TorchPolicy(loaded, max_rows=5)
    policy.submit(some_requests(**sampling))
    calls: list[str] = []

    def counting(name: str) -> Any:
        original = getattr(torch.Tensor, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            calls.append(name)
            return original(*args, **kwargs)

        return counted

    for name in HOST_METHODS:
        monkeypatch.setattr(torch.Tensor, name, counting(name))
    num_done = 0
    with LocalScalars() as scalars:
        while num_done < len(LENGTHS):
            calls.clear()
            num_done += len(policy.poll())
            assert calls == ["tolist"]
    assert scalars.count == 0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_nothing_between_forward_and_transfer_waits_for_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = TorchPolicy(small("llama", torch.float32, "cuda"))
    policy.submit([request(place, [5, 6, 7], Sampling(max_tokens=30)) for place in range(8)])
    policy.poll()
    transfer = cast(Any, torch.Tensor).tolist

    def allowed(tensor: torch.Tensor) -> Any:
        torch.cuda.set_sync_debug_mode("default")
        return transfer(tensor)

    monkeypatch.setattr(torch.Tensor, "tolist", allowed)
    try:
        for _ in range(10):
            torch.cuda.set_sync_debug_mode("error")
            policy.poll()
    finally:
        torch.cuda.set_sync_debug_mode("default")
