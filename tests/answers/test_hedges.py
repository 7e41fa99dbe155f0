"""What the words around an answer say of it: one of several, somebody else's, corrected at once."""

import pytest

from reasongym.answers.extraction import extract
from reasongym.answers.grader import judge
from reasongym.answers.hedges import MAX_AFTER, names_another


@pytest.mark.parametrize(
    "text",
    [
        r"The wrong answer is \boxed{42}.",
        r"A common mistake is to write $\boxed{42}$.",
        r"It is anything but \boxed{42}.",
        r"I doubt that it is \boxed{42}.",
        r"Under no circumstances is it \boxed{42}.",
        r"**Incorrect:** \boxed{42}",
        r"The answer is 43, but some say \boxed{42}.",
        r"The answer differs from \boxed{42}.",
        r"$x \ne \boxed{42}$",
        r"$x > \boxed{42}$",
        r"It lies between 40 and \boxed{42}.",
        r"We rule out $\boxed{42}$.",
        r"Do not answer \boxed{42}.",
        r"Suppose the answer is \boxed{42}.",
        r"The format is \boxed{42}. I could not solve it.",
        r"Either 43, or else \boxed{42}",
        "The answer is 42; this or 43",
    ],
)
def test_an_answer_that_is_called_wrong_before_it_stands_is_none(text: str) -> None:
    assert not judge("42", text).correct


def test_what_is_blamed_leaves_the_answer_before_it_standing() -> None:
    assert judge("43", r"So it is \boxed{43}. A common error is \boxed{42}.").correct


@pytest.mark.parametrize(
    "after",
    [
        ". But it could also be 43.",
        "? I am not sure; perhaps 43.",
        ". Correction: 43.",
        ". Sorry, I meant $43$.",
        "\n\nAlternatively: 43",
        "\n\nWait, that's wrong. It should be 43.",
        " would be the answer if the sign were flipped.",
        " (or 43)",
        ". It might also be 420.",
        " and/or 43",
        ", 43",
        " / 43",
        " — or is it 43?",
        ", though 43 is also possible.",
        ". 43 works too.",
        ". If not, 43.",
        ". Actually, it's 43.",
        ". EDIT: 43",
        " (not sure, could be 43)",
        " ❌",
        " isn't right.",
    ],
)
def test_naming_another_answer_behind_it_takes_an_answer_away(after: str) -> None:
    assert not judge("42", rf"\boxed{{42}}{after}").correct
    assert not judge("42", f"Answer: 42{after}").correct


@pytest.mark.parametrize(
    "after",
    [
        ". Alternatively, we could have used vectors.",
        ". Perhaps there is a shorter way.",
        ", which is greater than 41.",
        ". Note that 7 is also a divisor.",
        " (the case n = 43 is similar).",
        ".\n\n**Note:** 43 would violate the first condition.",
        ". There are no 3-digit ones, and actually 43 fails.",
        ", as 43 or more is impossible.",
        ". It could be written as a sum of squares.",
        ". This should be 3 modulo 13, and it is.",
        " (or $42.0$)",
        ". Correction: 42 as above.",
        " would be the number of ways, as claimed.",
    ],
)
def test_remarks_that_name_no_other_answer_leave_it(after: str) -> None:
    assert judge("42", rf"\boxed{{42}}{after}").correct


def test_brackets_may_complete_the_set_that_is_asked_for() -> None:
    assert judge(r"\pm 3", r"\boxed{3} (or $-3$)").correct


@pytest.mark.parametrize(
    "lead", ["It is not 41 but ", "Not 43, so ", "> ", "6 * 7 =\n> ", "A step -> ", "Beyond 41, the next is "]
)
def test_what_denies_another_answer_before_it_leaves_an_answer(lead: str) -> None:
    assert judge("42", lead + r"\boxed{42}").correct


def test_an_option_that_works_too_takes_an_option_away() -> None:
    assert not judge("A", "The answer is A. But B works too.").correct


@pytest.mark.parametrize(
    "text",
    [
        "- \\boxed{41}\n- \\boxed{42}",
        "1. $\\boxed{41}$\n2. $\\boxed{42}$",
        "\\boxed{41}\n\n\\boxed{42}",
        "\\[\\boxed{41}\\]\n\\[\\boxed{42}\\]",
        "If n is even: \\boxed{41}.\nIf n is odd: \\boxed{42}.",
        "Case 1: \\boxed{41}. Case 2: \\boxed{42}.",
    ],
)
def test_boxes_that_are_items_of_one_list_or_cases_are_a_hedge(text: str) -> None:
    assert extract(text).reason == "hedged"


@pytest.mark.parametrize(
    "text",
    [
        "First \\boxed{41}.\n\nSo in all \\boxed{42}.",
        "If n is even we get \\boxed{41}. If n is odd too, so the answer is \\boxed{42}.",
        "Case 1: \\boxed{41}. The total over both cases is \\boxed{42}.",
    ],
)
def test_a_later_answer_in_words_of_its_own_supersedes(text: str) -> None:
    assert extract(text).answer == "42"


