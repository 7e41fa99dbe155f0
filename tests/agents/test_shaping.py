"""Shapings against the papers' formulas, written out again here, and against the papers' own numbers."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym import registry
from reasongym.agents.shaping import Chain
from reasongym.agents.shaping.formats import has_pieces
from reasongym.agents.shaping.lengths import asked_length
from reasongym.agents.shaping.repetition import num_repeated
from reasongym.episodes import Episode
from tests.agents.shaped_groups import ROW, episode, groups, num_tokens


def _earned(group: list[Episode], name: str, **settings: Any) -> list[float]:
    return Chain([{"name": name, **settings}]).rewards(group).rewards


def _one(one: Episode, name: str, **settings: Any) -> float:
    return _earned([one], name, **settings)[0]


# -- formulas, written a second time ----------------------------------------------------------------------


def _cosine(group: list[Episode], longest: int, right: list[float], wrong: list[float]) -> list[float]:
    """CosFn(t, T, lo, hi) = lo + (hi - lo) / 2 (1 + cos(t pi / T)), and the exceed penalty."""
    rewards: list[float] = []
    for one in group:
        length = num_tokens(one)
        low, high = (right[1], right[0]) if one.reward else (wrong[1], wrong[0])
        within = low + (high - low) / 2 * (1 + math.cos(length * math.pi / longest))
        rewards.append(within if length < longest else -7.0)
    return rewards


def _lcpo_exact(group: list[Episode]) -> list[float]:
    return [
        (1.0 if e.reward else 0.0) - 0.01 * abs(asked_length(e.row, 5, 80) - num_tokens(e)) for e in group
    ]


def _lcpo_max(group: list[Episode]) -> list[float]:
    asked = asked_length(group[0].row, 5, 80)
    return [e.reward * float(np.clip(0.01 * (asked - num_tokens(e)) + 0.5, 0, 1)) for e in group]


def _thinkprune(group: list[Episode]) -> list[float]:
    return [float(e.reward == 1 and num_tokens(e) <= 40 and not e.is_truncated) for e in group]


def _overlong(group: list[Episode]) -> list[float]:
    """DAPO's three cases."""
    rewards: list[float] = []
    for one in group:
        length = num_tokens(one)
        if length <= 60 - 25:
            penalty = 0.0
        elif length <= 60:
            penalty = ((60 - 25) - length) / 25
        else:
            penalty = -1.0
        rewards.append(one.reward + penalty)
    return rewards


def _kimi(group: list[Episode]) -> list[float]:
    lengths = np.array([num_tokens(e) for e in group], dtype=np.float64)
    if len(set(lengths.tolist())) == 1:
        return [e.reward for e in group]
    gains = 0.5 - (lengths - lengths.min()) / (lengths.max() - lengths.min())
    return [
        e.reward + (gain if e.reward else min(0.0, gain))
        for e, gain in zip(group, map(float, gains), strict=True)
    ]


def _shorterbetter(group: list[Episode]) -> list[float]:
    lengths = [num_tokens(e) for e in group]
    right = sorted(length for e, length in zip(group, lengths, strict=True) if e.reward)
    optimum = right[0] if right else sum(lengths) / len(lengths)
    return [2 * e.reward - 0.001 * abs(length - optimum) for e, length in zip(group, lengths, strict=True)]


def _alp(group: list[Episode]) -> list[float]:
    solved = sum(e.reward for e in group) / len(group)
    weight = 0.2 / 60 * max(solved, 1 / len(group))
    return [e.reward - weight * num_tokens(e) for e in group]


def _aalc(group: list[Episode]) -> list[float]:
    accuracy = sum(e.reward for e in group) / len(group) / 0.6
    return [e.reward + 0.3 * (1 - min(accuracy**2, min(1, num_tokens(e) / 50))) for e in group]


def _turns(group: list[Episode]) -> list[float]:
    return [e.reward - 0.1 * len(e.completions) for e in group]


