"""What tokens weigh, counted out token by token."""

from collections import Counter
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reasongym.agents.aggregation import AGGREGATIONS, Sizes
from reasongym.agents.batch import micro_batches, rows_of, tensors
from reasongym.agents.pieces import numbers
from reasongym.agents.played import Lesson, lesson
from tests.agents.unlike_episodes import unlike_episodes

TOKENS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 2)), min_size=1, max_size=9)


@given(episodes=TOKENS)
def test_means_are_of_tokens_of_sequences_and_of_prompts(episodes: list[tuple[int, int]]) -> None:
    """The loss of a token is its episode's place: each mean is taken as its name says."""
    sizes = Sizes([size for size, _ in episodes], [group for _, group in episodes], 7)
    tokens = [(place, group) for place, (size, group) in enumerate(episodes) for _ in range(size)]
    groups = Counter(group for _, group in tokens)
    by_prompt = [
        sum(place for place, own in tokens if own == group) / count for group, count in groups.items()
    ]
    expected = {
        "token-mean": sum(place for place, _ in tokens) / len(tokens),
        "sequence-mean": sum(range(len(episodes))) / len(episodes),
        "prompt-mean": sum(by_prompt) / len(by_prompt),
        "constant": sum(place for place, _ in tokens) / 7 / len(episodes),
        "pair-sum": sum(place for place, _ in tokens) / (len(episodes) / 2),
    }
    assert expected.keys() == AGGREGATIONS.keys()
    for name, aggregation in AGGREGATIONS.items():
        weights = aggregation(sizes)
        assert sum(weights[place] * place for place, _ in tokens) == pytest.approx(expected[name])


def _lessons(seed: int) -> list[Lesson]:
    episodes, _ = unlike_episodes(seed)
    return [
        replace(
            made := lesson(episode, episode.reward, episode.group),
            advantage=torch.arange(made.played.num_tokens).double() + 100 * place,
            tokens={"old": -torch.arange(made.played.num_tokens).double() - 1000 * place},
        )
        for place, episode in enumerate(episodes)
    ]


@pytest.mark.parametrize("max_tokens", [1, 60, 10**6])
def test_numbers_of_a_token_stay_with_it_through_rows_and_micro_batches(max_tokens: int) -> None:
    lessons = _lessons(3)
    rows = rows_of(lessons, "token-mean")
    assert any(row.start for row in rows)
    met: Counter[tuple[int, int, float]] = Counter()
    for micro in micro_batches(rows, max_tokens=max_tokens, device=torch.device("cpu"), dtype=torch.float64):
        for token, advantage, old, sampled in zip(
            micro.tails[micro.mask], micro.advantages, micro.old_logprobs, micro.sampler_logprobs, strict=True
        ):
            episode, place = divmod(int(advantage), 100)
            assert float(old) == -place - 1000 * episode
            met[int(token), int(advantage), float(sampled)] += 1
    expected: Counter[tuple[int, int, float]] = Counter()
    for episode, one in enumerate(lessons):
        ids = [token for completion in one.episode.completions for token in completion.token_ids]
        for place, (token, score) in enumerate(zip(ids, numbers(one.sampler), strict=True)):
            expected[token, 100 * episode + place, score] += 1
    assert met == expected


def test_an_episode_that_is_left_out_is_in_no_denominator() -> None:
    lessons = _lessons(4)
    left_out = [replace(lessons[0], advantage=None), *lessons[1:]]
    for name in AGGREGATIONS:
        weights = [row.weight for row in rows_of(left_out, name, normaliser=5)]
        assert weights == [row.weight for row in rows_of(lessons[1:], name, normaliser=5)]
    assert rows_of([replace(one, advantage=None) for one in lessons], "token-mean") == []


def test_a_constant_advantage_is_that_of_every_token() -> None:
    lessons = [replace(one, advantage=0.5) for one in _lessons(5)]
    micro = tensors(rows_of(lessons, "token-mean"), torch.device("cpu"), torch.float64)
    assert micro.advantages.tolist() == [0.5] * sum(one.played.num_tokens for one in lessons)
