"""Countdown: rules, notations, attacks on peers, identity, and an independent check of everything."""

import ast
import itertools
import random
import re
from collections import Counter
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest

import reasongym
from benchmarks.countdown_fuzz import fuzz_mutations, fuzz_soups
from benchmarks.countdown_reference import confirms, independent_value
from reasongym.core import Data
from reasongym.envs.countdown.problems import LEVELS
from reasongym.envs.countdown.solver import is_solvable
from reasongym.seeding import stream
from tests.envs import judging

ENV = reasongym.get("Countdown-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(LEVELS)))


def problem(numbers: list[int], target: int, *, use_all: bool = True) -> Data:
    return {"numbers": numbers, "target": target, "use_all": use_all, "solution": []}


reason = partial(judging.reason, ENV)


# -- the rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(3 + 4) * 7 - 2", "ok"),
        ("7 * (4 + 3) - 2", "ok"),
        ("(3 + 4) * 7", "unused_number"),
        ("(3 + 4) * 7 - 2 + 2 - 2", "illegal_number"),
        ("45 + 2", "illegal_number"),
        ("(3 + 4) * 7 + 2", "wrong_value"),
        ("(3 + 4) * (7 - 2", "syntax"),
        ("(3 + 4) * 7 - 2 = 47", "ok"),
        ("47 = (3 + 4) * 7 - 2", "ok"),
        ("(3 + 4) * 7 - 2 = 48", "false_equation"),
        ("3 / (4 - 4) + 7 + 2", "zero_division"),
        ("(3 + 4) * 7 - 2 or 3 + 4", "hedged"),
        ("", "no_answer"),
        ("<think>(3 + 4) * 7 - 2", "no_answer"),
    ],
)
def test_each_fault_has_its_reason(text: str, expected: str) -> None:
    assert reason(problem([3, 4, 7, 2], 47), text) == expected


def test_where_the_rule_is_at_most_once_numbers_may_be_left_over() -> None:
    data = problem([3, 4, 7, 2], 49, use_all=False)
    assert reason(data, "(3 + 4) * 7") == "ok"
    assert reason(data, "7 * 7") == "illegal_number"


def test_a_number_given_twice_may_be_used_twice() -> None:
    assert reason(problem([7, 7, 1], 48), "7 * 7 - 1") == "ok"


def test_fractions_on_the_way_are_exact() -> None:
    assert reason(problem([8, 3, 8, 3], 24), "8 / (3 - 8 / 3)") == "ok"
    assert reason(problem([1, 3, 3], 1), "1 / 3 * 3") == "ok"


# -- right answers that peers refuse ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "(3 + 4) × 7 − 2",
        r"(3 + 4) \times 7 - 2",
        r"\left(3 + 4\right) \cdot 7 - 2",
        "（３ ＋ ４） ＊ ７ － ２",
        "(3 + 4) * 7 - 2 = 47",
        r"\boxed{(3 + 4) * 7 - 2}",
        r"\boxed{(3 + 4) \times 7 - 2 = 47}",
        "<answer>(3 + 4) * 7 - 2</answer>",
        "<think>hm</think>\n<answer> (3 + 4) * 7 - 2 = 47 </answer>",
        "The answer is $(3 + 4) \\times 7 - 2$.",
        "**Answer:** `(3 + 4) * 7 - 2`",
        "First 3 + 4 = 7.\nThen 7 * 7 = 49.\n(3 + 4) * 7 - 2",
        r"$$\boxed{[3 + 4] \times 7 - 2}$$",
        "So we get:\n\n$$\n(3 + 4) \\times 7 - 2 = 47\n$$\n",
        "### Final Answer\n\\[\n(3 + 4) \\times 7 - 2 = 47\n\\]",
        "**Answer:**\n```python\n(3 + 4) * 7 - 2\n```",
        "The answer is **(3 + 4) * 7 - 2**.",
        "**Final Answer:** (3 + 4) * 7 - 2 = **47**",
        r"\boxed{(3 + 4) \times 7 - 2 = \mathbf{47}}",
        r"\boxed{\text{(3 + 4) * 7 - 2}}",
    ],
)
def test_right_answers_that_peers_refuse_are_right(text: str) -> None:
    assert reason(problem([3, 4, 7, 2], 47), text) == "ok"


@pytest.mark.parametrize(
    "text", ["12 ÷ 4", r"12 \div 4", r"\frac{12}{4}", r"\dfrac{12}{4}", "12 ∕ 4", "12 / 4 = 3"]
)
def test_quotients_in_every_notation_are_right(text: str) -> None:
    assert reason(problem([4, 12], 3), text) == "ok"


