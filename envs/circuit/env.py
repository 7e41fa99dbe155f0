"""`Circuit-v0`: evaluate a boolean circuit and give the values of its outputs."""

from collections.abc import Mapping
from functools import partial
from hashlib import blake2b

from reasongym.answers.prose import read_declared
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs._graphs import canonical_name, graph_of
from reasongym.envs.circuit import making, wording
from reasongym.registry import register
from reasongym.seeding import Stream

_SHOWN_CHARS = 200
_SPACE = (15_000, 19_900, 19_900, 19_900, 19_900, 19_900, 19_900)


@register("Circuit-v0")
class Circuit(Env):
    """Find the values of the output wires, by name or as bits in the order asked for.

    `data` holds `inputs`, pairs of a wire and its value, `gates`, each `[wire, operator, wires]` in the order
    listed, `outputs`, and their values `solution`. Every gate has a part in some output.
    """

    family = "circuit"
    levels = tuple(level.about for level in making.LEVELS)
    default_level = 2
    styles = wording.STYLES

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return making.generate(rng, making.LEVELS[level])

    def prompt(self, data: Data, style: str) -> str:
        return wording.prompt(data, style)

    def verify(self, data: Data, text: str) -> Verdict:
        answer, bits = read_declared(text, partial(wording.read, data["outputs"]))
        shown = None if answer is None else answer[:_SHOWN_CHARS]
        if isinstance(bits, str):
            return Verdict(0.0, False, bits, shown)
        return Verdict.of("ok" if bits == data["solution"] else "wrong_value", shown)

    def oracle(self, data: Data) -> list[str]:
        return [" ".join(map(str, data["solution"]))]

    def canonical(self, data: Data) -> str:
        """Name the circuit as a graph of its gates: wires by any name, gates and arguments in any order."""
        wires = [wire for wire, *_ in data["inputs"] + data["gates"]]
        place = {wire: at for at, wire in enumerate(wires)}
        kinds = [value for _, value in data["inputs"]]
        kinds += [2 + making.OPERATORS.index(operator) for _, operator, _ in data["gates"]]
        marks = [2 * kind + (wire in data["outputs"]) for wire, kind in zip(wires, kinds, strict=True)]
        edges = [(place[arg], place[wire], 0) for wire, _, args in data["gates"] for arg in args]
        name = canonical_name(graph_of(edges, marks, directed=True))
        return blake2b(name.encode(), digest_size=16).hexdigest()

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return making.guise(data, rng)

    def space(self, level: int) -> int:
        """Return how many were counted in 20,000 draws, rounded down."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what random bits earn: each wire is drawn to be 0 or 1 alike."""
        return 0.5 ** making.LEVELS[level].num_outputs

    def random_action(self, state: Json, rng: Stream) -> str:
        return " ".join(str(rng.below(2)) for _ in state["outputs"])

    def prove(self, data: Data) -> bool:
        values: dict[str, int] = dict(data["inputs"])
        gates = {wire: (operator, args) for wire, operator, args in data["gates"]}
        is_named_once = len(values) + len(gates) == len(data["inputs"]) + len(data["gates"])
        return is_named_once and data["solution"] == [
            making.pulled(wire, values, gates) for wire in data["outputs"]
        ]

    def effort(self, data: Data) -> float:
        """Return how many gates are looked at by reading the list until every wire is known."""
        known = {wire for wire, _ in data["inputs"]}
        waiting = data["gates"]
        looks = 0
        while waiting:
            looks += len(waiting)
            left: list[Json] = []
            for wire, operator, args in waiting:
                if known.issuperset(args):
                    known.add(wire)
                else:
                    left.append([wire, operator, args])
            waiting = left
        return looks
