"""What a KL term holds the policy to: made of any model in memory, without a second copy where it can be."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from reasongym.agents.batch import MicroBatch
from reasongym.agents.config import AlgorithmSettings, ModelSettings
from reasongym.agents.models import LoadedModel
from reasongym.agents.reference import AdapterReference, CopiedReference, reference_of
from reasongym.agents.scoring import Scorer
from tests.agents.small_models import adapted, small
from tests.agents.test_scoring import ragged_rows, whole
from tests.agents.test_trainer import CONFIG, LOGS, JudgedByFirstWord, Stopped, small_llama

pytest.importorskip("peft")

MAKERS: dict[str, Callable[[], LoadedModel]] = {
    "a copy": lambda: small("llama"),
    "its own adapters": lambda: adapted("llama", torch.float64),
}


def scores(loaded: LoadedModel, micro: MicroBatch, temperature: float = 0.7) -> torch.Tensor:
    return Scorer(loaded, temperature)(micro).logprobs.detach()


def learn(loaded: LoadedModel) -> None:
    """Move what is trained."""
    with torch.no_grad():
        for weight in loaded.model.parameters():
            if weight.requires_grad:
                weight.add_(0.05 * torch.ones_like(weight))


def test_a_reference_is_made_of_a_model_that_lies_in_no_directory(tmp_path: Path) -> None:
    """TRL 1.16 builds it from the model's name, which a model made in memory has not: `Repo id ... ''`."""
    loaded = small_llama()
    assert loaded.model.config.name_or_path == ""  # pyright: ignore
    config = replace(CONFIG, algorithm=AlgorithmSettings(kl=0.1))
    trainer = JudgedByFirstWord(config, loaded, tmp_path)
    assert trainer.advance()["kl"] == pytest.approx(0.0, abs=1e-6)
    assert trainer.advance()["kl"] > 1e-6


def test_a_copy_stays_what_the_policy_was() -> None:
    loaded, micro = small("llama"), whole(ragged_rows())
    reference, start = CopiedReference(loaded, 0.7), scores(loaded, micro)
    learn(loaded)
    reference.refresh(3)
    assert torch.equal(reference(micro).logprobs, start)
    assert not torch.equal(scores(loaded, micro), start)
    assert not reference(micro).logprobs.requires_grad


def test_adapters_turned_off_are_the_reference_and_nothing_is_copied() -> None:
    loaded, micro = adapted("llama", torch.float64), whole(ragged_rows())
    reference = reference_of(loaded, 0.7)
    assert isinstance(reference, AdapterReference)
    assert reference.loaded.model is loaded.model
    learn(loaded)
    policy = scores(loaded, micro)
    assert torch.equal(reference(micro).logprobs, scores(small("llama"), micro))
    assert torch.equal(scores(loaded, micro), policy)


def test_scoring_the_reference_between_forward_and_backward_leaves_the_gradients_alone() -> None:
    micro = whole(ragged_rows())
    found: list[list[torch.Tensor]] = []
    for is_between in (False, True):
        loaded = adapted("llama", torch.float64)
        reference = reference_of(loaded, 1.0)
        logprobs = Scorer(loaded)(micro).logprobs
        if is_between:
            reference(micro)
        logprobs.sum().backward()
        gradients = [weight.grad for weight in loaded.model.parameters() if weight.requires_grad]
        found.append([gradient for gradient in gradients if gradient is not None])
    assert len(found[0]) == len(found[1]) > 0
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


@pytest.mark.parametrize("maker", MAKERS)
def test_a_refreshed_reference_is_the_policy_of_that_step(maker: str) -> None:
    loaded, micro = MAKERS[maker](), whole(ragged_rows())
    reference = reference_of(loaded, 0.7, every=2)
    start = reference(micro).logprobs
    learn(loaded)
    reference.refresh(1)
    assert torch.equal(reference(micro).logprobs, start)
    reference.refresh(2)
    kept = scores(loaded, micro)
    learn(loaded)
    assert torch.equal(reference(micro).logprobs, kept)
    assert not torch.equal(kept, start)
    assert not torch.equal(scores(loaded, micro), kept)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_reference_continues_from_its_state(maker: str) -> None:
    loaded, micro = MAKERS[maker](), whole(ragged_rows())
    reference = reference_of(loaded, 0.7, every=1)
    learn(loaded)
    reference.refresh(1)
    again = reference_of(MAKERS[maker](), 0.7, every=1)
    again.load_state(reference.state)
    assert torch.equal(again(micro).logprobs, reference(micro).logprobs)
    assert reference_of(MAKERS[maker](), 0.7).state is None


# -- in a run -----------------------------------------------------------------------------------------------

SETTINGS = {
    "a copy, refreshed": ModelSettings(reference_every=2),
    "adapters": ModelSettings(lora_rank=2),
    "adapters, refreshed": ModelSettings(lora_rank=2, reference_every=2),
}


def _ready(settings: ModelSettings) -> LoadedModel:
    from reasongym.agents.lora import add_adapters

    loaded = small_llama()
    if settings.lora_rank:
        add_adapters(loaded, rank=settings.lora_rank, alpha=32.0, targets=["all-linear"], seed=0)
    return loaded


@pytest.mark.parametrize("name", SETTINGS)
def test_a_run_stopped_between_refreshes_continues_to_the_same_bits(name: str, tmp_path: Path) -> None:
    algorithm = AlgorithmSettings(kl=0.1, updates=2)
    run = replace(CONFIG.run, steps=4, checkpoint_every=1, eval_every=0)
    config = replace(CONFIG, model=SETTINGS[name], algorithm=algorithm, run=run)

    def trainer(folder: str) -> JudgedByFirstWord:
        return JudgedByFirstWord(config, _ready(config.model), tmp_path / folder)

    undisturbed = trainer("whole")
    undisturbed.run()

    def stop(metrics: dict[str, float]) -> None:
        if metrics["step"] == 3:
            raise Stopped

    with pytest.raises(Stopped):
        trainer("stopped").run(stop)
    continued = trainer("stopped")
    continued.run()
    weights = (one.loaded.model.state_dict().values() for one in (continued, undisturbed))
    assert all(torch.equal(one, other) for one, other in zip(*weights, strict=True))
    for log in LOGS:
        assert (tmp_path / "stopped" / log).read_bytes() == (tmp_path / "whole" / log).read_bytes()
