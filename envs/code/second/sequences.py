"""The algorithms on lists once more, by other recursions."""

from bisect import bisect_left
from functools import cache
from itertools import accumulate


def best_stretch(numbers: list[int]) -> int:
    sums = [sum(numbers[i:j]) for i in range(len(numbers)) for j in range(i + 1, len(numbers) + 1)]
    return max(sums, default=0)


def longest_increasing(numbers: list[int]) -> int:
    tails: list[int] = []
    for n in numbers:
        at = bisect_left(tails, n)
        tails[at : at + 1] = [n]
    return len(tails)


def best_apart(numbers: list[int]) -> int:
    @cache
    def best(at: int) -> int:
        return 0 if at >= len(numbers) else max(best(at + 1), numbers[at] + best(at + 2))

    return best(0)


def ways_to_pay(numbers: list[int], amount: int) -> int:
    coins = sorted({n for n in numbers if 0 < n <= amount})

    @cache
    def ways(left: int, num: int) -> int:
        if left == 0:
            return 1
        if left < 0 or num == 0:
            return 0
        return ways(left, num - 1) + ways(left - coins[num - 1], num)

    return ways(amount, len(coins))


def fewest_coins(numbers: list[int], amount: int) -> int:
    coins = {n for n in numbers if 0 < n <= amount}
    reached, num = {0}, 0
    while reached and amount not in reached:
        reached = {one + coin for one in reached for coin in coins if one + coin <= amount}
        num += 1
    return num if amount in reached else -1


def longest_zigzag(numbers: list[int]) -> int:
    @cache
    def longest(at: int, sign: int) -> int:
        later = range(at + 1, len(numbers))
        return 1 + max((longest(i, -sign) for i in later if (numbers[i] - numbers[at]) * sign > 0), default=0)

    return max((longest(at, sign) for at in range(len(numbers)) for sign in (1, -1)), default=0)


def cheapest_climb(numbers: list[int], k: int) -> int:
    @cache
    def cheapest(at: int) -> int:
        if at >= len(numbers):
            return 0
        own = numbers[at] if at >= 0 else 0
        return own + min(cheapest(at + step) for step in range(1, k + 1))

    return cheapest(-1)


def best_trading(numbers: list[int], fee: int) -> int:
    best = [0] * (len(numbers) + 1)  # of the days from each on, holding nothing
    for buy in range(len(numbers) - 1, -1, -1):
        trades = [numbers[at] - numbers[buy] - fee + best[at] for at in range(buy + 1, len(numbers))]
        best[buy] = max([best[buy + 1], *trades])
    return best[0]


def trapped_water(numbers: list[int]) -> int:
    heights = [max(0, n) for n in numbers]
    from_left = list(accumulate(heights, max))
    from_right = list(accumulate(reversed(heights), max))[::-1]
    return sum(map(min, from_left, from_right)) - sum(heights)


def divisible_stretches(numbers: list[int], k: int) -> int:
    return sum(
        sum(numbers[i:j]) % k == 0 for i in range(len(numbers)) for j in range(i + 1, len(numbers) + 1)
    )


def next_greater(numbers: list[int]) -> list[int]:
    return [next((other for other in numbers[at + 1 :] if other > n), -1) for at, n in enumerate(numbers)]


def longest_with_few(numbers: list[int], k: int) -> int:
    best = 0
    for start in range(len(numbers)):
        seen = set[int]()
        for end in range(start, len(numbers)):
            seen.add(numbers[end])
            if len(seen) > k:
                break
            best = max(best, end + 1 - start)
    return best


def fullest_bag(numbers: list[int], m: int, capacity: int) -> int:
    reachable = 1
    for n in numbers:
        reachable |= reachable << n % m
    return (reachable & ((1 << (capacity + 1)) - 1)).bit_length() - 1


def cheapest_joining(numbers: list[int], k: int) -> int:
    @cache
    def cheapest(taken: tuple[int, ...]) -> int:
        joins = (
            abs(taken[at] + taken[at + 1])
            + cheapest((*taken[:at], taken[at] + taken[at + 1], *taken[at + 2 :]))
            for at in range(len(taken) - 1)
        )
        return min(joins, default=0)

    return cheapest(tuple(numbers[:k]))
