"""Chains of shapings: order, parts, names, questions of length, and what they do to a run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym import registry
from reasongym.agents.config import TrainConfig, dump_config
from reasongym.agents.recipes import load_recipe
from reasongym.agents.shaping import Chain, Member, Tokens, shaping
from reasongym.agents.shaping.contract import SHAPINGS
from reasongym.episodes import Episode
from reasongym.errors import UnknownName, UsageError
from tests.agents.shaped_groups import ROW, episode, groups

CHAIN = (
    {"name": "outcome", "right": 2.0, "wrong": -1.0},
    {"name": "overlong", "longest": 60, "buffer": 25},
    {"name": "turns", "each": -0.1},
    {"name": "turns", "each": -0.2},
)


@given(group=groups())
def test_native_rewards_and_parts_add_up_to_what_is_earned(group: list[Episode]) -> None:
    shaped = Chain(CHAIN).rewards(group)
    assert set(shaped.parts) == {"outcome", "overlong", "turns"}
    for place, one in enumerate(group):
        parts = [values[place] for values in shaped.parts.values()]
        assert one.reward + sum(parts) == pytest.approx(shaped.rewards[place])
        assert shaped.parts["turns"][place] == pytest.approx(-0.3 * len(one.completions))


@given(group=groups())
def test_no_chain_leaves_rewards_alone(group: list[Episode]) -> None:
    assert Chain([]).rewards(group).rewards == [one.reward for one in group]
    assert not Chain([])
    assert Chain(CHAIN).rewards([]).rewards == []


def test_entries_apply_in_order() -> None:
    group = [episode(0, correct=True)]
    replacing, adding = {"name": "outcome", "right": 5.0}, {"name": "turns", "each": 1.0}
    assert Chain([adding, replacing]).rewards(group).rewards == [5.0]
    assert Chain([replacing, adding]).rewards(group).rewards == [6.0]


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"name": "cosin", "longest": 5}, "did you mean 'cosine'"),
        ({"name": "cosine", "longst": 5}, "did you mean 'longest'"),
        ({"name": "cosine"}, "longest"),
        ({"name": "cosine", "longest": "far"}, "shaping 'cosine'"),
        ({"name": "cosine", "longest": 0}, "longest"),
        ({"name": "aalc", "longest": 9, "target": 0.0}, "target"),
        ({"name": "repetition", "ngram": 0}, "ngram"),
        ({"longest": 5}, "needs a name"),
        ({"name": "nowhere:bonus"}, "MODULE:FUNCTION"),
        ({"name": "math:bonus"}, "MODULE:FUNCTION"),
    ],
)
def test_a_table_that_cannot_work_is_refused(table: dict[str, object], complaint: str) -> None:
    with pytest.raises((UnknownName, UsageError), match=complaint):
        TrainConfig(shaping=(table,)).check()


def test_an_unscored_episode_is_refused() -> None:
    with pytest.raises(UsageError, match="without a verdict"):
        Chain(CHAIN).rewards([replace(episode(), verdict=None)])


def brevity(group: Sequence[Member], *, limit: Tokens, bonus: float = 0.5) -> list[float]:
    return [member.reward + bonus * (member.length <= limit) for member in group]


def test_a_function_of_anybodys_is_named_by_its_module() -> None:
    chain = Chain([{"name": f"{__name__}:brevity", "limit": 10}])
    assert chain.rewards([episode(10), episode(11)]).rewards == [0.5, 0.0]
    assert chain.shrunk(0.5)[0]["limit"] == 5


def test_a_registered_function_has_a_name_of_its_own() -> None:
    shaping("a test's brevity")(brevity)
    try:
        assert Chain([{"name": "a test's brevity", "limit": 3}]).rewards([episode(3)]).rewards == [0.5]
        with pytest.raises(UsageError, match="already"):
            shaping("a test's brevity")(brevity)
    finally:
        del SHAPINGS["a test's brevity"]


def test_a_function_that_forgets_a_member_is_told_so() -> None:
    def short(group: Sequence[Member]) -> list[float]:
        return [0.0 for _ in group[1:]]

    shaping("a test's short one")(short)
    try:
        with pytest.raises(UsageError, match="for each of 2 members, got 1"):
            Chain([{"name": "a test's short one"}]).rewards([episode(), episode()])
    finally:
        del SHAPINGS["a test's short one"]


def endless(group: Sequence[Member]) -> list[float]:
    return [member.reward / 1e-320 * 1e300 for member in group]


def test_a_reward_that_is_no_number_is_refused() -> None:
    chain = Chain([{"name": f"{__name__}:endless"}])
    assert chain.rewards([episode()]).rewards == [0.0]
    with pytest.raises(UsageError, match="finite"):
        chain.rewards([episode(correct=True)])


def test_the_length_asked_for_is_in_the_prompt_and_the_row_stays() -> None:
    problem = registry.get(ROW.env_id).problem(ROW)
    asked = Chain([{"name": "lcpo-exact", "shortest": 7, "longest": 7}]).ask(problem)
    assert asked.prompt == problem.prompt + "\n\nThink for 7 tokens."
    assert (asked.row, asked.data) == (problem.row, problem.data)
    limited = Chain([{"name": "thinkprune", "limit": 3000, "wording": "At most {tokens}."}]).ask(problem)
    assert limited.prompt.endswith("\n\nAt most 3000.")
    assert Chain(CHAIN).ask(problem) is problem


@given(lengths=st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=6))
def test_a_shrunk_chain_pays_as_much_for_completions_as_much_shorter(lengths: list[tuple[int, bool]]) -> None:
    small = [episode(length, correct=correct) for length, correct in lengths]
    large = [episode(10 * length, correct=correct) for length, correct in lengths]
    chain = Chain([{"name": "shorterbetter"}, {"name": "overlong", "longest": 60, "buffer": 20}])
    shrunk = Chain(chain.shrunk(0.1))
    assert shrunk.rewards(small).rewards == pytest.approx(chain.rewards(large).rewards)


def test_a_config_keeps_its_chain_resolved(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('[[shaping]]\nname = "outcome"\nwrong = -1\n[[shaping]]\nname = "kimi"\n')
    config = load_recipe(str(path))
    assert config.shaping == (
        {"name": "outcome", "right": 1.0, "wrong": -1.0},
        {"name": "kimi", "weight": 1.0},
    )
    path.write_text(dump_config(config))
    assert load_recipe(str(path)) == config
