"""Figures of played groups against brute force, and the stream they are read back from."""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.agents import metrics as module
from reasongym.agents.metrics import MOST_PAIRS, NGRAM, play_metrics, read_metrics, repetition, similarity
from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode
from reasongym.errors import DataError

REASONS = ("ok", "wrong_value", "no_answer", "syntax", "hedged")
Turns = Sequence[Sequence[int]]

tokens = st.lists(st.integers(0, 3), max_size=12)
turns = st.lists(tokens, max_size=3)


def _episode(
    sampled: Turns,
    reason: str | None = "ok",
    *,
    seed: int = 0,
    level: int = 0,
    env: str = "Gcd-v0",
    parts: dict[str, float] | None = None,
    is_truncated: bool = False,
) -> Episode:
    completions = [Completion("", "stop", [7], list(ids), [-0.5 * token for token in ids]) for ids in sampled]
    solved = reason == "ok"
    verdict = Verdict(float(solved), solved, reason, None, parts or {}) if reason else None
    row = Row(f"reasongym/{env}", level, "train", seed)
    return Episode(row, [], completions, verdict, is_truncated=is_truncated)


@st.composite
def _steps(draw: st.DrawFn) -> list[list[Episode]]:
    """Draw the groups of a step, some episodes unjudged, cut off or empty; the very first one is judged."""
    size = draw(st.integers(1, 4))
    groups = [
        [
            _episode(
                draw(turns),
                draw(st.sampled_from([*REASONS, None])),
                seed=seed,
                level=draw(st.integers(0, 1)) if member == 0 else 0,
                is_truncated=draw(st.booleans()),
                parts={"progress": draw(st.floats(0, 1))} if draw(st.booleans()) else None,
            )
            for member in range(size)
        ]
        for seed in range(draw(st.integers(1, 4)))
    ]
    groups[0][0] = _episode(draw(turns), "wrong_value")
    return groups


@given(_steps())
def test_figures_equal_those_counted_one_by_one(groups: list[list[Episode]]) -> None:
    found = play_metrics(groups)
    episodes = [episode for group in groups for episode in group]
    verdicts = [episode.verdict for episode in episodes if episode.verdict]
    lengths = sorted(len(c.token_ids) for episode in episodes for c in episode.completions)
    scores = [score for episode in episodes for c in episode.completions for score in c.logprobs]
    judged = [[e.verdict.correct for e in group if e.verdict] for group in groups]
    judged = [group for group in judged if group]

    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values) if values else 0.0

    expected = {
        "reward": mean([verdict.reward for verdict in verdicts]),
        "solve_rate": mean([verdict.correct for verdict in verdicts]),
        "unreadable": mean([v.reason in ("no_answer", "syntax", "hedged") for v in verdicts]),
        "completion_tokens": mean(lengths),
        "turns": mean([len(episode.completions) for episode in episodes]),
        "truncated": mean([episode.is_truncated for episode in episodes]),
        "sampled_entropy": -mean(scores),
        "solved_groups": mean([sum(group) == len(group) for group in judged]),
        "failed_groups": mean([sum(group) == 0 for group in judged]),
        "distinct_completions": mean([_num_distinct(group) / len(group) for group in groups]),
        "similarity_within": _all_pairs([(a, b) for g in groups for a, b in pairwise(g)]),
        "similarity_across": _all_pairs(
            [pair for g, h in pairwise(groups) for pair in zip(g, h, strict=True)]
        ),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-12), name
    above = [n for n in lengths if n > found["completion_tokens_p95"]]
    assert len(above) <= 0.05 * len(lengths)
    if lengths:
        assert len([n for n in lengths if n >= found["completion_tokens_p95"]]) >= 0.05 * len(lengths)
    for reason in (*REASONS, "unscored"):
        count = sum((e.verdict.reason if e.verdict else "unscored") == reason for e in episodes)
        assert found.get(f"reason/{reason}", 0.0) == pytest.approx(count / len(episodes))
    parts = [value for verdict in verdicts for value in verdict.parts.values()]
    assert found.get("part/progress", 0.0) == pytest.approx(mean(parts))
    for level in (0, 1):
        solved = [e.verdict.correct for e in episodes if e.verdict and e.row.level == level]
        assert found.get(f"solve_rate/reasongym/Gcd-v0/level-{level}", 0.0) == pytest.approx(mean(solved))


def _ids(episode: Episode) -> list[int]:
    return [token for completion in episode.completions for token in completion.token_ids]