CASES: dict[str, tuple[dict[str, Any], Callable[[list[Episode]], list[float]]]] = {
    "cosine": (
        {"longest": 50, "right": [2.0, 1.0], "wrong": [-10.0, 0.0], "exceeding": -7.0},
        lambda group: _cosine(group, 50, [2.0, 1.0], [-10.0, 0.0]),
    ),
    "lcpo-exact": ({"shortest": 5, "longest": 80, "alpha": 0.01}, _lcpo_exact),
    "lcpo-max": ({"shortest": 5, "longest": 80, "alpha": 0.01}, _lcpo_max),
    "thinkprune": ({"limit": 40}, _thinkprune),
    "overlong": ({"longest": 60, "buffer": 25}, _overlong),
    "kimi": ({}, _kimi),
    "shorterbetter": ({}, _shorterbetter),
    "alp": ({"beta": 0.2, "longest": 60}, _alp),
    "aalc": ({"longest": 50, "target": 0.6, "weight": 0.3, "sharpness": 2.0}, _aalc),
    "turns": ({}, _turns),
}


@pytest.mark.parametrize("name", CASES)
@given(group=groups())
def test_a_shaping_is_its_papers_formula(name: str, group: list[Episode]) -> None:
    settings, reference = CASES[name]
    assert _earned(group, name, **settings) == pytest.approx(reference(group), abs=1e-12)


# -- the papers' own numbers ------------------------------------------------------------------------------


def test_cosine_pays_two_for_the_shortest_right_answer_and_ten_against_the_shortest_wrong_one() -> None:
    settings = {"longest": 14_336}
    assert _one(episode(0, correct=True), "cosine", **settings) == 2.0
    assert _one(episode(0), "cosine", **settings) == -10.0
    assert _one(episode(7_168, correct=True), "cosine", **settings) == pytest.approx(1.5)
    assert _one(episode(7_168), "cosine", **settings) == pytest.approx(-5.0)
    assert _one(episode(14_335, correct=True), "cosine", **settings) == pytest.approx(1.0, abs=1e-4)
    assert _one(episode(14_336, correct=True), "cosine", **settings) == -10.0


def test_lcpo_takes_three_ten_thousandths_a_token() -> None:
    asked = asked_length(ROW, 100, 4000)
    assert 100 <= asked <= 4000
    for length in (asked, asked + 1000, max(asked - 1000, 0)):
        one = episode(length, correct=True)
        assert _one(one, "lcpo-exact") == pytest.approx(1 - 0.0003 * abs(asked - length))
    assert _one(episode(asked, correct=True), "lcpo-max") == 0.5
    assert _one(episode(asked + 1667, correct=True), "lcpo-max") == 0.0
    assert _one(episode(asked, correct=False), "lcpo-max") == 0.0


def test_lengths_are_asked_uniformly_and_once_for_a_row() -> None:
    env = registry.get("reasongym/Countdown-v0")
    asked = [asked_length(env.row(seed), 100, 4000) for seed in range(4000)]
    assert asked == [asked_length(env.row(seed), 100, 4000) for seed in range(4000)]
    counts, _ = np.histogram(asked, bins=10, range=(100, 4001))
    assert counts.min() > 320
    assert counts.max() < 480


@pytest.mark.parametrize(("length", "penalty"), [(16_384, 0), (18_432, -0.5), (20_480, -1), (30_000, -1)])
def test_dapos_overlong_penalty_rises_over_the_last_4096_tokens(length: int, penalty: float) -> None:
    assert _one(episode(length, correct=True), "overlong") == 1 + penalty


def test_kimi_pays_half_for_the_shortest_and_takes_half_for_the_longest() -> None:
    group = [
        episode(n, correct=correct)
        for n, correct in [(10, True), (10, False), (20, True), (30, True), (30, False)]
    ]
    assert _earned(group, "kimi") == [1.5, 0.0, 1.0, 0.5, -0.5]


def test_shorterbetter_measures_from_the_shortest_right_answer() -> None:
    group = [episode(100), episode(400, correct=True), episode(900, correct=True)]
    assert _earned(group, "shorterbetter") == pytest.approx([-0.3, 2.0, 1.5])
    assert _earned([episode(100), episode(300)], "shorterbetter") == pytest.approx([-0.1, -0.1])


