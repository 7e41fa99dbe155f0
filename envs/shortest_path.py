"""`ShortestPath-v0`: the cheapest way through a weighted graph, or that there is none.

Nodes stand in a hidden order and edges join near ones, at a price that grows with the distance, so that many
paths cost nearly the same and the one with the fewest edges is seldom the cheapest. The problem is solved by
Dijkstra's algorithm ("A note on two problems in connexion with graphs", 1959) and proved by Bellman's ("On a
routing problem", 1958).
"""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

from reasongym.answers.declarations import Ending
from reasongym.answers.paths import read_path
from reasongym.answers.prose import declared
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs._graphs import Edge, canonical_name, graph_of
from reasongym.registry import register
from reasongym.seeding import Stream

NAMES = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which are read as words and digits
NO_PATH = "no path"
_ONE_IN_CUT_OFF = 40
"""How rarely the goal cannot be reached, so that saying so does not pay."""


class Level(NamedTuple):
    """How large a graph is."""

    num_nodes: int
    span: int
    """Edges join nodes at most so far apart in the hidden order."""
    one_in_left_out: int
    """One in so many of the edges that the span allows is missing."""
    unit: int
    """The price of an edge over one place is about this much."""
    directed: bool

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        kind = "directed" if self.directed else "undirected"
        return f"{self.num_nodes} nodes, {kind} edges to nodes up to {self.span} places away"


LEVELS = (
    Level(6, 3, 6, 4, directed=False),
    Level(8, 3, 5, 6, directed=False),
    Level(10, 3, 5, 9, directed=False),
    Level(12, 4, 4, 12, directed=False),
    Level(20, 5, 4, 15, directed=True),
    Level(22, 6, 4, 20, directed=True),
    Level(24, 8, 4, 30, directed=True),
)
_CHANCE = (0.19, 0.075, 0.045, 0.035, 0.03, 0.03, 0.03)


