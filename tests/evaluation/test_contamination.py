"""Overlaps against a naive search, planted leaks, and a figure that others counted."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.evaluation.contamination import NUM_WORDS, overlaps
from tests.benchmark_files import FOLDER, needs_files

TEXT = st.lists(st.sampled_from(["a", "b", "A,", "(b)"]), max_size=30).map(" ".join)


def naive(problem: str, text: str) -> tuple[bool, bool]:
    """Say whether two texts have the same words, and whether a run of 13 stands in both."""
    one, other = (" " + " ".join(re.findall("[a-z0-9]+", part.lower())) + " " for part in (problem, text))
    spaces = [at for at, char in enumerate(one) if char == " "]
    runs = [one[start : end + 1] for start, end in zip(spaces, spaces[NUM_WORDS:], strict=False)]
    return one == other, any(run in other for run in runs)


@given(st.lists(TEXT, min_size=1, max_size=4), st.lists(TEXT, max_size=4))
def test_overlaps_are_those_of_a_naive_search(problems: list[str], texts: list[str]) -> None:
    found = {one.problem: one for one in overlaps(problems, texts)}
    for place, problem in enumerate(problems):
        seen = [naive(problem, text) for text in texts]
        assert (place in found) == any(exact or shared for exact, shared in seen)
        if place in found:
            exact = [at for at, (is_exact, _) in enumerate(seen) if is_exact]
            assert found[place].is_exact == bool(exact)
            first = exact or [at for at, (_, shared) in enumerate(seen) if shared]
            assert found[place].text == first[0]


def test_typesetting_and_case_do_not_hide_a_leak() -> None:
    (found,) = overlaps(["What is $1+1$?", "Else?"], ["No.", "what is 1 + 1"])
    assert (found.problem, found.is_exact, found.text) == (0, True, 1)


def test_thirteen_words_in_a_row_are_reported_and_twelve_are_not() -> None:
    words = [f"w{n}" for n in range(20)]
    problem = " ".join(words)
    (found,) = overlaps([problem], ["x " + " ".join(words[3:16]) + " y"])
    assert (found.is_exact, found.shared) == (False, " ".join(words[3:16]))
    assert overlaps([problem], [" ".join(words[3:15]) + " y"]) == []


@needs_files
def test_the_training_problems_of_math_overlap_as_counted_elsewhere() -> None:
    """By those who collected the files: no exact overlap, 49 problems that share some run of 13 words."""
    problems, texts = (
        [json.loads(line)["problem"] for line in (FOLDER / name).read_text().splitlines()]
        for name in ("math500.jsonl", "math_train.jsonl")
    )
    found = overlaps(problems, texts)
    assert (len(found), sum(one.is_exact for one in found)) == (49, 0)
    assert all(one.problem < other.problem for one, other in pairwise(found))


@needs_files
@pytest.mark.parametrize("leaked", [0, 17, 499])
def test_a_planted_problem_is_found(leaked: int) -> None:
    problems = [json.loads(line)["problem"] for line in (FOLDER / "math500.jsonl").read_text().splitlines()]
    exact = [one.problem for one in overlaps(problems, ["?", problems[leaked]]) if one.is_exact]
    assert exact == [leaked]
