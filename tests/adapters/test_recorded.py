"""The episodes that adapters are held to are of every kind, and what the pure functions say of them too."""

import pytest

import reasongym
from tests.adapters.recorded import FAMILIES, Kind, recorded


@pytest.mark.parametrize("kind", FAMILIES)
def test_recorded_episodes_are_won_lost_and_what_replay_says(kind: Kind) -> None:
    episodes = list(recorded(kind, 120))
    assert {episode.row.env_id for episode in episodes} == {f"reasongym/{name}" for name in FAMILIES[kind]}
    assert {episode.row.level for episode in episodes} == {0, 1}
    assert {episode.reward for episode in episodes} >= {0.0, 1.0}
    assert len({episode.verdict.reason for episode in episodes}) >= 4
    for episode in episodes:
        assert reasongym.replay(episode.row, episode.actions) == episode.verdict
        assert reasongym.problem(episode.row).prompt == episode.prompt
        assert abs(sum(episode.rewards) - episode.reward) < 1e-9
