"""Log-probs with shared prompts against plain forwards, for every kind of attention, with their gradients."""

import random
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax
from transformers import AutoModelForCausalLM

from reasongym.agents import scoring
from reasongym.agents.batch import MicroBatch, WeightedRow, micro_batches
from reasongym.agents.models import LoadedModel
from reasongym.agents.scoring import Scorer
from reasongym.episodes import TrainingRow
from tests.agents.small_models import KINDS, VOCABULARY, plain_logits, small, with_random_weights

SHARING = [kind for kind, about in KINDS.items() if about.shares_prompts]
PLAIN = [kind for kind, about in KINDS.items() if not about.shares_prompts]


def bound(kind: str) -> float:
    """Eager attention computes its softmax in float32 even in float64; rotary tables alone do no harm here,
    as both forwards read the same ones."""
    return 1e-5 if KINDS[kind].is_eager else 1e-9


def training_row(prompt: list[int], tail: list[bool], rng: random.Random) -> WeightedRow:
    ids = [*prompt, *(rng.randrange(VOCABULARY) for _ in tail)]
    mask = [False] * len(prompt) + tail
    return WeightedRow(TrainingRow(ids, mask, [0.0] * len(ids), [0] * len(ids), len(prompt)), 1.0, 1.0)


def ragged_rows() -> list[WeightedRow]:
    """Prompts of three lengths, turns with observations between them, tails of one id and of many."""
    rng = random.Random(0)
    prompts = [[rng.randrange(VOCABULARY) for _ in range(length)] for length in (2, 7, 11)]
    several_turns = [True, True, False, False, False, True, False, True]
    tails = [[True], [True] * 9, several_turns, [True], [True] * 4, [*several_turns, True, True]]
    return [training_row(prompts[place % 3], tail, rng) for place, tail in enumerate([*tails, *tails[::-1]])]


def equal_prompts() -> list[WeightedRow]:
    rng = random.Random(1)
    prompts = [[rng.randrange(VOCABULARY) for _ in range(6)] for _ in range(2)]
    return [training_row(prompts[place % 2], [True] * (1 + place), rng) for place in range(6)]


def one_prompt() -> list[WeightedRow]:
    rng = random.Random(2)
    prompt = [rng.randrange(VOCABULARY) for _ in range(5)]
    return [training_row(prompt, [True] * (1 + place % 7), rng) for place in range(20)]


def single_ids() -> list[WeightedRow]:
    rng = random.Random(3)
    return [training_row([7, 8, 9][: 1 + place % 3], [True], rng) for place in range(5)]


BATCHES = {
    "ragged": ragged_rows,
    "equal prompts": equal_prompts,
    "one prompt": one_prompt,
    "single ids": single_ids,
}


def whole(rows: list[WeightedRow]) -> MicroBatch:
    """Put all rows into one micro-batch."""
    (micro,) = micro_batches(rows, max_tokens=10**6, device=torch.device("cpu"), dtype=torch.float64)
    return micro


def in_order(rows: list[WeightedRow]) -> list[list[int]]:
    """Return the ids of the rows and check their masks, in the order of their micro-batch."""
    micro = whole(rows)
    masks = {tuple(row.row.ids): row.row.mask for row in rows}
    ordered: list[list[int]] = []
    for owner, tail, mask in zip(micro.owners, micro.tails, micro.mask, strict=True):
        prompt = micro.prompts[owner, : int(micro.prompt_lengths[owner])]
        num_tail = int(mask.nonzero()[-1]) + 1  # a row ends with a sampled id
        ids = cast(list[int], torch.cat((prompt, tail[:num_tail])).tolist())
        assert [False] * len(prompt) + mask[:num_tail].tolist() == masks[tuple(ids)]
        ordered.append(ids)
    return ordered


