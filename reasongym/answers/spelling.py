"""Whole numbers in words: `forty-two`, `one thousand and five`."""

from reasongym.answers.typesetting import listed

_BELOW_TWENTY = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
_UNITS = {word: number for number, word in enumerate(_BELOW_TWENTY)} | {
    word: 20 + 10 * number for number, word in enumerate(_TENS)
}
_SCALES = {"billion": 10**9, "million": 10**6, "thousand": 10**3}
_MOST_WORDS = 30


def spelt(text: str) -> int | None:
    """Read a whole number in words, None where the text is none."""
    words = text.lower().replace("-", " ").split()
    if not 0 < len(words) <= _MOST_WORDS or words[0] not in _UNITS or words[-1] == "and":
        return None
    total = 0
    for word, scale in _SCALES.items():
        if word in words:
            at = words.index(word)
            block, words = _below_thousand(words[:at]), words[at + 1 :]
            if not block:
                return None
            total += block * scale
    rest = _below_thousand(words) if words else 0
    return None if rest is None else total + rest


def _below_thousand(words: list[str]) -> int | None:
    words, hundreds = _behind_and(words), 0
    if words[1:2] == ["hundred"] and 0 < _UNITS.get(words[0], 0) < 10:
        hundreds, words = 100 * _UNITS[words[0]], _behind_and(words[2:])
    rest = _below_hundred(words) if words or not hundreds else 0
    return None if rest is None else hundreds + rest


def _behind_and(words: list[str]) -> list[str]:
    return words[1:] if words[:1] == ["and"] else words


def _below_hundred(words: list[str]) -> int | None:
    values = [_UNITS.get(word, -1) for word in words]
    if len(values) == 2 and values[0] >= 20 and 0 < values[1] < 10:
        return sum(values)
    return values[0] if len(values) == 1 and values[0] >= 0 else None