def test_the_last_tokens_of_a_repeated_ngram_pay_once() -> None:
    assert [num_repeated([1, 2, 1, 2], 2), num_repeated([1, 1, 1, 1], 2), num_repeated([1, 2, 3], 4)] == [
        2,
        3,
        0,
    ]


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(1, 5))
def test_repeated_tokens_are_those_in_an_ngram_seen_before(ids: list[int], ngram: int) -> None:
    marked = [False] * len(ids)
    grams = [ids[i : i + ngram] for i in range(len(ids) - ngram + 1)]
    for start, gram in enumerate(grams):
        if gram in grams[:start]:
            marked[start : start + ngram] = [True] * ngram
    assert num_repeated(ids, ngram) == sum(marked)
    assert _one(episode(ids), "repetition", ngram=ngram) == pytest.approx(-0.05 * sum(marked))


def test_repeated_words_pay_by_the_share_of_ngrams_that_are_not_distinct() -> None:
    text = "a b a b A b"  # ab ba ab ba ab: 2 of 5 distinct
    assert _one(episode(texts=[text]), "repeated-words", ngram=2, penalty=-1.0) == pytest.approx(-0.6)
    assert _one(episode(texts=["a"]), "repeated-words", ngram=2) == 0.0


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        ({"right": 1.0, "wrong": 0.1, "unread": 0.0}, [1.0, 0.1, 0.0, 1.0]),  # TinyZero
        ({"right": 1.0, "wrong": -1.0}, [1.0, -1.0, -1.0, 1.0]),  # DAPO, JustRL
        ({"right": 2.0, "wrong": -1.5, "unread": -2.0}, [2.0, -1.5, -2.0, 2.0]),  # Logic-RL
        ({"right": 1.0, "wrong": -0.5, "unread": -1.0}, [1.0, -0.5, -1.0, 1.0]),  # SimpleRL-v0
        ({"truncated": 0.0}, [1.0, 0.0, 0.0, 0.0]),  # Open-Reasoner-Zero
    ],
)
def test_outcomes_are_worth_what_the_recipe_says(settings: dict[str, float], values: list[float]) -> None:
    group = [
        episode(correct=True),
        episode(),
        episode(answer=None),
        episode(correct=True, is_truncated=True),
    ]
    assert _earned(group, "outcome", **settings) == values


# -- forms ------------------------------------------------------------------------------------------------

GOOD = "<think>\nso\n</think>\n<answer>\n4\n</answer>"
DEMO = "<reasoning>\nso\nit is\n</reasoning>\n<answer>\n4\n</answer>\n"


def test_open_r1_pays_one_for_its_format_and_a_quarter_for_each_tag() -> None:
    assert _one(episode(texts=[GOOD]), "format") == 1.0
    assert [
        _one(episode(texts=[text]), "format") for text in (GOOD[1:], GOOD + "!", "", "<think>\n</answer>")
    ] == [0.0] * 4
    assert _one(episode(texts=[GOOD]), "tags") == 1.0
    assert _one(episode(texts=["<think>\nso\n</think>\n"]), "tags") == 0.5
    assert _one(episode(texts=[GOOD + GOOD]), "tags") == 0.0


STRICT: dict[str, Any] = {
    "pieces": ["<reasoning>\n", "\n</reasoning>\n<answer>\n", "\n</answer>\n"],
    "reward": 0.5,
}
SOFT: dict[str, Any] = {
    "pieces": ["<reasoning>", "</reasoning><answer>", "</answer>"],
    "anchor": "start",
    "ignore_space": True,
    "reward": 0.5,
}
LOGIC_RL: dict[str, Any] = {
    "pieces": ["<think>", "</think>", "<answer>", "</answer>"],
    "once": ["<think>", "</think>", "<answer>", "</answer>"],
    "anchor": "none",
    "otherwise": -1.0,
}


def test_grpo_demos_strict_and_soft_forms() -> None:
    for text, strict, soft in [
        (DEMO, 0.5, 0.5),
        (DEMO + "more", 0.0, 0.5),
        ("<reasoning>a</reasoning>  \n <answer>b</answer>", 0.0, 0.5),
        ("<reasoning>a</reasoning> and <answer>b</answer>", 0.0, 0.0),
        (" " + DEMO[11:], 0.0, 0.0),
    ]:
        assert _one(episode(texts=[text]), "format", **STRICT) == strict
        assert _one(episode(texts=[text]), "format", **SOFT) == soft


