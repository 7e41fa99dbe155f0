"""How circuits are made, and evaluated a second time."""

from collections.abc import Mapping, Sequence
from functools import reduce
from math import prod
from typing import NamedTuple, TypeAlias

from reasongym.core import Data
from reasongym.envs._formulas import Random
from reasongym.seeding import Stream

_INPUTS = "abcdefghijkl"
_FRESH = 0.8
"""How often a gate reads a wire that nothing reads yet, where one fits."""
Gate: TypeAlias = tuple[int, str, list[int]]
"""A wire, the operator that makes it, and the wires this reads."""


class Level(NamedTuple):
    """What the circuits of a level are like."""

    num_inputs: int
    num_gates: int
    num_outputs: int
    operators: tuple[str, ...]
    most_args: int
    shuffled: bool
    """Gates are listed in any order, else each after those it depends on."""

    @property
    def about(self) -> str:
        """Describe the level."""
        order = "in any order" if self.shuffled else "in order"
        return f"up to {self.num_gates} gates {order}, {self.num_inputs} inputs, {self.num_outputs} outputs"


_FEW, _MOST = ("AND", "OR", "NOT"), ("AND", "OR", "NOT", "XOR")
OPERATORS = (*_MOST, "NAND", "NOR")
LEVELS = (
    Level(4, 5, 3, _FEW, 2, False),
    Level(4, 9, 4, _MOST, 2, False),
    Level(5, 14, 5, OPERATORS, 2, False),
    Level(6, 20, 6, OPERATORS, 2, True),
    Level(8, 32, 6, OPERATORS, 3, True),
    Level(8, 50, 8, OPERATORS, 3, True),
    Level(12, 90, 8, OPERATORS, 4, True),
)


def generate(rng: Stream, level: Level) -> Data:
    """Make a circuit and the values of its outputs, as `Circuit` describes its data."""
    values, gates = _drawn(rng, level)
    needed = _needed(gates, level.num_inputs, level.num_outputs)
    outputs = rng.shuffled(needed[-level.num_outputs :])
    listed = rng.shuffled(needed) if level.shuffled else needed
    numbers = range(1, len(listed) + 1)
    return named(
        values[: level.num_inputs],
        [(wire, *gates[wire - level.num_inputs]) for wire in listed],
        outputs,
        rng.shuffled(numbers) if level.shuffled else numbers,
    ) | {"solution": [values[wire] for wire in outputs]}


def guise(data: Data, rng: Stream) -> Data:
    """Change the names of wires and the order of inputs, gates, arguments and outputs."""
    inputs, gates = rng.shuffled(data["inputs"]), rng.shuffled(data["gates"])
    place = {wire: at for at, (wire, *_) in enumerate(inputs + gates)}
    order = rng.shuffled(range(len(data["outputs"])))
    return named(
        [value for _, value in inputs],
        [
            (place[wire], operator, rng.shuffled([place[arg] for arg in args]))
            for wire, operator, args in gates
        ],
        [place[data["outputs"][at]] for at in order],
        rng.shuffled(range(1, len(gates) + 1)),
    ) | {"solution": [data["solution"][at] for at in order]}


def named(
    inputs: Sequence[int], gates: Sequence[Gate], outputs: Sequence[int], numbers: Sequence[int]
) -> Data:
    """Name the wires: letters for inputs, a `w` with the next of the numbers for each gate in turn."""
    names = dict(enumerate(_INPUTS[: len(inputs)]))
    names |= {wire: f"w{number}" for (wire, _, _), number in zip(gates, numbers, strict=True)}
    return {
        "inputs": [[names[wire], value] for wire, value in enumerate(inputs)],
        "gates": [[names[wire], operator, [names[arg] for arg in args]] for wire, operator, args in gates],
        "outputs": [names[wire] for wire in outputs],
    }


def _drawn(rng: Stream, level: Level) -> tuple[list[int], list[tuple[str, list[int]]]]:
    """Draw the values of all wires, inputs first, and of each gate the operator and the wires it reads.

    Operator and value are drawn apart, and then wires that fit, so that neither betrays the other.
    """
    random = rng.random
    spare = level.num_inputs - 2 * level.most_args
    ones = level.most_args + int(random() * (spare + 1))
    values = rng.shuffled([1] * ones + [0] * (level.num_inputs - ones))
    wires: tuple[list[int], list[int]] = ([], [])  # that are 0, that are 1
    for wire, value in enumerate(values):
        wires[value].append(wire)
    unused = set(range(len(values)))
    gates: list[tuple[str, list[int]]] = []
    for wire in range(level.num_inputs, level.num_inputs + level.num_gates):
        operator = level.operators[int(random() * len(level.operators))]
        value = int(random() * 2)
        num_args = 1 if operator == "NOT" else 2 + int(random() * (level.most_args - 1))
        args: list[int] = []
        for wanted in _wanted(rng, operator, value, num_args):
            args.append(_fresh(random, wires[wanted], unused, args))
        unused.difference_update(args)
        unused.add(wire)
        gates.append((operator, rng.shuffled(args)))
        values.append(value)
        wires[value].append(wire)
    return values, gates


def _wanted(rng: Stream, operator: str, value: int, num_args: int) -> list[int]:
    """Draw what a gate must read to have this value."""
    while True:
        read = [rng.below(2) for _ in range(num_args)]
        if pushed(operator, read) == value:
            return read


def _fresh(random: Random, wires: Sequence[int], unused: set[int], taken: Sequence[int]) -> int:
    """Draw a wire that is not taken, mostly one that nothing reads yet."""
    fresh = [wire for wire in wires if wire in unused and wire not in taken] if random() < _FRESH else []
    if fresh:
        return fresh[int(random() * len(fresh))]
    wire = wires[int(random() * len(wires))]
    while wire in taken:
        wire = wires[int(random() * len(wires))]
    return wire


def _needed(gates: Sequence[tuple[str, list[int]]], num_inputs: int, num_outputs: int) -> list[int]:
    """Return the wires of the gates that the last gates, the outputs, depend on, in order."""
    num = num_inputs + len(gates)
    needed = set(range(num - num_outputs, num))
    for wire in range(num - 1, num_inputs - 1, -1):
        if wire in needed:
            needed.update(gates[wire - num_inputs][1])
    return sorted(wire for wire in needed if wire >= num_inputs)


def pushed(operator: str, read: Sequence[int]) -> int:
    """Return what a gate gives of what it reads."""
    if operator == "NOT":
        return 1 - read[0]
    if operator == "XOR":
        return sum(read) % 2
    found = 0 not in read if operator.endswith("AND") else 1 in read
    return int(found != operator.startswith("N"))


def pulled(wire: str, values: dict[str, int], gates: Mapping[str, tuple[str, list[str]]]) -> int:
    """Evaluate a wire and what it depends on by arithmetic: a second evaluator, from the outputs down."""
    if wire not in values:
        operator, args = gates[wire]
        read = [pulled(arg, values, gates) for arg in args]
        values[wire] = {
            "AND": prod(read),
            "NAND": 1 - prod(read),
            "OR": 1 - prod(1 - bit for bit in read),
            "NOR": prod(1 - bit for bit in read),
            "XOR": reduce(lambda one, other: one + other - 2 * one * other, read),
            "NOT": 1 - read[0],
        }[operator]
    return values[wire]
