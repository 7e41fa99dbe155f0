"""`WordGuess-v0`: the game of Wordle (Josh Wardle, 2021), from guesses that are already marked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reasongym.answers.extraction import extract
from reasongym.core import Data, Env, Json, Turn, Verdict
from reasongym.envs.wordle.words import consistent_sizes, hard_fault, mark, read_guess, secrets, words
from reasongym.registry import register
from reasongym.seeding import Stream

_SHOWN_CHARS = 200
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


class Level(NamedTuple):
    """What the problems of a level are made of."""

    length: int
    num_listed: int
    """How many words are listed of which the hidden one is one; 0 where it may be any English word."""
    num_given: int
    turns: int
    hard: bool
    vague: bool
    """No letter of the given guesses is in the word."""
    chance: float

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        pool = f"one of {self.num_listed} listed words" if self.num_listed else "any word"
        mode = ", hard mode" if self.hard else ""
        vague = ", none of their letters in the word" if self.vague else ""
        guesses = f"{self.num_given} marked guess{'' if self.num_given == 1 else 'es'}"
        return f"{pool} of {self.length} letters, {guesses} given{vague}, {self.turns} turns{mode}"


LEVELS = (
    Level(4, 12, 1, 2, hard=False, vague=False, chance=0.17),
    Level(5, 40, 1, 3, hard=False, vague=False, chance=0.075),
    Level(5, 0, 3, 6, hard=False, vague=False, chance=0.002),
    Level(5, 0, 1, 6, hard=False, vague=False, chance=0.002),
    Level(4, 0, 1, 6, hard=True, vague=False, chance=0.032),
    Level(6, 0, 1, 6, hard=True, vague=True, chance=0.004),
)
_MOST_DRAWS = 100
"""Draws after which a given guess need not be vague."""


class Position(NamedTuple):
    """The hidden word and the guesses so far."""

    secret: str
    listed: tuple[str, ...]
    known: tuple[tuple[str, str], ...]
    hard: bool


@register("WordGuess-v0")
class WordGuess(Env):
    """Guess the hidden word; each guess is marked letter by letter.

    `data` holds `secret`, `listed` (words of which it is one; empty: any word), `given` (words and their
    marks), `turns` and `hard` (what the marks tell must be used). Any letters are a guess, a word or not.
    Text that is no guess spends its turn and is answered by what was wrong. The words are SCOWL's (see
    `reasongym.envs.wordle.words`).
    """

    family = "word-guess"
    levels = tuple(level.about for level in LEVELS)
    default_level = 3
    styles = {  # noqa: RUF012
        "plain": "the rules, the guesses given and the answer format in short paragraphs",
        "tags": "asks for <think> and <answer> tags",
        "boxed": "the guess in \\boxed{}",
        "terse": "hardly a word: letters, turns, listed words and marked guesses",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        hidden, all_words = secrets(meant.length), words(meant.length)
        listed: list[str] = []
        while len(listed) < max(1, meant.num_listed):
            word = rng.pick(hidden)
            if word not in listed:
                listed.append(word)
        secret = rng.pick(listed)
        given: dict[str, str] = {}
        draws = 0
        while len(given) < meant.num_given:
            word = rng.pick(all_words)
            marks = mark(word, secret)
            draws += 1
            is_vague = marks == "-" * meant.length or draws > _MOST_DRAWS
            if word != secret and (is_vague or not meant.vague):
                given[word] = marks
        return {
            "secret": secret,
            "listed": listed if meant.num_listed else [],
            "given": [list(one) for one in given.items()],
            "turns": meant.turns,
            "hard": meant.hard,
        }

    def prompt(self, data: Data, style: str) -> str:
        length, turns = len(data["secret"]), data["turns"]
        rows = "\n".join(_marked(word, marks) for word, marks in data["given"])
        if style == "terse":
            listed = "".join(f"{' '.join(word)}\n" for word in data["listed"])
            mode = " hard" if data["hard"] else ""
            return f"{length} letters {turns} turns{mode}\n{listed}: \n{rows}".replace(": \n", ":\n")
        pool = f"It is one of: {', '.join(data['listed'])}." if data["listed"] else "It is an English word."
        hard = _HARD if data["hard"] else ""
        return (
            f"Find a hidden word of {length} letters. {pool} Each guess is marked letter by letter: G where "
            "the letter is in the right place, Y where the word has it in another place, - where the word "
            "does not have it, or not as often as the guess: a letter is marked G or Y no more often than "
            f"the word has it, first where it is in place and then from left to right.{hard}"
            f"\n\nGuessed already:\n{rows}\n\n"
            f"You have {turns} more guesses, one a turn, and win when one of them is the word. A guess may "
            f"be any {length} letters from a to z. {_ASK[style]}"
        )

    def max_turns(self, level: int) -> int:
        return LEVELS[level].turns

    def start(self, data: Data) -> Position:
        known = tuple((word, marks) for word, marks in data["given"])
        return Position(data["secret"], tuple(data["listed"]), known, data["hard"])

    def act(self, state: Position, text: str, rng: Stream) -> Turn:
        answer, reason = extract(text, "line")
        if answer is None:
            return Turn(state, f"no guess ({reason})")
        guess = read_guess(answer, len(state.secret))
        if isinstance(guess, tuple):
            return Turn(state, f"no guess ({guess[0]})")
        fault = hard_fault(guess, state.known) if state.hard else ""
        if fault:
            return Turn(state, f"no guess ({fault})")
        marks = mark(guess, state.secret)
        if guess == state.secret:
            return Turn(state, _marked(guess, marks), 1.0, Verdict.of("ok", answer[:_SHOWN_CHARS]))
        return Turn(state._replace(known=(*state.known, (guess, marks))), _marked(guess, marks))

    def oracle(self, data: Data) -> list[str]:
        return [" ".join(data["secret"])]

    def canonical(self, data: Data) -> str:
        given = sorted(word for word, _ in data["given"])
        return f"{data['secret']} {' '.join(given)} of {' '.join(sorted(data['listed']))}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"given": rng.shuffled(data["given"]), "listed": rng.shuffled(data["listed"])}

    def space(self, level: int) -> int:
        """Return 1,000 hidden words times 2,000 given guesses, fewer than there are."""
        return 1_000 * 2_000

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 10,000 problems and rounded up."""
        return LEVELS[level].chance

    def random_action(self, state: Position, rng: Stream) -> str:
        """Guess a listed word, or any word; in hard mode fill random letters in beside the hints."""
        if not state.hard:
            return " ".join(rng.pick(state.listed or words(len(state.secret))))
        return " ".join(_random_hard(state.known, len(state.secret), rng))

    def prove(self, data: Data) -> bool:
        """Mark again by counting letters, and find the word among those that fit."""
        secret = data["secret"]
        pool = data["listed"] or words(len(secret))
        true = all(_counted_marks(word, secret) == marks for word, marks in data["given"])
        return true and secret in pool and len(consistent_sizes(pool, data["given"], secret)) > 0

    def effort(self, data: Data) -> float:
        """Return how many words fit the marks, summed over the turns of who always guesses the first."""
        secret = data["secret"]
        return sum(consistent_sizes(data["listed"] or words(len(secret)), data["given"], secret))


