"""Spurious rewards, as controls: what a method gains from these it owes to something else than the verdict.

After Shao et al., "Spurious Rewards", arXiv 2506.10947, section 2. Each replaces the reward.
"""

from collections import Counter
from collections.abc import Sequence

from reasongym.agents.shaping.contract import Member, shaping
from reasongym.evaluation.consensus import answer_form, answer_text
from reasongym.seeding import stream


@shaping("random")
def random(group: Sequence[Member], *, probability: float = 0.5) -> list[float]:
    """Pay 1 with a probability, whatever was said; a function of the row and the member alone."""
    keys = (b"random reward %s %d" % (member.episode.row.key, member.episode.member) for member in group)
    return [float(stream(key).random() < probability) for key in keys]


@shaping("majority")
def majority(group: Sequence[Member], *, as_mathematics: bool = False) -> list[float]:
    """Pay 1 for the group's commonest answer, the first met of equally common ones; none for no answer.

    Answers are one where their texts are, white space aside, or `as_mathematics` where their values are.
    """
    name = answer_form if as_mathematics else answer_text
    answers = [None if (said := member.verdict.answer) is None else name(said) for member in group]
    counts = Counter(answer for answer in answers if answer is not None)
    commonest = max(counts, key=counts.__getitem__, default=None)
    return [float(answer is not None and answer == commonest) for answer in answers]


@shaping("format-only")
def format_only(group: Sequence[Member]) -> list[float]:
    """Pay 1 for any answer that could be read."""
    return [float(member.verdict.answer is not None) for member in group]


@shaping("inverted")
def inverted(group: Sequence[Member]) -> list[float]:
    """Pay 1 for what is wrong."""
    return [float(not member.correct) for member in group]
