"""How a puzzle is worded: people, roles, turns of speech, and the four styles."""

from collections.abc import Sequence
from functools import partial

from reasongym.core import Data
from reasongym.envs._formulas import ATOMS, rules, worded

STYLES = {
    "plain": "the story, the rules and the answer format in a few short paragraphs",
    "tags": "the same with <think> and <answer> tags",
    "boxed": "the same with the answer in \\boxed{}",
    "terse": "hardly a word: `knight knave : A said or B knight not C knave ;`",
}

ROLES = (
    ("knight", "knave"),
    ("saint", "sinner"),
    ("angel", "devil"),
    ("hero", "villain"),
    ("truth-teller", "liar"),
    ("sage", "fool"),
    ("monk", "rogue"),
    ("scout", "spy"),
    ("owl", "fox"),
    ("elf", "goblin"),
    ("judge", "thief"),
    ("healer", "poisoner"),
    ("unicorn", "ogre"),
    ("gardener", "impostor"),
)
"""Who always tells the truth, and who always lies."""
PLURALS = {"hero": "heroes", "spy": "spies", "fox": "foxes", "elf": "elves", "thief": "thieves"}
NAMES = (
    *("Ada", "Amir", "Anna", "Boris", "Carla", "Chen", "Clara", "Dario", "Dina", "Edgar", "Elena", "Emil"),
    *("Farah", "Felix", "Fiona", "Gita", "Goran", "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Julia", "Kenji"),
    *("Kira", "Lars", "Leila", "Luca", "Maria", "Miguel", "Nadia", "Nils", "Olga", "Omar", "Paula", "Pedro"),
    *("Quinn", "Rosa", "Ruben", "Sofia", "Sven", "Tariq", "Thea", "Ulla", "Victor", "Wanda", "Yusuf", "Zoe"),
)
LETTERS = "ABCDEFGHJKLM"
"""Names without a name; there is no I, which is a word."""

_PLACES = (
    "On an island live",
    "In a mountain village live",
    "Aboard a ship are",
    "At the gate of a city stand",
    "Around a camp fire sit",
    "In the hall of a castle wait",
)
NUM_PLACES = len(_PLACES)
_SPEECH = (
    '{} says: "{}"',
    '{} claims: "{}"',
    '{}: "{}"',
    '{} tells you: "{}"',
    '"{1}," says {0}',
    '{} states: "{}"',
)
_NUMBERS = (
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_ASK = {
    "plain": "End with one line that names the role of each, in the form {}.",
    "tags": "Think between <think> and </think>, then name the role of each between <answer> and </answer>, "
    "in the form {}.",
    "boxed": "Put the role of each in \\boxed{{}}, in the form {}.",
}


def plural(role: str) -> str:
    """Return the plural of a role."""
    return PLURALS.get(role) or f"{role}s"


def a(role: str) -> str:
    """Put the indefinite article before a role."""
    return f"an {role}" if role[0] in "aeio" else f"a {role}"  # and "a unicorn"


def prompt(data: Data, style: str) -> str:
    """Word a puzzle."""
    if style == "terse":
        return _terse(data)
    names: list[str] = data["names"]
    honest, lying = data["roles"]
    said = _Speech(names, honest, lying)
    lines = [
        f"{_PLACES[data['place']]} {_NUMBERS[len(names)]} people: {_listed(names)}. Each of them is either "
        f"{a(honest)} or {a(lying)}. {plural(honest).capitalize()} make only true statements, "
        f"{plural(lying)} only false ones.",
        "",
        *(said.line(*statement) for statement in data["statements"]),
        "",
    ]
    told = rules([formula for _, formula, _ in data["statements"]])
    form = ", ".join([f"{name}: ROLE" for name in names])
    ask = _ASK[style].format(f'"{form}"')
    lines.append(f"Who is what? {told}{ask}")
    return "\n".join(lines)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


class _Speech:
    """What people say of each other in one puzzle."""

    def __init__(self, names: list[str], honest: str, lying: str) -> None:
        self.names = names
        self.honest, self.lying = honest, lying
        self.atoms: dict[str, tuple[str, str]] = {}
        """Of each atom about a person, two ways to say it."""
        one_honest, one_lying = a(honest), a(lying)
        for person, name in zip(ATOMS, names, strict=False):
            self.atoms[person] = (f"{name} is {one_honest}", f"{name} is not {one_lying}")
            self.atoms[f"~{person}"] = (f"{name} is {one_lying}", f"{name} is not {one_honest}")

    def line(self, speaker: int, formula: str, form: int) -> str:
        """Word who says a formula; each part takes its own choice from `form`."""
        form, speech = divmod(form, len(_SPEECH))
        text = worded(formula, form, partial(self.atom, ATOMS[speaker]))
        line = _SPEECH[speech].format(self.names[speaker], text)
        return f"{line}." if line[-1] != '"' else f'{line[:-1]}."'

    def atom(self, speaker: str, word: str, form: int) -> str:
        if word[-1] == speaker:
            return f"I am {a(self.lying if word[0] == '~' else self.honest)}"
        ways = self.atoms.get(word)
        return ways[form & 7 == 0] if ways else self.count(word)

    def count(self, word: str) -> str:
        if word == "more":
            return f"there are more {plural(self.honest)} than {plural(self.lying)} among us"
        num = int(word.lstrip("<>="))
        how = {"=": "exactly", ">": "at least", "<": "at most"}[word[0]]
        noun = f"of us is {a(self.honest)}" if num == 1 else f"of us are {plural(self.honest)}"
        return f"{how} {_NUMBERS[num]} {noun}"


def _terse(data: Data) -> str:
    """Write words and spaces only: the roles, then who said what in prefix notation."""
    names, roles = data["names"], data["roles"]
    words = list(roles)
    for speaker, formula, _ in data["statements"]:
        words += [";", names[speaker], "said"]
        for word in formula.split(" "):
            lies = word[0] == "~"
            person = word[lies:]
            if person in ATOMS:
                words += [names[ATOMS.index(person)], roles[lies]]
            elif word[0] in "<>=":
                words += [word.rstrip("0123456789"), word.lstrip("<>=")]
            else:
                words.append(word)
    return " ".join([*words, ":"])
