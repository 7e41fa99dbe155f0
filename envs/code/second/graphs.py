"""The operations on graphs once more: by matrices, by recursion, or from the definition."""

from functools import cache
from itertools import combinations, count
from typing import Any

import numpy as np


def _nodes(edges: list[list[int]]) -> list[int]:
    return sorted({a for a, _, _ in edges} | {b for _, b, _ in edges})


def _distances(edges: list[list[int]], *, is_weighted: bool, is_one_way: bool) -> Any:
    """Return the lengths of shortest ways between all pairs (Floyd and Warshall), -1 where there is none."""
    nodes = _nodes(edges)
    far = 10**9
    lengths = np.full((len(nodes), len(nodes)), far)
    np.fill_diagonal(lengths, 0)
    for a, b, weight in edges:
        i, j = nodes.index(a), nodes.index(b)
        length = weight if is_weighted else 1
        lengths[i, j] = min(lengths[i, j], length)
        if not is_one_way:
            lengths[j, i] = lengths[i, j]
    for via in range(len(nodes)):
        lengths = np.minimum(lengths, lengths[:, via : via + 1] + lengths[via])
    return np.where(lengths >= far, -1, lengths)


def heavy_edges(edges: list[list[int]], low: int) -> list[list[int]]:
    return list(filter(lambda edge: not edge[2] < low, edges))


def turned_edges(edges: list[list[int]]) -> list[list[int]]:
    return [[edge[1], edge[0], edge[2]] for edge in edges]


def degrees(edges: list[list[int]]) -> list[int]:
    return [sum(node in edge[:2] for edge in edges) for node in _nodes(edges)]


def incoming(edges: list[list[int]]) -> list[int]:
    return [sum(weight for _, b, weight in edges if b == node) for node in _nodes(edges)]


def component_sizes(edges: list[list[int]]) -> list[int]:
    reached = _distances(edges, is_weighted=False, is_one_way=False) >= 0
    groups = {tuple(row) for row in reached.tolist()}
    return sorted(sum(group) for group in groups)


def steps_from_smallest(edges: list[list[int]]) -> list[int]:
    return _distances(edges, is_weighted=False, is_one_way=False)[0].tolist() if edges else []


def lengths_from_smallest(edges: list[list[int]]) -> list[int]:
    return _distances(edges, is_weighted=True, is_one_way=True)[0].tolist() if edges else []


def spanning_weight(edges: list[list[int]]) -> int:
    left, total = set(_nodes(edges)), 0
    while left:  # Prim's algorithm, from the smallest node of each component
        tree = {min(left)}
        left -= tree
        while leaving := [edge for edge in edges if (edge[0] in tree) != (edge[1] in tree)]:
            a, b, weight = min(leaving, key=lambda edge: edge[2])
            total += weight
            tree |= {a, b}
            left -= {a, b}
    return total


def triangles(edges: list[list[int]]) -> int:
    pairs = {frozenset(edge[:2]) for edge in edges}
    return sum(
        all(frozenset(pair) in pairs for pair in combinations(three, 2))
        for three in combinations(_nodes(edges), 3)
    )


def heaviest_way_up(edges: list[list[int]]) -> int:
    @cache
    def heaviest(node: int) -> int:
        up = (
            weight + heaviest(a + b - node)
            for a, b, weight in edges
            if node in (a, b) and a + b - node > node
        )
        return max(up, default=0)

    return max(map(heaviest, _nodes(edges)), default=0)


def reachable(edges: list[list[int]]) -> list[int]:
    if not edges:
        return []
    row = _distances(edges, is_weighted=False, is_one_way=True)[0]
    return [node for node, length in zip(_nodes(edges), row, strict=True) if length >= 0]


def greedy_colours(edges: list[list[int]]) -> list[int]:
    @cache
    def colour(node: int) -> int:
        near = {a + b - node for a, b, _ in edges if node in (a, b)}
        taken = {colour(other) for other in near if other < node}
        return next(one for one in count() if one not in taken)

    return [colour(node) for node in _nodes(edges)]


def bridges(edges: list[list[int]]) -> int:
    order: dict[int, int] = {}
    found = 0

    def lowest(node: int, parent: int) -> int:
        """Return the earliest node that the subtree reaches by an edge that is none of the tree (Tarjan)."""
        nonlocal found
        order[node] = low = len(order)
        for a, b, _ in edges:
            other = a + b - node
            if node not in (a, b) or other == parent:
                continue
            if other in order:
                low = min(low, order[other])
                continue
            of_child = lowest(other, node)
            found += of_child > order[node]
            low = min(low, of_child)
        return low

    for node in _nodes(edges):
        if node not in order:
            lowest(node, -1)
    return found
