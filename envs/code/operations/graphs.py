"""Operations on graphs: lists of edges [a, b, weight]; the nodes are the numbers that occur at their ends.

Weights are positive, no edge joins a node with itself, and no two edges join the same pair.
"""

import heapq
from collections import deque

from reasongym.envs.code.operations.defining import Whole, operation

_BOTH = " Edges may be used in both directions."
_FROM = " Edges may only be used from a to b."


@operation("edges", "edges", "Keep only the edges whose weights are at least {low}.", low=Whole(2, 4))
def heavy_edges(edges: list[list[int]], low: int) -> list[list[int]]:
    return [edge for edge in edges if edge[2] >= low]


@operation("edges", "edges", "Turn every edge round: [a, b, weight] becomes [b, a, weight].")
def turned_edges(edges: list[list[int]]) -> list[list[int]]:
    return [[b, a, weight] for a, b, weight in edges]


@operation(
    "edges", "numbers", "List how many edges each node has, at either end, for the nodes in ascending order."
)
def degrees(edges: list[list[int]]) -> list[int]:
    counts: dict[int, int] = {}
    for a, b, _ in edges:
        counts[a] = counts.get(a, 0) + 1
        counts[b] = counts.get(b, 0) + 1
    return [counts[node] for node in sorted(counts)]


@operation(
    "edges",
    "numbers",
    (
        "List for each node, in ascending order of the nodes, the sum of the weights of the edges that "
        "lead to it (of [a, b, weight], to b)."
    ),
)
def incoming(edges: list[list[int]]) -> list[int]:
    sums: dict[int, int] = {}
    for a, b, weight in edges:
        sums.setdefault(a, 0)
        sums[b] = sums.get(b, 0) + weight
    return [sums[node] for node in sorted(sums)]


@operation(
    "edges",
    "numbers",
    "List the numbers of nodes of the connected components in ascending order." + _BOTH,
    is_hard=True,
)
def component_sizes(edges: list[list[int]]) -> list[int]:
    leader: dict[int, int] = {}

    def find(node: int) -> int:
        leader.setdefault(node, node)
        while leader[node] != node:
            node = leader[node]
        return node

    for a, b, _ in edges:
        leader[find(a)] = find(b)
    leaders = [find(node) for node in list(leader)]
    return sorted(leaders.count(node) for node in set(leaders))


@operation(
    "edges",
    "numbers",
    (
        "List for each node, in ascending order of the nodes, the least number of edges on a way to it "
        "from the smallest node, or -1 if there is none."
    )
    + _BOTH,
    is_hard=True,
)
def steps_from_smallest(edges: list[list[int]]) -> list[int]:
    nodes = sorted({node for edge in edges for node in edge[:2]})
    steps = {node: 0 for node in nodes[:1]}
    waiting = deque(steps)
    while waiting:
        node = waiting.popleft()
        for a, b, _ in edges:
            for here, there in ((a, b), (b, a)):
                if here == node and there not in steps:
                    steps[there] = steps[node] + 1
                    waiting.append(there)
    return [steps.get(node, -1) for node in nodes]


@operation(
    "edges",
    "numbers",
    (
        "List for each node, in ascending order of the nodes, the least sum of weights on a way to it "
        "from the smallest node, or -1 if there is none."
    )
    + _FROM,
    is_hard=True,
)
def lengths_from_smallest(edges: list[list[int]]) -> list[int]:
    nodes = sorted({node for edge in edges for node in edge[:2]})
    lengths: dict[int, int] = {}
    waiting = [(0, node) for node in nodes[:1]]
    while waiting:
        length, node = heapq.heappop(waiting)
        if node in lengths:
            continue
        lengths[node] = length
        for a, b, weight in edges:
            if a == node:
                heapq.heappush(waiting, (length + weight, b))
    return [lengths.get(node, -1) for node in nodes]


@operation(
    "edges",
    "number",
    (
        "Take the least total weight of edges that, used in both directions, keep all nodes connected "
        "that are connected (a minimum spanning forest; 0 without edges)."
    ),
    is_hard=True,
)
def spanning_weight(edges: list[list[int]]) -> int:
    group = {node: node for edge in edges for node in edge[:2]}
    total = 0
    for a, b, weight in sorted(edges, key=lambda edge: edge[2]):
        if group[a] != group[b]:
            total += weight
            old, new = group[a], group[b]
            group = {node: new if name == old else name for node, name in group.items()}
    return total


@operation(
    "edges",
    "number",
    "Count the triangles: sets of three nodes, each two joined by an edge in either direction.",
    is_hard=True,
)
def triangles(edges: list[list[int]]) -> int:
    near: dict[int, set[int]] = {}
    for a, b, _ in edges:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    return sum(len(near[a] & near[b]) for a, b, _ in edges) // 3


@operation(
    "edges",
    "number",
    (
        "Read each edge as leading from its smaller to its larger node, whatever its order. Take the "
        "greatest sum of weights on a way along such edges (0 without edges)."
    ),
    is_hard=True,
)
def heaviest_way_up(edges: list[list[int]]) -> int:
    best: dict[int, int] = {}
    for low, high, weight in sorted([min(a, b), max(a, b), weight] for a, b, weight in edges):
        best[high] = max(best.get(high, 0), best.get(low, 0) + weight)
    return max(best.values(), default=0)


@operation(
    "edges",
    "numbers",
    "List in ascending order the nodes that can be reached from the smallest node, which counts itself."
    + _FROM,
    is_hard=True,
)
def reachable(edges: list[list[int]]) -> list[int]:
    nodes = {node for edge in edges for node in edge[:2]}
    reached = {min(nodes)} if nodes else nodes
    for _ in nodes:
        reached |= {b for a, b, _ in edges if a in reached}
    return sorted(reached)


@operation(
    "edges",
    "numbers",
    (
        "Colour the nodes in ascending order: each gets the smallest number from 0 on that no coloured "
        "node has to which an edge joins it, in either direction. List the colours in that order of "
        "the nodes."
    ),
    is_hard=True,
)
def greedy_colours(edges: list[list[int]]) -> list[int]:
    colours: dict[int, int] = {}
    for node in sorted({node for edge in edges for node in edge[:2]}):
        taken = {colours.get(b if a == node else a) for a, b, _ in edges if node in (a, b)}
        colours[node] = min(set(range(len(colours) + 1)) - taken)
    return list(colours.values())


@operation(
    "edges",
    "number",
    (
        "Count the edges without which more connected components are left than before (a node that "
        "loses its last edge stays as a component)."
    )
    + _BOTH,
    is_hard=True,
)
def bridges(edges: list[list[int]]) -> int:
    found = 0
    for at, (start, end, _) in enumerate(edges):
        others = edges[:at] + edges[at + 1 :]
        reached = {start}
        while True:
            near = {b for a, b, _ in others if a in reached} | {a for a, b, _ in others if b in reached}
            if near <= reached:
                break
            reached |= near
        found += end not in reached
    return found
