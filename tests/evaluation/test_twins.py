"""Twins are other problems of the same make: they find a memoriser, and accuse no honest policy."""

import random
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasongym import registry
from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.episodes import Request
from reasongym.errors import UsageError
from reasongym.evaluation import Player, Protocol, Slice, Suite, env_suite, evaluate, planned
from reasongym.evaluation.comparison import Tally, shuffle_p
from reasongym.evaluation.metrics import correct_counts
from reasongym.evaluation.twins import memorisation, require_twins, twin_suite
from reasongym.seeding import stream


def identities(suite: Suite) -> set[str]:
    return {registry.get(one.row.env_id).canonical(one.data) for one in suite.problems}


@pytest.mark.parametrize(
    ("env_id", "level", "options"),
    [
        ("Countdown-v0", 0, {}),
        ("Countdown-v0", 1, {"style": "boxed"}),
        ("CountdownSteps-v0", 0, {}),
        ("Gcd-v0", 1, {}),
    ],
)
def test_twins_are_made_alike_and_none_is_a_published_problem(
    env_id: str, level: int, options: dict[str, Any]
) -> None:
    suite = env_suite(env_id, level=level, **options)
    twins = twin_suite(suite, "salt")
    assert len(twins.problems) == len(suite.problems) == 200
    assert identities(suite) & identities(twins) == set()
    (made,) = {(one.env_id, one.level, one.split, str(one.options)) for one in twins.slices}
    (published,) = suite.slices
    assert made == (published.env_id, published.level, published.split, str(published.options))
    assert min(one.first_seed for one in twins.slices) >= 2**32


def test_twins_are_drawn_by_the_salt_alone() -> None:
    suite = env_suite("Countdown-v0", level=0, num_problems=30)
    assert twin_suite(suite, "one") == twin_suite(suite, "one")
    assert identities(twin_suite(suite, "one")) != identities(twin_suite(suite, "other"))
    again = twin_suite(twin_suite(suite, "one"), "one")
    assert not identities(again) & identities(twin_suite(suite, "one"))


def test_a_suite_of_several_slices_has_twins_of_each() -> None:
    parts = [env_suite(env_id, level=0, num_problems=5).slices[0] for env_id in ("Countdown-v0", "Gcd-v0")]
    twins = twin_suite(Suite(tuple(parts)), "salt")
    assert [one.num_problems for one in twins.slices] == [5, 5]


def test_stretches_of_seeds_have_one_name() -> None:
    first = Slice("reasongym/Countdown-v0", 0, "eval", 5, 7)
    suite = Suite((first, Slice("reasongym/Countdown-v0", 0, "eval", 9, 20)))
    assert suite.name == "Countdown-v0 level 0, seeds from 7, 1 more stretches"


def test_a_level_with_hardly_any_other_problems_is_refused() -> None:
    with pytest.raises(UsageError, match="has too few problems for twins"):
        twin_suite(env_suite("KnightsKnaves-v0", level=0, num_problems=1000), "salt")


def test_a_fixed_list_of_problems_has_no_twins() -> None:
    with pytest.raises(UsageError, match=r"is a fixed list of problems.*have no twins"):
        twin_suite(env_suite("MathProblems-v0", num_problems=3), "salt")


# -- the test -----------------------------------------------------------------------------------------------

TALLIES = st.integers(1, 3).flatmap(
    lambda samples: st.builds(
        Tally, st.lists(st.integers(0, samples), min_size=1, max_size=6), st.just(samples)
    )
)


@given(TALLIES, TALLIES)
def test_the_p_value_is_that_of_every_way_to_shuffle(one: Tally, other: Tally) -> None:
    pool = [*one.rates, *other.rates]
    means = [fmean(pool[at] for at in chosen) for chosen in combinations(range(len(pool)), len(one.counts))]
    seen = fmean(one.rates)
    above = sum(mean > seen + 1e-9 for mean in means) + sum(abs(mean - seen) <= 1e-9 for mean in means) / 2
    assert shuffle_p(one, other) == pytest.approx(above / len(means))


def test_beyond_the_exact_limit_the_p_value_is_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Tally([3, 4] * 40 + [1] * 20, 4), Tally([3, 2] * 40 + [1] * 20, 4)
    exact = shuffle_p(one, other)
    monkeypatch.setattr("reasongym.evaluation.comparison.MOST_CELLS", 0)
    assert shuffle_p(one, other) == pytest.approx(exact, abs=1e-3)


