"""Word problems: the stories' numbers, their English, and answers with units."""

import re
from collections import Counter

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.math.word_problem.env import DOMAINS, LEVELS
from reasongym.envs.math.word_problem.stories import PEOPLE, Opening

ENV = reasongym.get("WordProblem-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(LEVELS)))
STEPS = {"plus": int.__add__, "minus": int.__sub__, "times": int.__mul__}


def problems(level: int, num: int = 150) -> list[Data]:
    return [ENV.problem(ENV.row(seed, level=level)).data for seed in range(num)]


def opening_of(data: Data) -> Opening:
    return DOMAINS[int(data["domain"])].openings[int(data["opening"])]


def told_short(data: Data, amount: int | None = None) -> list[int]:
    """Follow the short wording from left to right and return every amount on the way."""
    words = ENV.prompt(data, "terse").replace("less one in", "less").split()
    words = words[1 : words.index("end")]
    amounts = [int(words[0]) if words[0] != "?" else amount or 0]
    for word, number in zip(words[1::2], words[2::2], strict=True):
        n = int(number)
        if word in ("over", "less"):
            assert amounts[-1] % n == 0
            amounts.append(amounts[-1] // n if word == "over" else amounts[-1] - amounts[-1] // n)
        else:
            amounts.append(STEPS[word](amounts[-1], n))
    return amounts


def test_there_are_at_least_25_openings_in_several_domains() -> None:
    texts = [opening.text for domain in DOMAINS for opening in domain.openings]
    assert len(set(texts)) >= 25
    assert len(DOMAINS) >= 8


@ANY_LEVEL
def test_every_amount_on_the_way_is_whole_and_positive_and_the_answer_is_the_one_asked_for(
    level: int,
) -> None:
    for data in problems(level):
        amounts = told_short(data, data["start"])
        assert min(amounts) >= 2
        assert max(amounts) <= max(LEVELS[level].most, 400)
        assert amounts[-1] == data["end"]
        assert data["answer"] == (data["start"] if data["opening"] < 0 else amounts[-1])


@ANY_LEVEL
def test_stories_have_the_steps_and_the_idle_facts_that_the_level_says(level: int) -> None:
    for data in problems(level):
        steps = 0 if data["opening"] < 0 else opening_of(data).num_steps
        assert steps + len(data["events"]) == LEVELS[level].num_steps or level == 0
        assert len(data["facts"]) == min(LEVELS[level].num_facts, len(data["events"]))


@ANY_LEVEL
def test_the_numbers_of_the_text_are_those_of_the_story(level: int) -> None:
    for data in problems(level):
        told = Counter(map(int, re.findall(r"\d+", ENV.prompt(data, "plain"))))
        meant = Counter(n for _, _, n in data["events"]) + Counter(n for _, _, n in data["facts"])
        if data["opening"] < 0:
            meant[data["end"]] += 1
        else:
            opening = opening_of(data).text
            for name, value in zip("abc", data["first"], strict=True):
                meant[value] += opening.count(f"{{{name}}}")
        assert told == +meant
        assert min(told) >= 2  # so that every plural is right


@ANY_LEVEL
def test_sentences_begin_with_a_capital_or_a_number_and_are_all_filled_in(level: int) -> None:
    for data in problems(level):
        text = ENV.prompt(data, "plain")
        assert not set("{}") & set(text)
        assert "  " not in text
        assert all(
            sentence[0].isupper() or sentence[0].isdigit() for sentence in re.split(r"(?<=[.?]) ", text)
        )
        assert text.count("?") == 1


@ANY_LEVEL
def test_pronouns_agree_with_the_person(level: int) -> None:
    for data in problems(level):
        is_female = PEOPLE[int(data["who"])][1] == "she"
        words = set(re.findall(r"[a-z]+", ENV.prompt(data, "plain").lower()))
        assert not words & ({"he", "his", "him"} if is_female else {"she", "her"})


def test_people_are_never_halved() -> None:
    people = [at for at, domain in enumerate(DOMAINS) if set(domain.items) & {"passengers", "members"}]
    assert people
    assert not [at for at in people if "/" in DOMAINS[at].events]


def test_another_person_other_things_and_other_facts_are_the_same_problem() -> None:
    data = problems(4, 1)[0]
    assert ENV.canonical(data) == ENV.canonical(data | {"who": 3, "item": 0, "facts": []})
    events = [[what, which, n + 1] for what, which, n in data["events"]]
    assert ENV.canonical(data) != ENV.canonical(data | {"events": events})


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ("72", True),
        ("72 muffins", True),
        ("There are 72 muffins.", True),
        ("The bakery now has **72** muffins.", True),
        ("#### 72", True),
        ("72.0", True),
        ("\\boxed{72 \\text{ muffins}}", True),
        ("12 * 6 = 72", True),
        ("72 rolls", False),
        ("$72 or $73", False),
        ("71 muffins", False),
        ("72 muffins or 73 muffins", False),
        ("not 72 muffins", False),
        ("7,2", False),
    ],
)
def test_the_amount_counts_with_and_without_its_unit(text: str, correct: bool) -> None:
    bakery = next(at for at, domain in enumerate(DOMAINS) if "muffins" in domain.items)
    item = DOMAINS[bakery].items.index("muffins")
    data = {"domain": bakery, "opening": 0, "item": item, "answer": 72}
    assert ENV.verify(data, text).correct == correct
