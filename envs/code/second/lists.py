"""The operations on lists once more."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable
from functools import reduce
from itertools import accumulate, groupby, pairwise

_STEPS: dict[str, Callable[[int, int], int]] = {
    "sum": lambda a, b: a + b,
    "maximum": max,
    "minimum": min,
    "last number": lambda _, b: b,
}


def kept(numbers: list[int], keep: Callable[[int], bool]) -> list[int]:
    return list(filter(keep, numbers))


def changed(numbers: list[int], change: Callable[[int], int]) -> list[int]:
    return list(map(change, numbers))


def changed_at_odd(numbers: list[int], change: Callable[[int], int]) -> list[int]:
    result = list(numbers)
    result[1::2] = map(change, result[1::2])
    return result


def sorted_by(numbers: list[int], key: Callable[[int], int], order: str) -> list[int]:
    groups: dict[int, list[int]] = {}
    for n in numbers:
        groups.setdefault(key(n), []).append(n)
    return [n for one in sorted(groups, reverse=order == "descending") for n in groups[one]]


def deduplicated(numbers: list[int]) -> list[int]:
    return [n for at, n in enumerate(numbers) if n not in numbers[:at]]


def rotated(numbers: list[int], k: int) -> list[int]:
    return [numbers[(at + k) % len(numbers)] for at in range(len(numbers))]


def turned_round(numbers: list[int]) -> list[int]:
    return list(reversed(numbers))


def running_sums(numbers: list[int]) -> list[int]:
    return list(accumulate(numbers))


def differences(numbers: list[int]) -> list[int]:
    return [after - before for before, after in pairwise(numbers)]


def every(numbers: list[int], k: int) -> list[int]:
    return [n for at, n in enumerate(numbers) if at % k == 0]


def windows(numbers: list[int], what: str, k: int) -> list[int]:
    shifted = [numbers[start:] for start in range(k)]
    return [reduce(_STEPS[what], window) for window in zip(*shifted, strict=False)]


def pieces(numbers: list[int], k: int, what: str) -> list[int]:
    cut = groupby(enumerate(numbers), key=lambda one: one[0] // k)
    return [reduce(_STEPS[what], [n for _, n in piece]) for _, piece in cut]


def shuffled_halves(numbers: list[int]) -> list[int]:
    result = [0] * len(numbers)
    middle = len(numbers) - len(numbers) // 2
    result[::2], result[1::2] = numbers[:middle], numbers[middle:]
    return result


def zigzag(numbers: list[int]) -> list[int]:
    result = [0] * len(numbers)
    up = sorted(numbers)
    down = up[::-1]
    result[::2] = down[: len(result[::2])]
    result[1::2] = up[: len(result[1::2])]
    return result


def ranks(numbers: list[int]) -> list[int]:
    return [len({other for other in numbers if other < n}) for n in numbers]


def run_lengths(numbers: list[int]) -> list[int]:
    return [len(list(run)) for _, run in groupby(numbers)]


def peaks(numbers: list[int]) -> list[int]:
    return [
        n
        for before, n, after in zip(numbers, numbers[1:], numbers[2:], strict=False)
        if max(before, after) < n
    ]


def from_first(numbers: list[int], test: Callable[[int], bool]) -> list[int]:
    found: list[int] = []
    for n in numbers:
        if found or test(n):
            found.append(n)
    return found


def swapped_pairs(numbers: list[int]) -> list[int]:
    last = len(numbers) - 1
    return [numbers[at if at == last and at % 2 == 0 else at ^ 1] for at in range(len(numbers))]


def parted(numbers: list[int], test: Callable[[int], bool]) -> list[int]:
    return sorted(numbers, key=lambda n: not test(n))


def total(numbers: list[int]) -> int:
    return reduce(lambda a, b: a + b, numbers, 0)


def counted(numbers: list[int], test: Callable[[int], bool]) -> int:
    return len([n for n in numbers if test(n)])


def spread(numbers: list[int]) -> int:
    ordered = sorted(numbers) or [0]
    return ordered[-1] - ordered[0]


def alternating_sum(numbers: list[int]) -> int:
    value = 0
    for n in reversed(numbers):
        value = n - value
    return value


def most_frequent(numbers: list[int]) -> int:
    counts = Counter(numbers)
    most = max(counts.values(), default=0)
    return min((n for n, count in counts.items() if count == most), default=0)


def lower_median(numbers: list[int]) -> int:
    left = sorted(numbers)
    while len(left) > 2:
        left = left[1:-1]
    return left[0] if left else 0


def inversions(numbers: list[int]) -> int:
    seen: list[int] = []
    found = 0
    for n in reversed(numbers):
        found += bisect_left(seen, n)
        insort(seen, n)
    return found


def rolling_hash(numbers: list[int], k: int, m: int) -> int:
    return sum(n * k**power for power, n in enumerate(reversed(numbers))) % m


def occurrences(numbers: list[int]) -> dict[str, int]:
    return dict(Counter(map(str, numbers)))
