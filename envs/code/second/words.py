"""The operations on words and dictionaries once more."""

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cmp_to_key, reduce
from itertools import groupby, pairwise, takewhile


def words_kept(words: list[str], keep: Callable[[str], bool]) -> list[str]:
    return list(filter(keep, words))


def words_changed(words: list[str], change: Callable[[str], str]) -> list[str]:
    return list(map(change, words))


def sorted_by_length(words: list[str], order: str) -> list[str]:
    return sorted(sorted(words), key=len) if order == "ascending" else _longest_first(words)


def _longest_first(words: list[str]) -> list[str]:
    by_length: dict[int, list[str]] = defaultdict(list)
    for word in sorted(words):
        by_length[len(word)].append(word)
    return [word for length in sorted(by_length)[::-1] for word in by_length[length]]


def words_deduplicated(words: list[str]) -> list[str]:
    return [word for at, word in enumerate(words) if words.index(word) == at]


def words_turned_round(words: list[str]) -> list[str]:
    return [words[-at] for at in range(1, len(words) + 1)]


def neighbours_joined(words: list[str]) -> list[str]:
    return [f"{before}{after}" for before, after in pairwise(words)]


def joined(words: list[str], sign: str) -> str:
    return reduce(lambda text, word: f"{text}{sign}{word}", words) if words else ""


def initials(words: list[str]) -> str:
    return "".join(word[0] for word in words if word)


def common_beginning(words: list[str]) -> str:
    columns = zip(*words, strict=False)
    return "".join(column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns))


def longest_word(words: list[str]) -> str:
    best = ""
    for word in words:
        if len(word) > len(best):
            best = word
    return best


def word_lengths(words: list[str]) -> list[int]:
    return list(map(len, words))


def words_counted(words: list[str], test: Callable[[str], bool]) -> int:
    return sum(map(test, words))


def anagram_pairs(words: list[str]) -> int:
    return sum(Counter(words[i]) == Counter(words[j]) for j in range(len(words)) for i in range(j))


def longest_chain(words: list[str]) -> int:
    words = [word for word in words if word]
    lengths: list[int] = []
    for at, word in enumerate(words):
        before = (lengths[i] for i in range(at) if words[i][-1] == word[0])
        lengths.append(1 + max(before, default=0))
    return max(lengths, default=0)


def word_counts(words: list[str]) -> dict[str, int]:
    return dict(Counter(words))


def lengths_by_initial(words: list[str]) -> dict[str, int]:
    groups = groupby(sorted(word for word in words if word), key=lambda word: word[0])
    return {initial: len("".join(group)) for initial, group in groups}


def entries_kept(table: dict[str, int], keep: Callable[[int], bool]) -> dict[str, int]:
    result = dict(table)
    for key in table:
        if not keep(result[key]):
            del result[key]
    return result


def values_changed(table: dict[str, int], change: Callable[[int], int]) -> dict[str, int]:
    return dict(zip(table, map(change, table.values()), strict=True))


def merged_by_length(table: dict[str, int]) -> dict[str, int]:
    lengths = {len(key) for key in table}
    return {str(one): sum(table[key] for key in table if len(key) == one) for one in lengths}


def keys_by_value(table: dict[str, int], order: str) -> list[str]:
    def compare(one: str, other: str) -> int:
        if table[one] != table[other]:
            return -1 if (table[one] < table[other]) == (order == "ascending") else 1
        return -1 if one < other else 1

    return sorted(table, key=cmp_to_key(compare))


def values_by_key(table: dict[str, int]) -> list[int]:
    return [value for _, value in sorted(table.items())]


def total_of_keys(table: dict[str, int], test: Callable[[str], bool]) -> int:
    return sum(table[key] for key in filter(test, table))
