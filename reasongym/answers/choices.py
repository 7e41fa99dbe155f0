"""A choice of labels as models write it: `A, C and D`, `none`, `[1, 3]`, `Only conclusion 2 follows.`

Every word of the sentence must be a label or one that says nothing; a denial, a doubt, a question or a
word that is not known makes it no choice.
"""

from collections.abc import Sequence

from reasongym.answers.prose import HARMLESS, MAX_CHARS, Sentence, plain, sentences

_SILENT_WORDS = """
    and only just exactly option options choice choices letter letters number numbers label labels conclusion
    conclusions statement statements item items follow followed following entailed implied valid necessarily
    logically from premises these those both they true hold holds set yes
"""
_SILENT = HARMLESS.union(_SILENT_WORDS.split())
_SIGNS = frozenset((",", ";", ":", "&", "#", "-", "="))
_NONE = frozenset(("none", "nothing", "empty", "neither", "∅"))


def choices(text: str, labels: Sequence[str], nouns: Sequence[str] = ()) -> list[str] | str:
    """Read which labels are chosen, in the order written, or return why not.

    Labels are single words; letter case does not matter. `nouns` are further words that may stand beside
    a label. Reasons: `syntax`, `hedged`, `negated`, `conditional`, `question`, `retracted`, `repeated`,
    `over_limit`.
    """
    if len(text) > MAX_CHARS:
        return "over_limit"
    text = plain(text).replace("\\emptyset", "none").replace("\\varnothing", "none").strip()
    if len(text) > MAX_CHARS:  # Unicode knows signs that stand for eighteen
        return "over_limit"
    if text in ("{}", "[]", "()"):
        return []
    known = {label.lower(): label for label in labels}
    spoken = sentences(text, frozenset(known))
    if not spoken:
        return "syntax"
    if all(_is_item(sentence, known) for sentence in spoken):
        spoken = [Sentence([token for sentence in spoken for token in sentence.tokens], spoken[-1].stop)]
    elif len(spoken) > 1 and spoken[-2].spoils_what_follows:
        return spoken[-2].doubts
    read = _read(spoken[-1], known, {noun.lower() for noun in nouns})
    if read is None:
        last = spoken[-1]
        return "retracted" if last.takes_back else last.doubts or "syntax"
    return "repeated" if len(set(read)) < len(read) else read


def _is_item(sentence: Sentence, known: dict[str, str]) -> bool:
    """Say whether a line is one item of a list, or the words above it."""
    words = [token.lower() for token in sentence.tokens]
    return sum(word in known for word in words) <= 1 and all(_is_silent(word, known) for word in words)


def _is_silent(word: str, known: dict[str, str]) -> bool:
    return word in known or word in _SILENT or word in _SIGNS


def _read(sentence: Sentence, known: dict[str, str], nouns: set[str]) -> list[str] | None:
    """Return the labels of a sentence, None where a word is beyond the grammar."""
    words = [token.lower() for token in sentence.tokens if token not in _SIGNS]
    if sentence.stop == "?":
        return None
    silent = _SILENT | nouns
    chosen = [known[word] for word in words if word in known]
    if words[:1] == ["the"] and words[2:4] == ["of", "all"] and chosen:
        words = words[4:]  # of "the numbers of all conclusions that follow: 2, 4"
    others = [word for word in words if word not in known and word not in silent]
    if chosen:
        return None if others else chosen
    if len(others) == 1 + others.count("of") + others.count("them") + others.count("above"):
        if any(word in _NONE for word in others):
            return []
        if "all" in others:
            return list(known.values())
    return None
