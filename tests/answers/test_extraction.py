"""Which answer of a completion counts."""

import pytest

from reasongym.answers.alternatives import offers_alternatives
from reasongym.answers.declarations import HEDGED, NO_ANSWER, Ending
from reasongym.answers.extraction import extract
from tests.cpu import cpu_seconds


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # every way to declare one
        (r"So it is \boxed{3 * 7}.", "3 * 7"),
        (r"\fbox{3 * 7}", "3 * 7"),
        (r"\boxed {3 * 7}", "3 * 7"),
        ("<answer> 3 * 7 </answer>", "3 * 7"),
        ("<answer>\n3 * 7\n</answer>", "3 * 7"),
        ("Some work.\n#### 3 * 7", "3 * 7"),
        ("The answer is 3 * 7.", "3 * 7."),
        ("the final answer is: 3 * 7", "3 * 7"),
        ("Answer: 3 * 7", "3 * 7"),
        ("**Answer:** 3 * 7", "3 * 7"),
        ("**Final answer: 3 * 7**", "3 * 7"),
        ("**Answer**: `3 * 7`", "`3 * 7`"),
        ("Answer:\n3 * 7", "3 * 7"),
        ("Answer: 3 * 7, which uses both.", "3 * 7"),
        ("Let me see.\n3 * 7", "3 * 7"),
        ("We can write 3 * 7 = 21.", "3 * 7 = 21"),
        ("It is $3 \\times 7$.", "$3 \\times 7$"),
        (r"It is \(3 \times 7\)", r"\(3 \times 7\)"),
        ("3 * 7\n\n", "3 * 7"),
        ("<ANSWER>3 * 7</ANSWER>", "3 * 7"),
        ("Answer：3 * 7", "3 * 7"),
        ("The answer is therefore 3 * 7", "3 * 7"),
        # as chat models lay it out
        ("So the expression is `3 * 7`.", "`3 * 7`"),
        ("So the expression is **3 * 7**.", "**3 * 7**"),
        ("The answer is **3 * 7**.", "3 * 7"),
        ('I found "3 * 7".', "3 * 7"),
        ("**Solution:** 3 * 7", "3 * 7"),
        ("* 3 * 7", "3 * 7"),
        ("> 3 * 7", "3 * 7"),
        ("3 * 7 = 21 ✓", "3 * 7 = 21"),
        ("$3 * 7$\u200b", "$3 * 7$"),
        ("We get **3 * 7 = 21**", "**3 * 7 = 21**"),
        ("3 * 7 = **21**", "3 * 7 = **21**"),
        ("```\n3 * 7\n```", "3 * 7"),
        ("Here it is:\n```python\n3 * 7\n```", "3 * 7"),
        ("**Answer:**\n```\n3 * 7\n```\nIt uses both.", "3 * 7"),
        ("We get $$3 * 7$$", "$$3 * 7$$"),
        ("We get\n$$\n3 * 7\n$$", "$$\n3 * 7\n$$"),
        ("We get\n\\[\n3 * 7\n\\]", "\\[\n3 * 7\n\\]"),
        ("Thus, the answer is:\n\\[\n3 * 7\n\\]\nDone.", "\\[\n3 * 7\n\\]"),
        ("<answer>```\n3 * 7\n```</answer>", "3 * 7"),
        ("<answer>The equation is 3 * 7 = 21</answer>", "3 * 7 = 21"),
        ("Answer: 3 * 7 (it uses both)", "3 * 7"),
        ("Answer: 3 * 7 - that is it", "3 * 7"),
        ("Answer: 3 * 7 and it uses both", "3 * 7"),
        ("It is not 5 + 16, or maybe it is. Here: 3 * 7", "3 * 7"),
        ("The divisor 3 is what I looked for\n3 * 7", "3 * 7"),
        # braces are balanced, and only the outermost box declares
        (r"\boxed{\frac{1}{2} + 3}", r"\frac{1}{2} + 3"),
        (r"\boxed{\boxed{3 * 7}}", "3 * 7"),
        (r"\boxed{3 + \boxed{3 * 7}}", r"3 + \boxed{3 * 7}"),
        (r"\boxed{\{3 + 4\} * 2}", r"\{3 + 4\} * 2"),
        # the strongest way decides
        (r"<answer>5</answer> \boxed{3 * 7} Answer: 6", "3 * 7"),
        (r"<answer>so \boxed{3 * 7}</answer>", "3 * 7"),
        ("<answer>3 * 7</answer>\nAnswer: 6\n#### 5", "3 * 7"),
        ("The answer is 6\n#### 3 * 7", "3 * 7"),
        ("#### Step 1: look\nNow I see.\n3 * 7", "3 * 7"),
        ("Which expression: 1 + 2?\nNo.\n3 * 7", "3 * 7"),
        # the last complete declaration supersedes
        (r"\boxed{42}. Wait, that is wrong. The answer is \boxed{17}", "17"),
        ("<answer>1</answer>\n<answer>2</answer>", "2"),
        ("Answer: 1\nNo. Answer: 2", "2"),
        (r"\boxed{3 * 7} and then \boxed{4", "3 * 7"),
        (r"\boxed{3 * 7}. Check: \boxed{3 * 7}", "3 * 7"),
        # placeholders and echoes of the instruction declare nothing
        (r"Put it into \boxed{}: \boxed{3 * 7}", "3 * 7"),
        (r"\boxed{3 * 7} as asked in \boxed{...}", "3 * 7"),
        ("<answer></answer>\n3 * 7", "3 * 7"),
        # what was thought does not count
        (r"<think>\boxed{1}</think>\boxed{3 * 7}", "3 * 7"),
        (r"thinking \boxed{1}</think> 3 * 7", "3 * 7"),
        ("<think>a</think><answer>1</answer><think>b</think>3 * 7", "3 * 7"),
        # thinking between the roles of s1's chat, closed by the model or by a thinking budget
        ("<|im_start|>think\nMaybe \\boxed{1} or \\boxed{2}<|im_start|>answer\n3 * 7<|im_end|>", "3 * 7"),
        ("<|im_start|>think\n\\boxed{1}Wait, no\n<|im_start|>answer\nFinal Answer: 3 * 7", "3 * 7"),
        ("<|im_start|>think<think>a<|im_start|>answer\n<answer>3 * 7</answer>", "3 * 7"),
        ("<|im_start|>think</think>a<|im_start|>answer\n3 * 7", "3 * 7"),
        # "not" denies
        (r"It is not \boxed{5}, it is \boxed{3 * 7}", "3 * 7"),
    ],
)
def test_the_declared_answer_is_found(text: str, answer: str) -> None:
    assert extract(text) == (answer, "ok")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " \n ",
            "I do not know.",
            "The answer is",
            "\\boxed{}",
            "<answer> </answer>",
            "####",
            "....",
            "?",
        ),
        *("<think>3 * 7", "<think>a</think> then <think> 3 * 7", "</think>", "<think>3 * 7</think>", "x = y"),
        *("<|im_start|>think\nso \\boxed{3 * 7}", "<|im_start|>think\n3 * 7<|im_start|>answer\n"),
        "<|im_start|>think a<|im_start|>answer b<|im_start|>think 3 * 7",
        *(
            r"\boxed{3 * 7",
            "<answer>3 * 7",
            r"It is not \boxed{5}",
            r"\boxed{\ldots}",
            "<answer>...</answer>",
        ),
        # denied, whatever it is set in
        *("It is not 3 * 7", "It isn't 3 * 7.", "It cannot be 3 * 7", "not: 3 * 7", "more than 3 * 7"),
        *("not `3 * 7`", "not **3 * 7**", "not $3 * 7$", "not $$3 * 7$$", "It is not:\n\\[3 * 7\\]"),
        *("not ```\n3 * 7\n```", 'not "3 * 7"', r"It is not the case that \boxed{3 * 7}"),
    ],
)
def test_a_text_without_a_declaration_has_no_answer(text: str) -> None:
    assert extract(text) == NO_ANSWER


