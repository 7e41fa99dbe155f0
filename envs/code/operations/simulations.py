"""Operations that follow a process step by step."""

from typing import Any

from reasongym.envs.code.operations.defining import Chosen, Whole, operation

_MOVES = "A robot stands at (0, 0); U adds 1 to y, D takes 1 from y, R adds 1 to x, L takes 1 from x; "


@operation("moves", "numbers", _MOVES + "it follows all moves. Take its final position as a list [x, y].")
def final_place(moves: str) -> list[int]:
    return [moves.count("R") - moves.count("L"), moves.count("U") - moves.count("D")]


@operation(
    "moves",
    "numbers",
    _MOVES
    + (
        "it ignores a move that would take x or y beyond -{k} or {k}. Take its final position as a "
        "list [x, y]."
    ),
    is_hard=True,
    k=Whole(1, 3),
)
def fenced_place(moves: str, k: int) -> list[int]:
    x = y = 0
    for move in moves:
        if move in "LR":
            x = max(-k, min(k, x + (1 if move == "R" else -1)))
        else:
            y = max(-k, min(k, y + (1 if move == "U" else -1)))
    return [x, y]


@operation(
    "moves",
    "number",
    _MOVES + "it follows all moves. Count the different places that it stands on, (0, 0) included.",
    is_hard=True,
)
def num_places(moves: str) -> int:
    x = y = 0
    seen = {(0, 0)}
    for move in moves:
        x += (move == "R") - (move == "L")
        y += (move == "U") - (move == "D")
        seen.add((x, y))
    return len(seen)


@operation(
    "moves",
    "numbers",
    _MOVES + "list the value of |x| + |y| after each move.",
)
def distances_on_way(moves: str) -> list[int]:
    x = y = 0
    distances: list[int] = []
    for move in moves:
        x += (move == "R") - (move == "L")
        y += (move == "U") - (move == "D")
        distances.append(abs(x) + abs(y))
    return distances


@operation(
    "moves",
    "moves",
    (
        "Delete pairs of neighbouring opposite moves (L and R, or U and D, in either order) again and "
        "again until none is left."
    ),
    is_hard=True,
)
def cancelled(moves: str) -> str:
    opposite = {"L": "R", "R": "L", "U": "D", "D": "U"}
    left: list[str] = []
    for move in moves:
        if left and left[-1] == opposite[move]:
            left.pop()
        else:
            left.append(move)
    return "".join(left)


@operation(
    "moves",
    "moves",
    "Turn every move by 90 degrees {direction}.",
    direction=Chosen(("clockwise", "counterclockwise")),
)
def turned_moves(moves: str, direction: str) -> str:
    order = "URDL" if direction == "clockwise" else "ULDR"
    return "".join(order[(order.index(move) + 1) % 4] for move in moves)


