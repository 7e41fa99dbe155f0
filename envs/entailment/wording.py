"""How a problem of entailment is worded."""

from reasongym.core import Data
from reasongym.envs._formulas import ATOMS, rules, worded

STYLES = {
    "plain": "premises and numbered conclusions, each on a line",
    "tags": "the same with <think> and <answer> tags",
    "boxed": "the same with the answer in \\boxed{}",
    "terse": "hardly a word, in prefix notation: `given if P Q , not R ask 1 P 2 or Q R :`",
}
FACTS = (
    ("it is raining", "it is not raining"),
    ("the door is locked", "the door is not locked"),
    ("the lamp is on", "the lamp is off"),
    ("the shop is open", "the shop is closed"),
    ("the train is late", "the train is not late"),
    ("the cat is asleep", "the cat is awake"),
    ("the soup is hot", "the soup is not hot"),
    ("the bridge is up", "the bridge is not up"),
    ("the music is playing", "the music is not playing"),
    ("the well is full", "the well is not full"),
    ("the guests are here", "the guests are not here"),
    ("the bell has rung", "the bell has not rung"),
    ("the letter was sent", "the letter was not sent"),
    ("the window is broken", "the window is not broken"),
    ("the ship is in port", "the ship is not in port"),
    ("the garden is watered", "the garden is not watered"),
    ("the engine is running", "the engine is not running"),
    ("the road is clear", "the road is not clear"),
)
"""Everyday facts with their denials, none of which has to do with another."""
LETTERS = "PQRSTUVWXY"
_ASK = {
    "plain": 'End with one line that lists the numbers of all conclusions that follow, or "none".',
    "tags": "Think between <think> and </think>, then list the numbers of all conclusions that follow "
    'between <answer> and </answer>, or write "none" there.',
    "boxed": 'Put the numbers of all conclusions that follow in \\boxed{}, or "none".',
}


def prompt(data: Data, style: str) -> str:
    """Word a problem."""
    if style == "terse":
        return _terse(data)
    facts = data["facts"]

    def atom(word: str, _form: int) -> str:
        return facts[ATOMS.index(word[-1])][word[0] == "~"]

    premises = [f"- {worded(formula, form, atom)}." for formula, form in data["premises"]]
    conclusions = [
        f"{number}. {worded(formula, form, atom)}."
        for number, (formula, form) in enumerate(data["conclusions"], 1)
    ]
    told = rules([formula for formula, _ in data["premises"] + data["conclusions"]])
    lines = [
        "Suppose that all of these premises are true:",
        *premises,
        "",
        "Which of these conclusions follow?",
        *conclusions,
        "",
        "A conclusion follows if it is true in every case in which all premises are true. "
        f"{told}{_ASK[style]}",
    ]
    return "\n".join(lines)


def _terse(data: Data) -> str:
    """Write words and spaces only, with letters for the facts."""
    words = ["given"]
    for at, (formula, _) in enumerate(data["premises"]):
        words += [*([","] if at else []), *_letters(formula)]
    words.append("ask")
    for number, (formula, _) in enumerate(data["conclusions"], 1):
        words += [str(number), *_letters(formula)]
    return " ".join([*words, ":"])


def _letters(formula: str) -> list[str]:
    return formula.replace("~", "not ").translate(_LETTERED).split()


_LETTERED = dict(zip(map(ord, ATOMS), LETTERS, strict=False))
