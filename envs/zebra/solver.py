"""Two solvers: one narrows down sets of houses, the other only places values and looks at the clues."""

from collections.abc import Sequence

from reasongym.envs.zebra.clues import Clue, holds, values_of


class Search:
    """Propagation and depth-first search; a domain is a set of houses as bits.

    `work` counts the clues that were applied; past `limit` the search ends undecided.
    """

    def __init__(self, houses: int, attributes: int, clues: Sequence[Clue], limit: int = 10**9) -> None:
        self.houses = houses
        self.full = (1 << houses) - 1
        self.clues = clues
        self.groups = [range(at * houses, (at + 1) * houses) for at in range(attributes)]
        self.limit = limit
        self.work = 0
        self.solutions: list[list[int]] = []

    @property
    def is_undecided(self) -> bool:
        """Say whether the search ended at its limit."""
        return self.work > self.limit

    def run(self, most: int = 2) -> list[list[int]]:
        """Return the first solutions, as the house of each value."""
        self._search([self.full] * (self.houses * len(self.groups)), most)
        return self.solutions

    def _search(self, domains: list[int], most: int) -> None:
        if not self._narrow(domains):
            return
        open_values = [
            (domain.bit_count(), value) for value, domain in enumerate(domains) if domain & domain - 1
        ]
        if not open_values:
            places = [domain.bit_length() - 1 for domain in domains]
            if all(holds(clue, places) for clue in self.clues):
                self.solutions.append(places)
            return
        value = min(open_values)[1]
        options = domains[value]
        while options and len(self.solutions) < most and self.work <= self.limit:
            bit = options & -options
            options ^= bit
            tried = domains.copy()
            tried[value] = bit
            self._search(tried, most)

    def _narrow(self, domains: list[int]) -> bool:
        """Apply clues and the rule that values of one attribute differ until nothing changes."""
        while True:
            before = domains.copy()
            self._apply_clues(domains)
            self.work += len(self.clues)
            if not all(domains) or not all(self._distinct(group, domains) for group in self.groups):
                return False
            if domains == before:
                return True

    def _distinct(self, group: range, domains: list[int]) -> bool:
        """Take houses that one value has from the others; give a value the house that only it can have."""
        taken = once = twice = 0
        for value in group:
            domains[value] = domain = domains[value] & ~taken
            if not domain & domain - 1:
                taken |= domain
        for value in group:
            domain = domains[value]
            if domain & domain - 1:
                domains[value] = domain = domain & ~taken
            twice |= once & domain
            once |= domain
        single = once & ~twice
        if single != taken:
            for value in group:
                if domains[value] & single:
                    domains[value] &= single
        return once == self.full

    def _apply_clues(self, domains: list[int]) -> None:
        for kind, a, b, c in self.clues:
            first = domains[a]
            if kind == "same":
                domains[a] = domains[b] = first & domains[b]
            elif kind == "differ":
                if not first & first - 1:
                    domains[b] &= ~first
                elif not domains[b] & domains[b] - 1:
                    domains[a] &= ~domains[b]
            elif kind == "next":
                domains[a] = first = first & (domains[b] << 1 | domains[b] >> 1)
                domains[b] &= first << 1 | first >> 1
            elif kind == "before":
                domains[a] = first = first & domains[b] >> 1
                domains[b] &= first << 1
            elif kind == "left":
                domains[a] = first = first & (1 << max(domains[b].bit_length() - 1, 0)) - 1
                domains[b] &= ~((first & -first) * 2 - 1) if first else 0
            elif kind == "at":
                domains[a] = first & 1 << b
            elif kind == "not_at":
                domains[a] = first & ~(1 << b)
            elif kind == "between":
                self._apply_between(a, b, c, domains)
            else:
                self._apply_either(a, b, c, domains)

    def _apply_between(self, a: int, b: int, c: int, domains: list[int]) -> None:
        second, third = domains[b], domains[c]
        ends = second | third
        if ends:
            inside = (1 << ends.bit_length() - 1) - 1 & ~((ends & -ends) * 2 - 1)
            domains[a] &= inside
        domains[b] &= ~third if not third & third - 1 else self.full
        domains[c] &= ~second if not second & second - 1 else self.full

    def _apply_either(self, a: int, b: int, c: int, domains: list[int]) -> None:
        domains[a] &= domains[b] | domains[c]
        if not domains[a] & domains[b]:
            domains[a] = domains[c] = domains[a] & domains[c]
        elif not domains[a] & domains[c]:
            domains[a] = domains[b] = domains[a] & domains[b]


def num_solutions(houses: int, attributes: int, clues: Sequence[Clue], most: int = 2) -> int:
    """Count solutions by placing value after value, those first that make the most clues decidable."""
    count = houses * attributes
    order: list[int] = []
    while len(order) < count:
        left = [value for value in range(count) if value not in order]
        known = set(order)

        def decided(value: int, known: set[int] = known) -> tuple[int, int, int]:
            named = [values_of(clue) for clue in clues if value in values_of(clue)]
            return (
                sum(set(values) <= known | {value} for values in named),
                sum(len(known.intersection(values)) for values in named),
                len(named),
            )

        order.append(max(left, key=decided))
    rank = {value: at for at, value in enumerate(order)}
    due: list[list[Clue]] = [[] for _ in order]
    for clue in clues:
        due[max(rank[value] for value in values_of(clue))].append(clue)
    places = [-1] * count

    def place(at: int, found: int) -> int:
        if at == count:
            return found + 1
        value = order[at]
        start = value // houses * houses
        taken = places[start : start + houses]
        for house in range(houses):
            if house in taken:
                continue
            places[value] = house
            if all(holds(clue, places) for clue in due[at]):
                found = place(at + 1, found)
                if found >= most:
                    break
        places[value] = -1
        return found

    return place(0, 0)