@register("ShortestPath-v0")
class ShortestPath(Env):
    """Name a path of least total weight from one node to another, or say that there is no path.

    `data` holds `num_nodes`, `directed`, `edges` (from, to, weight; node numbers from 0), `start`, `goal` and
    `path`, one shortest path (empty where there is none). Nodes are shown as letters in order.
    """

    family = "shortest path"
    levels = tuple(level.about for level in LEVELS)
    default_level = 3
    styles = {  # noqa: RUF012
        "plain": "the problem and the answer format in a few sentences",
        "tags": "the answer in <answer> tags",
        "boxed": "the answer in \\boxed{}",
        "terse": "hardly a word: `A B 3 ; B C 4 from A to C :`",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        cut_off = rng.below(_ONE_IN_CUT_OFF) == 0
        while True:
            places = rng.shuffled(range(meant.num_nodes))  # node by place
            start, goal = places[rng.below(2)], places[-1 - rng.below(2)]
            edges = _edges(rng, meant, places)
            if cut_off:
                edges = _cut(rng, edges, places)
            path = _dijkstra(edges, start, goal, directed=meant.directed)[0]
            is_whole = {node for edge in edges for node in edge[:2]} == set(places)
            if is_whole and cut_off == (not path):
                return {
                    "num_nodes": meant.num_nodes,
                    "directed": meant.directed,
                    "edges": rng.shuffled(edges),
                    "start": start,
                    "goal": goal,
                    "path": path,
                }

    def prompt(self, data: Data, style: str) -> str:
        start, goal = NAMES[data["start"]], NAMES[data["goal"]]
        if style == "terse":
            listed = " ; ".join(f"{NAMES[a]} {NAMES[b]} {weight}" for a, b, weight in data["edges"])
            return f"{'one way ' * data['directed']}{listed} from {start} to {goal} :"
        arrow = "->" if data["directed"] else "-"
        listed = ", ".join(f"{NAMES[a]}{arrow}{NAMES[b]} ({weight})" for a, b, weight in data["edges"])
        kind = "a directed graph" if data["directed"] else "an undirected graph"
        return (
            f"The edges of {kind}, with their weights in brackets, are: {listed}. Find a path from {start} "
            f"to {goal} whose total weight is as small as possible, or say `{NO_PATH}` if {goal} cannot be "
            f"reached from {start}. {_ASK[style]}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        names = NAMES[: data["num_nodes"]]
        answer, path = _read(text, "line", names)
        if path == "syntax":  # a line about the weight, or a fence, may end the text
            answer, path = _read(text, "block", names)
        if isinstance(path, str):
            return Verdict(0.0, False, path, None if answer is None else answer[:200])
        shown = " ".join(NAMES[node] for node in path) or NO_PATH
        return Verdict.of(_judge(data, path), shown)

    def oracle(self, data: Data) -> list[str]:
        return [" ".join(NAMES[node] for node in data["path"]) or NO_PATH]

    def canonical(self, data: Data) -> str:
        marks = [0] * data["num_nodes"]
        marks[data["start"]], marks[data["goal"]] = 1, 2
        edges = [(a, b, weight) for a, b, weight in data["edges"]]
        return f"{data['directed']} {canonical_name(graph_of(edges, marks, directed=data['directed']))}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Rename the nodes and list the edges in another order."""
        num_nodes: int = data["num_nodes"]
        to = rng.shuffled(range(num_nodes))
        edges: list[list[int]] = []
        listed: list[list[int]] = rng.shuffled(data["edges"])
        for tail, head, weight in listed:
            pair = [to[tail], to[head]]
            edges.append([*(pair if data["directed"] else rng.shuffled(pair)), weight])
        path: list[int] = [to[node] for node in data["path"]]
        ends: Data = {"start": to[data["start"]], "goal": to[data["goal"]]}
        return data | {"edges": edges, "path": path} | ends

    def space(self, level: int) -> int:
        """Return how many were counted in 20,000 draws or fewer (rounded down)."""
        return 10_000

    def chance(self, level: int) -> float:
        """Return what a random walk earns that never returns, measured on 10,000 problems and rounded up."""
        return _CHANCE[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Walk to random neighbours that are new until the goal is there; claim no path if it never is."""
        ways = _ways(state["edges"], directed=state["directed"])
        for _ in range(20):
            walk = [state["start"]]
            while walk[-1] != state["goal"]:
                ahead = [other for other, _ in ways.get(walk[-1], ()) if other not in walk]
                if not ahead:
                    break
                walk.append(rng.pick(ahead))
            else:
                return " ".join(NAMES[node] for node in walk)
        return NO_PATH

    def prove(self, data: Data) -> bool:
        """Compare with Bellman's algorithm what the path weighs."""
        least = _bellman(data)
        weights = _weights(data)
        path: list[int] = data["path"]
        if not path:
            return data["goal"] not in least
        total = sum(weights[pair] for pair in pairwise(path))
        return (path[0], path[-1], total) == (data["start"], data["goal"], least[data["goal"]])

    def effort(self, data: Data) -> float:
        """Return how many edges Dijkstra's algorithm looks along."""
        return _dijkstra(data["edges"], data["start"], data["goal"], directed=data["directed"])[1]


_ASK = {
    "plain": "End with a line that holds only the nodes of the path in order, such as `A -> B -> C`.",
    "tags": (
        "Show your work in <think> </think> tags and put the nodes of the path in order in <answer> "
        "</answer> tags, such as <answer>A -> B -> C</answer>."
    ),
    "boxed": "Put the nodes of the path in order in \\boxed{}, such as \\boxed{A \\to B \\to C}.",
}


def _edges(rng: Stream, meant: Level, places: Sequence[int]) -> list[list[int]]:
    """Join nodes that are near in the hidden order; of a directed graph one edge in four leads backwards."""
    edges: list[list[int]] = []
    for place, node in enumerate(places):
        for step in range(1, min(meant.span, len(places) - 1 - place) + 1):
            if rng.below(meant.one_in_left_out):
                weight = max(1, step * meant.unit + rng.between(-meant.unit, meant.unit) - step)
                ends = [node, places[place + step]]
                backwards = rng.below(4 if meant.directed else 2) == 0
                edges.append([*(ends[::-1] if backwards else ends), weight])
    return edges


def _cut(rng: Stream, edges: list[list[int]], places: Sequence[int]) -> list[list[int]]:
    """Take away what leads from the nodes of the first places to the others."""
    near = set(places[: rng.between(2, len(places) - 2)])
    return [edge for edge in edges if (edge[0] in near) == (edge[1] in near)]


def _ways(edges: Sequence[Sequence[int]], *, directed: bool) -> dict[int, list[tuple[int, int]]]:
    ways: dict[int, list[tuple[int, int]]] = {}
    for tail, head, weight in edges:
        ways.setdefault(tail, []).append((head, weight))
        if not directed:
            ways.setdefault(head, []).append((tail, weight))
    return ways


def _dijkstra(
    edges: Sequence[Sequence[int]], start: int, goal: int, *, directed: bool
) -> tuple[list[int], int]:
    """Return one shortest path and how many edges were looked along."""
    ways = _ways(edges, directed=directed)
    waiting: list[tuple[int, int, int]] = [(0, start, -1)]
    before: dict[int, int] = {}
    num_looks = 0
    while waiting:
        total, node, came_from = heappop(waiting)
        if node in before:
            continue
        before[node] = came_from
        if node == goal:
            break
        for other, weight in ways.get(node, ()):
            num_looks += 1
            heappush(waiting, (total + weight, other, node))
    path = [goal] if goal in before else []
    while path and path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1], num_looks


def _bellman(data: Data) -> dict[int, int]:
    """Return the least weight to every node that can be reached."""
    edges: list[Edge] = [(a, b, weight) for a, b, weight in data["edges"]]
    if not data["directed"]:
        edges += [(b, a, weight) for a, b, weight in edges]
    least: dict[int, int] = {data["start"]: 0}
    for _ in range(data["num_nodes"]):
        for tail, head, weight in edges:
            if tail in least and least[tail] + weight < least.get(head, least[tail] + weight + 1):
                least[head] = least[tail] + weight
    return least


def _weights(data: Data) -> dict[tuple[int, int], int]:
    weights: dict[tuple[int, int], int] = {(a, b): weight for a, b, weight in data["edges"]}
    if not data["directed"]:
        weights |= {(b, a): weight for (a, b), weight in weights.items()}
    return weights


def _read(text: str, ending: Ending, names: str) -> tuple[str | None, list[int] | str]:
    answer, reason = declared(text, ending)
    return answer, reason if answer is None else read_path(answer, names)


def _judge(data: Data, path: Sequence[int]) -> str:
    """Return `ok`, or which rule the path breaks; an empty one claims that there is none."""
    if not path:
        return "ok" if not data["path"] else "there_is_a_path"
    if path[0] != data["start"]:
        return "wrong_start"
    if path[-1] != data["goal"]:
        return "wrong_goal"
    weights = _weights(data)
    pairs = list(pairwise(path))
    if any(pair not in weights for pair in pairs):
        return "no_such_edge"
    best = sum(weights[pair] for pair in pairwise(data["path"]))
    return "ok" if sum(weights[pair] for pair in pairs) == best else "not_shortest"
