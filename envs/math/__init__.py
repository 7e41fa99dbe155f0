"""Procedural mathematics: exact answers in every equivalent form."""

from reasongym.envs.math import (
    arithmetic,
    base_conversion,
    chinese_remainder,
    combinatorics,
    factorization,
    fraction_arithmetic,
    gcd,
    geometry,
    matrix_determinant,
    modular_power,
    multiplication,
    probability,
    sequence,
    word_problem,
)

__all__ = [
    "arithmetic",
    "base_conversion",
    "chinese_remainder",
    "combinatorics",
    "factorization",
    "fraction_arithmetic",
    "gcd",
    "geometry",
    "matrix_determinant",
    "modular_power",
    "multiplication",
    "probability",
    "sequence",
    "word_problem",
]
