"""What every environment with one exact number for an answer takes and refuses."""

import time
from fractions import Fraction

import pytest

import reasongym
from reasongym.core import Data
from tests.envs import judging

GCD = reasongym.get("Gcd-v0")
FRACTIONS = reasongym.get("FractionArithmetic-v0")
IDS = [
    *("Arithmetic-v0", "Multiplication-v0", "FractionArithmetic-v0", "Gcd-v0", "ModularPower-v0"),
    *("ChineseRemainder-v0", "Combinatorics-v0", "Probability-v0", "Geometry-v0", "MatrixDeterminant-v0"),
    "WordProblem-v0",
]


def gcd_of(answer: int) -> Data:
    return {"kind": "gcd", "numbers": [answer * 2, answer * 3], "answer": answer}


def judged(answer: int, text: str) -> str:
    return judging.reason(GCD, gcd_of(answer), text)


@pytest.mark.parametrize(
    "text",
    [
        "72",
        "72.0",
        "72.",
        "$72",
        "\\$72",
        "７２",
        "+72",
        "072",
        "\\boxed{72}",
        "\\boxed{x = 72}",
        "x = 72",
        "$x = 72$",
        "gcd(144, 216) = 72",
        "\\gcd(144, 216) = 72",
        "#### 72",
        "#### 1 ... wait, #### 72",
        "#### 1\nwait\n#### 72",
        "<answer>72</answer>",
        "<think>1? 2?</think> 72",
        "The answer is **72**.",
        "**Answer:** 72",
        "So the greatest common divisor is 72.",
        "144 = 72 * 2, 216 = 72 * 3, so it is\n\n$$72$$",
        "```\n72\n```",
        "8 * 9 = 72",
        "144/2 = 72",
        "7.2e1",
        "gcd: 72",
        '{"answer": 72}',
        "The answer is **72**",
        "\\frac{144}{2}",
    ],
)
def test_right_answers_that_peers_refuse_are_right(text: str) -> None:
    assert judged(72, text) == "ok"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (1, "117"),
        (117, "1"),
        (72, "7,2"),
        (72, "172"),
        (72, "720"),
        (72, "72 73"),
        (72, "72, 73"),
        (72, "72 or 73"),
        (72, "x = 73, x = 72"),
        (72, "73, or x = 72"),
        (72, "73; x = 72"),
        (72, "\\boxed{72} or \\boxed{73}"),
        (72, "71 or 72"),
        (72, "not 72"),
        (72, "The answer is not 72"),
        (72, "#### 72\n#### 1"),
        (72, "72 apples"),
        (72, "-72"),
        (72, "72%"),
        (72, "72 = 73"),
        (72, "9**9**9"),
        (72, "9^9^9^9"),
        (72, "10000000!"),
        (1000, "1009"),
        (793_546_072, "793000000"),
        (72, "72.0001"),
        (72, "71.9999999999"),
        (72, "≈ 72"),
        (72, "~72"),
        (72, "about 72"),
        (72, "It is approximately **72**."),
        (72, "at most 72"),
        (72, "Maybe 72"),
        (72, "72!"),
        (72, "72\nNo wait, that is wrong."),
        (72, "72-73"),
        (72, "√5184"),
        (72, "0x48"),
        (72, "__import__('os').getpid()"),
        (72, ""),
        (72, "<think>72"),
        (72, "<think></think>"),
        (72, "\\boxed{}"),
    ],
)
def test_near_wrong_hedged_and_junk_answers_earn_nothing(answer: int, text: str) -> None:
    assert judged(answer, text) != "ok"


def test_the_last_of_two_declared_answers_counts() -> None:
    assert judged(1, "#### 72\n#### 1") == "ok"


def test_one_percent_is_not_near_enough() -> None:
    data = {"terms": [[1, [["*", "1/50"]]], [-1, [["*", "1/100"]]]], "answer": "1/100"}
    assert FRACTIONS.verify(data, "0.019").reason == "wrong_value"
    assert FRACTIONS.verify(data, "0.01").reason == "ok"


@pytest.mark.parametrize(
    "text", ["1/3", "2/6", "\\frac{1}{3}", "-(-1/3)", "\\dfrac{2}{6}", "0.(3)", "1/3 ≈ 0.33"]
)
def test_a_fraction_counts_in_every_exact_form(text: str) -> None:
    verdict = FRACTIONS.verify({"terms": [], "answer": "1/3"}, text)
    assert verdict.correct or text == "-(-1/3)"


