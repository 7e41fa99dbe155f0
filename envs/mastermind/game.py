"""`Mastermind-v0`: find a secret code from how many pegs of each guess fit.

The board game is Mordecai Meirowitz's (1970), its ancestor the pencil game Bulls and Cows. An episode begins
with guesses already made and marked, so that every problem is a deduction and there are many of them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reasongym.answers.extraction import extract
from reasongym.core import Data, Env, Json, Turn, Verdict
from reasongym.envs.mastermind.codes import Code, canonical, mark, read_code
from reasongym.envs.mastermind.player import consistent_sizes
from reasongym.registry import register
from reasongym.seeding import Stream

NAMES = (
    ("red", "blue", "green", "yellow", "white", "black", "orange", "purple", "brown", "pink"),
    ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0"),
    ("A", "B", "C", "D", "E", "F", "G", "H", "J", "K"),
)
_SHOWN_CHARS = 200


class Level(NamedTuple):
    """What the problems of a level are made of."""

    length: int
    num_colours: int
    num_given: int
    turns: int
    space: int
    chance: float

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        return (
            f"{self.length} pegs of {self.num_colours} colours, {self.num_given} marked guesses given, "
            f"{self.turns} turns"
        )


LEVELS = (
    Level(3, 3, 4, 4, 11_000, 0.15),
    Level(3, 4, 3, 5, 18_000, 0.076),
    Level(4, 4, 3, 7, 50_000, 0.027),
    Level(4, 6, 2, 9, 50_000, 0.007),
    Level(4, 8, 2, 10, 50_000, 0.003),
    Level(5, 8, 2, 11, 50_000, 0.001),
    Level(6, 8, 2, 13, 50_000, 0.001),
)


class Position(NamedTuple):
    """The code that is looked for, and what its colours are called."""

    names: tuple[str, ...]
    secret: Code


@register("Mastermind-v0")
class Mastermind(Env):
    """Guess the code; each guess is marked with its exact and its misplaced pegs.

    `data` holds `names` (of the colours), `secret` (a code: indices of names), `given` (codes with
    their exact and misplaced pegs) and `turns`.
    Text that is no code spends its turn and is answered by what was wrong.
    """

    family = "mastermind"
    levels = tuple(level.about for level in LEVELS)
    default_level = 3
    styles = {  # noqa: RUF012
        "plain": "the rules, the guesses given and the answer format in short paragraphs",
        "tags": "asks for <think> and <answer> tags",
        "boxed": "the guess in \\boxed{}",
        "terse": "hardly a word: colours, pegs, turns and marked guesses",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        names = rng.shuffled(rng.pick(NAMES)[: meant.num_colours])
        codes: list[list[int]] = []
        while len(codes) <= meant.num_given:
            code = [rng.below(meant.num_colours) for _ in range(meant.length)]
            if code not in codes:
                codes.append(code)
        secret, *guesses = codes
        given = [[code, list(mark(code, secret))] for code in guesses]
        return {"names": names, "secret": secret, "given": given, "turns": meant.turns}

    def prompt(self, data: Data, style: str) -> str:
        names, length, turns = data["names"], len(data["secret"]), data["turns"]
        rows = [_marked(names, code, marked) for code, marked in data["given"]]
        if style == "terse":
            return "\n".join([f"{' '.join(names)} : {length} pegs {turns} turns", *rows])
        return (
            f"Find a secret code of {length} pegs. Each peg has one of {len(names)} colours, called "
            f"{', '.join(names)}; several pegs may have the same colour. Each guess is marked: `exact` "
            "counts the pegs that have the right colour in the right position, and `misplaced` counts how "
            "many of the other pegs would become exact if they could be moved among the positions that are "
            "not exact.\n\n"
            f"These guesses have been made already:\n{chr(10).join(rows)}\n\n"
            f"You have {turns} more guesses, one a turn, and win when one of them is the code. Write a guess "
            f"as the {length} colours from the first position to the last. {_ASK[style]}"
        )

    def max_turns(self, level: int) -> int:
        return LEVELS[level].turns

    def start(self, data: Data) -> Position:
        return Position(tuple(data["names"]), tuple(data["secret"]))

    def act(self, state: Position, text: str, rng: Stream) -> Turn:
        answer, reason = extract(text, "line")
        if answer is None:
            return Turn(state, f"no guess ({reason})")
        code = read_code(answer, state.names, len(state.secret))
        if isinstance(code, str):
            return Turn(state, f"no guess ({code})")
        observation = _marked(state.names, code, mark(code, state.secret))
        if code != state.secret:
            return Turn(state, observation)
        return Turn(state, observation, 1.0, Verdict.of("ok", answer[:_SHOWN_CHARS]))

    def oracle(self, data: Data) -> list[str]:
        return [" ".join(data["names"][colour] for colour in data["secret"])]

    def canonical(self, data: Data) -> str:
        return canonical([code for code, _ in data["given"]], data["secret"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Rename the colours, move the positions and shuffle the given guesses."""
        colours = rng.shuffled(range(len(data["names"])))
        order = rng.shuffled(range(len(data["secret"])))

        def guise(code: list[int]) -> list[int]:
            return [colours[code[at]] for at in order]

        secret = guise(data["secret"])
        given = [[guise(code), marked] for code, marked in data["given"]]
        return data | {"names": rng.shuffled(data["names"]), "secret": secret, "given": rng.shuffled(given)}

    def space(self, level: int) -> int:
        """Return how many were counted in 150,000 draws (rounded down, and at most 50,000)."""
        return LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what random codes earn, measured on 10,000 problems and rounded up."""
        return LEVELS[level].chance

    def random_action(self, state: Position, rng: Stream) -> str:
        return " ".join(rng.pick(state.names) for _ in state.secret)

    def prove(self, data: Data) -> bool:
        """Mark by numpy arrays and play a code that fits all marks, until one is the secret."""
        return 0 < len(_sizes(data)) <= data["turns"]

    def effort(self, data: Data) -> float:
        """Return how many codes fit the marks, summed over the turns of who always guesses the first."""
        return sum(_sizes(data))


_ASK = {
    "plain": "Reply with the guess alone.",
    "tags": "Think in <think> </think> tags and return the guess in <answer> </answer> tags.",
    "boxed": "Put the guess in \\boxed{}.",
}


def _marked(names: Sequence[str], code: Sequence[int], marked: Sequence[int]) -> str:
    return f"{' '.join(names[colour] for colour in code)} : {marked[0]} exact {marked[1]} misplaced"


def _sizes(data: Data) -> list[int]:
    return consistent_sizes(data["given"], data["secret"], len(data["names"]))
