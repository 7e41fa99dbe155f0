"""Thinking budgets: how long a model may think, how often it must go on, and how it is made to answer.

Budget forcing as in s1 (Muennighoff et al., arXiv 2501.19393, section 3.1). A turn is sampled in segments,
some of thinking and one of the answer. What the protocol puts between them is part of the turn, not sampled.
Example with one wait, the sampled segments in brackets:

    <think>  [so it is 24]  Wait         [, is 3 * 8 legal? Yes]  \\n</think>\\nFinal Answer:  [ 24]
    prefill  its end of     put in the   the budget is used up    put                       the answer
             thinking is    place of it
             taken out
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from reasongym.episodes import Completion
from reasongym.errors import UsageError

MAX_WAITS = 100
"""A model that ends its thinking at once is asked so many times at most; s1 tries up to 6."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a model thinks in each turn before it answers."""

    tokens: int
    """Most tokens of thinking."""
    waits: int = 0
    """How often an end of thinking before that is refused."""
    wait: str = "Wait"
    """Put in the place of a refused end."""
    end: str = "</think>"
    """Ends the thinking, the model's own or put by the protocol."""
    cue: str = "\nFinal Answer:"
    """Put behind the end where the budget is used up, lest the model goes on thinking in its answer."""

    def __post_init__(self) -> None:
        if self.tokens < 1:
            raise UsageError(f"a thinking budget must be at least 1 token, got {self.tokens}")
        if not 0 <= self.waits <= MAX_WAITS:
            raise UsageError(f"waits must be 0 to {MAX_WAITS}, got {self.waits}")
        for name, text in (("wait", self.wait), ("end", self.end)):
            if not text:
                raise UsageError(f"the text `{name}` of a thinking budget must not be empty")

    @property
    def closings(self) -> tuple[str, str]:
        """What ends thinking that used up its budget: after a line's end, and in the middle of a line."""
        return self.end + self.cue, f"\n{self.end}{self.cue}"


@dataclass(frozen=True, slots=True)
class Thought:
    """How far the thinking of a turn has come."""

    text: str = ""
    """What was sampled and what was put, in place; without the template's prefill."""
    spent: int = 0
    """Sampled tokens."""
    waits: int = 0
    """Ends that were refused."""
    put: str = ""
    """What the protocol put behind the last segment."""
    is_over: bool = False
    """The answer is next."""


class Stage(NamedTuple):
    """A completion in its place in a turn."""

    completion: Completion
    before: Thought
    """What had been thought when it began; the completion is the turn's answer where that is over."""


def think_on(budget: Budget, thought: Thought, segment: Completion) -> Thought:
    """Take in a segment and decide what is put behind it.

    A segment that was cut off (`length`) used up the budget. Any other ended by itself, with the end of
    thinking or without: while there are waits left it is refused, and the segment does not hold that end.
    """
    said, spent = thought.text + segment.text, thought.spent + len(segment.token_ids)
    if segment.finish != "length" and thought.waits < budget.waits:
        return Thought(said + budget.wait, spent, thought.waits + 1, budget.wait)
    put = _closing(budget, said, segment)
    return Thought(said + put, spent, thought.waits, put, is_over=True)


def _closing(budget: Budget, said: str, segment: Completion) -> str:
    if budget.end in segment.text:
        return ""
    if segment.finish != "length":
        return budget.end
    at_start, within = budget.closings
    return at_start if said.endswith("\n") else within


def stages(budget: Budget | None, completions: Iterable[Completion]) -> Iterator[Stage]:
    """Put an episode's completions in their places, turn after turn; without a budget all are answers."""
    thought = start = Thought(is_over=budget is None)
    for completion in completions:
        yield Stage(completion, thought)
        thought = start if budget is None or thought.is_over else think_on(budget, thought, completion)