def expected(loaded: LoadedModel, rows: list[WeightedRow], temperature: float = 1.0) -> tuple[Tensor, Tensor]:
    """Return log-probs and entropies `[N]`, each row forwarded alone and without padding."""
    logprobs: list[Tensor] = []
    entropies: list[Tensor] = []
    masks = {tuple(row.row.ids): row.row.mask for row in rows}
    for ids in in_order(rows):
        every = log_softmax(plain_logits(loaded, ids) / temperature, -1)
        for place, is_sampled in enumerate(masks[tuple(ids)]):
            if is_sampled:
                logprobs.append(every[place - 1, ids[place]])
                entropies.append(-(every[place - 1].exp() * every[place - 1]).sum())
    return torch.stack(logprobs), torch.stack(entropies)


def gradients(loaded: LoadedModel, micro: MicroBatch, *, is_shared: bool) -> dict[str, Tensor]:
    """Return the gradient of a weighted sum of log-probs and entropies by parameter."""
    loaded.model.zero_grad()
    logprobs, entropies = Scorer(loaded, 0.8, with_entropy=True, is_shared=is_shared)(micro)
    assert entropies is not None
    weights = torch.linspace(-1, 1, len(logprobs), dtype=torch.float64)
    (weights * logprobs + 0.1 * entropies).sum().backward()
    return {
        name: parameter.grad.clone()
        for name, parameter in loaded.model.named_parameters()
        if parameter.grad is not None
    }


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("kind", SHARING)
def test_shared_prompts_give_the_logprobs_of_a_plain_forward(kind: str, batch: str) -> None:
    loaded, rows = small(kind), BATCHES[batch]()
    scorer = Scorer(loaded)
    logprobs = scorer(whole(rows)).logprobs
    assert scorer.is_shared
    torch.testing.assert_close(logprobs, expected(loaded, rows)[0], rtol=0, atol=bound(kind))


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("kind", PLAIN)
def test_models_that_cannot_share_prompts_say_so_and_stay_right(kind: str, batch: str) -> None:
    loaded, rows = small(kind), BATCHES[batch]()
    scorer = Scorer(loaded)
    with pytest.warns(UserWarning, match="trains on plain rows, not with shared prompts"):
        logprobs = scorer(whole(rows)).logprobs
    assert scorer.is_shared is False
    torch.testing.assert_close(logprobs, expected(loaded, rows)[0], rtol=0, atol=bound(kind))


@pytest.mark.parametrize(
    ("kind", "atol"),
    [
        ("llama", 1e-5),  # its norms compute in float32 whatever its weights are in, as do Qwen's
        ("qwen2, tied, grouped", 1e-5),
        ("qwen3", 1e-5),
        ("gpt2, absolute positions", 1e-10),
        ("gpt-neox", 1e-10),
        ("opt", 1e-10),
        ("falcon, alibi", 1e-10),
    ],
)
@pytest.mark.parametrize("batch", ["ragged", "equal prompts"])
def test_the_gradients_of_all_parameters_are_those_of_plain_rows(kind: str, atol: float, batch: str) -> None:
    loaded, micro = small(kind), whole(BATCHES[batch]())
    plain = gradients(loaded, micro, is_shared=False)
    shared = gradients(loaded, micro, is_shared=True)
    assert shared.keys() == plain.keys() == dict(loaded.model.named_parameters()).keys()
    for name, gradient in plain.items():
        torch.testing.assert_close(shared[name], gradient, rtol=0, atol=atol)
    norms = [float(cast(Any, gradient).norm()) for gradient in plain.values()]
    assert sum(norms) > 0.1


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7])
def test_logprobs_and_entropies_are_of_the_distribution_at_the_temperature(temperature: float) -> None:
    loaded, rows = small("llama"), ragged_rows()
    scores = Scorer(loaded, temperature, with_entropy=True)(whole(rows))
    logprobs, entropies = expected(loaded, rows, temperature)
    assert scores.entropies is not None
    torch.testing.assert_close(scores.logprobs, logprobs, rtol=0, atol=1e-9)
    torch.testing.assert_close(scores.entropies, entropies, rtol=0, atol=1e-9)


