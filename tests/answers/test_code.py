"""Finding programs in completions."""

import pytest

from reasongym.answers.code import find_block, find_code
from tests.cpu import cpu_seconds

CODE = "def f(x):\n    return x\n"
OTHER = "def f(x):\n    return 1\n"


def fenced(code: str, language: str = "python") -> str:
    return f"```{language}\n{code}```"


@pytest.mark.parametrize(
    "text",
    [
        fenced(CODE),
        fenced(CODE, ""),
        fenced(CODE, "py"),
        fenced(CODE, "Python"),
        f"Here it is:\n\n{fenced(CODE)}\n\nIt returns its argument.",
        f"<think>{fenced(OTHER)}</think>{fenced(CODE)}",
        f"<think>x</think><answer>{fenced(CODE)}</answer>",
        f"<answer>{CODE}</answer>",
        f"A draft:\n{fenced(OTHER)}\nThat is wrong. The final program:\n{fenced(CODE)}",
        f"{fenced(CODE)}\nUse it so:\n{fenced('print(f(3))' + chr(10))}",
        f"{fenced(CODE)}\nIn a shell:\n{fenced('python f.py' + chr(10), 'bash')}",
        f"```python\n{CODE}",
        CODE,
        f"Sure!\n{CODE}",
        fenced(f"import math\n\n{CODE}"),
    ],
)
def test_the_program_is_found_in_every_usual_form(text: str) -> None:
    code, reason = find_code(text, "f")
    assert reason == "ok"
    assert code is not None
    assert code.strip().endswith(CODE.strip())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no_answer"),
        ("the function f", "no_answer"),
        (fenced("x = 1\n"), "no_answer"),
        (fenced("def g(x): pass\n"), "no_answer"),
        (fenced(CODE, "javascript"), "no_answer"),
        (f"<think>{fenced(CODE)}", "no_answer"),
        (f"{fenced(OTHER)} or {fenced(CODE)}", "hedged"),
        (f"{fenced(OTHER)}\n\nor\n\n{fenced(CODE)}", "hedged"),
        (f"\\boxed{{{fenced(OTHER)}}} or \\boxed{{{fenced(CODE)}}}", "hedged"),
        (f"{fenced(OTHER)}\nor **\n{fenced(CODE)}**", "hedged"),
        (f"<answer>{fenced(OTHER)}</answer> or <answer>{fenced(CODE)}</answer>", "hedged"),
    ],
)
def test_what_declares_no_single_program_has_its_reason(text: str, fault: str) -> None:
    assert find_code(text, "f") == (None, fault)


def test_the_name_may_be_a_class_or_a_variable() -> None:
    assert find_code("```python\nclass Solution:\n    pass\n```", "Solution").answer
    assert find_code("```python\nf = lambda x: x\n```", "f").answer


def test_a_block_may_stand_without_fence() -> None:
    assert find_block("[ab]+", ("", "regex")).answer == "[ab]+"
    assert find_block("The query:\n```sql\nSELECT 1\n```", ("sql",)).answer == "SELECT 1\n"
    assert find_block("```python\nx\n```", ("sql",)) == (None, "no_answer")


@pytest.mark.parametrize("text", ["```" * 50_000, "<answer>" * 100_000, "`" * 1_000_000, "def f" * 200_000])
def test_large_texts_are_read_quickly(text: str) -> None:
    def work() -> None:
        find_code(text, "f")

    assert cpu_seconds(work) < 0.05
