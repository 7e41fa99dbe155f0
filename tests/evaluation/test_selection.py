"""best@k against brute force over every choice of samples."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode
from reasongym.errors import UsageError
from reasongym.evaluation.metrics import figures_at, pass_at, score
from reasongym.evaluation.selection import Rated, best_at, rated

SAMPLES = st.lists(
    st.builds(Rated, st.sampled_from([-2.0, -1.0, -0.5, 0.0]), st.booleans()), min_size=1, max_size=9
)


def brute(samples: list[Rated], k: int) -> float:
    """Average over every subset what a fair draw among its highest signals earns."""
    earned: list[float] = []
    for subset in combinations(samples, k):
        highest = max(one.signal for one in subset)
        best = [one.correct for one in subset if one.signal == highest]
        earned.append(sum(best) / len(best))
    return sum(earned) / len(earned)


@given(SAMPLES.flatmap(lambda samples: st.tuples(st.just(samples), st.integers(1, len(samples)))))
def test_best_at_k_is_the_mean_over_every_subset(drawn: tuple[list[Rated], int]) -> None:
    samples, k = drawn
    assert best_at(samples, k) == pytest.approx(brute(samples, k))


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.data())
def test_the_verdict_as_the_signal_makes_it_pass_at_k(verdicts: list[bool], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(verdicts)))
    by_verifier = best_at([Rated(float(one), one) for one in verdicts], k)
    assert by_verifier == pytest.approx(pass_at(len(verdicts), sum(verdicts), k))


@pytest.mark.parametrize("k", [0, 3])
def test_more_samples_than_there_are_is_refused(k: int) -> None:
    with pytest.raises(UsageError, match="there are 2"):
        best_at([Rated(0.0, True), Rated(1.0, False)], k)


def episode(group: int, member: int, *, correct: bool, tokens: int, logprob: float | None) -> Episode:
    logprobs = [] if logprob is None else [logprob] * tokens
    completion = Completion("x" * (20 - tokens), "stop", [7], [5] * tokens, logprobs)
    verdict = Verdict(float(correct), correct, "ok" if correct else "wrong_value", answer="1")
    return Episode(Row("reasongym/Gcd-v0", 0, "eval", group), [], [completion], verdict, group, member)


def test_the_likeliest_and_the_shortest_are_found_in_the_episodes() -> None:
    episodes = [
        episode(0, 0, correct=True, tokens=9, logprob=-0.1),
        episode(0, 1, correct=False, tokens=3, logprob=-0.9),
        episode(1, 0, correct=False, tokens=5, logprob=-0.2),
        episode(1, 1, correct=True, tokens=4, logprob=-0.3),
    ]
    scores = score(episodes)
    assert scores.best_at == {"likeliest": {2: 0.5}, "shortest": {2: 0.5}}
    assert figures_at(episodes, 2).best == {"likeliest": 0.5, "shortest": 0.5}
    assert figures_at(episodes[:2], 2).best == {"likeliest": 1.0, "shortest": 0.0}
    assert [[one.signal for one in problem] for problem in rated(episodes)["shortest"]] == [
        [-9, -3],
        [-5, -4],
    ]
    assert [best_at(problem, 2) for problem in rated(episodes)["likeliest"]] == [1.0, 0.0]


def test_a_signal_that_a_sample_lacks_is_not_told() -> None:
    episodes = [
        episode(0, 0, correct=True, tokens=9, logprob=-0.1),
        episode(0, 1, correct=False, tokens=3, logprob=None),
    ]
    assert list(score(episodes).best_at) == ["shortest"]
    assert score(episodes[:1]).best_at == {}
