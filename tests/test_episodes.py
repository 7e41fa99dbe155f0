"""Training rows, and episodes as lines of JSON."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode, Message, Sampling, flatten, read_episodes, to_json
from reasongym.errors import DataError, UsageError

ROW = Row("reasongym/Countdown-v0", 0, "train", 7)


def completion(prompt_ids: list[int], token_ids: list[int]) -> Completion:
    return Completion("", "stop", prompt_ids, token_ids, [-float(token) for token in token_ids])


def episode(*completions: Completion) -> Episode:
    return Episode(ROW, [], list(completions), Verdict(0.0, False, "no_answer"))


# -- training rows ------------------------------------------------------------------------------------------


def test_turns_whose_prompt_goes_on_share_a_row() -> None:
    # The example of TrainingRow's docstring: P P P a* b* e* O O c* e*.
    (row,) = flatten(episode(completion([1, 2, 3], [4, 5, 6]), completion([1, 2, 3, 4, 5, 6, 7, 8], [9, 6])))
    assert row.ids == [1, 2, 3, 4, 5, 6, 7, 8, 9, 6]
    assert row.mask == [False] * 3 + [True] * 3 + [False] * 2 + [True] * 2
    assert row.logprobs == [0, 0, 0, -4, -5, -6, 0, 0, -9, -6]
    assert row.turns == [-1, -1, -1, 0, 0, 0, -1, -1, 1, 1]
    assert row.prompt_length == 3


@pytest.mark.parametrize("second_prompt", [[1, 2, 4, 7], [1, 2, 3], [9], [1, 2, 3, 4, 5]])
def test_a_turn_whose_prompt_was_rewritten_opens_a_row(second_prompt: list[int]) -> None:
    first, second = flatten(episode(completion([1, 2, 3], [4, 5, 6]), completion(second_prompt, [8])))
    assert (first.ids, second.ids) == ([1, 2, 3, 4, 5, 6], [*second_prompt, 8])
    assert second.mask == [False] * len(second_prompt) + [True]
    assert (first.turns[-1], second.turns[-1]) == (0, 1)


def test_a_turn_may_follow_at_once() -> None:
    (row,) = flatten(episode(completion([1], [2]), completion([1, 2], [3])))
    assert (row.ids, row.mask) == ([1, 2, 3], [False, True, True])


def test_a_turn_without_sampled_ids_trains_nothing() -> None:
    assert flatten(episode(completion([1, 2], []))) == []
    (row,) = flatten(episode(completion([1], [2]), completion([1, 2, 3], []), completion([1, 2, 3, 4], [5])))
    assert (row.ids, row.turns) == ([1, 2, 3, 4, 5], [-1, 0, -1, -1, 2])


def test_flattening_changes_no_episode() -> None:
    played = episode(completion([1], [2]), completion([1, 2, 3], [4]))
    before = to_json(played)
    rows = flatten(played)
    rows[0].ids.append(99)
    assert to_json(played) == before


def test_sampled_ids_without_logprobs_are_refused() -> None:
    bare = replace(completion([1], [2, 3]), logprobs=[])
    with pytest.raises(UsageError, match="completion 0 has 2 sampled ids but 0 log-probs"):
        flatten(episode(bare))


# -- sampling -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"temperature": -0.1}, "temperature must be a number from 0 up, got -0.1"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": float("inf")}, "temperature"),
        ({"top_p": 0.0}, "top_p must be above 0 and at most 1, got 0.0"),
        ({"top_p": 1.5}, "top_p"),
        ({"top_p": float("nan")}, "top_p"),
        ({"top_k": -1}, "top_k must be at least 1, or 0 to keep every token, got -1"),
        ({"max_tokens": 0}, "max_tokens must be at least 1, got 0"),
        ({"stop": ("x", "")}, "empty stop string"),
    ],
)
def test_sampling_that_means_nothing_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Sampling(**wrong)


# -- JSON lines ---------------------------------------------------------------------------------------------

texts = st.text()
numbers = st.integers(-(2**63), 2**63 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
rows = st.builds(
    Row,
    texts,
    st.integers(0, 20),
    st.sampled_from(["train", "eval", "all"]),
    st.integers(0, 2**63 - 1),
    st.dictionaries(texts, json_values, max_size=3),
)
completions = st.builds(
    Completion,
    texts,
    st.sampled_from(["stop", "length", "cancelled"]),
    st.lists(st.integers(0, 2**31), max_size=5),
    st.lists(st.integers(0, 2**31), max_size=5),
    st.lists(floats, max_size=5),
    st.integers(0, 10**6),
)
verdicts = st.builds(
    Verdict, floats, st.booleans(), texts, st.none() | texts, st.dictionaries(texts, floats, max_size=2)
)
messages = st.builds(Message, st.sampled_from(["system", "user", "assistant"]), texts)
episodes = st.builds(
    Episode,
    rows,
    st.lists(messages, max_size=4),
    st.lists(completions, max_size=3),
    st.none() | verdicts,
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.booleans(),
    st.none() | texts,
)


@given(st.lists(episodes, max_size=4))
def test_episodes_survive_being_written_and_read(
    tmp_path_factory: pytest.TempPathFactory, played: list[Episode]
) -> None:
    path = tmp_path_factory.getbasetemp() / "episodes.jsonl"
    for one in played:
        hash(one.row)  # a row remembers its key once asked for it, which is no part of it
    path.write_bytes(b"".join(map(to_json, played)))
    assert path.read_bytes().count(b"\n") == len(played)
    read = list(read_episodes(path))
    assert read == played
    assert b"".join(map(to_json, read)) == path.read_bytes()


GOOD = to_json(episode(completion([1], [2])))


@pytest.mark.parametrize(
    "bad",
    [
        b"\n",
        b"null\n",
        b"{}\n",
        b"not JSON\n",
        GOOD[:-20],
        GOOD[:-2] + b"\n",
        GOOD.replace(b'"no_answer"', b'"\xff"'),
        GOOD.replace(b'"train"', b'"test"'),
        GOOD.replace(b'"prompt_ids":[1]', b'"prompt_ids":[null]'),
        b"\x00" * 50 + b"\n",
    ],
)
def test_a_corrupt_line_is_named_by_its_number(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "episodes.jsonl"
    path.write_bytes(GOOD * 2 + bad)
    reading = read_episodes(path)
    assert [next(reading), next(reading)] == [episode(completion([1], [2]))] * 2
    with pytest.raises(DataError, match=r"episodes\.jsonl:3 is not an episode .*; delete that line"):
        next(reading)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*nowhere\.jsonl: No such file"):
        next(read_episodes(tmp_path / "nowhere.jsonl"))


def test_the_actions_of_an_episode_are_what_the_assistant_said() -> None:
    said = [Message("system", "s"), Message("user", "q"), Message("assistant", "a"), Message("user", "o")]
    played = Episode(ROW, [*said, Message("assistant", "b")], [], None)
    assert played.actions == ["a", "b"]
    assert played.reward == 0.0
