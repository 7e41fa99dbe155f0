"""Assignments as models write them: who is what, `X: knight`, `A and B are knights`, JSON, lists, tables.

The text is read by a strict grammar. What counts are the sentences and lines at its end that are wholly
covered by it (an explanation may come before them, nothing after); there every name must get exactly one
value. So an answer that denies, asks, supposes, offers two values or names a stranger is not read as one.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from reasongym.answers.objects import Refused, Value, read_json
from reasongym.answers.prose import HARMLESS, MAX_CHARS, Sentence, plain, sentences

Phrases: TypeAlias = dict[str, list[tuple[tuple[str, ...], str]]]
"""Spellings by their first word, the longest first, with what each means."""
Reading: TypeAlias = list[tuple[list[str] | None, str]]
"""Names and the value that each of them gets; None stands for all who have none."""

_IS = frozenset((":", "=", "->", "=>", ":=", "-", "|", "is", "are", "was", "were", "be"))
_ADVERBS = frozenset(
    (
        "both",
        "all",
        "each",
        "also",
        "therefore",
        "thus",
        "indeed",
        "clearly",
        "must",
        "be",
        "a",
        "an",
        "the",
        "only",
    )
)
_COMMA = frozenset((",", ";", "and", "&"))
_BETWEEN = _COMMA | {"while", "whereas", "but", "|"}
_EVERYONE = frozenset(("everyone", "everybody", "all", "both", "they", "each"))
_OTHERS = (
    ("everyone", "else"),
    ("everybody", "else"),
    ("the", "rest"),
    ("the", "others"),
    ("all", "others"),
    ("the", "other"),
)
_OF_THEM = frozenset(
    (
        "of",
        "them",
        "the",
        "two",
        "three",
        "four",
        "five",
        "people",
        "inhabitants",
        "islanders",
        "persons",
        "one",
    )
)
_NOBODY = frozenset(("none", "nobody", "-"))
_PRONOUNS = frozenset(
    ("he", "she", "it", "this", "that", "one", "who", "which", "each", "speaker", "someone")
)
_RULE = frozenset(" 	|:+-")
_LABELS = frozenset(
    (
        *(
            "name",
            "person",
            "inhabitant",
            "who",
            "node",
            "region",
            "role",
            "type",
            "value",
            "color",
            "colour",
        ),
        *("conclusion", "statement", "follows"),
    )
)


def assignments(
    text: str, names: Sequence[str], values: Mapping[str, str], nouns: Sequence[str] = ()
) -> dict[str, str] | str:
    """Read who is what, or return why not.

    `values` maps each spelling to the value it means; regular plurals need not be listed. `nouns` are words
    that may stand before a name ("node", "house"). Letter case does not matter. Reasons: `syntax`, `hedged`,
    `negated`, `conditional`, `question`, `retracted`, `conflict` (two values for a name), `unknown_name`,
    `missing_name`, `over_limit`.
    """
    if len(text) > MAX_CHARS:
        return "over_limit"
    reader = _Reader(names, values, nouns)
    try:
        text = plain(text).strip()
        if len(text) > MAX_CHARS:  # Unicode knows signs that stand for eighteen
            return "over_limit"
        found = reader.json(text) if text[:1] in ("{", "[") else None
        if found is None:
            found = reader.prose(text)
    except Refused as refusal:
        return refusal.args[0]
    return found if len(found) == len(set(names)) else "missing_name"


class _Reader:
    """The spellings of one problem, and what each name was given so far."""

    def __init__(self, names: Sequence[str], values: Mapping[str, str], nouns: Sequence[str]) -> None:
        self.all_names = names
        self.names = _phrases({name: name for name in names})
        self.values = _phrases(_with_plurals(values))
        self.nouns = {noun.lower() for noun in nouns}
        self.found: dict[str, str] = {}

    def give(self, name: str, value: str) -> None:
        if self.found.setdefault(name, value) != value:
            raise Refused("conflict")

    # -- prose ----------------------------------------------------------------------------------------

    def prose(self, text: str) -> dict[str, str]:
        """Read the sentences at the end that the grammar covers."""
        labels = frozenset(name for name in self.all_names if name.isdigit())
        spoken = sentences(_without_rules(text), labels)
        start = len(spoken)
        readings: list[Reading] = []
        while start and (reading := self.read(spoken[start - 1])) is not None:
            readings.append(reading)
            start -= 1
        if not any(readings):
            last = spoken[-1] if spoken else Sentence([], "")
            raise Refused("retracted" if last.takes_back else last.doubts or "syntax")
        if start:
            self._check_lead(spoken[start - 1])
        for reading in reversed(readings):
            for names, value in reading:
                if names is None and not self.found:
                    raise Refused("syntax")  # else than who?
                for name in self._others() if names is None else names:
                    self.give(name, value)
        return self.found

    def _others(self) -> list[str]:
        return [name for name in self.all_names if name not in self.found]

    def _check_lead(self, before: Sentence) -> None:
        """Refuse an answer whose lead-in denies or doubts it, or gives a stranger a role."""
        if before.spoils_what_follows:
            raise Refused(before.doubts)
        words = [token.lower() for token in before.tokens]
        at = self._after_is(words, 1)
        value = _match(self.values, words, at)
        if (
            value
            and at > 1
            and value[1] == len(words)
            and before.tokens[0][0].isupper()
            and words[0] not in _PRONOUNS
        ):
            raise Refused("unknown_name")

    def read(self, sentence: Sentence) -> Reading | None:
        """Return who is given what (None for all others), or None where a word is beyond the grammar."""
        if sentence.stop == "?":
            return None
        words = [token.lower() for token in sentence.tokens]
        reading: Reading = []
        at = self._after_lead(words, 0)
        while at < len(words):
            group = self._group(words, at) or self._listing(words, at)
            if group is None:
                return None
            names, value, at = group
            if names is None or names:
                reading.append((names, value))
            while at < len(words) and words[at] in _BETWEEN:
                at = self._after_lead(words, at + 1)
        return reading

    def _after_lead(self, words: list[str], at: int) -> int:
        while at < len(words) and (words[at] in HARMLESS or words[at] in _COMMA or words[at] in (":", "-")):
            if self._subject(words, at) or _match(self.values, words, at) or self._rest(words, at):
                break
            at += 1
        return at

    def _group(self, words: list[str], at: int) -> tuple[list[str] | None, str, int] | None:
        """Read `A and B are knights`."""
        names, at = self._subjects(words, at)
        if names == []:
            return None
        value = _match(self.values, words, self._after_is(words, at))
        return (names, *value) if value else None

    def _subjects(self, words: list[str], at: int) -> tuple[list[str] | None, int]:
        if end := self._rest(words, at):
            return None, end
        if words[at] in _EVERYONE and (words[at] != "both" or len(self.all_names) == 2):
            at += 1
            while at < len(words) and words[at] in _OF_THEM:
                at += 1
            return list(self.all_names), at
        names: list[str] = []
        ahead = at
        while one := self._subject(words, ahead):
            names.append(one[0])
            at = ahead = one[1]
            while ahead < len(words) and words[ahead] in _COMMA:
                ahead += 1
        return names, at

    def _rest(self, words: list[str], at: int) -> int:
        """Return where `the other two` ends, or 0 where nothing of the kind begins."""
        if tuple(words[at : at + 2]) not in _OTHERS:
            return 0
        at += 2
        while at < len(words) and words[at] in _OF_THEM:
            at += 1
        return at

    def _subject(self, words: list[str], at: int) -> tuple[str, int] | None:
        found = _match(self.names, words, at)
        if found is None and at < len(words) and words[at] in self.nouns:
            found = _match(self.names, words, at + 1)
        return found

    def _after_is(self, words: list[str], at: int) -> int:
        start = at
        while at < len(words) and (words[at] in _IS or words[at] in _ADVERBS):
            if at > start and _match(self.values, words, at):
                break
            at += 1
        return at

    def _listing(self, words: list[str], at: int) -> tuple[list[str] | None, str, int] | None:
        """Read `Knights: A, B` or `the knave is C`."""
        value = _match(self.values, words, at)
        if value is None:
            return None
        at = value[1] + (words[value[1] : value[1] + 1] != [] and words[value[1]] in self.nouns)
        if at >= len(words) or words[at] not in _IS:
            return None
        at += 1
        if at < len(words) and words[at] in _NOBODY:
            return [], value[0], at + 1
        names: list[str] = []
        ahead = at
        while one := self._subject(words, ahead):
            if self._is_given_more(words, one[1]):
                break  # it begins the next statement
            names.append(one[0])
            at = ahead = one[1]
            while ahead < len(words) and words[ahead] in _COMMA:
                ahead += 1
        return (names, value[0], at) if names else None

    def _is_given_more(self, words: list[str], at: int) -> bool:
        return at < len(words) and words[at] not in _COMMA

    # -- JSON -----------------------------------------------------------------------------------------

    def json(self, text: str) -> dict[str, str] | None:
        """Read a JSON object or list; None where the text is no JSON."""
        read = read_json(text)
        if read is None:
            return None
        while isinstance(read, dict) and len(read) == 1:
            ((key, inner),) = read.items()
            if not isinstance(inner, dict | list) or self._is_known(key):
                break
            read = inner  # {"answer": {...}}
        self._take(read)
        return self.found

    def _is_known(self, key: str) -> bool:
        return _whole(self.names, key, self.nouns) is not None or _whole(self.values, key) is not None

    def _take(self, read: Value) -> None:
        if isinstance(read, list):
            for one in read:
                pair = _pair(one)
                self._take_pair(*pair) if pair else self._take_dict(one)
        else:
            self._take_dict(read)

    def _take_dict(self, read: Value) -> None:
        if not isinstance(read, dict):
            raise Refused("syntax")
        for key, value in read.items():
            self._take_pair(key, value)

    def _take_pair(self, key: str, value: Value) -> None:
        if isinstance(value, list):  # {"knights": ["A", "B"]}
            for name in value:
                self.give(
                    self._known(self.names, name, "unknown_name"), self._known(self.values, key, "syntax")
                )
            return
        self.give(self._known(self.names, key, "unknown_name"), self._known(self.values, value, "syntax"))

    def _known(self, phrases: Phrases, written: Value, reason: str) -> str:
        found = _whole(phrases, written, self.nouns if phrases is self.names else ())
        if found is None:
            raise Refused(reason)
        return found


def _pair(one: Value) -> tuple[str, Value] | None:
    """Return the two sides of `["A", "knight"]` or `{"name": "A", "role": "knight"}`."""
    if isinstance(one, list) and len(one) == 2 and isinstance(one[0], str):
        return one[0], one[1]
    if isinstance(one, dict) and len(one) == 2:
        first, second = one
        name = one[first]
        if first.lower() in _LABELS and second.lower() in _LABELS and isinstance(name, str):
            return name, one[second]
    return None


def _whole(phrases: Phrases, written: Value, nouns: Collection[str] = ()) -> str | None:
    """Return what a string or number means that must be one spelling from end to end."""
    if isinstance(written, bool):
        written = str(written).lower()
    if not isinstance(written, str):
        return None
    words = [token.lower() for sentence in sentences(written) for token in sentence.tokens]
    while words and words[0] in ("a", "an", "the", *nouns) and len(words) > 1:
        words = words[1:]
    found = _match(phrases, words, 0)
    return found[0] if found and found[1] == len(words) else None


def _without_rules(text: str) -> str:
    """Write table rows as lines, without the rules between them and the headers over them."""
    if "|" not in text:
        return text
    kept: list[str] = []
    for line in text.split("\n"):
        if "|" in line and "-" in line and _RULE.issuperset(line):
            header = [cell.strip(" *?").lower() for cell in kept[-1].split("|")] if kept else []
            if header and all(cell in _LABELS or not cell for cell in header):
                kept.pop()
        else:
            kept.append(line.strip().strip("|"))
    return "\n".join(kept)


def _phrases(spellings: Mapping[str, str]) -> Phrases:
    phrases: Phrases = {}
    for spelling, meaning in spellings.items():
        words = [token.lower() for sentence in sentences(spelling) for token in sentence.tokens]
        if words:
            phrases.setdefault(words[0], []).append((tuple(words), meaning))
    for same in phrases.values():
        same.sort(key=lambda one: -len(one[0]))
    return phrases


def _with_plurals(values: Mapping[str, str]) -> dict[str, str]:
    spellings: dict[str, str] = {}
    for value, meaning in values.items():
        spellings[value + "s"] = meaning
        if value.endswith("y"):
            spellings[value[:-1] + "ies"] = meaning
        elif value.endswith(("s", "x", "ch", "sh")):
            spellings[value + "es"] = meaning
    return spellings | dict(values)


def _match(phrases: Phrases, words: list[str], at: int) -> tuple[str, int] | None:
    """Return what the longest spelling at a place means, and where it ends."""
    if at < len(words):
        for spelling, meaning in phrases.get(words[at], ()):
            if tuple(words[at : at + len(spelling)]) == spelling:
                return meaning, at + len(spelling)
    return None