@pytest.mark.parametrize(
    "text",
    [
        r"\boxed{3 * 7} or \boxed{5 + 16}",
        r"\boxed{1}, \boxed{2}, \boxed{3}",
        "<answer>1</answer> <answer>2</answer>",
        "Answer: 3 * 7 or answer: 5 + 16",
        "3 * 7 or 5 + 16",
        "3 * 7, 5 + 16",
        "3 * 7 and 5 + 16",
        "either 3 * 7; 5 + 16",
        "$3 * 7$ or $5 + 16$",
        "$$3 * 7$$ or $$5 + 16$$",
        "`3 * 7`, `5 + 16`",
        "**3 * 7** or **5 + 16**",
        '"3 * 7" or "5 + 16"',
        "3 * 7 or possibly 5 + 16",
        "3 * 7 or else 5 + 16",
        "maybe 3 * 7, maybe 5 + 16",
        "3 * 7 or\n5 + 16",
        "3 * 7 or\n$$5 + 16$$",
        r"37 or \boxed{96}",
        r"it is 37 or $\boxed{96}$",
        "37, or <answer>96</answer>",
    ],
)
def test_unequal_declarations_in_one_sentence_are_a_hedge(text: str) -> None:
    assert extract(text) == HEDGED


@pytest.mark.parametrize("answer", ["3 * 7 or 5 + 16", "3, 4", "either 3", "3; 4"])
def test_one_declaration_of_several_answers_is_told(answer: str) -> None:
    assert offers_alternatives(answer)


