"""Operations on lists of numbers that take an algorithm, most of them dynamic programming."""

from reasongym.envs.code.operations.defining import Whole, operation


@operation(
    "numbers",
    "number",
    "Take the largest sum of a non-empty stretch of consecutive numbers (0 for an empty list).",
    is_hard=True,
)
def best_stretch(numbers: list[int]) -> int:
    if not numbers:
        return 0
    best = ending = numbers[0]
    for n in numbers[1:]:
        ending = max(n, ending + n)
        best = max(best, ending)
    return best


@operation(
    "numbers",
    "number",
    (
        "Take the length of the longest strictly increasing subsequence (a subsequence keeps the order "
        "but may skip numbers)."
    ),
    is_hard=True,
)
def longest_increasing(numbers: list[int]) -> int:
    lengths: list[int] = []
    for at, n in enumerate(numbers):
        lengths.append(1 + max((lengths[i] for i in range(at) if numbers[i] < n), default=0))
    return max(lengths, default=0)


@operation(
    "numbers",
    "number",
    (
        "Take the largest sum of numbers of which no two are neighbours in the list; choosing none at "
        "all is allowed and has the sum 0."
    ),
    is_hard=True,
)
def best_apart(numbers: list[int]) -> int:
    with_last = without_last = 0
    for n in numbers:
        with_last, without_last = without_last + n, max(with_last, without_last)
    return max(with_last, without_last)


@operation(
    "numbers",
    "number",
    (
        "Count the ways to pay exactly {amount} with coins whose values are the different numbers of "
        "the list from 1 to {amount} (others are ignored); each coin may be used any number of times, "
        "and the order of coins does not matter."
    ),
    is_hard=True,
    amount=Whole(12, 40),
)
def ways_to_pay(numbers: list[int], amount: int) -> int:
    ways = [1] + [0] * amount
    for coin in {n for n in numbers if 1 <= n <= amount}:
        for value in range(coin, amount + 1):
            ways[value] += ways[value - coin]
    return ways[amount]


@operation(
    "numbers",
    "number",
    (
        "Find the least number of coins that pay exactly {amount}, where the coins' values are the "
        "numbers of the list from 1 to {amount} (others are ignored) and each may be used any number "
        "of times; -1 where it cannot be paid."
    ),
    is_hard=True,
    amount=Whole(15, 60),
)
def fewest_coins(numbers: list[int], amount: int) -> int:
    unknown = amount + 1
    fewest = [0] + [unknown] * amount
    for value in range(1, amount + 1):
        for coin in numbers:
            if 1 <= coin <= value:
                fewest[value] = min(fewest[value], fewest[value - coin] + 1)
    return -1 if fewest[amount] == unknown else fewest[amount]


@operation(
    "numbers",
    "number",
    (
        "Take the length of the longest subsequence in which differences of neighbours are never 0 and "
        "alternate in sign (a single number counts as length 1, two different numbers as length 2, an "
        "empty list as 0)."
    ),
    is_hard=True,
)
def longest_zigzag(numbers: list[int]) -> int:
    up = down = 1 if numbers else 0
    for at in range(1, len(numbers)):
        if numbers[at] > numbers[at - 1]:
            up = down + 1
        elif numbers[at] < numbers[at - 1]:
            down = up + 1
    return max(up, down)


@operation(
    "numbers",
    "number",
    (
        "The numbers are the costs of the steps of a stair. You start before the first step, go up 1 "
        "to {k} steps at a time, and must pass beyond the last step; every step that you stand on "
        "costs its number. Take the least total cost, which may be negative (0 for an empty list)."
    ),
    is_hard=True,
    k=Whole(2, 4),
)
def cheapest_climb(numbers: list[int], k: int) -> int:
    costs = [0]
    for at in range(len(numbers) + 1):
        own = numbers[at] if at < len(numbers) else 0
        costs.append(own + min(costs[max(0, at + 1 - k) :]))
    return costs[-1]


@operation(
    "numbers",
    "number",
    (
        "The numbers are the prices of one share on consecutive days. You may buy and sell as often as "
        "you like, holding at most one share at a time, and each sale costs a fee of {fee}. Take the "
        "greatest total profit (0 if it is best not to trade)."
    ),
    is_hard=True,
    fee=Whole(1, 12),
)
def best_trading(numbers: list[int], fee: int) -> int:
    if not numbers:
        return 0
    free, holding = 0, -numbers[0]
    for price in numbers[1:]:
        free, holding = max(free, holding + price - fee), max(holding, free - price)
    return free


@operation(
    "numbers",
    "number",
    (
        "The numbers are the heights of walls of width 1 (negative heights count as 0). Take how much "
        "rain water stays between the walls."
    ),
    is_hard=True,
)
def trapped_water(numbers: list[int]) -> int:
    heights = [max(0, n) for n in numbers]
    water = 0
    for at, height in enumerate(heights):
        level = min(max(heights[: at + 1]), max(heights[at:]))
        water += level - height
    return water


@operation(
    "numbers",
    "number",
    "Count the non-empty stretches of consecutive numbers whose sum is divisible by {k}.",
    is_hard=True,
    k=Whole(2, 9),
)
def divisible_stretches(numbers: list[int], k: int) -> int:
    seen = {0: 1}
    found = remainder = 0
    for n in numbers:
        remainder = (remainder + n) % k
        found += seen.get(remainder, 0)
        seen[remainder] = seen.get(remainder, 0) + 1
    return found


@operation(
    "numbers",
    "numbers",
    "Replace each number by the first greater number to its right, or by -1 where there is none.",
    is_hard=True,
)
def next_greater(numbers: list[int]) -> list[int]:
    found = [-1] * len(numbers)
    waiting: list[int] = []
    for at, n in enumerate(numbers):
        while waiting and numbers[waiting[-1]] < n:
            found[waiting.pop()] = n
        waiting.append(at)
    return found


@operation(
    "numbers",
    "number",
    "Take the length of the longest stretch of consecutive numbers that has at most {k} different numbers.",
    is_hard=True,
    k=Whole(2, 4),
)
def longest_with_few(numbers: list[int], k: int) -> int:
    best = start = 0
    for end in range(1, len(numbers) + 1):
        while len(set(numbers[start:end])) > k:
            start += 1
        best = max(best, end - start)
    return best


@operation(
    "numbers",
    "number",
    (
        "Take the remainders of the numbers by {m} (from 0 to {m} - 1) as weights. Each may be chosen "
        "or not. Take the greatest sum of chosen weights that is at most {capacity}."
    ),
    is_hard=True,
    m=Whole(10, 30),
    capacity=Whole(20, 90),
)
def fullest_bag(numbers: list[int], m: int, capacity: int) -> int:
    sums = {0}
    for n in numbers:
        sums |= {one + n % m for one in sums if one + n % m <= capacity}
    return max(sums)


@operation(
    "numbers",
    "number",
    (
        "Join the numbers into one: a join takes two neighbours, costs the absolute value of their "
        "sum, and puts the sum in their place. Of the first {k} numbers alone, take the least total "
        "cost of joining them into one (0 for fewer than two numbers)."
    ),
    is_hard=True,
    k=Whole(4, 7),
)
def cheapest_joining(numbers: list[int], k: int) -> int:
    taken = numbers[:k]
    costs = {(at, at + 1): 0 for at in range(len(taken))}
    for length in range(2, len(taken) + 1):
        for start in range(len(taken) - length + 1):
            end = start + length
            parts = min(costs[start, cut] + costs[cut, end] for cut in range(start + 1, end))
            costs[start, end] = parts + abs(sum(taken[start:end]))
    return costs.get((0, len(taken)), 0)