def test_the_list_of_both_is_the_set_that_is_asked_for() -> None:
    assert judge("41, 42", "- \\boxed{41}\n- \\boxed{42}").correct


def test_only_the_words_near_an_answer_are_read() -> None:
    assert not names_another(" x" * MAX_AFTER + " Correction: 43", "42")


@pytest.mark.parametrize("words", ["(wrong)", "could be", "vs 43", "probably", "never"])
def test_words_of_doubt_are_no_unit(words: str) -> None:
    assert not judge("42", rf"\boxed{{42 \text{{ {words} }}}}").correct


@pytest.mark.parametrize(
    "text",
    [
        "Final Answer: The final answer is $5$. I hope it is correct.",
        "**Answer:** The answer is 5",
        "Answer: So the correct answer is: **5**",
    ],
)
def test_a_phrase_that_leads_on_to_the_next_is_one_declaration(text: str) -> None:
    assert judge("5", text).correct


@pytest.mark.parametrize("text", ["Answer: 4. The answer is 5", "Answer: 5, the answer is 4 or 5"])
def test_phrases_with_an_answer_each_stay_two(text: str) -> None:
    assert judge("5", text).correct == (text == "Answer: 4. The answer is 5")


def test_a_sum_of_money_that_a_sentence_concludes_is_its_answer() -> None:
    assert judge("18", "Therefore, Janet makes $18 every day at the market.").correct


@pytest.mark.parametrize(
    "text",
    [
        "Thus $n = 42$ is the answer.",
        "**42** is the final answer.",
        "The answer is 42<|endoftext|>",
        "The answer is 42 <|im_end|></s>",
        "The answer is 42; this completes the proof.",
        "The answer is equal to 42.",
    ],
)
def test_ways_to_state_an_answer_are_read(text: str) -> None:
    assert judge("42", text).correct


@pytest.mark.parametrize(
    "text",
    ["Perhaps 42 is the answer.", "42 or 43 is the answer.", "Is it true that 42 is not the answer?"],
)
def test_doubting_that_it_is_the_answer_states_none(text: str) -> None:
    assert not judge("42", text).correct


@pytest.mark.parametrize(
    ("gold", "text", "correct"),
    [
        ("-8", "Hence $k = -\\boxed{8}$.", True),
        ("8", "Hence $k = -\\boxed{8}$.", False),
        ("-x-1", "We get\n\\[-\\boxed{x + 1}\\]", True),
        ("1-x", "We get\n\\[-\\boxed{x + 1}\\]", False),
        ("8", "- \\boxed{8}", True),
        ("8", "The answer - \\boxed{8}", True),
    ],
)
def test_a_minus_right_before_a_box_is_the_sign_of_the_answer(gold: str, text: str, *, correct: bool) -> None:
    assert judge(gold, text).correct == correct


@pytest.mark.parametrize(
    "bound",
    ["is at least", "is at most", "= at least", "equals up to", "is no more than", "is no fewer than"],
)
def test_a_bound_before_a_box_is_no_answer(bound: str) -> None:
    assert not judge("9", f"So the number of colours {bound} $\\boxed{{9}}$.").correct


def test_what_is_needed_at_least_is_a_number() -> None:
    assert judge("9", "So she must draw at least \\boxed{9} socks.").correct


@pytest.mark.parametrize(
    "text", ["The answer is 23!", "**The answer is 23!**", "Answer: 23!!", "So we get 23!"]
)
def test_prose_may_end_with_enthusiasm(text: str) -> None:
    assert judge("23", text).correct


def test_a_factorial_stays_one() -> None:
    assert judge("24", "The answer is 4!").correct
    assert judge("4!", "The answer is 24").correct
    for text in ("\\boxed{4!}", "The answer is $4!$", "<answer>4!</answer>"):
        assert judge("24", text).correct
        assert not judge("4", text).correct


@pytest.mark.parametrize(
    "text",
    [
        "I doubt it's \\boxed{31}.",
        "\\boxed{31}. Correction: it should be 32.",
        "\\boxed{31}. Correction: the answer is 32.",
        "\\boxed{31}. Edit: that should read 32.",
    ],
)
def test_an_answer_that_is_doubted_or_corrected_is_none(text: str) -> None:
    assert not judge("31", text).correct


@pytest.mark.parametrize(
    "text",
    [
        "$k = \\boxed{31}$ or equivalently $2k = 62$.",
        "It is \\boxed{31}, or in words, thirty-one.",
        "It is $\\\\boxed{31}$, as a program may have saved it.",
        "It follows that k = 31.",
        '{"answer": 31}',
    ],
)
def test_an_answer_said_in_two_ways_or_escaped_is_one(text: str) -> None:
    assert judge("31", text).correct


def test_another_answer_behind_or_is_a_hedge() -> None:
    assert not judge("31", "$k = \\boxed{31}$ or 32.").correct
