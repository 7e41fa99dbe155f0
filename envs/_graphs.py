"""Naming a labelled graph up to renaming of its nodes, exactly.

Colour refinement separates nodes by their neighbourhoods (Weisfeiler and Leman, 1968); where it leaves a
tie every node of the tied class is tried (McKay, "Practical graph isomorphism", 1981, without his pruning
by automorphisms), save that twins, which may be swapped for each other, are tried once, and that the parts
of a graph that is not connected are named one by one.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

Edge: TypeAlias = tuple[int, int, int]
"""From, to, weight."""


class Graph(NamedTuple):
    """Who is joined to whom: per node the pairs (label, other node), label even for out and odd for in."""

    links: Sequence[Sequence[tuple[int, int]]]
    marks: Sequence[int]
    """What sets nodes apart from the start, such as start and goal."""


def graph_of(edges: Sequence[Edge], marks: Sequence[int], *, directed: bool) -> Graph:
    """Build a graph of the nodes 0, 1, ... that `marks` numbers."""
    links: list[list[tuple[int, int]]] = [[] for _ in marks]
    for tail, head, weight in edges:
        links[tail].append((2 * weight, head))
        links[head].append((2 * weight + directed, tail))
    return Graph(links, marks)


def canonical_name(graph: Graph) -> str:
    """Return the same text for two graphs exactly if one is the other with its nodes renamed."""
    return " + ".join(sorted(_name(graph, part) for part in _parts(graph)))


def _parts(graph: Graph) -> list[list[int]]:
    """Return the connected parts."""
    left = set(range(len(graph.marks)))
    parts: list[list[int]] = []
    while left:
        part = [min(left)]
        left.discard(part[0])
        for node in part:
            for _, other in graph.links[node]:
                if other in left:
                    left.discard(other)
                    part.append(other)
        parts.append(sorted(part))
    return parts


def _name(graph: Graph, part: Sequence[int]) -> str:
    classes = {node: graph.marks[node] for node in part}
    return _least_name(graph, _refined(graph, classes))


def _refined(graph: Graph, classes: dict[int, int]) -> dict[int, int]:
    """Split classes by the classes of the neighbours until nothing changes; ranks are free of names."""
    num_classes = 0
    while True:
        seen = {
            node: (own, sorted((label, classes[other]) for label, other in graph.links[node]))
            for node, own in classes.items()
        }
        order: list[tuple[int, list[tuple[int, int]]]] = []
        classes = {}
        for node in sorted(seen, key=seen.__getitem__):
            if not order or order[-1] != seen[node]:
                order.append(seen[node])
            classes[node] = len(order) - 1
        if len(order) == num_classes:
            return classes
        num_classes = len(order)


def _least_name(graph: Graph, classes: dict[int, int]) -> str:
    """Return the least name over all ways to break the ties that refinement leaves."""
    members: dict[int, list[int]] = {}
    for node, own in classes.items():
        members.setdefault(own, []).append(node)
    if len(members) == len(classes):
        return _written(graph, classes)
    tied = min((len(nodes), own) for own, nodes in members.items() if len(nodes) > 1)[1]
    names: list[str] = []
    for node in _without_twins(graph, members[tied]):
        broken = {other: 2 * own + 1 for other, own in classes.items()}
        broken[node] -= 1
        names.append(_least_name(graph, _refined(graph, broken)))
    return min(names)


def _without_twins(graph: Graph, nodes: Sequence[int]) -> list[int]:
    """Keep one of each set of nodes that may be swapped without any other change."""
    kept: list[int] = []
    for node in nodes:
        if not any(_are_twins(graph, node, other) for other in kept):
            kept.append(node)
    return kept


def _are_twins(graph: Graph, node: int, other: int) -> bool:
    mine = sorted(link for link in graph.links[node] if link[1] != other)
    theirs = sorted(link for link in graph.links[other] if link[1] != node)
    to_other = sorted(label for label, end in graph.links[node] if end == other)
    return mine == theirs and to_other == sorted(label for label, end in graph.links[other] if end == node)


def _written(graph: Graph, classes: dict[int, int]) -> str:
    """Write the edges and marks of a graph whose nodes are numbered by their classes."""
    nodes = sorted(classes, key=classes.__getitem__)
    rows: list[str] = []
    for node in nodes:
        links = sorted((label, classes[other]) for label, other in graph.links[node])
        rows.append(f"{graph.marks[node]}:" + ",".join(f"{label}-{other}" for label, other in links))
    return ";".join(rows)
