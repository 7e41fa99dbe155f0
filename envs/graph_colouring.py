"""`GraphColouring-v0`: give every node of a graph a colour so that no edge joins two of one colour.

One of Karp's twenty-one NP-complete problems (1972). Graphs are made around a hidden colouring; harder levels
have about as many edges as random graphs bear before most lose their colourings, 2.3 a node for three
colours and 4.4 for four (Achlioptas and Moore, "Almost all graphs with average degree 4 are 3-colorable",
2003; Krzakala, Pagnani and Weigt, "Threshold values, stability analysis and high-q asymptotics for the
coloring problem on random graphs", 2004).
"""

from collections.abc import Mapping
from typing import NamedTuple

from reasongym.answers.assignments import assignments
from reasongym.answers.prose import declared
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs._graphs import canonical_name, graph_of
from reasongym.registry import register
from reasongym.seeding import Stream

COLOURS = ("red", "green", "blue", "yellow")
NAMES = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which are read as words and digits
_SHOWN_CHARS = 400
_MANY_DRAWS = 50


class Level(NamedTuple):
    """How large a graph is, and how many edges it has at least and at most."""

    num_nodes: int
    num_colours: int
    low: int
    high: int

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        return f"{self.num_nodes} nodes, {self.low} to {self.high} edges, {self.num_colours} colours"


LEVELS = (
    Level(6, 3, 6, 8),
    Level(8, 3, 9, 13),
    Level(10, 3, 16, 19),
    Level(13, 3, 24, 27),
    Level(17, 3, 34, 37),
    Level(21, 3, 45, 48),
    Level(22, 4, 86, 92),
    Level(24, 4, 97, 103),
)
_SPACE = (46, 2_900, 19_000, 10_000, 10_000, 10_000, 10_000, 10_000)
_CHANCE = (0.185, 0.03, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001)