@pytest.mark.parametrize(
    "afterthought",
    [
        *(", if that fails 5 + 16", ", otherwise 5 + 16", ", else 5 + 16", ", another is 5 + 16"),
        *(" (or 5 + 16)", " (if not, 5 + 16)", " - or 5 + 16", ", which may be wrong, or 5 + 16"),
        *(", then again 5 + 16", ", as an alternative 5 + 16", ", but it could also be 5 + 16"),
    ],
)
def test_an_afterthought_that_offers_another_answer_is_part_of_the_declaration(afterthought: str) -> None:
    assert extract(f"Answer: 3 * 7{afterthought}").answer == f"3 * 7{afterthought}"


@pytest.mark.parametrize("text", ["12 ≥ 3 * 4", "12 ≠ 3 * 4", "√ 3 * 4", "1 ± 3 * 4"])
def test_reading_does_not_begin_behind_a_sign_that_belongs_to_the_expression(text: str) -> None:
    assert extract(text).answer == text


def test_reading_does_not_begin_inside_a_word() -> None:
    assert extract("0x3e7").answer == "0x3e7"
    assert extract("take 1.5*10").answer != "5*10"


def test_an_unclosed_thought_has_no_answer_however_long() -> None:
    assert extract("<think>" + "a" * 1_000_000 + "\n3 * 7") == NO_ANSWER


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "\\boxed{",
            "{",
            "}",
            "\\boxed{1}",
            "\\boxed{1} or ",
            "<answer>",
            "<answer>1</answer>",
            "answer is ",
        ),
        *(
            "</think>",
            "answer:**",
            "$",
            "$1$ ",
            " ",
            "\n",
            "1+",
            "answer: 1, x",
            "not ",
            "(",
            ". ",
            "*",
            "#### ",
        ),
        *("```", "$$", "\\[", "**", '"', "“", "answer is ```", "answer: 1 - a (b", "3 + 4 or ", "✓"),
    ],
)
def test_a_megabyte_of_anything_is_read_in_bounded_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))

    def work() -> None:
        extract(text)
        extract(text + "}" * 8_000)

    assert cpu_seconds(work) < 0.05


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is $p - q$.", "$p - q$."),
        ("Answer: -2, 1 + i, 1 - i", "-2, 1 + i, 1 - i"),
        ("The answer is $x^5 - x^4 + x$, which was to be found.", "$x^5 - x^4 + x$"),
        ("The answer is 7 - as I said before.", "7"),
        ("The answer is $5$, because 2 + 3 = 5.", "$5$"),
        ("The answer is $34\\text{ sq. units}$. This is the area.", "$34\\text{ sq. units}$"),
    ],
)
def test_letters_of_a_formula_are_no_remark_behind_it(text: str, answer: str) -> None:
    assert extract(text, "formula").answer == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("So the derivative is 3x^2 + 2.", "3x^2 + 2"),
        ("f'(x) = 3x^2 + 2x", "f'(x) = 3x^2 + 2x"),
        ("We get\n$\\frac{1}{2}$", "$\\frac{1}{2}$"),
        ("so 2xy + sin(x)", "2xy + sin(x)"),
        ("xy + 3", "xy + 3"),
        ("the area = 5", "5"),
        ("is -3", "-3"),
        ("gives (x+1)(x-2)", "(x+1)(x-2)"),
        ("The answer is x^2 - 1", "x^2 - 1"),
    ],
)
def test_the_formula_that_ends_a_text_is_read_whole(text: str, answer: str) -> None:
    assert extract(text, "formula") == (answer, "ok")


