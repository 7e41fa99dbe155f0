"""Words of self-reflection, counted in hand-made episodes."""

import pytest

from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode, Message
from reasongym.evaluation.reflection import KEYWORDS, reflection


def episode(group: int, text: str, *, correct: bool) -> Episode:
    verdict = Verdict(float(correct), correct, "ok" if correct else "wrong_value")
    messages = [Message("user", "?"), Message("assistant", text)]
    return Episode(
        Row("reasongym/Countdown-v0", 0, "eval", group), messages, [Completion(text, "stop")], verdict, group
    )


def test_outcomes_with_and_without_reflection_are_counted_by_hand() -> None:
    found = reflection(
        [
            episode(0, "Let me re-check. And think again.", correct=True),
            episode(0, "Four.", correct=False),
            episode(1, "I should double check", correct=False),
            episode(1, "Five", correct=True),
            episode(2, "Six it is", correct=True),
            episode(2, "Sixes", correct=True),
        ]
    )
    assert (found.num_reflecting, found.num_effective, found.num_superficial) == (2, 1, 1)
    assert (found.solved_with, found.solved_without) == (0.5, 0.75)
    assert found.keywords == {"double-check": 1, "recheck": 1, "think again": 1}
    assert (found.num_mixed, found.effect) == (2, 0.0)
    assert found.characters == (27.0, 5.75)


@pytest.mark.parametrize("word", KEYWORDS)
def test_every_keyword_is_found_in_a_sentence_and_in_none_without_it(word: str) -> None:
    assert reflection([episode(0, f"Hm, {word.upper()}!", correct=True)]).keywords == {word: 1}
    assert reflection([episode(0, "A check of the steps", correct=True)]).keywords == {}


@pytest.mark.parametrize(
    "text", ["Reconsidering this", "we re-evaluated it", "Rechecking", "let me double-checked"]
)
def test_endings_and_hyphens_do_not_matter(text: str) -> None:
    assert reflection([episode(0, text, correct=True)]).num_reflecting == 1


def test_where_none_or_all_reflect_there_is_nothing_to_compare() -> None:
    none = reflection([episode(0, "4", correct=True)])
    assert (none.solved_with, none.solved_without, none.effect, none.num_mixed) == (None, 1.0, None, 0)
    every = reflection([episode(0, "rethink", correct=True)])
    assert (every.solved_with, every.solved_without, every.effect_interval) == (1.0, None, None)


def test_a_difficulty_that_makes_a_model_reflect_and_fail_is_no_effect() -> None:
    """On the hard problem all reflect, on the easy one nobody: no problem says anything of reflection."""
    hard = [episode(0, "rethink", correct=False) for _ in range(4)]
    easy = [episode(1, "easy", correct=True) for _ in range(4)]
    found = reflection([*hard, *easy])
    assert (found.solved_with, found.solved_without, found.effect) == (0.0, 1.0, None)
