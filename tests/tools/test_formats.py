"""Calls are read in every format, whatever else a text holds, and what is malformed says what is wrong."""

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reasongym.checks.hostile import HOSTILE
from reasongym.tooling import Call
from reasongym.tools import FORMATS, PythonTool, Reader, SearchTool, Tool
from reasongym.tools.formats import MAX_ARGUMENT, abridged

PYTHON = PythonTool()
SEARCH = SearchTool(lambda: ())
CODE = "x = 6 * 7\nprint(x)"


def call(code: str) -> str:
    return f"<tool_call>{json.dumps({'name': 'python', 'arguments': {'code': code}})}</tool_call>"


def read(text: str, *formats: str, tool: Tool = PYTHON) -> Call | None:
    return Reader(tool, formats or tuple(FORMATS)).read(text)


def argument(text: str, *formats: str, tool: Tool = PYTHON) -> str | None:
    found = read(text, *formats, tool=tool)
    return None if found is None or found.fault else found.argument


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tags", f"Let me compute.\n<python>\n{CODE}\n</python>"),
        ("tags", f"<python>{CODE}</python>"),
        ("fence", f"Let me compute.\n```python\n{CODE}\n```\n"),
        ("fence", f"```Python\n{CODE}\n```"),
        ("fence", f"```text\nnothing\n```\nand\n``` python \n{CODE}\n``` "),
        ("json", f"Let me compute.\n{call(CODE)}"),
        ("json", f"<tool_call>\n{json.dumps({'arguments': {'code': CODE}, 'name': 'python'})}\n</tool_call>"),
        ("json", '<tool_call>{"name": "python", "arguments": {"code": "x = 6 * 7\nprint(x)"}}</tool_call>'),
        (
            "json",
            call(CODE)
            .replace('{"code"', '"{\\"code\\"')
            .replace('"}}', '\\"}"}')
            .replace("\\n", "\\\\n")
            .replace(': "x', ': \\"x'),
        ),
    ],
)
def test_a_call_is_read_in_its_format(name: str, text: str) -> None:
    assert argument(text, name) == CODE
    assert [argument(text, other) for other in FORMATS if other != name] == [None, None]


def test_a_search_is_read_as_one() -> None:
    assert argument("<search>who wrote it</search>", tool=SEARCH) == "who wrote it"
    assert read("<python>1</python>", "tags", tool=SEARCH) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<python>print(1)", "</python> is missing"),
        ("<python> \n </python>", "it holds no code"),
        ("```python\nprint(1)", "the closing ``` is missing"),
        ("```python\n```", "it holds no code"),
        ("<tool_call>{", "</tool_call> is missing"),
        ("<tool_call>{</tool_call>", "it is no JSON"),
        ("<tool_call>" + "[" * 99_999 + "</tool_call>", "it is no JSON"),
        ("<tool_call>[]</tool_call>", "it must be"),
        ('<tool_call>{"name": "python"}</tool_call>', "it must be"),
        ('<tool_call>{"name": "python", "arguments": {"source": "1"}}</tool_call>', "it must be"),
        ('<tool_call>{"name": "bash", "arguments": {"code": "1"}}</tool_call>', "there is no tool 'bash'"),
        ('<tool_call>{"name": "python", "arguments": {"code": 1}}</tool_call>', "code must be a string"),
        (f"<python>{'1' * (MAX_ARGUMENT + 1)}</python>", "it has 20,001 characters, 20,000 are allowed"),
    ],
)
def test_a_malformed_call_says_what_is_wrong_with_it(text: str, fault: str) -> None:
    found = read(text)
    assert found is not None
    assert found.fault.startswith(fault)
    assert found.argument == ""


