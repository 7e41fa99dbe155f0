"""Operations on lists of numbers that a loop or two do."""

from collections.abc import Callable

from reasongym.envs.code.operations.defining import Chosen, Ruled, Whole, operation
from reasongym.envs.code.operations.rules import NUMBER_CHANGES, NUMBER_TESTS

_TEST, _CHANGE = Ruled(NUMBER_TESTS), Ruled(NUMBER_CHANGES)


@operation("numbers", "numbers", "Keep only the numbers that {keep}, in their order.", keep=_TEST)
def kept(numbers: list[int], keep: Callable[[int], bool]) -> list[int]:
    return [n for n in numbers if keep(n)]


@operation("numbers", "numbers", "Replace each number n by {change}.", change=_CHANGE)
def changed(numbers: list[int], change: Callable[[int], int]) -> list[int]:
    return [change(n) for n in numbers]


@operation(
    "numbers",
    "numbers",
    "Replace each number n that stands at an odd index (indices begin at 0) by {change}.",
    change=_CHANGE,
)
def changed_at_odd(numbers: list[int], change: Callable[[int], int]) -> list[int]:
    return [change(n) if at % 2 else n for at, n in enumerate(numbers)]


@operation(
    "numbers",
    "numbers",
    "Sort the numbers by {key}, in {order} order; numbers that are equal in this keep their order.",
    key=_CHANGE,
    order=Chosen(("ascending", "descending")),
)
def sorted_by(numbers: list[int], key: Callable[[int], int], order: str) -> list[int]:
    sign = 1 if order == "ascending" else -1
    return sorted(numbers, key=lambda n: sign * key(n))