@pytest.mark.parametrize("text", ["the value is 3 or 4", "x = 3, or 4"])
def test_a_formula_offered_beside_another_is_a_hedge(text: str) -> None:
    assert extract(text, "formula") == HEDGED


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("First line.\nA is a knight, B is a knave", "A is a knight, B is a knave"),
        ("Answer: A is a knight, B is a knave", "A is a knight, B is a knave"),
        ("up, up, left\n\n", "up, up, left"),
    ],
)
def test_the_line_that_ends_a_text_is_read_whole(text: str, answer: str) -> None:
    assert extract(text, "line") == (answer, "ok")


@pytest.mark.parametrize(
    "text",
    [
        "Here:\n```\n1 2\n3 4\n```\nDone",
        "First ```0 0``` and then:\n```text\n1 2\n3 4\n```",
        "Here:\n\n1 2\n3 4\n",
        "Answer: 1 2\n3 4\n\nThat was it.",
        "\\boxed{1 2\n3 4}",
    ],
)
def test_the_block_that_ends_a_text_is_read_whole(text: str) -> None:
    assert extract(text, "block") == ("1 2\n3 4", "ok")


def test_an_unclosed_fence_or_an_empty_box_is_no_block() -> None:
    assert extract("Here: \\boxed{}", "block") == NO_ANSWER
    assert extract("", "block") == NO_ANSWER
    assert extract("<think>\n1 2", "block") == NO_ANSWER


@pytest.mark.parametrize("ending", ["block", "line"])
@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("So it is:", ("up left", "ok")),
        ("It cannot be shorter, so the moves are:", ("up left", "ok")),
        ("or", HEDGED),
        ("Alternatively,", HEDGED),
        ("Another possibility:", HEDGED),
        ("It could also be:", HEDGED),
        ("Solution 2:", HEDGED),
        ("**Perhaps:**", HEDGED),
        ("Wrong answer:", NO_ANSWER),
        ("The following is not the answer:", NO_ANSWER),
        ("The opposite of:", NO_ANSWER),
    ],
)
def test_the_line_above_may_disown_what_ends_a_text(
    lead: str, expected: tuple[str | None, str], ending: Ending
) -> None:
    assert extract(f"{lead}\n\nup left", ending) == expected


def test_paragraphs_may_end_in_carriage_returns() -> None:
    assert extract("Sure.\r\n\r\n- 2\n- 3", "block").answer == "- 2\n- 3"


def test_a_loose_list_is_one_block() -> None:
    assert extract("The answer is:\n\n1. up\n\n2. left\n\nDone.", "block").answer == "1. up\n\n2. left"


def test_a_fence_may_hold_the_last_line() -> None:
    assert extract("My guess:\n```\ncrane\n```", "line").answer == "crane"


@pytest.mark.parametrize(
    "text",
    [
        "So the solution is\n\\[\nx < 3\n\\]",
        "$$\nx < 3\n$$",
        "We get\n\n$$\nx < 3\n$$.",
        "\\[\n  x < 3\n  \\]\n",
    ],
)
def test_a_display_on_its_own_lines_is_the_last_line(text: str) -> None:
    answer = extract(text, "line").answer
    assert answer is not None
    assert answer.strip("$\\[]. \n") == "x < 3"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('{"answer": "3 x ^ 2"}', "3 x ^ 2"),
        ('Done.\n\n```json\n{\n  "answer": "x = 2"\n}\n```', "x = 2"),
        ('{"final_answer": "\\\\frac{1}{2}"}', "\\frac{1}{2}"),
        ('{"answer": "\\frac{1}{2}"}', "\\frac{1}{2}"),
    ],
)
@pytest.mark.parametrize("ending", ["expression", "formula", "line", "block"])
def test_an_object_with_one_answer_declares_it(text: str, answer: str, ending: Ending) -> None:
    assert extract(text, ending) == (answer, "ok")


def test_objects_that_offer_two_answers_declare_neither() -> None:
    assert extract('{"answer": "3"} or {"answer": "4"}', "formula").answer is None
    for text in ('{"answer": "3", "alternative": "4"}', '{"alternative": "4", "answer": "3"}'):
        assert extract(text, "formula").answer not in ("3", "4")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("It is 4 x ... or perhaps 3 x", "hedged"),
        ("4 x where the other option is 3 x", "hedged"),
        ("It could be 3 x", "hedged"),
        ("Here is a wrong answer: 3 x", "no_answer"),
        ("The opposite of 3 x", "no_answer"),
    ],
)
def test_the_words_before_a_formula_may_disown_it(text: str, reason: str) -> None:
    assert extract(text, "formula").reason == reason
