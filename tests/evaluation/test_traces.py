"""Choosing what to learn from: the verifier's word, nothing cut off, nothing twice, every loss counted."""

from collections import Counter
from dataclasses import replace

import msgspec
import pytest

from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode, Message
from reasongym.errors import UsageError
from reasongym.evaluation.traces import Choice, Counts, as_line, traces

RIGHT, WRONG = Verdict(1.0, True, "ok"), Verdict(0.0, False, "wrong_value")


def played(group: int, member: int, text: str, verdict: Verdict | None, tokens: int = 0) -> Episode:
    row = Row("reasongym/Countdown-v0", 1, "train", group)
    messages = [Message("user", f"problem {group}"), Message("assistant", text)]
    completion = Completion(text, "stop", [1], [2] * tokens, [0.0] * tokens)
    return Episode(row, messages, [completion], verdict, group, member)


RUN = [
    played(0, 0, "long and right", RIGHT, tokens=9),
    played(0, 1, "wrong", WRONG, tokens=1),
    played(0, 2, "short and right", RIGHT, tokens=2),
    played(0, 3, "short and right", RIGHT, tokens=2),
    played(0, 4, "right", RIGHT, tokens=5),
    replace(played(1, 0, "right but cut", RIGHT, tokens=3), is_truncated=True),
    played(1, 1, "nobody could tell", None),
    played(1, 2, "no", Verdict(0.0, False, "no_answer")),
]


def kept(choice: Choice) -> tuple[list[tuple[int, int]], Counts]:
    counts = Counts()
    return [(one.group, one.member) for one in traces(RUN, choice, counts)], counts


def test_right_whole_and_different_episodes_are_kept_and_the_rest_is_counted() -> None:
    found, counts = kept(Choice())
    assert found == [(0, 0), (0, 2), (0, 4)]
    assert (counts.problems, counts.solved_problems, counts.episodes) == (2, 2, 8)
    assert (counts.right, counts.kept) == (5, 3)
    assert +counts.dropped == Counter(wrong_value=1, duplicate=1, truncated=1, unscored=1, no_answer=1)
    assert counts.kept + counts.dropped.total() == counts.episodes


def test_the_first_or_the_shortest_are_kept_where_there_are_more_than_wanted() -> None:
    found, counts = kept(Choice(most=2))
    assert found == [(0, 0), (0, 2)]
    assert counts.dropped["over_most"] == 1
    assert kept(Choice(most=2, prefer="shortest"))[0] == [(0, 2), (0, 4)]
    assert kept(Choice(most=1, prefer="shortest"))[0] == [(0, 2)]


def test_wrong_ones_are_kept_where_that_is_asked_for_but_never_what_was_cut_or_not_judged() -> None:
    found, counts = kept(Choice("all"))
    assert found == [(0, 0), (0, 1), (0, 2), (0, 4), (1, 2)]
    assert counts.kept + counts.dropped.total() == counts.episodes


def test_length_is_in_characters_where_no_tokens_were_told() -> None:
    run = [played(0, 0, "a longer one", RIGHT), played(0, 1, "short", RIGHT)]
    (one,) = traces(run, Choice(most=1, prefer="shortest"), Counts())
    assert one.member == 1


def test_a_line_holds_the_chat_and_where_it_comes_from() -> None:
    line = msgspec.json.decode(as_line(RUN[0], "somebody"))
    assert line["messages"] == [
        {"role": "user", "content": "problem 0"},
        {"role": "assistant", "content": "long and right"},
    ]
    assert Row.from_dict(line["row"]) == RUN[0].row
    assert (line["policy"], line["sample"], line["reason"], line["reward"]) == ("somebody", 0, "ok", 1.0)


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(UsageError, match="most must be 0"):
        Choice(most=-1)
