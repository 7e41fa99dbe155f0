"""What a run has cost, counted over its starts."""

from pathlib import Path

import pytest

from reasongym.agents.policies.usage import Prices, Usage, read_usage, write_usage
from reasongym.errors import DataError, UsageError


def test_tokens_cost_what_a_million_of_them_cost() -> None:
    usage = Usage().and_completion(2_000_000, 500_000, Prices(prompt=0.25, completion=4.0))
    assert usage.cost == pytest.approx(2 * 0.25 + 0.5 * 4.0)
    assert (usage.completions, usage.prompt_tokens, usage.completion_tokens) == (1, 2_000_000, 500_000)


def test_counts_are_kept_and_add_up(tmp_path: Path) -> None:
    assert read_usage(tmp_path) == Usage()
    write_usage(tmp_path, Usage().and_completion(10, 5, Prices(1.0, 1.0)).and_retry())
    write_usage(tmp_path, read_usage(tmp_path).and_completion(10, 5, Prices()).and_unmetered())
    usage = read_usage(tmp_path)
    assert (usage.completions, usage.prompt_tokens, usage.retries, usage.unmetered) == (3, 20, 1, 1)
    assert usage.cost == pytest.approx(15 / 1e6)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "usage.json").write_text('{"cost": "much"}')
    with pytest.raises(DataError, match=r"cannot read .*usage\.json .*delete it"):
        read_usage(tmp_path)


@pytest.mark.parametrize("price", [-1.0, float("inf"), float("nan")])
def test_a_price_is_a_number_from_0_up(price: float) -> None:
    with pytest.raises(UsageError, match="--price-out must be"):
        Prices(completion=price)