_HARD = (
    " Every guess must use what the marks have told: a letter marked G stays in its place, and a letter "
    "marked Y is used again, as often as a guess had it marked."
)
_ASK = {
    "plain": "Reply with the guess alone.",
    "tags": "Think in <think> </think> tags and return the guess in <answer> </answer> tags.",
    "boxed": "Put the guess in \\boxed{}.",
}


def _marked(word: str, marks: str) -> str:
    return f"{' '.join(word)} : {' '.join(marks)}"


def _counted_marks(guess: str, secret: str) -> str:
    """Mark from the letters' counts alone: how many of a letter are left when those in place are taken."""
    in_place = [mine == other for mine, other in zip(guess, secret, strict=True)]
    left = Counter(secret) - Counter(letter for letter, hit in zip(guess, in_place, strict=True) if hit)
    marks = ""
    for at, letter in enumerate(guess):
        before = sum(guess[i] == letter and not in_place[i] for i in range(at))
        marks += "G" if in_place[at] else "Y" if before < left[letter] else "-"
    return marks


def _random_hard(known: Sequence[tuple[str, str]], length: int, rng: Stream) -> list[str]:
    """Draw letters that use every hint and are random elsewhere."""
    guess = [""] * length
    needed: Counter[str] = Counter()
    for word, marks in known:
        guess = [letter if hit == "G" else kept for letter, hit, kept in zip(word, marks, guess, strict=True)]
        needed |= Counter(letter for letter, hit in zip(word, marks, strict=True) if hit != "-")
    loose = list((needed - Counter(guess)).elements())
    free = rng.shuffled([at for at in range(length) if not guess[at]])
    for at, letter in zip(free, loose + [""] * len(free), strict=False):
        guess[at] = letter or rng.pick(_ALPHABET)
    return guess
