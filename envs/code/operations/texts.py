"""Operations on one text: a string of any characters, in which only spaces separate words."""

from reasongym.envs.code.operations.defining import Chosen, Whole, operation


@operation(
    "text",
    "text",
    (
        "Shift each letter from a to z by {k} places in the alphabet, from z on to a again; other "
        "characters stay."
    ),
    k=Whole(1, 25),
)
def shifted(text: str, k: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "".join(letters[(letters.index(one) + k) % 26] if one in letters else one for one in text)


@operation("text", "text", "Remove every character that is one of a, e, i, o, u.")
def vowels_dropped(text: str) -> str:
    return "".join(one for one in text if one not in "aeiou")


@operation("text", "text", "Keep only the first occurrence of each character.")
def first_characters(text: str) -> str:
    return "".join(dict.fromkeys(text))


@operation(
    "text",
    "text",
    (
        "Replace each run (a maximal stretch of equal characters) by its character followed by its "
        "length in decimal digits."
    ),
)
def run_length_code(text: str) -> str:
    code = ""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or text[end] != text[start]:
            code += text[start] + str(end - start)
            start = end
    return code


@operation("text", "text", "Shorten each run (a maximal stretch of equal characters) to a single character.")
def squeezed(text: str) -> str:
    return "".join(one for at, one in enumerate(text) if at == 0 or text[at - 1] != one)


@operation(
    "text",
    "text",
    "Replace every {old} by {new}.",
    old=Chosen(("a", "e", "n", "r", "s", "t"), is_quoted=True),
    new=Chosen(("x", "oo", "b"), is_quoted=True),
)
def replaced(text: str, old: str, new: str) -> str:
    return text.replace(old, new)


@operation(
    "text",
    "text",
    (
        "Put the characters at the indices 0, {k}, 2 * {k}, ... first, then those at 1, {k} + 1, 2 * "
        "{k} + 1, ..., and so on up to those that begin at the index {k} - 1."
    ),
    k=Whole(2, 4),
)
def columns_read(text: str, k: int) -> str:
    return "".join(text[start::k] for start in range(k))


@operation(
    "text",
    "text",
    "Cut the text into pieces of {k} characters (the last may be shorter) and reverse each piece.",
    k=Whole(2, 5),
)
def pieces_reversed(text: str, k: int) -> str:
    return "".join(text[at : at + k][::-1] for at in range(0, len(text), k))


@operation(
    "text",
    "words",
    "Split the text into its words, the maximal stretches of characters other than spaces.",
)
def split_words(text: str) -> list[str]:
    return [word for word in text.split(" ") if word]


@operation(
    "text",
    "words",
    "Cut the text into consecutive pieces of {k} characters; the last may be shorter.",
    k=Whole(2, 5),
)
def cut(text: str, k: int) -> list[str]:
    return [text[at : at + k] for at in range(0, len(text), k)]


@operation(
    "text",
    "numbers",
    "Replace the text by the places in the alphabet (a is 1, z is 26) of its letters from a to z.",
)
def letter_places(text: str) -> list[int]:
    return [ord(one) - 96 for one in text if "a" <= one <= "z"]


@operation(
    "text",
    "numbers",
    "Replace the text by the indices (from 0) at which {letter} stands.",
    letter=Chosen(("a", "e", "i", "n", "o", "r", "s", "t"), is_quoted=True),
)
def indices_of(text: str, letter: str) -> list[int]:
    return [at for at, one in enumerate(text) if one == letter]


@operation(
    "text", "table", "Make a dictionary from each character that occurs, spaces too, to how often it occurs."
)
def character_counts(text: str) -> dict[str, int]:
    return {one: text.count(one) for one in text}


@operation("text", "number", "Count the different characters of the text.")
def num_characters(text: str) -> int:
    return len(set(text))


@operation(
    "text", "number", "Take the length of the longest palindrome that is a stretch of the text.", is_hard=True
)
def longest_palindrome(text: str) -> int:
    best = 0
    for centre in range(len(text)):
        for low, high in ((centre, centre), (centre, centre + 1)):
            while low >= 0 and high < len(text) and text[low] == text[high]:
                low, high = low - 1, high + 1
            best = max(best, high - low - 1)
    return best


@operation(
    "text",
    "number",
    "Take the length of the longest stretch of the text in which no character occurs twice.",
    is_hard=True,
)
def longest_without_repeat(text: str) -> int:
    best = start = 0
    last: dict[str, int] = {}
    for at, one in enumerate(text):
        start = max(start, last.get(one, -1) + 1)
        last[one] = at
        best = max(best, at + 1 - start)
    return best


@operation(
    "text",
    "number",
    "Take the length of the longest palindrome that is left when any characters are deleted.",
    is_hard=True,
)
def longest_hidden_palindrome(text: str) -> int:
    size = len(text)
    lengths = [[0] * (size + 1) for _ in range(size + 1)]
    for at, one in enumerate(text):
        for i, other in enumerate(reversed(text)):
            if one == other:
                lengths[at + 1][i + 1] = lengths[at][i] + 1
            else:
                lengths[at + 1][i + 1] = max(lengths[at][i + 1], lengths[at + 1][i])
    return lengths[size][size]


@operation(
    "text",
    "number",
    (
        "Take the least number of insertions, deletions and replacements of single characters that "
        "turn the text into {target}."
    ),
    is_hard=True,
    target=Chosen(("orange", "planet", "mirror", "street", "banana", "statistics"), is_quoted=True),
)
def edit_distance(text: str, target: str) -> int:
    row = list(range(len(target) + 1))
    for at, one in enumerate(text, 1):
        diagonal, row[0] = row[0], at
        for i, other in enumerate(target, 1):
            diagonal, row[i] = row[i], min(row[i] + 1, row[i - 1] + 1, diagonal + (one != other))
    return row[-1]


@operation(
    "text",
    "number",
    (
        "Count in how many ways {target} can be read as a subsequence of the text, by different "
        "choices of positions."
    ),
    is_hard=True,
    target=Chosen(("an", "ten", "ran", "tea", "in", "see", "art"), is_quoted=True),
)
def readings(text: str, target: str) -> int:
    ways = [1] + [0] * len(target)
    for one in text:
        for at in range(len(target), 0, -1):
            if target[at - 1] == one:
                ways[at] += ways[at - 1]
    return ways[-1]