@register("GraphColouring-v0")
class GraphColouring(Env):
    """Colour the nodes of a graph so that no edge joins two of the same colour; any such colouring is right.

    `data` holds `num_nodes`, `num_colours`, `edges` (pairs of node numbers from 0) and `colouring`, one way
    to colour the nodes. Nodes are shown as letters in order, colours as words.
    """

    family = "graph colouring"
    levels = tuple(level.about for level in LEVELS)
    default_level = 3
    styles = {  # noqa: RUF012
        "plain": "the problem and the answer format in a few sentences",
        "tags": "the answer in <answer> tags",
        "boxed": "the answer in \\boxed{}",
        "terse": "hardly a word: `A B ; A C ; B D with red green blue :`",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        num_edges = rng.between(meant.low, meant.high)
        while True:
            hidden = rng.shuffled([node % meant.num_colours for node in range(meant.num_nodes)])
            edges = _edges_between(rng, hidden, num_edges)
            if len(edges) == num_edges:
                edges = [rng.shuffled(edge) for edge in rng.shuffled(edges)]
                return {
                    "num_nodes": meant.num_nodes,
                    "num_colours": meant.num_colours,
                    "edges": edges,
                    "colouring": hidden,
                }

    def prompt(self, data: Data, style: str) -> str:
        colours = COLOURS[: data["num_colours"]]
        if style == "terse":
            joined = " ; ".join(f"{NAMES[a]} {NAMES[b]}" for a, b in data["edges"])
            return f"{joined} with {' '.join(colours)} :"
        joined = ", ".join(f"{NAMES[a]}-{NAMES[b]}" for a, b in data["edges"])
        nodes = ", ".join(NAMES[: data["num_nodes"]])
        return (
            f"A graph has the nodes {nodes} and these edges: {joined}. Give each node one of the colours "
            f"{', '.join(colours[:-1])} and {colours[-1]}, so that no edge joins two nodes of the same "
            f"colour. {_ASK[style]}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = declared(text)
        if answer is None:
            return Verdict(0.0, False, reason)
        names = NAMES[: data["num_nodes"]]
        colours = COLOURS[: data["num_colours"]]
        read = assignments(
            answer, names, {colour: colour for colour in colours}, ("node", "nodes", "vertex", "vertices")
        )
        if isinstance(read, str):
            return Verdict(0.0, False, read, answer[:_SHOWN_CHARS])
        clashes = any(read[NAMES[a]] == read[NAMES[b]] for a, b in data["edges"])
        shown = " ".join(f"{name} {read[name]}" for name in names)
        return Verdict.of("clash" if clashes else "ok", shown)

    def oracle(self, data: Data) -> list[str]:
        return [_written(data["colouring"])]

    def canonical(self, data: Data) -> str:
        edges = [(a, b, 1) for a, b in data["edges"]]
        graph = graph_of(edges, [0] * data["num_nodes"], directed=False)
        return f"{data['num_colours']} {canonical_name(graph)}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Rename the nodes and the colours, and list the edges in another order."""
        num_nodes: int = data["num_nodes"]
        num_colours: int = data["num_colours"]
        to = rng.shuffled(range(num_nodes))
        colours = rng.shuffled(range(num_colours))
        colouring = [0] * num_nodes
        for node, colour in enumerate(data["colouring"]):
            colouring[to[node]] = colours[colour]
        listed: list[list[int]] = rng.shuffled(data["edges"])
        edges = [rng.shuffled([to[a], to[b]]) for a, b in listed]
        return data | {"edges": edges, "colouring": colouring}

    def space(self, level: int) -> int:
        """Return how many were counted in 100,000 draws or fewer (rounded down)."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what the random player earns, measured on 10,000 problems and rounded up."""
        return _CHANCE[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Give the colours to random nodes, each colour to about as many, which earns most."""
        return _written(rng.shuffled([node % state["num_colours"] for node in range(state["num_nodes"])]))

    def prove(self, data: Data) -> bool:
        """Look for a colouring by search, without a look at the hidden one."""
        pairs = {frozenset(edge) for edge in data["edges"]}
        is_graph = len(pairs) == len(data["edges"]) and all(len(pair) == 2 for pair in pairs)
        joined = {node for pair in pairs for node in pair}
        return is_graph and joined == set(range(data["num_nodes"])) and _search(data)[0]

    def effort(self, data: Data) -> float:
        """Return how many nodes the solver colours, those that it takes back again included."""
        return _search(data)[1]


_ASK = {
    "plain": "End with a line that holds every node's colour, such as `A: red, B: blue, ...`.",
    "tags": (
        "Show your work in <think> </think> tags and put every node's colour in <answer> </answer> tags, "
        "such as <answer>A: red, B: blue, ...</answer>."
    ),
    "boxed": "Put every node's colour in \\boxed{}, such as \\boxed{\\text{A: red, B: blue, ...}}.",
}


def _written(colouring: list[int]) -> str:
    return " ".join(f"{NAMES[node]} {COLOURS[colour]}" for node, colour in enumerate(colouring))


def _edges_between(rng: Stream, hidden: list[int], num_edges: int) -> list[list[int]]:
    """Draw edges between nodes of different hidden colours, so that none stays alone and few stay easy.

    Of two nodes the one with fewer edges gets the next one. Fewer edges come back where luck runs out.
    """
    nodes = range(len(hidden))
    neighbours: list[set[int]] = [set() for _ in nodes]
    edges: list[list[int]] = []
    waiting = rng.shuffled(nodes)
    for _ in range(_MANY_DRAWS * num_edges):
        if len(edges) == num_edges:
            break
        if waiting:
            tail = waiting.pop()
            if neighbours[tail]:
                continue
        else:
            tail, other = rng.pick(nodes), rng.pick(nodes)
            if len(neighbours[other]) < len(neighbours[tail]):
                tail = other
        head = rng.pick(nodes)
        if hidden[head] == hidden[tail] or head in neighbours[tail]:
            waiting += [] if neighbours[tail] else [tail]
            continue
        neighbours[tail].add(head)
        neighbours[head].add(tail)
        edges.append([tail, head])
    return edges if all(neighbours) else []


def _search(data: Data) -> tuple[bool, int]:
    """Colour the node with the fewest colours left, depth first, and count the nodes coloured.

    The rule is DSATUR's (Brelaz, "New methods to color the vertices of a graph", 1979) without its second
    look at degrees: ties fall to the first node.
    """
    num_nodes: int = data["num_nodes"]
    neighbours: list[list[int]] = [[] for _ in range(num_nodes)]
    for a, b in data["edges"]:
        neighbours[a].append(b)
        neighbours[b].append(a)
    everything: int = (1 << data["num_colours"]) - 1
    count = 0

    def finish(left: dict[int, int]) -> bool:
        nonlocal count
        if not left:
            return True
        node = min(left, key=lambda one: left[one].bit_count())
        for colour in range(data["num_colours"]):
            if left[node] >> colour & 1:
                count += 1
                after = {other: colours for other, colours in left.items() if other != node}
                for other in neighbours[node]:
                    if other in after:
                        after[other] &= ~(1 << colour)
                if all(after.values()) and finish(after):
                    return True
        return False

    return finish(dict.fromkeys(range(num_nodes), everything)), count