def _num_distinct(group: list[Episode]) -> int:
    seen: list[list[int]] = []
    for episode in group:
        if _ids(episode) not in seen:
            seen.append(_ids(episode))
    return len(seen)


def _all_pairs(pairs: Sequence[tuple[Episode, Episode]]) -> float:
    values = [_shared(_ids(one), _ids(other)) for one, other in pairs]
    return sum(values) / len(values) if values else 0.0


def _shared(one: list[int], other: list[int]) -> float:
    """Cross out equal pairs of neighbours one by one."""
    if not one and not other:
        return 1.0
    left = [(before, after) for before, after in zip(["^", *other], other, strict=False)]
    crossed = 0
    for pair in zip(["^", *one], one, strict=False):
        if pair in left:
            left.remove(pair)
            crossed += 1
    return 2 * crossed / (len(one) + len(other))


@given(tokens, tokens)
def test_similarity_crosses_out_equal_pairs_of_neighbours(one: list[int], other: list[int]) -> None:
    assert similarity(one, other) == pytest.approx(_shared(one, other))
    assert similarity(one, other) == similarity(other, one)
    assert similarity(one, one) == 1.0


@given(st.lists(st.integers(0, 2), min_size=NGRAM, max_size=20))
def test_repetition_counts_the_ngrams_that_stood_earlier(ids: list[int]) -> None:
    ngrams = [ids[at : at + NGRAM] for at in range(len(ids) - NGRAM + 1)]
    again = sum(ngram in ngrams[:at] for at, ngram in enumerate(ngrams))
    assert repetition(ids) == pytest.approx(again / len(ngrams))


def test_a_loop_is_seen_as_repetition_and_one_text_as_likeness() -> None:
    loop, text = [1, 2] * 50, [3, 4, 5, 6, 7]
    found = play_metrics([[_episode([loop]), _episode([text])], [_episode([loop], seed=1)] * 2])
    assert found["repeated_ngrams"] == pytest.approx((3 * 95 / 97 + 0) / 4)
    assert found["similarity_across"] == pytest.approx((1.0 + similarity(text, loop)) / 2)
    assert found["distinct_completions"] == pytest.approx((1.0 + 0.5) / 2)


def test_a_group_of_which_nothing_came_back_does_not_count() -> None:
    groups = [[_episode([[1, 2]])], [_episode([[1, 2]], "syntax", seed=1)]]
    assert play_metrics([[], groups[0], [], groups[1], []]) == play_metrics(groups)


def test_groups_on_one_problem_are_not_compared_as_different_ones() -> None:
    same = [[_episode([[1, 2]])], [_episode([[1, 2]])]]
    assert play_metrics(same)["similarity_across"] == 0.0
    assert play_metrics([same[0], [_episode([[1, 2]], seed=1)]])["similarity_across"] == 1.0


def test_each_environment_and_level_has_a_rate_of_its_own() -> None:
    groups = [
        [_episode([[1]], "ok"), _episode([[1]], "wrong_value")],
        [_episode([[1]], "ok", level=2)],
        [_episode([[1]], "syntax", env="Lcm-v0"), _episode([[1]], None, env="Lcm-v0")],
    ]
    found = play_metrics(groups)
    rates = {name: rate for name, rate in found.items() if name.startswith("solve_rate/")}
    assert rates == {
        "solve_rate/reasongym/Gcd-v0": 2 / 3,
        "solve_rate/reasongym/Gcd-v0/level-0": 1 / 2,
        "solve_rate/reasongym/Gcd-v0/level-2": 1.0,
        "solve_rate/reasongym/Lcm-v0": 0.0,
        "solve_rate/reasongym/Lcm-v0/level-0": 0.0,
    }


def test_no_more_pairs_are_compared_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def count(one: Sequence[int], other: Sequence[int]) -> float:
        compared.append(1)
        return similarity(one, other)

    monkeypatch.setattr(module, "similarity", count)
    play_metrics([[_episode([[1]], seed=seed)] * 40 for seed in range(10)])
    assert len(compared) == 2 * MOST_PAIRS


def test_a_figure_that_was_not_finite_is_read_as_nan(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"step":1,"loss":0.5}\n{"step":2,"loss":null}\n')
    first, second = read_metrics(tmp_path)
    assert first == {"step": 1, "loss": 0.5}
    assert math.isnan(second["loss"])


@pytest.mark.parametrize("line", ["{", '{"step": "one"}', "[1]"])
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "metrics.jsonl").write_text(f'{{"step":1}}\n{line}\n')
    with pytest.raises(DataError, match=r"metrics.jsonl:2 is not a record of metrics"):
        read_metrics(tmp_path)
