"""Figures against brute force over every subset and against hand-made episodes."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode, Finish, Message
from reasongym.errors import UsageError
from reasongym.evaluation.metrics import figures_at, is_cut, pass_at, score


def episode(
    group: int,
    member: int,
    *,
    correct: bool,
    reason: str = "",
    finish: Finish = "stop",
    tokens: int = 0,
    text: str = "abcd",
    answer: str | None = None,
) -> Episode:
    return Episode(
        Row("reasongym/Countdown-v0", 0, "eval", group),
        [Message("user", "?"), Message("assistant", text)],
        [Completion(text, finish, [], list(range(tokens)), [0.0] * tokens)],
        Verdict(float(correct), correct, reason or ("ok" if correct else "wrong_value"), answer),
        group,
        member,
    )


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_subsets_with_a_correct_sample(drawn: tuple[int, int, int]) -> None:
    n, num_correct, k = drawn
    subsets = list(combinations([True] * num_correct + [False] * (n - num_correct), k))
    assert pass_at(n, num_correct, k) == pytest.approx(sum(map(any, subsets)) / len(subsets))


@pytest.mark.parametrize("k", [0, 9])
def test_pass_at_k_is_refused_beyond_the_samples_that_are_there(k: int) -> None:
    with pytest.raises(UsageError, match="there are 8"):
        pass_at(8, 8, k)


def test_eight_right_of_eight_declared_sixty_four_pass_at_one_with_certainty() -> None:
    """The defect of lighteval#771: dividing by the declared number gave 0.125."""
    assert pass_at(8, 8, 1) == 1.0


def test_scores_are_counted_by_hand() -> None:
    episodes = [
        episode(0, 0, correct=True, tokens=3),
        episode(0, 1, correct=False, reason="no_answer", tokens=5, finish="length"),
        episode(1, 0, correct=False, tokens=2),
        episode(1, 1, correct=False, tokens=2, text="abcdefgh"),
    ]
    scores = score(episodes)
    assert (scores.num_problems, scores.samples, scores.solve_rate) == (2, 2, 0.25)
    assert scores.pass_at == {1: 0.25}
    assert (scores.mean_tokens, scores.mean_characters, scores.mean_turns) == (3.0, 5.0, 1.0)
    assert (scores.truncation_rate, scores.no_answer_rate) == (0.25, 0.25)
    assert (scores.any_at, scores.answer_rate, scores.cons_at) == (0.5, 0.25, {1: 0.25, 2: 0.5})
    assert scores.lengths == {5: 2, 50: 2, 95: 5}
    assert list(scores.reasons.items()) == [("wrong_value", 2), ("no_answer", 1), ("ok", 1)]


def test_policies_without_tokens_have_lengths_in_characters_alone() -> None:
    assert score([episode(0, 0, correct=True)]).mean_tokens is None


def test_pass_at_k_is_reported_up_to_half_the_samples() -> None:
    scores = score([episode(0, member, correct=member == 0) for member in range(10)])
    assert list(scores.pass_at) == [1, 2, 4]


def test_a_stored_flag_does_not_make_an_episode_cut() -> None:
    honest = episode(0, 0, correct=True)
    assert not is_cut(honest)
    assert is_cut(episode(0, 0, correct=False, reason="turn_limit"))
    assert is_cut(episode(0, 0, correct=False, finish="length"))


def votes_of_eight() -> list[Episode]:
    answers = ["1", "1", "1", "2", "2", "3", "4", None]
    return [
        episode(0, member, correct=answer == "1", answer=answer, reason="" if answer else "no_answer")
        for member, answer in enumerate(answers)
    ]


def test_figures_for_k_samples_come_from_all_that_are_there() -> None:
    episodes = votes_of_eight()
    assert figures_at(episodes, 8)[:3] == (3 / 8, 1.0, 1.0)
    assert figures_at(episodes, 1)[:3] == (3 / 8, pytest.approx(3 / 8), 3 / 8)
    assert score(episodes).answer_rate == 7 / 8


@pytest.mark.parametrize("k", [0, 9, 64])
def test_the_average_over_64_samples_is_refused_where_there_are_8(k: int) -> None:
    with pytest.raises(UsageError, match=f"avg@{k} needs at least .* there are 8"):
        figures_at(votes_of_eight(), k)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_percentiles_are_values_that_so_many_do_not_exceed(tokens: list[int]) -> None:
    episodes = [episode(0, member, correct=False, tokens=1 + n) for member, n in enumerate(tokens)]
    for share, length in score(episodes).lengths.items():
        below = sum(1 + n < length for n in tokens) / len(tokens)
        upto = sum(1 + n <= length for n in tokens) / len(tokens)
        assert below < share / 100 <= upto