@operation(
    "events",
    "table",
    (
        "Each event [name, amount] is a payment into (amount above 0) or out of (below 0) the account "
        "of that name, in order. Accounts begin at 0. Make a dictionary from each name that occurs to "
        "its final balance."
    ),
)
def balances(events: list[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, amount in events:
        found[name] = found.get(name, 0) + amount
    return found


@operation(
    "events",
    "table",
    (
        "Each event [name, amount] is a payment into (amount above 0) or out of (below 0) the account "
        "of that name, in order. Accounts begin at {start}; a payment that would leave less than 0 is "
        "refused and changes nothing. Make a dictionary from each name that occurs to its final "
        "balance."
    ),
    is_hard=True,
    start=Whole(0, 10),
)
def guarded_balances(events: list[Any], start: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, amount in events:
        balance = found.setdefault(name, start)
        if balance + amount >= 0:
            found[name] = balance + amount
    return found


@operation(
    "events", "words", "List the names of the events in their order, each event's name once for each event."
)
def event_names(events: list[Any]) -> list[str]:
    return [name for name, _ in events]


@operation("events", "numbers", "List the amounts of the events in their order.")
def event_amounts(events: list[Any]) -> list[int]:
    return [amount for _, amount in events]


@operation(
    "intervals",
    "intervals",
    (
        "Merge intervals that overlap or touch (the end of one is the start of another), and list the "
        "merged ones by start."
    ),
    is_hard=True,
)
def merged(intervals: list[list[int]]) -> list[list[int]]:
    found: list[list[int]] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


@operation("intervals", "numbers", "Replace each interval by its length, its end minus its start.")
def interval_lengths(intervals: list[list[int]]) -> list[int]:
    return [end - start for start, end in intervals]


@operation(
    "intervals",
    "intervals",
    "Keep only the intervals that are longer than {k} (their end minus their start).",
    k=Whole(2, 5),
)
def long_intervals(intervals: list[list[int]], k: int) -> list[list[int]]:
    return [[start, end] for start, end in intervals if end - start > k]


@operation(
    "intervals",
    "number",
    (
        "Take the greatest number of intervals that have a point in common; an interval holds its "
        "start but not its end."
    ),
    is_hard=True,
)
def most_at_once(intervals: list[list[int]]) -> int:
    changes = sorted([start, 1] for start, _ in intervals) + sorted([end, -1] for _, end in intervals)
    most = now = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


@operation(
    "intervals",
    "number",
    (
        "Take the greatest number of intervals that can be chosen so that no two of them overlap; they "
        "may touch, the end of one being the start of another."
    ),
    is_hard=True,
)
def most_apart(intervals: list[list[int]]) -> int:
    chosen, last = 0, None
    for start, end in sorted(intervals, key=lambda one: one[1]):
        if last is None or start >= last:
            chosen, last = chosen + 1, end
    return chosen


@operation(
    "numbers",
    "numbers",
    (
        "The numbers stand in a circle. Starting at the first, count round the circle and take out "
        "every {k}th number, going on from there, until none is left. List them in the order in which "
        "they are taken out."
    ),
    is_hard=True,
    k=Whole(2, 6),
)
def taken_out(numbers: list[int], k: int) -> list[int]:
    circle = list(numbers)
    out: list[int] = []
    at = 0
    while circle:
        at = (at + k - 1) % len(circle)
        out.append(circle.pop(at))
    return out


@operation(
    "numbers",
    "numbers",
    (
        "Read the numbers as commands to a stack that is empty at first: a number above 0 is pushed; 0 "
        "pushes the sum of the two topmost numbers and leaves them there; a number below 0 takes the "
        "topmost number away. A command that needs more numbers than there are does nothing. List the "
        "stack from the bottom to the top."
    ),
    is_hard=True,
)
def stack_commands(numbers: list[int]) -> list[int]:
    stack: list[int] = []
    for n in numbers:
        if n > 0:
            stack.append(n)
        elif n == 0 and len(stack) >= 2:
            stack.append(stack[-1] + stack[-2])
        elif n < 0 and stack:
            stack.pop()
    return stack


@operation(
    "numbers",
    "number",
    (
        "The numbers are pages that are asked for, one after the other, from a cache of {k} pages that "
        "is empty at first. A page that is not in the cache is a miss and is put in; if the cache is "
        "full, the page whose last request is longest ago leaves it. Count the misses."
    ),
    is_hard=True,
    k=Whole(2, 4),
)
def cache_misses(numbers: list[int], k: int) -> int:
    cache: list[int] = []
    misses = 0
    for n in numbers:
        if n in cache:
            cache.remove(n)
        else:
            misses += 1
            if len(cache) == k:
                cache.pop(0)
        cache.append(n)
    return misses


@operation(
    "numbers",
    "numbers",
    (
        "Take the remainders of the numbers by {k} (from 0 to {k} - 1) as sizes of parcels. Put each, "
        "in order, into the first bin in which the total then is at most {k}; if there is none, open a "
        "new bin behind the others. List the totals of the bins."
    ),
    is_hard=True,
    k=Whole(7, 20),
)
def packed(numbers: list[int], k: int) -> list[int]:
    bins: list[int] = []
    for n in numbers:
        size = n % k
        for at, filled in enumerate(bins):
            if filled + size <= k:
                bins[at] += size
                break
        else:
            bins.append(size)
    return bins


@operation(
    "numbers",
    "numbers",
    (
        "Pass {k} times through the list from left to right; at each two neighbours, as they stand "
        "then, swap them if the left one is greater."
    ),
    is_hard=True,
    k=Whole(1, 3),
)
def bubbled(numbers: list[int], k: int) -> list[int]:
    result = list(numbers)
    for _ in range(k):
        for at in range(len(result) - 1):
            if result[at] > result[at + 1]:
                result[at], result[at + 1] = result[at + 1], result[at]
    return result


@operation(
    "numbers",
    "numbers",
    (
        "Take the numbers as cells in a row, 1 where the number is odd and 0 where it is even. {k} "
        "times, replace all cells at once: a cell becomes 1 if exactly one of its two neighbours is 1, "
        "else 0; beyond the ends all cells are 0. List the cells."
    ),
    is_hard=True,
    k=Whole(1, 4),
)
def cells_after(numbers: list[int], k: int) -> list[int]:
    cells = [n % 2 for n in numbers]
    for _ in range(k):
        padded = [0, *cells, 0]
        cells = [padded[at] ^ padded[at + 2] for at in range(len(cells))]
    return cells


@operation(
    "numbers",
    "numbers",
    (
        "The remainders of the numbers by 10 are the work of people in a queue, the first number's "
        "person first. The person in front works for up to {k} units, and then leaves if nothing is "
        "left, or else goes to the end of the queue. List the people, by their indices in the list "
        "from 0 on, in the order in which they leave."
    ),
    is_hard=True,
    k=Whole(2, 4),
)
def leaving_order(numbers: list[int], k: int) -> list[int]:
    queue = [(at, n % 10) for at, n in enumerate(numbers)]
    out: list[int] = []
    while queue:
        at, left = queue.pop(0)
        if left <= k:
            out.append(at)
        else:
            queue.append((at, left - k))
    return out
