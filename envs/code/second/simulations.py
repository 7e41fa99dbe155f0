"""The processes once more, from their ends, by arithmetic or by other bookkeeping."""

import re
from collections import OrderedDict
from functools import cache, reduce
from itertools import accumulate
from math import ceil
from typing import Any

_STEPS = {"U": 1j, "D": -1j, "R": 1, "L": -1}


def _places(moves: str) -> list[complex]:
    return list(accumulate((_STEPS[move] for move in moves), initial=0))


def final_place(moves: str) -> list[int]:
    place = sum((_STEPS[move] for move in moves), 0j)
    return [int(place.real), int(place.imag)]


def fenced_place(moves: str, k: int) -> list[int]:
    place = 0j
    for move in moves:
        there = place + _STEPS[move]
        if abs(there.real) <= k and abs(there.imag) <= k:
            place = there
    return [int(place.real), int(place.imag)]


def num_places(moves: str) -> int:
    return len(set(_places(moves)))


def distances_on_way(moves: str) -> list[int]:
    return [int(abs(place.real) + abs(place.imag)) for place in map(complex, _places(moves)[1:])]


def cancelled(moves: str) -> str:
    shorter = re.sub("LR|RL|UD|DU", "", moves)
    return moves if shorter == moves else cancelled(shorter)


def turned_moves(moves: str, direction: str) -> str:
    there = "RLDU" if direction == "clockwise" else "LRUD"  # of U, D, R, L
    return moves.translate(str.maketrans("UDRL", there))


def balances(events: list[Any]) -> dict[str, int]:
    names = {name for name, _ in events}
    return {name: sum(amount for other, amount in events if other == name) for name in names}


def guarded_balances(events: list[Any], start: int) -> dict[str, int]:
    def after(balance: int, amount: int) -> int:
        return balance if balance + amount < 0 else balance + amount

    names = {name for name, _ in events}
    return {
        name: reduce(after, [amount for other, amount in events if other == name], start) for name in names
    }


def event_names(events: list[Any]) -> list[str]:
    return [event[0] for event in events]


def event_amounts(events: list[Any]) -> list[int]:
    return [event[-1] for event in events]


def merged(intervals: list[list[int]]) -> list[list[int]]:
    halves = {at for start, end in intervals for at in range(2 * start, 2 * end + 1)}  # in units of a half
    starts = sorted(at for at in halves if at - 1 not in halves)
    ends = sorted(at for at in halves if at + 1 not in halves)
    return [[start // 2, end // 2] for start, end in zip(starts, ends, strict=True)]


def interval_lengths(intervals: list[list[int]]) -> list[int]:
    return [len(range(start, end)) for start, end in intervals]


def long_intervals(intervals: list[list[int]], k: int) -> list[list[int]]:
    return [one for one in intervals if one[0] + k < one[1]]


def most_at_once(intervals: list[list[int]]) -> int:
    return max((sum(start <= at < end for start, end in intervals) for at, _ in intervals), default=0)


def most_apart(intervals: list[list[int]]) -> int:
    @cache
    def most(free: int) -> int:
        later = [end for start, end in intervals if start >= free]
        return max((1 + most(end) for end in later), default=0)

    return most(-(10**9))


def taken_out(numbers: list[int], k: int) -> list[int]:
    circle, out = list(numbers), list[int]()
    while circle:
        turn = (k - 1) % len(circle)
        first, *circle = circle[turn:] + circle[:turn]
        out.append(first)
    return out


def stack_commands(numbers: list[int]) -> list[int]:
    stack: tuple[int, ...] = ()
    for n in numbers:
        if n > 0:
            stack = (*stack, n)
        elif n < 0:
            stack = stack[: max(0, len(stack) - 1)]
        else:
            stack = (*stack, sum(stack[-2:])) if stack[1:] else stack
    return list(stack)


def cache_misses(numbers: list[int], k: int) -> int:
    last: OrderedDict[int, None] = OrderedDict()
    misses = 0
    for n in numbers:
        misses += n not in last
        last[n] = None
        last.move_to_end(n)
        if len(last) > k:
            last.popitem(last=False)
    return misses


def packed(numbers: list[int], k: int) -> list[int]:
    bins: list[list[int]] = []
    for size in (n % k for n in numbers):
        open_bin = next((one for one in bins if sum(one) + size <= k), None)
        if open_bin is None:
            open_bin = list[int]()
            bins.append(open_bin)
        open_bin.append(size)
    return [sum(one) for one in bins]


def bubbled(numbers: list[int], k: int) -> list[int]:
    for _ in range(k):
        passed, carried = list[int](), list[int]()
        for n in numbers:  # the greatest so far travels along
            passed += [min(carried[0], n)] if carried else []
            carried = [max(carried[0], n)] if carried else [n]
        numbers = passed + carried
    return numbers


def cells_after(numbers: list[int], k: int) -> list[int]:
    size = len(numbers)
    row = sum((n & 1) << at for at, n in enumerate(numbers))
    for _ in range(k):
        row = (row << 1 ^ row >> 1) & ((1 << size) - 1)
    return [row >> at & 1 for at in range(size)]


def leaving_order(numbers: list[int], k: int) -> list[int]:
    rounds = [max(1, ceil(n % 10 / k)) for n in numbers]
    return sorted(range(len(numbers)), key=lambda at: (rounds[at], at))
