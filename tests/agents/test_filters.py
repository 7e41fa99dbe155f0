import pytest

from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.filters import FILTERS, refill_size
from reasongym.agents.played import Played


def _group(*rewards: float) -> list[Played]:
    return [Played(reward, (1,), solved=reward == 1.0) for reward in rewards]


GROUPS = [_group(0, 0), _group(0, 1), _group(1, 1), _group(0.5, 1), _group(0.4, 0.6)]


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        (AlgorithmSettings(filter="none"), [0, 1, 2, 3, 4]),
        (AlgorithmSettings(filter="contrast"), [1, 3, 4]),
        (AlgorithmSettings(filter="band", filter_low=0.2, filter_high=0.8), [1, 3]),
        (AlgorithmSettings(filter="variance", filter_high=0.4), [1, 3]),
        (AlgorithmSettings(filter="variance", filter_high=0.5), [1, 3, 4]),
    ],
)
def test_filters_keep_what_they_say(settings: AlgorithmSettings, kept: list[int]) -> None:
    found = FILTERS[settings.filter](GROUPS, settings)
    assert [place for place, is_kept in enumerate(found) if is_kept] == kept


@pytest.mark.parametrize(
    ("kept", "played", "size"), [(0, 8, 8), (4, 8, 8), (6, 8, 3), (7, 8, 2), (1, 24, 8), (7, 7, 1)]
)
def test_a_refill_is_sized_by_what_was_kept_and_no_larger_than_a_step(
    kept: int, played: int, size: int
) -> None:
    assert refill_size(wanted=8, kept=kept, played=played) == size
