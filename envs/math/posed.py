"""What the environments share whose answer is a formula: wordings of the answer format, and the verdict."""

from abc import abstractmethod
from typing import ClassVar

from reasongym.answers.alternatives import offers_alternatives
from reasongym.answers.declarations import Ending
from reasongym.answers.prose import declared
from reasongym.core import Data, Env, Verdict
from reasongym.envs.math.exact import SHOWN_CHARS, STYLES

VARIABLES = ("x", "y", "z", "t", "u", "w")
"""Names that a problem's variable may have; none is a constant or begins a function's name alone."""

_ASK = {
    "plain": "End with a line that holds only {}.",
    "tags": "Show your work in <think> </think> tags, then write {} in <answer> </answer> tags.",
    "boxed": "Put {} in \\boxed{{}}.",
}


_TICKS = " \t\r\n✓✔✅\ufe0f"


def unfenced(text: str) -> str:
    """Put what a fence at the end holds into one line, without the fence."""
    if not text.endswith("```"):
        return text
    before, fence, inside = text[:-3].rpartition("```")
    language, newline, lines = inside.partition("\n")
    if not fence or (language.strip() and not language.strip().isalpha()):
        return text
    return f"{before}\n{' '.join((lines if newline else language).split())}"


class Posed(Env):
    """One turn: a question, and an answer that is judged by what it means."""

    styles = STYLES
    ending: ClassVar[Ending] = "formula"
    asks: ClassVar[str] = "the result"
    """What the answer is called in the prompt."""
    spaces: ClassVar[tuple[int, ...]]
    chances: ClassVar[tuple[float, ...]]

    @abstractmethod
    def question(self, data: Data) -> str:
        """Word the problem without the answer format."""

    @abstractmethod
    def terse(self, data: Data) -> str:
        """Word the problem in a few tokens."""

    @abstractmethod
    def fault(self, data: Data, answer: str) -> str:
        """Return what is wrong with an answer as a reason code, `ok` if nothing is."""

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return self.terse(data)
        return f"{self.question(data)} {_ASK[style].format(self.asks)}"

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = declared(unfenced(text.rstrip(_TICKS)), self.ending)
        if answer is None:
            return Verdict(0.0, False, reason)
        return self.verdict(self.fault(data, answer), answer)

    def verdict(self, reason: str, answer: str) -> Verdict:
        """Turn the reason why an answer is right or not into a verdict."""
        shown = answer[:SHOWN_CHARS]
        if reason in ("syntax", "unknown_symbol") and offers_alternatives(shown):
            reason = "hedged"
        return Verdict.of(reason, shown)

    def space(self, level: int) -> int:
        """Return how many were counted in 100,000 draws, rounded down, or fewer where there are no more."""
        return self.spaces[level]

    def chance(self, level: int) -> float:
        """Return what the better of the random player and a constant earns, measured on 10,000 problems."""
        return self.chances[level]