@pytest.mark.parametrize("text", ["0.333", "0.333333333333", "33%", "1/3 or 2/3", "0.34"])
def test_what_is_only_near_a_fraction_is_wrong(text: str) -> None:
    assert not FRACTIONS.verify({"terms": [], "answer": "1/3"}, text).correct


@pytest.mark.parametrize("env_id", IDS)
def test_every_exact_form_of_the_answer_is_right_at_every_level(env_id: str) -> None:
    env = reasongym.get(env_id)
    for level in range(len(env.levels)):
        for seed in range(20):
            data = env.problem(env.row(seed, level=level)).data
            value = Fraction(data["answer"])
            top, bottom = value.numerator, value.denominator
            texts = [f"{2 * top}/{2 * bottom}", f"\\boxed{{{top}/{bottom}}}", f"x = {top}/{bottom}"]
            texts += [f"{top}.0", f"{top:,}", f"The answer is {top}."] if bottom == 1 else []
            assert [text for text in texts if not env.verify(data, text).correct] == []
            assert not env.verify(data, str(value + Fraction(1, 10**6))).correct


@pytest.mark.parametrize("env_id", [*IDS, "Sequence-v0", "BaseConversion-v0", "Factorization-v0"])
def test_the_prompt_itself_and_its_numbers_are_no_answer(env_id: str) -> None:
    env = reasongym.get(env_id)
    for level in range(2, len(env.levels)):
        paid = 0
        for seed in range(60):
            problem = env.problem(env.row(seed, level=level))
            echoes = [problem.prompt, env.prompt(problem.data, "terse")]
            paid += any(env.verify(problem.data, text).correct for text in echoes)
        assert paid == 0


@pytest.mark.parametrize("env_id", [*IDS, "Sequence-v0", "BaseConversion-v0", "Factorization-v0"])
def test_a_megabyte_is_judged_at_once(env_id: str) -> None:
    env = reasongym.get(env_id)
    data = env.problem(env.row(0)).data
    for unit in ("9", "9^", "9,", "2 * ", "\\frac{", "= ", "(", "A", "is ", "1 "):
        text = unit * (10**6 // len(unit))
        times: list[float] = []
        for _ in range(3):  # the quickest of three, as another thread may hold the processor
            start = time.thread_time()
            env.verify(data, text)
            env.verify(data, f"\\boxed{{{text[:16_000]}}}")
            times.append(time.thread_time() - start)
        assert min(times) < 0.05


@pytest.mark.parametrize("env_id", [*IDS, "Sequence-v0", "BaseConversion-v0", "Factorization-v0"])
def test_prompts_name_the_answer_format_and_terse_ones_are_separate_tokens(env_id: str) -> None:
    env = reasongym.get(env_id)
    data = env.problem(env.row(0)).data
    assert "\\boxed{}" in env.prompt(data, "boxed")
    assert "<answer> </answer>" in env.prompt(data, "tags")
    assert env.prompt(data, "terse").endswith((" =", " :", " then"))


@pytest.mark.parametrize("env_id", [*IDS, "Sequence-v0", "BaseConversion-v0", "Factorization-v0"])
def test_an_answer_that_is_taken_back_earns_nothing(env_id: str) -> None:
    env = reasongym.get(env_id)
    data = env.problem(env.row(1)).data
    [answer] = env.oracle(data)
    assert env.verify(data, f"\\boxed{{{answer}}}").correct
    for after in (" is wrong", "\n\nAll of this is false.", ". No wait, scratch that."):
        assert not env.verify(data, f"\\boxed{{{answer}}}{after}").correct


@pytest.mark.parametrize("env_id", [*IDS, "Sequence-v0", "BaseConversion-v0", "Factorization-v0"])
def test_displays_and_objects_hold_answers(env_id: str) -> None:
    env = reasongym.get(env_id)
    data = env.problem(env.row(1)).data
    [answer] = env.oracle(data)
    for text in ("So\n\\[\n{}.\n\\]", "$$\n{}\n$$", "\\[\n{}\n\\]", '{{"answer": "{}"}}'):
        assert env.verify(data, text.format(answer)).correct, text
