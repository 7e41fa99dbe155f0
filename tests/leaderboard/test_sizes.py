"""A model's size is read from its name, and nothing else is."""

import pytest

from reasongym.leaderboard.sizes import UNKNOWN, band_of, size_of


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Qwen2.5-0.5B", 0.5),
        ("DeepSeek-R1-Distill-Qwen-1.5B", 1.5),
        ("Qwen-2.5-Math-7B + SimpleRL-Zoo", 7.0),
        ("org/some_7b_model", 7.0),
        ("SmolLM2-135M", 0.135),
        ("Qwen3-30B-A3B", 30.0),
        ("s1-32B", 32.0),
        ("o1-2024-12-17", None),
        ("demo, trained", None),
        ("v2.5B2", None),
    ],
)
def test_sizes_are_read_from_names(name: str, size: float | None) -> None:
    assert size_of(name) == size


@pytest.mark.parametrize(
    ("name", "band"),
    [("a-0.5B", "under 1B"), ("a-1B", "1–3B"), ("a-3B", "3–10B"), ("a-70B", "40B and more"), ("a", UNKNOWN)],
)
def test_a_band_begins_with_its_first_size(name: str, band: str) -> None:
    assert band_of(name) == band
