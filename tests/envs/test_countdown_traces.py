"""Searches written out: every step is true and starts from what is there, and the verifier judges the end."""

import re

import pytest

from reasongym import registry
from reasongym.envs.countdown.traces import KINDS, MAX_TRIES
from reasongym.seeding import stream

ENV = registry.get("reasongym/Countdown-v0")
NUM_PROBLEMS = 60
STEP = re.compile(r"(\d+) ([-+*/]) (\d+) = (\d+) , (.*)")


def worked(level: int, kind: str) -> list[tuple[dict[str, object], str]]:
    problems = [ENV.problem(ENV.row(seed, level=level, split="train")) for seed in range(NUM_PROBLEMS)]
    return [
        (problem.data, ENV.trace(problem.data, kind, stream(b"test %d" % place)))
        for place, problem in enumerate(problems)
    ]


def listed(words: str) -> list[int]:
    return sorted(map(int, words.split()))


def result_of(left: int, operator: str, right: int) -> int:
    return {"+": left + right, "-": left - right, "*": left * right, "/": left // right}[operator]


def replayed(data: dict[str, object], text: str) -> list[str]:
    """Follow a search by its words alone; returns what its steps came to: positions, misses and the hit."""
    thought = text.removeprefix("<think> ").partition(" </think>")[0]
    place: list[int] = []
    visited: list[list[int]] = []
    outcomes: list[str] = []
    for part in thought.split(" ; "):
        if part.startswith("have "):
            place = listed(part.removeprefix("have "))
            visited.append(place)
            assert place == sorted(data["numbers"])  # pyright: ignore
        elif part.startswith("at "):
            place = listed(part.removeprefix("at "))
            assert place in visited
        elif part.startswith("so ") or part == "nothing found":
            outcomes.append(part)
        else:
            match = STEP.fullmatch(part)
            assert match, part
            left, right, result = int(match[1]), int(match[3]), int(match[4])
            after = list(place)
            after.remove(left)
            after.remove(right)
            assert result == result_of(left, match[2], right) > 0
            assert match[2] != "/" or left % right == 0
            outcomes.append(match[5])
            if match[5].startswith("have "):
                place = sorted([*after, result])
                assert listed(match[5].removeprefix("have ")) == place
                assert place not in visited
                visited.append(place)
            elif match[5] == "yes":
                assert result == data["target"]
                assert not (data["use_all"] and after)
            else:
                assert match[5] == f"not {data['target']}"
                assert not after
                assert result != data["target"]
    return outcomes


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_step_of_a_search_is_true_and_starts_where_it_says(level: int, kind: str) -> None:
    for data, text in worked(level, kind):
        outcomes = replayed(data, text)
        num_steps = sum(not one.startswith(("so ", "nothing")) for one in outcomes)
        assert num_steps <= MAX_TRIES
        is_right = ENV.verify(data, text).correct
        assert is_right == outcomes[-1].startswith("so ")
        if is_right and kind != "path":
            assert outcomes[-2] == "yes"
            assert "yes" not in outcomes[:-2]


@pytest.mark.parametrize(
    ("level", "kind", "least"), [(1, "dfs", 1.0), (2, "dfs", 0.9), (2, "path", 1.0), (1, "bfs", 0.4)]
)
def test_how_often_a_kind_of_search_finds_the_answer(level: int, kind: str, least: float) -> None:
    right = [ENV.verify(data, text).correct for data, text in worked(level, kind)]
    assert sum(right) >= least * len(right)


def test_searches_that_fail_say_so_and_are_judged_wrong() -> None:
    failed = [(data, text) for data, text in worked(3, "bfs") if text.endswith("no answer")]
    assert failed
    assert not any(ENV.verify(data, text).correct for data, text in failed)


def test_searches_show_mistakes_and_the_way_back_and_the_path_shows_none() -> None:
    texts = [text for _, text in worked(2, "search")]
    assert sum(" not " in text for text in texts) > NUM_PROBLEMS / 2
    assert sum(" ; at " in text for text in texts) > NUM_PROBLEMS / 2
    assert not any(" not " in text or " ; at " in text for _, text in worked(2, "path"))


def test_texts_are_words_between_single_spaces_and_numbers_stay_small() -> None:
    texts = [text for kind in KINDS for _, text in worked(2, kind)]
    assert all(text == " ".join(text.split()) for text in texts)
    assert max(int(word) for text in texts for word in text.split() if word.isdecimal()) <= 99


def test_a_trace_is_a_function_of_its_stream() -> None:
    data = ENV.problem(ENV.row(5, level=2)).data
    texts = [ENV.trace(data, "search", stream(b"%d" % place)) for place in (0, 0, *range(1, 12))]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 3


def test_the_game_of_several_turns_shows_no_working() -> None:
    assert not registry.get("reasongym/CountdownSteps-v0").traces