@pytest.mark.parametrize("tokens_at_once", [1, 3, 7])
def test_projecting_in_chunks_changes_neither_scores_nor_gradients(
    tokens_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, micro = small("qwen2, tied, grouped"), whole(ragged_rows())
    together = Scorer(loaded, with_entropy=True)(micro)
    gradient = gradients(loaded, micro, is_shared=True)
    monkeypatch.setattr(scoring, "CHUNK_ELEMENTS", tokens_at_once * VOCABULARY)
    apart = Scorer(loaded, with_entropy=True)(micro)
    torch.testing.assert_close(apart.logprobs, together.logprobs, rtol=0, atol=1e-12)
    torch.testing.assert_close(apart.entropies, together.entropies, rtol=0, atol=1e-12)
    for name, of_chunks in gradients(loaded, micro, is_shared=True).items():
        torch.testing.assert_close(of_chunks, gradient[name], rtol=0, atol=1e-12)


def test_a_window_too_wide_for_the_comparison_to_notice_is_read_off_the_configuration() -> None:
    config: Any = KINDS["mistral, windows"].config()
    config.sliding_window = 16
    model: Any = cast(Any, AutoModelForCausalLM).from_config(config)
    loaded = LoadedModel(with_random_weights(model, 0).double(), None)
    rng = random.Random(4)
    rows = [training_row([rng.randrange(VOCABULARY)] * length, [True] * 30, rng) for length in (3, 12)]
    with pytest.warns(UserWarning, match="attend to a window"):
        logprobs = Scorer(loaded)(whole(rows)).logprobs
    torch.testing.assert_close(logprobs, expected(loaded, rows)[0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("kind", ["granite, scaled logits", "cohere, scaled logits"])
def test_a_head_that_is_not_last_is_noticed_however_small_the_logits_are(kind: str) -> None:
    loaded = small(kind)
    with torch.no_grad():
        for parameter in loaded.model.parameters():
            parameter.mul_(1e-6)
    scorer = Scorer(loaded)
    with pytest.warns(UserWarning, match="after its head"):
        scorer(whole(one_prompt()))
    assert scorer.is_shared is False


class HalvedInput(nn.Module):
    """Stands before a head and halves what it reads."""

    def __init__(self, head: Any) -> None:
        super().__init__()
        self.head = head
        self.weight = head.weight

    def forward(self, hidden: Tensor) -> Tensor:
        return self.head(hidden / 2)


def test_a_head_of_ones_own_is_used_as_it_is() -> None:
    loaded, rows = small("llama"), ragged_rows()
    model: Any = loaded.model
    model.set_output_embeddings(HalvedInput(model.get_output_embeddings()))
    scorer = Scorer(loaded)
    torch.testing.assert_close(scorer(whole(rows)).logprobs, expected(loaded, rows)[0], rtol=0, atol=1e-9)


def test_gradient_checkpointing_falls_back_to_plain_rows() -> None:
    loaded, rows = small("llama"), ragged_rows()
    model: Any = loaded.model
    model.activation_checkpointing_enable({"use_reentrant": False})
    loaded.model.train()
    scorer = Scorer(loaded)
    with pytest.warns(UserWarning, match="gradient checkpointing"):
        logprobs = scorer(whole(rows)).logprobs
    torch.testing.assert_close(logprobs, expected(loaded, rows)[0], rtol=0, atol=1e-9)
    assert loaded.model.training


def test_dropout_does_not_keep_prompts_from_being_shared() -> None:
    loaded = small("gpt2, absolute positions")
    for module in loaded.model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.5
    loaded.model.train()
    scorer = Scorer(loaded)
    scorer(whole(ragged_rows()))
    assert scorer.is_shared


def test_many_micro_batches_score_every_sampled_id_once() -> None:
    loaded, rows = small("llama"), ragged_rows()
    wanted = sorted(map(float, expected(loaded, rows)[0]))
    scorer = Scorer(loaded)
    for max_tokens in (1, 30, 60):
        cut = list(
            micro_batches(rows, max_tokens=max_tokens, device=torch.device("cpu"), dtype=torch.float64)
        )
        scores = torch.cat([scorer(micro).logprobs for micro in cut])
        assert len(cut) > 1
        assert sorted(map(float, scores.detach())) == pytest.approx(wanted, rel=0, abs=1e-9)