def played(rates: list[float], samples: int, noise: random.Random) -> Tally:
    return Tally([sum(noise.random() < rate for _ in range(samples)) for rate in rates], samples)


def drawn(shape: tuple[float, float], noise: random.Random, num: int = 60) -> list[float]:
    return [noise.betavariate(*shape) for _ in range(num)]


@pytest.mark.parametrize("shape", [(1.0, 1.0), (8.0, 2.0), (0.3, 3.0)], ids=str)
@pytest.mark.parametrize("samples", [1, 3])
def test_an_honest_policy_is_accused_one_time_in_twenty(shape: tuple[float, float], samples: int) -> None:
    """Published problems and twins are drawn from one population, each problem as hard as it is."""
    noise = random.Random(f"{shape} {samples}")
    num_runs = 400
    tallies = (
        (played(drawn(shape, noise), samples, noise), played(drawn(shape, noise), samples, noise))
        for _ in range(num_runs)
    )
    found = [memorisation(*pair) for pair in tallies]
    assert 0.025 <= fmean(one.is_memorised for one in found) <= 0.08
    assert fmean(one.interval.low <= 0 <= one.interval.high for one in found) >= 0.925


def test_a_policy_that_knows_a_fifth_of_the_problems_by_heart_is_found() -> None:
    noise = random.Random(0)
    found = 0
    for _ in range(20):
        known = [1.0 if at % 5 == 0 else rate for at, rate in enumerate(drawn((1, 1), noise, 200))]
        found += memorisation(
            played(known, 2, noise), played(drawn((1, 1), noise, 200), 2, noise)
        ).is_memorised
    assert found >= 14


@pytest.mark.parametrize(("skill", "by_heart", "accused"), [(0.3, True, True), (0.8, False, False)])
def test_a_planted_memoriser_is_found_by_its_runs(
    tmp_path: Path, skill: float, by_heart: bool, accused: bool
) -> None:
    """It answers published problems by heart and guesses otherwise; the honest one is as good on both."""
    suite = env_suite("Countdown-v0", level=0)
    known = {one.row.seed for one in suite.problems} if by_heart else set[int]()

    def reply(request: Request) -> str:
        row, env = request.session.problem.row, registry.get("Countdown-v0")
        if row.seed in known or stream(b"skill %d" % row.seed).random() < skill:
            return env.oracle(request.session.problem.data)[0]
        return env.random_action(request.session.state, stream(b"guess %d" % row.seed))

    runs = [
        planned(one, Protocol(), Player("torch", "some/model", "ab"))
        for one in (suite, twin_suite(suite, ""))
    ]
    reports = [evaluate(ScriptedPolicy(reply), run, tmp_path / str(at)) for at, run in enumerate(runs)]
    require_twins(*runs)
    drop = memorisation(*(Tally(*correct_counts(report.episodes)) for report in reports))
    assert drop.is_memorised is accused
    assert (drop.interval.low > 0) is accused


def test_runs_that_are_no_twins_are_told_why() -> None:
    suite = env_suite("Countdown-v0", level=0, num_problems=20)
    player = Player("torch", "some/model", "ab")
    run, twins = (planned(one, Protocol(), player) for one in (suite, twin_suite(suite, "")))
    require_twins(run, twins)
    with pytest.raises(UsageError, match="by the same policy, got some/model and random"):
        require_twins(run, planned(twins.suite, Protocol(), Player("random")))
    with pytest.raises(UsageError, match="by the same protocol"):
        require_twins(run, planned(twins.suite, Protocol(max_tokens=9), player))
    with pytest.raises(UsageError, match="environments, levels and options"):
        require_twins(run, planned(env_suite("Countdown-v0", level=1, num_problems=20), Protocol(), player))
    with pytest.raises(UsageError, match="20 of the twins are problems of"):
        require_twins(run, run)


@settings(max_examples=50)
@given(TALLIES, TALLIES)
def test_the_drop_lies_in_its_interval(one: Tally, other: Tally) -> None:
    drop = memorisation(one, other)
    assert -1 <= drop.interval.low <= drop.drop + 1e-8
    assert drop.drop - 1e-8 <= drop.interval.high <= 1
