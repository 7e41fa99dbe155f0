"""Sequences: the rule stated and the terms shown leave exactly one continuation."""

from itertools import pairwise, product

import pytest

import reasongym
from reasongym.core import Data

ENV = reasongym.get("Sequence-v0")
FIBONACCI: Data = {"kind": "recurrence", "terms": [1, 2, 3, 5, 8, 13], "next": [21, 34]}


@pytest.mark.parametrize(
    "text",
    [
        "21, 34",
        "21 34",
        "21 and 34",
        "(21, 34)",
        "[21, 34]",
        "\\boxed{21, 34}",
        "a_7 = 21, a_8 = 34",
        "$a_{7} = 21$, $a_{8} = 34$",
        "The answer is **21, 34**",
        "The next two terms are 21 and 34.",
        "The next terms are **21** and **34**.",
        "<answer>21, 34</answer>",
        "$21, 34$",
        "1, 2, 3, 5, 8, 13, 21, 34",
        "21.0, 34.0",
    ],
)
def test_two_terms_count_in_every_usual_form(text: str) -> None:
    assert ENV.verify(FIBONACCI, text).reason == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "21",
        "34, 21",
        "21, 33",
        "21, 34, 55",
        "21, 34 or 35",
        "20, 34 = 21, 34",
        "20, 34 or the terms are 21, 34",
        "The next terms are not 21, 34",
        "20, 21, 34",
        "13, 21, 34",
        "2134",
        "21.34",
        "",
        "21 and not 34",
        "1, 2, 3, 5, 8, 13",
        "a_7 = 34, a_8 = 21",
    ],
)
def test_other_terms_counts_and_orders_are_wrong(text: str) -> None:
    assert not ENV.verify(FIBONACCI, text).correct


def test_polynomial_and_arithmetic_rules_continue_by_their_differences() -> None:
    degrees = {"counting": 1, "arithmetic": 1, "quadratic": 2, "cubic": 3, "quartic": 4}
    for level in range(len(ENV.levels)):
        for seed in range(100):
            data = ENV.problem(ENV.row(seed, level=level)).data
            if data["kind"] in degrees:
                terms: list[int] = data["terms"] + data["next"]
                for _ in range(degrees[data["kind"]]):
                    terms = [b - a for a, b in pairwise(terms)]
                assert len(set(terms)) == 1
                assert len(data["terms"]) > degrees[data["kind"]] + 1


def test_no_other_small_whole_weights_fit_a_recurrence() -> None:
    found = 0
    for seed in range(150):
        data = ENV.problem(ENV.row(seed, level=3)).data
        if data["kind"] == "recurrence":
            terms: list[int] = data["terms"]
            fitting = [
                (p, q)
                for p, q in product(range(-9, 10), repeat=2)
                if all(c == p * a + q * b for a, b, c in zip(terms, terms[1:], terms[2:], strict=False))
            ]
            assert len(fitting) == 1
            p, q = fitting[0]
            after = p * terms[-2] + q * terms[-1]
            assert data["next"] == [after, p * terms[-1] + q * after]
            found += 1
    assert found > 20


def test_a_sequence_that_two_rules_of_its_kind_fit_is_not_proved() -> None:
    assert not ENV.prove({"kind": "recurrence", "terms": [1, 2, 4, 8, 16, 32], "next": [64, 128]})
    assert not ENV.prove({"kind": "quadratic", "terms": [1, 4, 9, 16, 26], "next": [36, 49]})
    assert not ENV.prove({"kind": "interleaved", "terms": [1, 1, 2, 2, 4, 3, 7, 4], "next": [11, 5]})
    assert ENV.prove({"kind": "interleaved", "terms": [1, 1, 2, 2, 4, 3, 8, 4], "next": [16, 5]})