@operation("numbers", "numbers", "Keep only the first occurrence of each number.")
def deduplicated(numbers: list[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


@operation("numbers", "numbers", "Rotate the list {k} places to the left, round and round.", k=Whole(1, 6))
def rotated(numbers: list[int], k: int) -> list[int]:
    if not numbers:
        return []
    k %= len(numbers)
    return numbers[k:] + numbers[:k]


@operation("numbers", "numbers", "Reverse the list.")
def turned_round(numbers: list[int]) -> list[int]:
    return numbers[::-1]


@operation("numbers", "numbers", "Replace each number by the sum of all numbers up to and including it.")
def running_sums(numbers: list[int]) -> list[int]:
    sums: list[int] = []
    for n in numbers:
        sums.append(n + (sums[-1] if sums else 0))
    return sums


@operation(
    "numbers",
    "numbers",
    (
        "Replace the list by the differences of neighbours, each number minus the one before it (the "
        "first number has no difference)."
    ),
)
def differences(numbers: list[int]) -> list[int]:
    return [numbers[at] - numbers[at - 1] for at in range(1, len(numbers))]


@operation(
    "numbers", "numbers", "Keep only the numbers at the indices 0, {k}, 2 * {k} and so on.", k=Whole(2, 4)
)
def every(numbers: list[int], k: int) -> list[int]:
    return numbers[::k]


@operation(
    "numbers",
    "numbers",
    (
        "Replace the list by the {what} of every {k} consecutive numbers, from left to right (an empty "
        "list if there are fewer than {k})."
    ),
    what=Chosen(("sum", "maximum", "minimum")),
    k=Whole(2, 4),
)
def windows(numbers: list[int], what: str, k: int) -> list[int]:
    tell = {"sum": sum, "maximum": max, "minimum": min}[what]
    return [tell(numbers[at : at + k]) for at in range(len(numbers) - k + 1)]


@operation(
    "numbers",
    "numbers",
    (
        "Cut the list into consecutive pieces of {k} numbers (the last piece may be shorter) and "
        "replace each piece by its {what}."
    ),
    k=Whole(2, 5),
    what=Chosen(("sum", "maximum", "minimum", "last number")),
)
def pieces(numbers: list[int], k: int, what: str) -> list[int]:
    found: list[int] = []
    for start in range(0, len(numbers), k):
        piece = numbers[start : start + k]
        if what == "sum":
            found.append(sum(piece))
        elif what == "last number":
            found.append(piece[-1])
        else:
            found.append(max(piece) if what == "maximum" else min(piece))
    return found


@operation(
    "numbers",
    "numbers",
    (
        "Cut the list into a first and a second half (the first is longer by one if the length is "
        "odd), and take the numbers alternately, beginning with the first of the first half."
    ),
)
def shuffled_halves(numbers: list[int]) -> list[int]:
    middle = (len(numbers) + 1) // 2
    mixed: list[int] = []
    for at in range(middle):
        mixed.append(numbers[at])
        if middle + at < len(numbers):
            mixed.append(numbers[middle + at])
    return mixed


@operation(
    "numbers",
    "numbers",
    "Rearrange the numbers: the largest, the smallest, the second largest, the second smallest, and so on.",
)
def zigzag(numbers: list[int]) -> list[int]:
    ordered = sorted(numbers)
    mixed: list[int] = []
    while ordered:
        mixed.append(ordered.pop())
        if ordered:
            mixed.append(ordered.pop(0))
    return mixed


@operation("numbers", "numbers", "Replace each number by how many different smaller numbers are in the list.")
def ranks(numbers: list[int]) -> list[int]:
    place = {n: at for at, n in enumerate(sorted(set(numbers)))}
    return [place[n] for n in numbers]


@operation(
    "numbers", "numbers", "Replace the list by the lengths of its runs (maximal stretches of equal numbers)."
)
def run_lengths(numbers: list[int]) -> list[int]:
    lengths: list[int] = []
    for at, n in enumerate(numbers):
        if at and n == numbers[at - 1]:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths


@operation(
    "numbers",
    "numbers",
    (
        "Keep only the numbers that are greater than both of their neighbours (the first and the last "
        "number have only one neighbour and are not kept)."
    ),
)
def peaks(numbers: list[int]) -> list[int]:
    inner = range(1, len(numbers) - 1)
    return [numbers[at] for at in inner if numbers[at - 1] < numbers[at] > numbers[at + 1]]


@operation(
    "numbers", "numbers", "Drop the numbers before the first one that {test} (all if none does).", test=_TEST
)
def from_first(numbers: list[int], test: Callable[[int], bool]) -> list[int]:
    for at, n in enumerate(numbers):
        if test(n):
            return numbers[at:]
    return []


@operation(
    "numbers",
    "numbers",
    (
        "Swap the numbers at the indices 0 and 1, those at 2 and 3, and so on (a last one without a "
        "partner stays)."
    ),
)
def swapped_pairs(numbers: list[int]) -> list[int]:
    swapped = list(numbers)
    for at in range(0, len(numbers) - 1, 2):
        swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    return swapped


@operation(
    "numbers",
    "numbers",
    "Put first the numbers that {test} and then the others, each group in the order that it has.",
    test=_TEST,
)
def parted(numbers: list[int], test: Callable[[int], bool]) -> list[int]:
    return [n for n in numbers if test(n)] + [n for n in numbers if not test(n)]


@operation("numbers", "number", "Take the sum of the numbers (0 for an empty list).")
def total(numbers: list[int]) -> int:
    return sum(numbers)


@operation("numbers", "number", "Count the numbers that {test}.", test=_TEST)
def counted(numbers: list[int], test: Callable[[int], bool]) -> int:
    return sum(1 for n in numbers if test(n))


@operation(
    "numbers",
    "number",
    "Take the difference between the largest and the smallest number (0 for an empty list).",
)
def spread(numbers: list[int]) -> int:
    return max(numbers) - min(numbers) if numbers else 0


@operation(
    "numbers",
    "number",
    (
        "Take the first number minus the second plus the third minus the fourth, and so on (0 for an "
        "empty list)."
    ),
)
def alternating_sum(numbers: list[int]) -> int:
    return sum(numbers[::2]) - sum(numbers[1::2])


@operation(
    "numbers",
    "number",
    "Take the most frequent number, the smallest of them where several are (0 for an empty list).",
)
def most_frequent(numbers: list[int]) -> int:
    if not numbers:
        return 0
    return min(set(numbers), key=lambda n: (-numbers.count(n), n))


@operation(
    "numbers",
    "number",
    (
        "Take the middle one of the numbers in ascending order, the lower of the two middle ones where "
        "their count is even (0 for an empty list)."
    ),
)
def lower_median(numbers: list[int]) -> int:
    return sorted(numbers)[(len(numbers) - 1) // 2] if numbers else 0


@operation(
    "numbers",
    "number",
    "Count the pairs of positions i < j where the number at i is greater than the number at j.",
)
def inversions(numbers: list[int]) -> int:
    return sum(numbers[i] > numbers[j] for j in range(len(numbers)) for i in range(j))


@operation(
    "numbers",
    "number",
    (
        "Start with 0; for each number in order, multiply by {k}, add the number, and take the "
        "remainder by {m} (from 0 to {m} - 1). Take the last value."
    ),
    k=Whole(2, 9),
    m=Whole(50, 997),
)
def rolling_hash(numbers: list[int], k: int, m: int) -> int:
    value = 0
    for n in numbers:
        value = (value * k + n) % m
    return value


@operation(
    "numbers",
    "table",
    "Make a dictionary from each number that occurs, written as a decimal string, to how often it occurs.",
)
def occurrences(numbers: list[int]) -> dict[str, int]:
    return {str(n): numbers.count(n) for n in numbers}