@pytest.mark.parametrize("made", [f"<python>{CODE}</python>", f"```python\n{CODE}\n```\n", call(CODE)])
@pytest.mark.parametrize(
    ("before", "behind", "is_call"),
    [
        ("It may be \\boxed{41}, let me see. ", "", True),
        ("", "\n<output>\n42\n</output>\nThat is what it prints.", True),
        ("", "\n```output\n42\n```\n", True),
        ("", "\n<output>\n42\n</output>\nSo it is \\boxed{42}.", False),
        ("", "\nThe answer is 42.", False),
        ("", "\n<answer>42</answer>", False),
        ("", "\n\\boxed{41} or \\boxed{42}", False),
        ("<think>I try.</think>", "", True),
        ("<think>I try.\n", "", True),
        ("<think>I try.\n", "</think>", False),
        ("<think>I try.\n", "</think> 42", False),
    ],
)
def test_a_turn_is_a_call_unless_an_answer_is_declared_behind_it(
    made: str, before: str, behind: str, is_call: bool
) -> None:
    text = f"{before}\n{made}{behind}"
    assert (argument(text) == CODE) is is_call
    assert (read(text) is None) is not is_call


def test_only_the_first_of_several_calls_counts_and_the_player_is_told() -> None:
    for made, other in (
        (f"<python>{CODE}</python>", "<python>2</python>"),
        (f"```python\n{CODE}\n```", "```python\n2\n```"),
        (call(CODE), call("2")),
    ):
        found = read("\n".join([made, "Now for the other.", other, other]))
        assert found == Call(CODE, "", "Only the first of 3 calls was looked at: make one a message.")
        assert read(made) == Call(CODE)


FRAGMENTS = st.lists(
    st.one_of(
        st.sampled_from(
            (
                *("<python>", "</python>", "<search>", "</search>", "<tool_call>", "</tool_call>", "```"),
                *("```python\n", "\n```\n", "\n", '{"name": "python", ', '"arguments": {"code": "1"}}'),
                *("<think>", "</think>", "\\boxed{", "}", "The answer is ", "<answer>", "</answer>", "####"),
            )
        ),
        st.text(max_size=8),
    ),
    max_size=24,
).map("".join)


@given(FRAGMENTS)
@settings(max_examples=200, deadline=None)
@example("```python\n\ud800\n```")
def test_any_text_is_read_and_what_is_run_can_be_written_to_a_file(text: str) -> None:
    for tool in (PYTHON, SEARCH):
        for name in FORMATS:
            found = read(text, name, tool=tool)
            if found is not None:
                assert bool(found.argument.strip()) is not bool(found.fault)
                assert 0 <= len(found.argument.encode()) <= 4 * MAX_ARGUMENT


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=200, deadline=None)
@example("x = '</python'")
def test_what_is_written_as_a_call_is_what_is_read(code: str) -> None:
    code = code.replace("```", "").replace("</python>", "")
    bare = "\n".join(code.splitlines()).strip("\r\n")
    if not bare.strip():
        return
    assert argument(call(bare), "json") == bare
    assert argument(f"<python>{bare}</python>", "tags") == bare
    assert argument(f"```python\n{bare}\n```", "fence") == bare


def test_hostile_texts_are_read_in_time_linear_in_their_length() -> None:
    marks = (
        "<python>",
        "</python>",
        "<python>1</python>",
        "```python\n",
        "```\n",
        "``` ",
        "<tool_call>{",
        "{",
    )
    for text in (*HOSTILE, *(mark * (400_000 // len(mark)) for mark in marks), "```" + " " * 400_000 + "x"):
        start = time.thread_time()
        for name in FORMATS:
            read(text, name)
        assert time.thread_time() - start < 5.0, text[:40]


def test_what_is_too_long_loses_its_middle_and_says_how_much() -> None:
    assert abridged("abc", 3) == "abc"
    assert abridged("abcdefg", 4) == "ab\n[3 characters left out]\nfg"
    assert abridged("abcdefg", 1) == "a\n[6 characters left out]\n"
    assert "998,000 characters" in abridged("x" * 1_000_000, 2_000)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_tells_how_to_call_and_stops_where_its_example_ends(name: str) -> None:
    one = FORMATS[name]
    texts = {"tags": f"<python>{CODE}</python>", "fence": f"```python\n{CODE}\n```\n", "json": call(CODE)}
    assert texts[name].endswith(one.stops(PYTHON)[0])
    assert all(stop not in texts[name][: -len(stop)] for stop in one.stops(PYTHON))
    assert texts[name].split("x")[0].split("\n")[0].split('"')[0] in one.told(PYTHON)
    assert "42" in one.wrapped(PYTHON, "42").splitlines()
