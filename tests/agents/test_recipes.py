"""Recipes: each is well-formed, and its rehearsal takes real steps of the recipe's own algorithm."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec
import pytest

from reasongym.agents.config import TrainConfig
from reasongym.agents.demo import DemoSettings, primed
from reasongym.agents.models import LoadedModel
from reasongym.agents.recipes import FOLDER, load_recipe, names
from reasongym.agents.rehearsal import STEPS, rehearsal
from reasongym.agents.trainer import Trainer
from reasongym.templates import TEMPLATES

QUICK = ("dapo", "l1-max", "thinkprune", "kimi-k1.5")
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
    kept = replace(full.algorithm, updates=small.algorithm.updates)
    assert small.algorithm == kept
    assert [table["name"] for table in small.shaping] == [table["name"] for table in full.shaping]
    assert len(small.stages) == len(full.stages)
    assert small.rollout.groups * small.rollout.group_size <= 64
    assert small.run.steps == STEPS


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in RECIPES]
)
def test_a_rehearsal_takes_three_optimizer_steps(name: str, tmp_path: Path) -> None:
    demo = rehearsal(name)
    trainer = Trainer(demo.recipe, _primed(name, tmp_path), tmp_path / "run")
    trainer.run()
    lines = (tmp_path / "run" / "metrics.jsonl").read_bytes().splitlines()
    norms = [msgspec.json.decode(line).get("grad_norm", 0.0) for line in lines]
    assert len(norms) == STEPS
    assert all(norm > 0 for norm in norms)
