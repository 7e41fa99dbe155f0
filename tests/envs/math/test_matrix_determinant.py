"""Determinants: against expansion by minors, and known ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reasongym
from reasongym.envs.math.matrix_determinant import Matrix, determinant

ENV = reasongym.get("MatrixDeterminant-v0")


def by_minors(rows: Matrix) -> int:
    if not rows:
        return 1
    minors = ([row[:at] + row[at + 1 :] for row in rows[1:]] for at in range(len(rows)))
    return sum((-1) ** at * rows[0][at] * by_minors(minor) for at, minor in enumerate(minors))


@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(st.lists(st.integers(-3, 3), min_size=n, max_size=n), min_size=n, max_size=n)
    )
)
def test_elimination_agrees_with_expansion_also_where_pivots_vanish(rows: Matrix) -> None:
    assert determinant(rows) == by_minors(rows)
    assert ENV.prove({"rows": rows, "answer": by_minors(rows)})
    assert not ENV.prove({"rows": rows, "answer": by_minors(rows) + 1})


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
def test_the_determinant_of_a_vandermonde_matrix_is_the_product_of_differences(size: int) -> None:
    nodes = [1, 2, 4, 7, 11, 16][:size]
    expected = 1
    for i in range(size):
        for j in range(i):
            expected *= nodes[i] - nodes[j]
    assert determinant([[node**power for power in range(size)] for node in nodes]) == expected


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ("-2", True),
        ("det = -2", True),
        ("$\\det(A) = -2$", True),
        ("1*4 - 2*3 = -2", True),
        ("−2", True),
        ("2", False),
        ("1*4 - 2*3", False),
        ("-2 or 2", False),
        ("[[1, 2], [3, 4]]", False),
    ],
)
def test_a_determinant_must_be_one_worked_out_number(text: str, correct: bool) -> None:
    assert ENV.verify({"rows": [[1, 2], [3, 4]], "answer": -2}, text).correct == correct
