"""Recipes: each is well-formed, and its rehearsal takes real steps of the recipe's own algorithm."""

from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import torch

from reasongym.agents.demo import Show
from reasongym.agents.preparing import prepare
from reasongym.agents.recipes import FOLDER, load_recipe, names
from reasongym.agents.rehearsal import STEPS, rehearsal, with_model
from reasongym.agents.trainer import Trainer
from reasongym.templates import TEMPLATES

QUICK = ("dapo", "kimi-k1.5")
"""One each of refills, lengths asked for, stages, and levels that follow success."""
RECIPES = [name for name in names() if not name.endswith("-demo")]


@pytest.mark.parametrize("name", names())
def test_a_recipe_names_its_source_and_a_template_there_is(name: str) -> None:
    assert (FOLDER / f"{name}.toml").read_text().startswith("# ")
    assert load_recipe(name).problems.template in TEMPLATES


@pytest.mark.parametrize("name", names())
def test_a_rehearsal_keeps_the_algorithm_and_shrinks_the_rest(name: str) -> None:
    full, small = load_recipe(name), rehearsal(name).recipe
    small.check()
    sized = ("updates", "critic_learning_rate", "reward_learning_rate")
    assert small.algorithm == replace(full.algorithm, **{one: getattr(small.algorithm, one) for one in sized})
    assert [table["name"] for table in small.shaping] == [table["name"] for table in full.shaping]
    assert len(small.stages) == len(full.stages)
    assert small.rollout.groups * small.rollout.group_size <= 512
    assert small.run.steps == STEPS


@contextmanager
def _quiet(title: str, total: int | None) -> Generator[Show]:
    def show(done: int, total: int | None = total, **figures: str) -> None:
        pass

    yield show


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Hold the folders of primed models, one for each small problem."""
    return defaultdict(lambda: tmp_path_factory.mktemp("start"))


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in RECIPES]
)
@pytest.mark.filterwarnings("ignore:.*gradient checkpointing keeps no cache")
def test_a_rehearsal_takes_three_optimizer_steps(name: str, starts: dict[str, Path], tmp_path: Path) -> None:
    demo = rehearsal(name)
    if demo.recipe.model.lora_rank:
        pytest.importorskip("peft")
    key = repr((demo.recipe.problems, demo.priming, demo.shape))
    torch.set_num_threads(1)
    config = with_model(demo, starts[key], _quiet)
    Trainer(config, prepare(config.model), tmp_path).run()
    lines = (tmp_path / "metrics.jsonl").read_bytes().splitlines()
    norms = [msgspec.json.decode(line).get("grad_norm", 0.0) for line in lines]
    assert len(norms) == STEPS
    assert all(norm > 0 for norm in norms)
