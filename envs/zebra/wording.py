"""Attributes, their values, and how a clue is put into a sentence."""

from collections.abc import Sequence

from reasongym.core import Data
from reasongym.envs.zebra.clues import Clue, read, values_of

ATTRIBUTES = {
    "name": ("{}", "Alice Boris Clara David Elena Felix Grace Hugo"),
    "nationality": ("the {}", "Norwegian Spaniard Dane Swede German Briton Italian Greek"),
    "job": ("the {}", "baker doctor teacher painter lawyer farmer pilot nurse"),
    "colour": ("the person in the {} house", "red blue green white yellow purple brown grey"),
    "pet": ("the person who keeps the {}", "cat dog horse parrot rabbit snake hamster goldfish"),
    "drink": ("the person who drinks {}", "tea coffee milk water juice cocoa beer wine"),
    "fruit": ("the person who likes {}", "apples pears plums grapes figs cherries lemons melons"),
    "flower": ("the person who grows {}", "roses tulips lilies daisies violets irises orchids poppies"),
    "sport": ("the person who plays {}", "tennis golf football cricket hockey rugby badminton volleyball"),
    "instrument": ("the person who plays the {}", "violin piano flute guitar trumpet harp cello drum"),
    "vehicle": ("the person who drives the {}", "van truck taxi bus jeep tractor limousine scooter"),
}
"""By name: how its owner is called, and its values."""
_SENTENCES = {
    "at": "{0} lives in house {h}",
    "not_at": "{0} does not live in house {h}",
    "same": "{0} and {1} are the same person",
    "differ": "{0} and {1} are different people",
    "next": "{0} lives next to {1}",
    "before": "{0} lives immediately to the left of {1}",
    "left": "{0} lives somewhere to the left of {1}",
    "between": "{0} lives somewhere between {1} and {2}",
    "either": "{0} is the same person as {1} or as {2}",
}
_TERSE = {"not_at": "not at", "differ": "not same"}


def sentences(data: Data) -> list[str]:
    """Word the clues."""
    owners: list[str] = [
        ATTRIBUTES[attribute][0].format(value) for attribute, values in data["attributes"] for value in values
    ]
    return [_sentence(clue, owners) for clue in read(data["clues"])]


def _sentence(clue: Clue, owners: Sequence[str]) -> str:
    sentence = _SENTENCES[clue[0]].format(*(owners[value] for value in values_of(clue)), h=clue[2] + 1)
    return f"{sentence[0].upper()}{sentence[1:]}."


def terse(data: Data) -> list[str]:
    """Write the clues with as few words as can be: `next tea cat`."""
    names: list[str] = [value for _, values in data["attributes"] for value in values]
    lines: list[str] = []
    for clue in read(data["clues"]):
        words: list[str] = [_TERSE.get(clue[0], clue[0]), *(names[value] for value in values_of(clue))]
        if clue[0] in ("at", "not_at"):
            words.append(str(clue[2] + 1))
        lines.append(" ".join(words))
    return lines