# -- attacks on peers' Countdown ----------------------------------------------------------------------

ATTACKS = {
    "reasoning-gym: hexadecimal, everything times zero": (
        [36, 29, 95, 32, 4, 15],
        139,
        "0x8b+0x0*(36+29+95+32+4+15)",
    ),
    "reasoning-gym: scientific notation": ([36, 29, 95, 32, 4, 15], 139, "139e0+0e0*(36+29+95+32+4+15)"),
    "reasoning-gym: underscores": ([36, 29, 95, 32, 4, 15], 139, "1_39+0_0*(36+29+95+32+4+15)"),
    "reasoning-gym: numbers in a comment": ([36, 29, 95, 32, 4, 15], 139, "0x8b # 36 29 95 32 4 15"),
    "reasoning-gym: numbers in a string": ([36, 29, 95, 32, 4, 15], 139, "0x8b+0x0*len('36 29 95 32 4 15')"),
    "reasoning-gym: constants of sympy": ([36, 29, 95, 32, 4, 15], 139, "0x8b+(pi-pi)*(36+29+95+32+4+15)"),
    "reasoning-gym: to the power of zero": ([36, 29, 95, 32, 4, 15], 139, "(36+29+95+32+4+15)**0x0*0x8b"),
    "reasoning-gym: factorial of zero": ([36, 29, 95, 32, 4, 15], 139, "0x8b*0x0!+0x0*(36+29+95+32+4+15)"),
    "reasoning-gym: close to 999": ([997, 2, 300, 100000], 999, "997+2+300/100000"),
    "reasoning-gym: close to 9999": ([9997, 2, 9, 100], 9999, "9997+2+9/100"),
    "reasoning-gym: shell": ([3, 4], 7, "__import__('os').system('touch /tmp/attacked')"),
    "reasoning-gym: open": ([3, 4], 7, "open('/tmp/attacked','w')"),
    "reasoning-gym: eval": ([3, 4], 7, 'eval("3+4")'),
    "reasoning-gym: takeover of the scorer": (
        [3, 4],
        7,
        "setattr(__import__('reasongym').envs.countdown.single.Countdown,'verify',eval('lambda s,d,t:1.0'))",
    ),
    "reasoning-gym: tower of powers": ([9, 9, 9], 27, "9**9**9"),
    "reasoning-gym: higher tower of powers": ([9, 9, 9, 9], 36, "9**9**9**9"),
    "reasoning-gym: factorial": ([10000000], 7, "10000000!"),
    "reasoning-gym: a sum of a megabyte": ([1, 1], 500_001, "1+" * 500_000 + "1"),
    "reasoning-gym: 20,000 brackets": ([7], 7, "(" * 20_000 + "7" + ")" * 20_000),
    "reasoning-gym: any parseable text pays": ([3, 4], 12, "3 + 4"),
    "reasoning-gym: junk pays": ([3, 4], 12, "junk"),
    "reasoning-gym: empty text pays": ([3, 4], 12, ""),
    "TinyZero: tower of powers": ([99, 98, 97], 294, "<answer>99**98**97</answer>"),
    "TinyZero: decimals smuggle numbers": ([1, 5, 10], 15, "<answer>1.5*10</answer>"),
    "TinyZero: floor division": ([7, 2], 3, "<answer>7//2</answer>"),
    "TinyZero: format pays": ([3, 4], 12, "<answer>3 + 4</answer>"),
    "RAGEN: numbers in a comment": ([8, 3, 4], 5, "8-3 #4"),
    "RAGEN: numbers in a comment, tagged": ([8, 3, 4], 5, "<answer>8-3 #4</answer>"),
    "RAGEN: numbers in hexadecimal": ([0, 3, 7], 999, "0x3e7"),
    "RLVE: decimals smuggle numbers": ([2, 5, 4], 10, "2.5*4"),
    "RLVE: floor division": ([9, 2, 1], 5, "9//2+1"),
    "Enigmata: evaluated before it is looked at": ([3, 4], 7, "__import__('sys').exit(0) or 7"),
    "SynLogic: any arithmetic over the numbers passes": ([3, 5, 7, 9], 24, "3*5*7*9"),
    "TextArena: near misses pay": ([100, 75, 6, 4, 3, 2], 532, "100*(75-4)/(3+2)-6"),
    "puzzle24: other numbers": ([3, 5, 7, 9], 24, "12 + 12"),
    "puzzle24: fractions are cut off": ([49, 2, 1], 24, "49 / 2 * 1"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_on_peers_earn_nothing(name: str) -> None:
    numbers, target, text = ATTACKS[name]
    for use_all in (True, False):
        for wrapped in (text, f"<answer>{text}</answer>", f"\\boxed{{{text}}}", f"The answer is {text}"):
            assert ENV.verify(problem(numbers, target, use_all=use_all), wrapped).reward == 0.0


CHEATS = {
    "digits joined by a space": ([1, 2, 3], 15, "1 2 + 3"),
    "digits joined by a thin space": ([1, 2, 3], 15, "1\u20092 + 3"),
    "digits joined by a zero-width space": ([1, 2, 3], 15, "1\u200b2 + 3"),
    "digits joined by a soft hyphen": ([1, 2, 3], 15, "1\u00ad2 + 3"),
    "digits joined by braces": ([1, 2, 3], 15, "1{2} + 3"),
    "digits joined by LaTeX space": ([1, 2, 3], 15, r"1\,2 + 3"),
    "digits joined by negative LaTeX space": ([1, 2, 3], 15, r"1\!2 + 3"),
    "digits joined by an empty group": ([1, 2, 3], 15, "1{}2 + 3"),
    "digits joined by a comma": ([1, 200, 3], 1203, "1,200 + 3"),
    "digits joined over a line": ([1, 2, 3], 15, "1\n2 + 3"),
    "fraction without braces": ([1, 2], 12, r"\frac12"),
    "mixed number": ([1, 3, 2], 5, r"1\frac{3}{2} * 2"),
    "leading zeros": ([7, 0, 0], 7, "007"),
    "leading plus": ([7, 3], 10, "+7 + 3"),
    "double minus": ([7, 3], 10, "7 - -3"),
    "power by superscript": ([3, 2], 9, "3²"),
    "power by caret": ([3, 2], 9, "3^2"),
    "power by braces": ([3, 2], 9, "3^{2}"),
    "multiplication by adjacency": ([3, 4], 12, "3(4)"),
    "multiplication by adjacent brackets": ([3, 4], 12, "(3)(4)"),
    "multiplication by the letter x": ([3, 4], 12, "3 x 4"),
    "the target itself": ([3, 4], 12, "12"),
    "the target equals itself": ([3, 4], 12, "12 = 12"),
    "a lie about the value": ([3, 4], 12, "3 + 4 = 12"),
    "the target equals something else": ([3, 4], 12, "12 = 3 + 4"),
    "two lies": ([3, 4], 12, "3 + 4 = 12 = 7"),
    "an unrelated true equation": ([3, 4], 12, "5 = 5"),
    "square root": ([3, 16], 12, "3 * sqrt(16)"),
    "Arabic digits": ([3, 4], 12, "٣ * ٤"),
    "mathematical digits": ([3, 4], 12, "𝟛 * 𝟜"),
    "circled digits": ([3, 4], 12, "③ * ④"),
    "two answers": ([3, 4], 12, "3 * 4 or 3 + 4"),
    "two answers with a comma": ([3, 4], 12, "3 + 4, 3 * 4"),
    "an afterthought that hedges": ([3, 4], 12, "Answer: 3 * 4, or 3 + 4"),
    "an afterthought that may be": ([3, 4], 12, "Answer: 3 * 4, maybe 3 + 4"),
    "as well as": ([3, 4], 12, "Answer: 3 * 4 as well as 3 + 4"),
    "two boxes": ([3, 4], 12, r"\boxed{3 + 4} or \boxed{3 * 4}"),
    "two tags": ([3, 4], 12, "<answer>3 + 4</answer><answer>3 * 4</answer>"),
    "two formulas": ([3, 4], 12, "$3 + 4$ or $3 * 4$"),
    "nested boxes": ([3, 4], 12, r"\boxed{3 + 4 \boxed{3 * 4}}"),
    "a box inside a bracket": ([3, 4], 12, r"\boxed{(\boxed{3 * 4})}"),
    "an answer in the thoughts": ([3, 4], 12, "<think>3 * 4</think>"),
    "an answer that is denied": ([3, 4], 12, r"not \boxed{3 * 4}"),
    "an expression that is denied": ([3, 4], 12, "It is not 3 * 4"),
    "an afterthought for the case of failure": ([3, 4], 12, "Answer: 3 * 4, if that fails 3 + 4"),
    "a comparison": ([3, 4], 12, "13 ≥ 3 * 4"),
    "digits joined by text": ([1, 2, 3], 15, r"\text{1}\text{2} + 3"),
    "a power in bold": ([3, 4], 12, "3 * 4 = **1**2"),
    "a negated comparison": ([3, 4], 12, r"\boxed{\neq 3 * 4}"),
    "modulo": ([3, 4, 100], 12, "3 * 4 % 100"),
    "conditional": ([3, 4], 12, "3 * 4 if 1 else 0"),
    "walrus": ([3, 4], 12, "(x := 3) * 4"),
    "trailing operator": ([3, 4], 12, "3 * 4 *"),
    "unbalanced brackets": ([3, 4], 12, "(3 * 4"),
    "empty brackets": ([3, 4], 12, "3 * 4 + ()"),
    "division by zero to nothing": ([3, 4], 12, "3 * 4 + 0 / 0"),
    "a multiple of nothing hides numbers": ([3, 4, 5], 12, "3 * 4 + 0 * 5"),
    "a number subtracted from itself": ([3, 4, 5], 12, "3 * 4 + 5 - 5"),
}


@pytest.mark.parametrize("name", CHEATS)
def test_our_own_cheats_earn_nothing(name: str) -> None:
    numbers, target, text = CHEATS[name]
    for wrapped in (text, f"<answer>{text}</answer>", f"\\boxed{{{text}}}", f"The answer is {text}"):
        assert ENV.verify(problem(numbers, target), wrapped).reward == 0.0, wrapped


# -- generated problems -------------------------------------------------------------------------------


@ANY_LEVEL
def test_problems_are_as_the_level_says(level: int) -> None:
    meant = LEVELS[level]
    for seed in range(300):
        data = ENV.problem(ENV.row(seed, level=level)).data
        assert len(data["numbers"]) == meant.num_numbers
        assert all(1 <= number <= meant.max_number for number in data["numbers"])
        assert meant.low <= data["target"] <= meant.high
        assert data["use_all"] == meant.use_all


def reachable_in_one_step(numbers: list[int]) -> set[Fraction]:
    reached: set[Fraction] = set(map(Fraction, numbers))
    for left, right in itertools.permutations(map(Fraction, numbers), 2):
        reached |= {left + right, left - right, left * right, left / right}
    return reached


@ANY_LEVEL
def test_only_the_warm_up_level_takes_one_step(level: int) -> None:
    for seed in range(500):
        data = ENV.problem(ENV.row(seed, level=level)).data
        assert data["target"] not in data["numbers"]
        assert (data["target"] in reachable_in_one_step(data["numbers"])) == (level == 0)


@ANY_LEVEL
def test_the_oracle_is_confirmed_by_an_independent_evaluator(level: int) -> None:
    for seed in range(300):
        data = ENV.problem(ENV.row(seed, level=level)).data
        [text] = ENV.oracle(data)
        value, numbers = independent_value(ast.parse(text, mode="eval").body)
        assert value == data["target"]
        given: Counter[int] = Counter(data["numbers"])
        assert numbers == given if data["use_all"] else numbers <= given


@pytest.mark.parametrize("num_numbers", range(3, 9))
@ANY_LEVEL
def test_the_number_of_numbers_can_be_chosen(level: int, num_numbers: int) -> None:
    row = ENV.row(0, level=level, num_numbers=num_numbers)
    data = ENV.problem(row).data
    assert len(data["numbers"]) == num_numbers
    assert ENV.replay(row, ENV.oracle(data)).correct


def test_styles_change_the_prompt_and_never_the_problem() -> None:
    made = [ENV.problem(ENV.row(5, level=4, style=style)) for style in ENV.styles]
    assert len({str(one.data) for one in made}) == 1
    assert len({one.prompt for one in made}) == len(ENV.styles)


def test_terse_problems_and_moves_are_words_between_single_spaces() -> None:
    for seed in range(200):
        made = ENV.problem(ENV.row(seed, level=0, style="terse"))
        target, of, *numbers, colon = made.prompt.split(" ")
        assert (of, colon) == ("from", ":")
        assert [int(word) for word in (*numbers, target)] == [*made.data["numbers"], made.data["target"]]
        move = ENV.random_action(made.data, stream(b"%d" % seed))
        assert re.fullmatch(r"\d+ [-+*/] \d+ = \d+", move)
        assert ENV.verify(made.data, move).reason in {"ok", "wrong_value"}


def test_no_prompt_pays_for_its_echo() -> None:
    for level, style in itertools.product(range(len(LEVELS)), ENV.styles):
        made = ENV.problem(ENV.row(1, level=level, style=style))
        assert ENV.verify(made.data, made.prompt).reward == 0.0


# -- identity -----------------------------------------------------------------------------------------


def winning_answers(data: Data) -> frozenset[tuple[int, str, int]]:
    """Return by brute force every single step that wins."""
    pairs = itertools.permutations(data["numbers"], 2)
    steps = ((left, operator, right) for left, right in pairs for operator in "+-*/")
    return frozenset(s for s in steps if ENV.verify(data, f"{s[0]} {s[1]} {s[2]}").correct)


def test_the_canonical_form_separates_what_brute_force_calls_different() -> None:
    seen: dict[str, frozenset[tuple[int, str, int]]] = {}
    for seed in range(600):
        data = ENV.problem(ENV.row(seed, level=0)).data
        assert seen.setdefault(ENV.canonical(data), winning_answers(data)) == winning_answers(data)
    other = [
        problem([3, 4, 7], 14),
        problem([3, 4, 7], 84),
        problem([3, 4, 8], 14),
        problem([3, 3, 4, 7], 14),
    ]
    assert len({ENV.canonical(data) for data in other}) == len(other)


def test_ids_and_levels_of_the_family_share_one_split() -> None:
    steps = reasongym.get("CountdownSteps-v0")
    assert steps.family == ENV.family
    data = ENV.problem(ENV.row(0, level=2)).data
    assert steps.canonical(data) == ENV.canonical(data)


@pytest.mark.parametrize("level", [0, 1])
def test_no_more_problems_are_claimed_than_brute_force_counts(level: int) -> None:
    meant = LEVELS[level]
    total = 0
    for numbers in itertools.combinations_with_replacement(range(1, meant.max_number + 1), meant.num_numbers):
        if level == 0:
            targets = reachable_in_one_step(list(numbers)) - set(map(Fraction, numbers))
            total += sum(target.denominator == 1 and meant.low <= target <= meant.high for target in targets)
        else:
            total += sum(1 for _ in hard_targets(numbers, meant.low, meant.high))
    assert ENV.space(level) <= total
    assert level or total >= 50_000


def hard_targets(numbers: tuple[int, ...], low: int, high: int) -> set[Fraction]:
    """Return by brute force the targets of three numbers that take all of them and not one step."""
    reached: set[Fraction] = set()
    for first, second, third in itertools.permutations(map(Fraction, numbers)):
        for part in (first + second, first - second, first * second, first / second):
            reached |= {part + third, part - third, third - part, part * third, part / third}
            reached |= {third / part} if part else set()
    whole = {target for target in reached if target.denominator == 1 and low <= target <= high}
    return whole - reachable_in_one_step(list(numbers))


# -- the solver and the fuzzer ------------------------------------------------------------------------


def test_the_solver_decides_what_brute_force_decides() -> None:
    draw = random.Random(1)
    for _ in range(150):
        numbers = tuple(draw.randint(1, 9) for _ in range(3))
        easy = reachable_in_one_step(list(numbers))
        hard = hard_targets(numbers, 1, 100) | {n for n in easy if n.denominator == 1 and n > 0}
        for target in range(1, 60):
            assert is_solvable(numbers, target, use_all=False) == (target in hard)


def test_the_solver_knows_the_classics() -> None:
    assert is_solvable([8, 3, 8, 3], 24, use_all=True)  # needs fractions: 8 / (3 - 8 / 3)
    assert is_solvable([3, 3, 7, 7], 24, use_all=True)
    assert not is_solvable([1, 1, 1, 1], 24, use_all=True)
    assert is_solvable([25, 50, 75, 100, 3, 6], 952, use_all=False)


def test_a_second_judge_confirms_all_that_is_accepted_of_mutated_answers() -> None:
    found = fuzz_mutations(4_000, seed=1)
    assert found.false_accepts == []
    assert found.num_accepted > 400


def test_a_second_judge_confirms_all_that_is_accepted_of_token_soup() -> None:
    found = fuzz_soups(2_000)
    assert found.false_accepts == []
    assert found.num_accepted > 5


def test_the_second_judge_is_no_yes_man() -> None:
    assert confirms(problem([3, 4], 12), r"3 \times 4 = 12")
    assert not confirms(problem([3, 4], 12), "3 + 4")
    assert not confirms(problem([3, 4], 12), "12")
    assert not confirms(problem([3, 4], 12), "3 * 4 = 13")
    assert not confirms(problem([3, 4], 12), "3 * 4 #")


def test_the_documentation_runs_and_lists_every_level() -> None:
    page = (Path(__file__).parents[2] / "docs" / "countdown.md").read_text()
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(code, {})
    assert len(re.findall(r"^\| \d \|", page, re.MULTILINE)) == len(LEVELS)
