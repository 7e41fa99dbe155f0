from pathlib import Path

import pytest

from reasongym.agents.config import RolloutSettings, TrainConfig, dump_config
from reasongym.agents.demo import settings
from reasongym.agents.from_scratch import ModelShape
from reasongym.agents.priming import PrimingSettings
from reasongym.agents.recipes import load_recipe, names
from reasongym.curriculum import Source
from reasongym.errors import DataError, ReasongymError, UnknownName, UsageError


def _written(folder: Path, text: str) -> Path:
    path = folder / "run.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", names())
def test_every_recipe_loads_and_survives_being_written(name: str, tmp_path: Path) -> None:
    config = load_recipe(name)
    config.check()
    assert load_recipe(str(_written(tmp_path, dump_config(config)))) == config


def test_a_config_file_overrides_the_defaults_it_names(tmp_path: Path) -> None:
    written = _written(tmp_path, "[rollout]\ngroups = 3\n[problems]\noptions = {style = 'boxed'}\n")
    config = load_recipe(str(written))
    assert config.rollout == RolloutSettings(groups=3)
    assert config.problems.options == {"style": "boxed"}
    assert config.optimizer == TrainConfig().optimizer


def test_a_mixture_of_sources_is_read_from_the_file(tmp_path: Path) -> None:
    text = """
    [problems]
    target = 0.4
    [[problems.mixture]]
    env = "Countdown-v0"
    weight = 2.0
    [[problems.mixture]]
    env = "CountdownSteps-v0"
    level = 1
    highest = 2
    options = { style = "terse" }
    """
    problems = load_recipe(str(_written(tmp_path, text))).problems
    assert problems.sources == (
        Source("Countdown-v0", weight=2.0),
        Source("CountdownSteps-v0", 1, 2, options={"style": "terse"}),
    )
    assert problems.title == "Countdown-v0 and CountdownSteps-v0"


def test_a_recipe_may_say_how_its_demo_primes_and_training_ignores_it(tmp_path: Path) -> None:
    written = str(_written(tmp_path, "[priming]\nsteps = 7\n[shape]\nhidden = 32\n[run]\nsteps = 3\n"))
    demo = settings(written, seed=5, tiny=False)
    assert demo.recipe.run.steps == 3
    assert demo.priming == PrimingSettings(steps=7)
    assert demo.shape == ModelShape(hidden=32)
    demo.priming.check()
    demo.shape.check()
    assert load_recipe(written).run.steps == 3


@pytest.mark.parametrize(
    ("text", "kind", "complaint"),
    [
        ("[rollout]\ngroup_sise = 3", UnknownName, "did you mean 'group_size'"),
        ("[rolout]\ngroups = 3", UnknownName, "did you mean 'rollout'"),
        ("[rollout]\ngroups = 'three'", UsageError, r"rollout.groups"),
        ("[rollout\n", UsageError, "not a TOML file"),
        ("\x00\xff", UsageError, "not a TOML file"),
    ],
)
def test_a_wrong_config_file_is_refused_in_one_sentence(
    tmp_path: Path, text: str, kind: type[ReasongymError], complaint: str
) -> None:
    with pytest.raises(kind, match=complaint) as caught:
        load_recipe(str(_written(tmp_path, text)))
    assert "\n" not in str(caught.value)


def test_a_missing_config_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.toml"):
        load_recipe(str(tmp_path / "nowhere.toml"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[rollout]\ngroup_size = 1", "rollout.group_size must be at least 2 to form a baseline, got 1"),
        ("[rollout]\ntemperature = 0.0", "temperature must be above 0"),
        ("[algorithm]\nupdates = 100", "algorithm.updates must be at most rollout.groups"),
        ("[run]\ncheckpoint_every = 0", "run.checkpoint_every must be at least 1, got 0"),
        ("[run]\nsteps = 0", "run.steps must be at least 1, got 0"),
        ("[run]\nthreads = -1", "run.threads must be at least 0, got -1"),
        ("[run]\neval_every = 1\neval_problems = 0", "run.eval_problems must be at least 1, got 0"),
        ("[run]\nlog_groups = -1", "run.log_groups must be at least 0, got -1"),
        ("[rollout]\ncollect = 0.0", "rollout.collect must be above 0 and at most 1, got 0.0"),
        ("[rollout]\ncollect_group = 2.0", "rollout.collect_group must be from 0 to 1, got 2.0"),
        ("[rollout]\ntop_p = 0.0", "rollout.top_p must be above 0 and at most 1, got 0.0"),
        ("[rollout]\ntop_k = -1", r"rollout.top_k must be at least 0 \(which keeps every token\), got -1"),
        ("[rollout]\ntop_k = 50", "rollout.top_k 50 samples from fewer tokens than the learner scores"),
        ("[rollout]\nvllm_memory = 0.0", "rollout.vllm_memory must be above 0 and at most 1, got 0.0"),
        ("[algorithm]\nadvantage = 'gpro'", "unknown algorithm.advantage 'gpro'; did you mean 'grpo'"),
        ("[algorithm]\nclip_low = -0.2", "algorithm.clip_low must be at least 0, got -0.2"),
        ("[optimizer]\nlearning_rate = nan", "optimizer.learning_rate must be at least 0, got nan"),
        ("[optimizer]\nweight_decay = -1.0", "optimizer.weight_decay must be at least 0, got -1.0"),
        ("[optimizer]\nmax_grad_norm = -1.0", "optimizer.max_grad_norm must be at least 0, got -1.0"),
        ("[optimizer]\nbetas = [0.9, 1.0]", r"optimizer.betas must be .* below 1, got \(0.9, 1.0\)"),
    ],
)
def test_a_value_that_cannot_work_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        load_recipe(str(_written(tmp_path, text))).check()
