"""The operations on texts once more."""

import re
from functools import cache
from itertools import groupby


def shifted(text: str, k: int) -> str:
    return "".join(chr((ord(one) - 97 + k) % 26 + 97) if 97 <= ord(one) <= 122 else one for one in text)


def vowels_dropped(text: str) -> str:
    return re.sub("[aeiou]", "", text)


def first_characters(text: str) -> str:
    return "".join(one for at, one in enumerate(text) if text.index(one) == at)


def run_length_code(text: str) -> str:
    return "".join(f"{one}{len(list(run))}" for one, run in groupby(text))


def squeezed(text: str) -> str:
    return "".join(one for one, _ in groupby(text))


def replaced(text: str, old: str, new: str) -> str:
    return "".join(new if one == old else one for one in text)


def columns_read(text: str, k: int) -> str:
    return "".join(text[at] for at in sorted(range(len(text)), key=lambda at: at % k))


def pieces_reversed(text: str, k: int) -> str:
    return "".join(piece[::-1] for piece in re.findall(f"(?s:.{{1,{k}}})", text))


def split_words(text: str) -> list[str]:
    return re.findall("[^ ]+", text)


def cut(text: str, k: int) -> list[str]:
    found: list[str] = []
    while text:
        found.append(text[:k])
        text = text[k:]
    return found


def letter_places(text: str) -> list[int]:
    letters = " abcdefghijklmnopqrstuvwxyz"
    return [letters.index(one) for one in text if one in letters[1:]]


def indices_of(text: str, letter: str) -> list[int]:
    return [found.start() for found in re.finditer(letter, text)]


def character_counts(text: str) -> dict[str, int]:
    return {one: len(list(run)) for one, run in groupby(sorted(text))}


def num_characters(text: str) -> int:
    return sum(text.index(one) == at for at, one in enumerate(text))


def longest_palindrome(text: str) -> int:
    stretches = (text[i:j] for i in range(len(text)) for j in range(i + 1, len(text) + 1))
    return max((len(one) for one in stretches if one == one[::-1]), default=0)


def longest_without_repeat(text: str) -> int:
    best = 0
    for start in range(len(text)):
        end = start
        while end < len(text) and text[end] not in text[start:end]:
            end += 1
        best = max(best, end - start)
    return best


def longest_hidden_palindrome(text: str) -> int:
    @cache
    def longest(low: int, high: int) -> int:
        if low >= high:
            return int(low == high)
        if text[low] == text[high]:
            return 2 + longest(low + 1, high - 1)
        return max(longest(low + 1, high), longest(low, high - 1))

    return longest(0, len(text) - 1)


def edit_distance(text: str, target: str) -> int:
    @cache
    def distance(at: int, i: int) -> int:
        if at == len(text) or i == len(target):
            return len(text) - at + len(target) - i
        if text[at] == target[i]:
            return distance(at + 1, i + 1)
        return 1 + min(distance(at + 1, i), distance(at, i + 1), distance(at + 1, i + 1))

    return distance(0, 0)


def readings(text: str, target: str) -> int:
    if not target:
        return 1
    ends = [at for at, one in enumerate(text) if one == target[-1]]
    return sum(readings(text[:end], target[:-1]) for end in ends)
