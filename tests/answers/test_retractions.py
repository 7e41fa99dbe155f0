"""What is said after an answer: denials that take it back, alternatives, and remarks that do neither."""

import time

import pytest

from reasongym.answers.declarations import Ending
from reasongym.answers.extraction import extract
from reasongym.answers.retractions import is_retracted, without_remarks

_DENIALS = (
    *("There is no solution.", "This puzzle has no solution.", "so it is impossible", "No solution exists."),
    *("I could not find a solution.", "It all looks good. This is wrong.", "There isn't any valid solution."),
    *("There's no solution to this problem.", "I couldn't solve it.", "I was unable to find an answer."),
    *("The puzzle is unsolvable.", "This problem cannot be solved.", "Sorry, that is not correct."),
    *("I give up.", "Unfortunately, there does not exist a solution.", "That was a mistake."),
    *("**There is no solution.**", "This has no valid solution, as the rules clash.", "Hence no solution."),
)
_NO_DENIALS = (
    *("There is no other solution.", "No contradiction remains.", "There is no solution other than this."),
    *("There is no shorter solution.", "I could not find another solution.", "There are no real solutions."),
    *("If 3 were left out, there would be no solution.", "Otherwise, there is no solution."),
    *("It is impossible to do better.", "There is no solution with fewer steps.", "There are no mistakes."),
    *(
        "Alice says that Bob lies. This is false.",
        "There is no solution, except this one.",
        "This is correct.",
    ),
)
_DECLARED = ("\\boxed{24}", "<answer>24</answer>", "The answer is 24.", "Answer: 24")


@pytest.mark.parametrize("denial", _DENIALS)
@pytest.mark.parametrize("declared", _DECLARED)
def test_a_denial_in_a_sentence_of_its_own_after_the_answer_takes_it_back(declared: str, denial: str) -> None:
    for ending in ("expression", "formula", "line", "block"):
        for between in ("\n", "\n\n", "\n\nIt uses both numbers. "):
            found = extract(f"{declared}{between}{denial}", ending)
            assert found.reason == "retracted" or found.answer != "24", (ending, found)


@pytest.mark.parametrize("said", _NO_DENIALS)
@pytest.mark.parametrize("declared", _DECLARED)
def test_what_denies_another_answer_takes_nothing_back(declared: str, said: str) -> None:
    assert (extract(f"{declared}\n\n{said}").answer or "").strip(".") == "24"


@pytest.mark.parametrize("denial", _DENIALS)
def test_a_denial_before_the_final_declaration_is_superseded(denial: str) -> None:
    assert extract(f"18 it is? {denial}\n\nThe answer is 24").answer == "24"
    assert extract(f"\\boxed{{18}} {denial}\n\nNow I see: \\boxed{{24}}").answer == "24"


def test_an_answer_that_repeats_itself_in_its_denial_is_taken_back() -> None:
    assert extract("\\boxed{4}. This is wrong, it is not 4").reason == "retracted"


@pytest.mark.parametrize("answer", [r"\emptyset", "no solution", "0", "None"])
def test_an_answer_of_no_solution_is_not_taken_back_by_saying_so(answer: str) -> None:
    assert not is_retracted(". So there is no solution.", answer)
    assert is_retracted(". So there is no solution. This is wrong.", answer)


@pytest.mark.parametrize(
    "text",
    [
        *("Option A: 24, Option B: 36", "Option A: 24\nOption B: 36", "Option (a): 24\n\nOption (b): 36"),
        *("Candidate 1: 24 / Candidate 2: 36", "Possibility 1: 24\n\nPossibility 2: 36", "Either 24. Or 36."),
        *("Either 24\nOr 36", "Answer 1: 24\nAnswer 2: 36", "One option is 24. Another option is 36"),
        *(r"Option A: \boxed{24}. Option B: \boxed{36}.", "Option A:\n```\n24\n```\nOption B:\n```\n36\n```"),
        "Option A.\n\\boxed{24}\nIt may be.\n\nOption B.\n\\boxed{36}",
        "Option A: <answer>24</answer>\n\nOption B: <answer>36</answer>",
        "Either \\boxed{24}.\nOr \\boxed{36}.",
    ],
)
@pytest.mark.parametrize("ending", ["formula", "line", "block"])
def test_the_last_of_several_options_is_a_hedge(text: str, ending: Ending) -> None:
    found = extract(text, ending)
    assert found.answer is None or "24" in found.answer, found  # both, which no reader takes for one


@pytest.mark.parametrize(
    "text",
    [
        "Option A: 36\nOption B: 24\n\nThe answer is 24",
        "Option A: 36\nOption B: 24\n\nOption A fails, so \\boxed{24}",
        "Option A: 36 fails.\nI choose option B: \\boxed{24}",
        "Case 1: it fails.\nCase 2: it is 24.\n\n24",
        "Option B: \\boxed{24}",
    ],
)
def test_an_option_that_is_picked_is_no_hedge(text: str) -> None:
    assert extract(text).answer == "24"


@pytest.mark.parametrize(
    "remark",
    [
        *(
            "Let me know if you need anything else!",
            "I hope this helps!",
            "Done.",
            "**All rules are satisfied.**",
        ),
        *("This checks out: 2*4 + 1 = 9.", "Check: 2 * 4 + 1 = 9 ✓", "This is correct.", "This checks out."),
        *("There is no other solution.", "No contradiction remains.", "I hope this helps! Good luck!"),
        "All rows, columns and boxes are valid.\n\nFeel free to ask for more details.",
    ],
)
@pytest.mark.parametrize("ending", ["formula", "line", "block"])
def test_a_remark_after_the_answer_that_ends_the_text_is_passed_over(remark: str, ending: Ending) -> None:
    for between in ("\n", "\n\n"):
        assert (extract(f"We solve it.\n\nx = 4{between}{remark}", ending).answer or "").endswith(
            "x = 4"
        ) or (ending == "formula")
        assert extract(f"We solve it.\n\n24{between}{remark}", ending).answer == "24"


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Let me know if it is 36 instead!",
            "Or 36.",
            "Check: 2*4 + 1 = 8",
            "I hope it is 36",
            "Maybe not.",
        ),
        *(
            "Let me know if you need the real answer, this is wrong",
            "This is wrong.",
            "There is no solution.",
        ),
    ],
)
def test_what_says_more_than_a_remark_stays(line: str) -> None:
    assert without_remarks(f"24\n{line}") == f"24\n{line}"


def test_a_check_of_words_is_the_answer_itself() -> None:
    assert without_remarks("We look at both.\nCheck: 12 / 4 = 3") == "We look at both.\nCheck: 12 / 4 = 3"


@pytest.mark.parametrize(
    "piece", ["there is no ", "no valid ", "this ", "Option A: ", "let me know ", "it is ", "or "]
)
def test_long_and_repeated_words_cost_little(piece: str) -> None:
    start = time.thread_time()
    extract(f"\\boxed{{24}} {piece * 40_000}", "block")
    extract(f"24\n{piece * 40_000}", "block")
    extract(f"{piece * 40_000}\n24", "formula")
    assert time.thread_time() - start < 1
