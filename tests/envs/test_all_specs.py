"""What holds for every environment in the registry, so that a new one needs only tests of its own."""

import json
import re
from pathlib import Path

import pytest

import reasongym
from reasongym.checks import QUICK, check
from tests.golden import GOLDEN, digests


@pytest.mark.parametrize("env_id", reasongym.specs())
def test_every_environment_passes_the_conformance_kit(env_id: str) -> None:
    env = reasongym.get(env_id)
    results = list(check(env, sorted({0, env.default_level}), scale=QUICK))
    assert [result for result in results if result.ok is not True] == []


@pytest.mark.slow
@pytest.mark.parametrize("env_id", reasongym.specs())
def test_every_level_passes_the_conformance_kit(env_id: str) -> None:
    results = list(check(reasongym.get(env_id), scale=QUICK))
    assert [result for result in results if result.ok is not True] == []


@pytest.mark.parametrize("env_id", reasongym.specs())
def test_the_first_problems_have_their_golden_hashes(env_id: str) -> None:
    """A change here is a change of published problems: it needs a new version of the id."""
    assert digests(env_id) == json.loads(GOLDEN.read_text())[env_id]


def test_no_golden_hash_is_left_of_an_id_that_is_gone() -> None:
    assert sorted(json.loads(GOLDEN.read_text())) == reasongym.specs()


@pytest.mark.parametrize("env_id", reasongym.specs())
def test_every_environment_says_what_it_is(env_id: str) -> None:
    env = reasongym.get(env_id)
    assert (type(env).__doc__ or "").strip()
    assert all(env.levels)
    assert 0 <= env.default_level < len(env.levels)
    assert env.chance(env.default_level) <= 0.05


def test_the_page_of_environments_names_every_one() -> None:
    page = (Path(reasongym.__file__).parents[1] / "docs" / "environments.md").read_text()
    assert sorted(re.findall(r"^\| `([\w.]+-v\d+)`", page, re.MULTILINE)) == [
        env_id.removeprefix("reasongym/") for env_id in reasongym.specs()
    ]


def test_the_list_of_files_is_the_list_of_families() -> None:
    files = {
        path.stem for path in (Path(reasongym.__file__).parent / "envs").iterdir() if path.stem[0] != "_"
    }
    ids = reasongym.specs(trusted=None)
    assert {type(reasongym.get(env_id)).__module__.split(".")[2] for env_id in ids} == files
