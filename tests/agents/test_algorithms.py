import re
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.aggregation import AGGREGATIONS
from reasongym.agents.algorithm_checks import check_algorithm, check_cuts
from reasongym.agents.algorithms import PRESETS, AlgorithmSettings, preset
from reasongym.agents.config import dump_config
from reasongym.agents.corrections import CORRECTIONS
from reasongym.agents.filters import FILTERS
from reasongym.agents.kl import ESTIMATES
from reasongym.agents.losses import CLIPS, RATIOS
from reasongym.agents.recipes import load_recipe
from reasongym.errors import UnknownName, UsageError


def _loaded(folder: Path, text: str, flag: str = "") -> AlgorithmSettings:
    path = folder / "run.toml"
    path.write_text(text)
    return load_recipe(str(path), flag).algorithm


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_works_and_says_only_what_exists(name: str, tmp_path: Path) -> None:
    settings = preset(name)
    check_algorithm(settings, group_size=8)
    assert PRESETS[name].keys() <= {one.name for one in fields(AlgorithmSettings)}
    assert _loaded(tmp_path, f"[algorithm]\npreset = '{name}'") == settings


def test_what_is_set_beside_a_preset_outranks_it_and_a_flag_outranks_both(tmp_path: Path) -> None:
    text = "[algorithm]\npreset = 'dapo'\nclip_low = 0.1\nadvantage = 'rloo'\nentropy = 0.02"
    assert _loaded(tmp_path, text) == preset("dapo", clip_low=0.1, advantage="rloo", entropy=0.02)
    flagged = _loaded(tmp_path, text, "gspo")
    assert (flagged.advantage, flagged.ratio, flagged.clip_low) == ("grpo", "sequence", 3e-4)
    assert (flagged.entropy, flagged.dual_clip, flagged.refills) == (0.02, 10.0, 9)


def test_a_run_s_record_says_every_piece(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("[algorithm]\npreset = 'ppo'")
    config = load_recipe(str(path))
    path.write_text(dump_config(config))
    assert load_recipe(str(path)) == config


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("preset = 'dapa'", "unknown preset 'dapa'; did you mean 'dapo'"),
        ("preset = 3", "algorithm.preset must be a name such as 'dapo', got 3"),
        ("preset = 'dapo'\nclip_lo = 1.0", "did you mean 'clip_low'"),
    ],
)
def test_a_preset_that_does_not_exist_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        _loaded(tmp_path, f"[algorithm]\n{text}")


def test_a_wrong_change_of_a_preset_is_refused() -> None:
    with pytest.raises(UsageError, match="preset dapo: Expected `float`"):
        preset("dapo", clip_low="much")


@pytest.mark.parametrize(
    "name", ["advantage", "ratio", "clip", "aggregation", "kl_estimator", "correction", "filter"]
)
def test_a_piece_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(UnknownName, match=f"unknown algorithm.{name} 'nothing'"):
        check_algorithm(preset("grpo", **{name: "nothing"}), group_size=8)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"epochs": 0}, "algorithm.epochs must be at least 1, got 0"),
        ({"max_staleness": -2}, "algorithm.max_staleness must be at least -1"),
        ({"gamma": 1.5}, "algorithm.gamma must be at most 1, got 1.5"),
        ({"label_smoothing": -0.1}, "algorithm.label_smoothing must be at least 0"),
        ({"dual_clip": 0.5}, r"algorithm.dual_clip must be 0 \(no bound\) or above 1, got 0.5"),
        (
            {"filter_low": 0.9, "filter_high": 0.5},
            "algorithm.filter_low must be at most algorithm.filter_high",
        ),
        ({"correction_low": 3.0}, "algorithm.correction_low must be at most algorithm.correction_high"),
        ({"clip": "cispo", "ratio": "none"}, "set algorithm.ratio to 'token'"),
        ({"advantage": "dpo"}, "is a loss over pairs"),
        ({"on_exhausted": "stop"}, "set algorithm.refills"),
    ],
)
def test_values_that_cannot_work_together_are_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        check_algorithm(preset("grpo", **changes), group_size=8)


@pytest.mark.parametrize(
    ("cut", "told"), [({"top_p": 0.9}, "top_p 0.9"), ({"top_k": 50}, "top_k 50")], ids=["top-p", "top-k"]
)
@pytest.mark.parametrize(
    ("name", "changes", "is_refused"),
    [
        ("grpo", {}, True),
        ("grpo", {"correction": "tis"}, True),
        ("grpo", {"correction": "recomputed"}, False),
        ("reinforce", {}, False),
        ("rloo", {}, True),
        ("rloo", {"kl": 0.0}, False),
        ("dpo", {}, True),
        ("reinforce", {"off_policy_mask": 0.1}, True),
    ],
)
def test_a_ratio_to_truncated_log_probs_is_refused_with_its_reason(
    name: str, changes: dict[str, object], is_refused: bool, cut: dict[str, Any], told: str
) -> None:
    settings = preset(name, **changes)
    whole: dict[str, Any] = {"top_p": 1.0, "top_k": 0}
    check_cuts(settings, **whole)
    if not is_refused:
        check_cuts(settings, **whole | cut)
        return
    with pytest.raises(UsageError, match=rf"{told} samples from fewer tokens .* biased: set {told[:5]} to "):
        check_cuts(settings, **whole | cut)


@pytest.mark.parametrize(
    ("name", "is_refused"), [("grpo", True), ("rloo", True), ("ppo", False), ("raft", False)]
)
def test_a_group_of_one_is_enough_where_the_baseline_is_elsewhere(name: str, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(UsageError, match="group_size must be at least 2 to form a baseline, got 1"):
            check_algorithm(preset(name), group_size=1)
    else:
        check_algorithm(preset(name), group_size=1)


def test_the_page_on_algorithms_names_every_piece_once_in_its_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "algorithms.md").read_text()
    tables = [PRESETS, ESTIMATORS, RATIOS, CLIPS, AGGREGATIONS, ESTIMATES, CORRECTIONS, FILTERS]
    expected = Counter(name for table in tables for name in table) + Counter(["none"])
    found = Counter(re.findall(r"^\| `([^`]+)` \|.*\n(?!\| ---)", page, re.MULTILINE))
    assert found == expected
