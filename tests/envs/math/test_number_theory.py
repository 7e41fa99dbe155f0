"""Divisors, powers, remainders, primes, bases: against direct search, and each way of writing them."""

import math
from itertools import combinations

import pytest

import reasongym
from reasongym.envs.math.base_conversion import DIGITS, in_base

FACTORIZATION = reasongym.get("Factorization-v0")
NUMBER = {"number": 360, "factors": [2, 2, 2, 3, 3, 5]}


@pytest.mark.parametrize(
    "text",
    [
        "2^3 * 3^2 * 5",
        "5 * 3^2 * 2^3",
        "2 * 2 * 2 * 3 * 3 * 5",
        "2 2 2 3 3 5",
        "2, 2, 2, 3, 3, 5",
        "[2, 2, 2, 3, 3, 5]",
        "360 = 2^3 * 3^2 * 5",
        "2^3 * 3^2 * 5 = 360",
        "2³ × 3² × 5",
        "$2^3 \\times 3^2 \\times 5$",
        "\\boxed{2^{3} \\cdot 3^{2} \\cdot 5}",
        "\\boxed{360 = 2^3 \\cdot 3^2 \\cdot 5^1}",
        "The prime factors are 2, 2, 2, 3, 3 and 5.",
        "**2^3 * 3^2 * 5**",
        "2**3 * 3**2 * 5",
        "(2^3)(3^2)(5)",
        "<answer>2^3*3^2*5</answer>",
        "2^3 x 3^2 x 5",
        "(2)(2)(2)(3)(3)(5)",
        "2^3·3^2·5",
    ],
)
def test_a_factorization_counts_in_every_order_and_form(text: str) -> None:
    assert FACTORIZATION.verify(NUMBER, text).reason == "ok"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("360", "syntax"),
        ("8 * 9 * 5", "not_prime"),
        ("2^3 * 3^2 * 5 * 1", "not_prime"),
        ("1 * 360", "not_prime"),
        ("2 * 3 * 5", "wrong_value"),
        ("2, 3, 5", "wrong_value"),
        ("2^3 * 3^2", "wrong_value"),
        ("2^3 + 3^2 + 5", "syntax"),
        ("2^3 * 3^2 * 5 = 361", "syntax"),
        ("two cubed times nine", "no_answer"),
        ("2^x", "syntax"),
        ("(-2)^3 * 3^2 * -5", "syntax"),
        ("2^9999 * 3", "syntax"),
        ("9**9**9", "syntax"),
        ("", "no_answer"),
    ],
)
def test_composite_missing_and_other_factors_are_wrong_and_junk_never_raises(text: str, reason: str) -> None:
    assert FACTORIZATION.verify(NUMBER, text).reason == reason


def test_factors_are_the_primes_of_the_number() -> None:
    for level in range(len(FACTORIZATION.levels)):
        for seed in range(50):
            data = FACTORIZATION.problem(FACTORIZATION.row(seed, level=level)).data
            assert math.prod(data["factors"]) == data["number"]
            assert all(p > 1 and all(p % d for d in range(2, math.isqrt(p) + 1)) for p in data["factors"])


def test_the_least_number_with_given_remainders_is_found_by_counting_up() -> None:
    env = reasongym.get("ChineseRemainder-v0")
    for level in range(4):
        for seed in range(30):
            data = env.problem(env.row(seed, level=level)).data
            pairs = list(zip(data["moduli"], data["remainders"], strict=True))
            counted = next(x for x in range(math.prod(data["moduli"])) if all(x % m == r for m, r in pairs))
            assert counted == data["answer"]
            assert all(math.gcd(a, b) == 1 for a, b in combinations(data["moduli"], 2))


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ("23", True),
        ("x = 23", True),
        ("x ≡ 23 (mod 105)", True),
        ("$x \\equiv 23 \\pmod{105}$", True),
        ("23 mod 105", True),
        ("128", False),
        ("x ≡ 23 (mod 35)", False),
        ("-82", False),
    ],
)
def test_a_remainder_may_name_its_modulus_but_must_be_the_least(text: str, correct: bool) -> None:
    data = {"moduli": [3, 5, 7], "remainders": [2, 3, 2], "answer": 23}
    assert reasongym.get("ChineseRemainder-v0").verify(data, text).correct == correct


def test_remainders_of_powers_are_those_of_repeated_multiplication() -> None:
    env = reasongym.get("ModularPower-v0")
    for level in range(4):
        for seed in range(30):
            data = env.problem(env.row(seed, level=level)).data
            value = 1
            for _ in range(data["exponent"]):
                value = value * data["base"] % data["modulus"]
            assert value == data["answer"]


def test_divisors_and_multiples_are_those_found_by_search() -> None:
    env = reasongym.get("Gcd-v0")
    for seed in range(200):
        data = env.problem(env.row(seed, level=1)).data
        numbers = data["numbers"]
        if data["kind"] == "gcd":
            found = max(d for d in range(1, min(numbers) + 1) if all(n % d == 0 for n in numbers))
        else:
            found = next(m for m in range(1, math.prod(numbers) + 1) if all(m % n == 0 for n in numbers))
        assert found == data["answer"]
        assert found not in numbers


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ("FF", True),
        ("ff", True),
        ("0xFF", True),
        ("00FF", True),
        ("F F", True),
        ("FF_{16}", True),
        ("$\\text{FF}_{16}$", True),
        ("\\boxed{FF_{16}}", True),
        ("255 = FF", True),
        ("The number is FF.", True),
        ("FF (base 16)", True),
        ("(FF)₁₆", True),
        ("FF_8", False),
        ("255", False),
        ("0b11111111", False),
        ("FFF", False),
        ("FG", False),
        ("FF or FE", False),
        ("FE = FF", False),
        ("FE or it is FF", False),
        ("FE", False),
    ],
)
def test_a_number_in_base_sixteen_is_read_in_its_usual_forms(text: str, correct: bool) -> None:
    data = {"digits": "255", "source": 10, "target": 16, "answer": "FF"}
    assert reasongym.get("BaseConversion-v0").verify(data, text).correct == correct


@pytest.mark.parametrize("base", range(2, 37))
def test_what_is_written_in_a_base_is_read_back_by_python(base: int) -> None:
    for number in (*range(1, 200), 10**6, 10**18):
        assert int(in_base(number, base), base) == number
        assert set(in_base(number, base)) <= set(DIGITS)