def test_logic_rl_wants_each_tag_once_and_in_order() -> None:
    for text, reward in [
        ("ah <think>a</think> so <answer>b</answer> .", 1.0),
        ("<answer>b</answer><think>a</think>", -1.0),
        ("<think>a</think><think></think><answer>b</answer>", -1.0),
        ("<think>a<answer>b</answer>", -1.0),
    ]:
        assert _one(episode(texts=[text]), "format", **LOGIC_RL) == reward


def _count_xml(text: str) -> float:
    """grpo_demo's count_xml: four tags, an eighth each, less a thousandth for each character behind."""
    total = 0.0
    for tag in ("<reasoning>\n", "\n</reasoning>\n"):
        total += 0.125 if len(re.findall(re.escape(tag), text)) == 1 else 0
    if len(re.findall("\n<answer>\n", text)) == 1:
        total += 0.125 - 0.001 * len(re.split("\n</answer>\n", text)[-1])
    if len(re.findall("\n</answer>", text)) == 1:
        total += 0.125 - 0.001 * (len(re.split("\n</answer>", text)[-1]) - 1)
    return total


PIECES = [
    "<reasoning>\n",
    "\n</reasoning>\n",
    "<answer>\n",
    "\n<answer>\n",
    "\n</answer>\n",
    "\n</answer>",
    "ab",
    " ",
    "\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_xml_count_is_grpo_demos(text: str) -> None:
    assert _one(episode(texts=[text]), "xml-count") == pytest.approx(_count_xml(text), abs=1e-12)


def test_the_perfect_text_of_grpo_demo_earns_all_it_can() -> None:
    assert _one(episode(texts=[DEMO]), "xml-count") == 0.5
    assert _one(episode(texts=[DEMO]), "integer") == 0.5
    assert _one(episode(texts=["<answer>4.5</answer>"]), "integer") == 0.0


@given(st.lists(st.sampled_from(["<a>", "</a>", "<b>", "</b>", "x", "\n"]), max_size=12).map("".join))
def test_pieces_in_order_are_what_the_lazy_pattern_finds(text: str) -> None:
    pieces = ["<a>", "</a>\n<b>", "</b>"]
    pattern = ".*?".join(map(re.escape, pieces))
    assert has_pieces(text, pieces, "both") == bool(re.fullmatch(pattern, text, re.DOTALL))
    assert has_pieces(text, pieces, "start") == bool(re.match(pattern, text, re.DOTALL))
    assert has_pieces(text, pieces, "none") == bool(re.search(pattern, text, re.DOTALL))


def test_a_form_is_judged_turn_by_turn() -> None:
    one = episode(texts=[GOOD, "no tags", GOOD])
    assert _one(one, "format") == 2.0
    assert _one(one, "format", reward=0.0, otherwise=-0.1) == pytest.approx(-0.1)  # RAGEN


# -- controls ---------------------------------------------------------------------------------------------


def test_random_rewards_are_coins_of_the_row_and_the_member() -> None:
    env = registry.get("reasongym/Countdown-v0")
    group = [episode(row=env.row(seed), member=member) for seed in range(100) for member in range(20)]
    earned = _earned(group, "random")
    assert earned == _earned(group, "random")
    assert earned == [_one(one, "random") for one in group]
    assert 900 < sum(earned) < 1100
    assert 500 < sum(_earned(group, "random", probability=0.3)) < 700


def test_the_majority_is_right_by_decree() -> None:
    answers = ["2", " 3", "3 ", None, "2", "3"]
    group = [episode(answer=answer) for answer in answers]
    assert _earned(group, "majority") == [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]
    assert _earned(group[:2], "majority") == [1.0, 0.0]
    assert _earned([episode(answer=None)] * 2, "majority") == [0.0, 0.0]
    halves = [episode(answer=answer) for answer in ("7", "1/2", "0.5")]
    assert _earned(halves, "majority", as_mathematics=True) == [0.0, 1.0, 1.0]


def test_format_only_pays_for_any_answer_and_inverted_for_wrong_ones() -> None:
    group = [episode(correct=True), episode(), episode(answer=None)]
    assert _earned(group, "format-only") == [1.0, 1.0, 0.0]
    assert _earned(group, "inverted") == [0.0, 1.0, 1.0]
