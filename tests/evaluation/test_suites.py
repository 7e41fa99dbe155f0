"""Suites name what they hold, and their digest moves with the problems."""

import pytest

from reasongym.errors import UnknownName, UsageError
from reasongym.evaluation import Slice, Suite, env_suite


def test_a_suite_takes_the_eval_split_and_consecutive_seeds() -> None:
    suite = env_suite("Countdown-v0", level=0, num_problems=3, first_seed=7)
    assert [problem.row.seed for problem in suite.problems] == [7, 8, 9]
    assert {problem.row.split for problem in suite.problems} == {"eval"}


def test_the_name_tells_level_options_split_and_seeds() -> None:
    assert env_suite("Countdown-v0", level=0).name == "Countdown-v0 level 0"
    changed = env_suite("Countdown-v0", level=1, split="train", first_seed=5, num_numbers=4)
    assert changed.name == "Countdown-v0 level 1, num_numbers 4, train split, seeds from 5"


@pytest.mark.parametrize(
    "changed",
    [
        {"level": 1},
        {"split": "train"},
        {"num_problems": 21},
        {"first_seed": 1},
        {"num_numbers": 4},
        {"style": "boxed"},
    ],
    ids=str,
)
def test_the_digest_moves_with_everything_a_policy_could_notice(changed: dict[str, int]) -> None:
    plain = {"level": 0, "num_problems": 20}
    one, other = env_suite("Countdown-v0", **plain), env_suite("Countdown-v0", **(plain | changed))  # pyright: ignore[reportArgumentType]
    assert one.digest != other.digest


def test_the_digest_is_the_same_for_equal_suites() -> None:
    assert env_suite("Countdown-v0", level=0).digest == env_suite("reasongym/Countdown-v0", level=0).digest


def test_a_suite_of_no_problems_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 1 problem"):
        env_suite("Countdown-v0", num_problems=0)


def test_a_finite_source_is_measured_whole_by_default() -> None:
    assert len(env_suite("MathProblems-v0", level=2).problems) == 21
    assert len(env_suite("MathProblems-v0", level=2, first_seed=20).problems) == 1
    assert env_suite("Countdown-v0", level=0).slices[0].num_problems == 200


def test_unknown_environments_and_levels_are_refused_with_what_exists() -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        env_suite("Countdwn-v0")
    with pytest.raises(UsageError, match="has levels 0 to"):
        env_suite("Countdown-v0", level=99)


def test_slices_join_into_one_suite() -> None:
    slices = tuple(Slice("reasongym/Countdown-v0", level, "eval", 2) for level in (0, 1))
    suite = Suite(slices)
    assert suite.name == "Countdown-v0 level 0 + Countdown-v0 level 1"
    assert [problem.row.level for problem in suite.problems] == [0, 0, 1, 1]
