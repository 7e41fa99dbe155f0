"""Stages: what holds in each, when one ends, and that a resumed run stands where it stood."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.agents.config import AlgorithmSettings, RolloutSettings, Stage, TrainConfig, dump_config
from reasongym.agents.recipes import load_recipe
from reasongym.agents.stages import Stages
from reasongym.errors import UnknownName, UsageError

ROLLOUT = RolloutSettings(groups=8, group_size=4, max_tokens=100)
THREE = (Stage(max_tokens=50, plateau=2), Stage(group_size=16, steps=3), Stage(groups=2, max_tokens=200))

RATES = st.integers(0, 64).map(lambda solved: solved / 64)
"""Their sums are exact in any order."""


def _stages(*stages: Stage) -> Stages:
    return Stages(TrainConfig(rollout=ROLLOUT, stages=stages))


def test_a_run_without_stages_is_one_that_never_ends() -> None:
    stages = _stages()
    assert not any(stages.update(0.5) for _ in range(100))
    assert stages.rollout == ROLLOUT
    assert stages.figures() == {}


def test_stages_take_over_one_after_another_and_the_last_one_stays() -> None:
    stages = _stages(*THREE)
    sizes: list[tuple[int, int, int]] = []
    for rate in [0.1, 0.2, 0.3, 0.4, 0.3, 0.3, 0.9, 0.9, 0.9, 0.0, 0.0, 0.0, 0.0]:
        sizes.append((stages.rollout.groups, stages.rollout.group_size, stages.rollout.max_tokens))
        stages.update(rate)
    first, second, third = (8, 4, 50), (8, 16, 100), (2, 4, 200)
    assert sizes == [first] * 6 + [second] * 3 + [third] * 4
    assert stages.figures() == {"stage": 3}


@given(st.lists(RATES, max_size=30), st.integers(1, 4))
def test_a_plateau_is_a_mean_no_higher_than_the_one_before(rates: list[float], span: int) -> None:
    stages = _stages(Stage(plateau=span), Stage())
    ended = next((step for step, rate in enumerate(rates, 1) if stages.update(rate)), None)
    expected = None
    for step in range(2 * span, len(rates) + 1):
        late, early = rates[step - span : step], rates[step - 2 * span : step - span]
        if sum(late) / span <= sum(early) / span:
            expected = step
            break
    assert ended == expected


@given(st.lists(RATES, min_size=1, max_size=20), st.data())
def test_a_resumed_run_goes_through_the_same_stages(rates: list[float], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(rates)))
    whole, before, after = _stages(*THREE), _stages(*THREE), _stages(*THREE)
    for rate in rates:
        whole.update(rate)
    for rate in rates[:cut]:
        before.update(rate)
    after.state = before.state
    for rate in rates[cut:]:
        after.update(rate)
    assert after.state == whole.state


def test_a_stage_has_a_shaping_of_its_own_or_the_configs() -> None:
    config = TrainConfig(
        shaping=({"name": "kimi"},),
        stages=(Stage(steps=1), Stage(shaping=({"name": "turns"},))),
    )
    stages = Stages(config)
    assert [link.entry.name for link in stages.chain.links] == ["kimi"]
    stages.update(0.0)
    assert [link.entry.name for link in stages.chain.links] == ["turns"]


@pytest.mark.parametrize(
    ("stage", "complaint"),
    [
        (Stage(group_size=1), "group_size must be at least 2"),
        (Stage(groups=1), "updates must be at most rollout.groups"),
        (Stage(max_tokens=-1), "max_tokens must be at least 1"),
        (Stage(plateau=-1), "stages.plateau must be at least 0"),
        (Stage(shaping=({"name": "kmi"},)), "did you mean 'kimi'"),
    ],
)
def test_a_stage_that_cannot_work_is_refused(stage: Stage, complaint: str) -> None:
    config = TrainConfig(algorithm=AlgorithmSettings(updates=2), stages=(stage,))
    with pytest.raises((UsageError, UnknownName), match=complaint):
        config.check()


def test_stages_are_read_from_a_file_and_survive_being_written(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(
        '[[stages]]\nmax_tokens = 8\nplateau = 3\n[[stages.shaping]]\nname = "kimi"\n[[stages]]\n'
    )
    config = load_recipe(str(path))
    kimi = {"name": "kimi", "weight": 1.0}
    assert config.stages == (Stage(max_tokens=8, plateau=3, shaping=(kimi,)), Stage())
    path.write_text(dump_config(config))
    assert load_recipe(str(path)) == config
    path.write_text("[[stages]]\nmax_token = 8\n")
    with pytest.raises(UnknownName, match="did you mean 'max_tokens'"):
        load_recipe(str(path))
