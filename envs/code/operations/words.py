"""Operations on lists of words and on dictionaries from words to numbers."""

from collections.abc import Callable

from reasongym.envs.code.operations.defining import Chosen, Ruled, operation
from reasongym.envs.code.operations.rules import NUMBER_CHANGES, NUMBER_TESTS, WORD_CHANGES, WORD_TESTS

_TEST, _CHANGE = Ruled(WORD_TESTS), Ruled(WORD_CHANGES)


@operation("words", "words", "Keep only the words that {keep}, in their order.", keep=_TEST)
def words_kept(words: list[str], keep: Callable[[str], bool]) -> list[str]:
    return [word for word in words if keep(word)]


@operation("words", "words", "Replace each word by {change}.", change=_CHANGE)
def words_changed(words: list[str], change: Callable[[str], str]) -> list[str]:
    return [change(word) for word in words]


@operation(
    "words",
    "words",
    (
        "Sort the words by their number of characters, in {order} order; words of equal length stand "
        "in ascending order of Python's string comparison."
    ),
    order=Chosen(("ascending", "descending")),
)
def sorted_by_length(words: list[str], order: str) -> list[str]:
    sign = 1 if order == "ascending" else -1
    return sorted(words, key=lambda word: (sign * len(word), word))


@operation("words", "words", "Keep only the first occurrence of each word.")
def words_deduplicated(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


@operation("words", "words", "Reverse the order of the words.")
def words_turned_round(words: list[str]) -> list[str]:
    return words[::-1]


@operation(
    "words",
    "words",
    (
        "Join each word to the one behind it, for all pairs of neighbours from left to right: a list "
        "of n words gives n - 1 (none for an empty list)."
    ),
)
def neighbours_joined(words: list[str]) -> list[str]:
    return [words[at] + words[at + 1] for at in range(len(words) - 1)]


@operation(
    "words",
    "text",
    "Join the words with {sign} between them.",
    sign=Chosen(("-", " ", "+", ""), is_quoted=True),
)
def joined(words: list[str], sign: str) -> str:
    return sign.join(words)


@operation("words", "text", "Join the first characters of the words (an empty word has none).")
def initials(words: list[str]) -> str:
    return "".join(word[:1] for word in words)


@operation(
    "words", "text", "Take the longest string with which every word begins (empty if there are no words)."
)
def common_beginning(words: list[str]) -> str:
    if not words:
        return ""
    shared = words[0]
    while not all(word.startswith(shared) for word in words):
        shared = shared[:-1]
    return shared


@operation(
    "words",
    "text",
    "Take the longest word, the first of them where several are (empty if there are no words).",
)
def longest_word(words: list[str]) -> str:
    return max(words, key=len, default="")


@operation("words", "numbers", "Replace each word by the number of its characters.")
def word_lengths(words: list[str]) -> list[int]:
    return [len(word) for word in words]


@operation("words", "number", "Count the words that {test}.", test=_TEST)
def words_counted(words: list[str], test: Callable[[str], bool]) -> int:
    return len([word for word in words if test(word)])


@operation(
    "words",
    "number",
    (
        "Count the pairs of positions i < j where the words at i and j consist of the same characters, "
        "each equally often."
    ),
    is_hard=True,
)
def anagram_pairs(words: list[str]) -> int:
    seen: dict[str, int] = {}
    pairs = 0
    for word in words:
        name = "".join(sorted(word))
        pairs += seen.get(name, 0)
        seen[name] = seen.get(name, 0) + 1
    return pairs


@operation(
    "words",
    "number",
    (
        "Take the greatest number of words of a chain: words of the list in the order that they have "
        "there, not necessarily neighbours, where each begins with the character that the word before "
        "it ends with; empty words are left out."
    ),
    is_hard=True,
)
def longest_chain(words: list[str]) -> int:
    best: dict[str, int] = {}
    for word in words:
        if word:
            best[word[-1]] = max(best.get(word[-1], 0), best.get(word[0], 0) + 1)
    return max(best.values(), default=0)


@operation("words", "table", "Make a dictionary from each word to how often it occurs.")
def word_counts(words: list[str]) -> dict[str, int]:
    return {word: words.count(word) for word in words}


@operation(
    "words",
    "table",
    (
        "Make a dictionary from each first character of a word to the total number of characters of "
        "the words that begin with it; empty words are left out."
    ),
)
def lengths_by_initial(words: list[str]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for word in words:
        if word:
            totals[word[0]] = totals.get(word[0], 0) + len(word)
    return totals


@operation("table", "table", "Keep only the entries whose values {keep}.", keep=Ruled(NUMBER_TESTS))
def entries_kept(table: dict[str, int], keep: Callable[[int], bool]) -> dict[str, int]:
    return {key: value for key, value in table.items() if keep(value)}


@operation("table", "table", "Replace each value n by {change}.", change=Ruled(NUMBER_CHANGES))
def values_changed(table: dict[str, int], change: Callable[[int], int]) -> dict[str, int]:
    return {key: change(value) for key, value in table.items()}


@operation(
    "table",
    "table",
    (
        "Merge the entries whose keys have the same number of characters: the new keys are these "
        "numbers as decimal strings, the new values the sums."
    ),
)
def merged_by_length(table: dict[str, int]) -> dict[str, int]:
    merged: dict[str, int] = {}
    for key, value in table.items():
        name = str(len(key))
        merged[name] = merged.get(name, 0) + value
    return merged


@operation(
    "table",
    "words",
    (
        "List the keys by their values, in {order} order; keys with equal values stand in ascending "
        "order of Python's string comparison."
    ),
    order=Chosen(("ascending", "descending")),
)
def keys_by_value(table: dict[str, int], order: str) -> list[str]:
    sign = 1 if order == "ascending" else -1
    return sorted(table, key=lambda key: (sign * table[key], key))


@operation(
    "table", "numbers", "List the values in the ascending order of their keys (Python's string comparison)."
)
def values_by_key(table: dict[str, int]) -> list[int]:
    return [table[key] for key in sorted(table)]


@operation(
    "table", "number", "Take the sum of the values of the keys that {test} (0 if there are none).", test=_TEST
)
def total_of_keys(table: dict[str, int], test: Callable[[str], bool]) -> int:
    return sum(value for key, value in table.items() if test(key))
