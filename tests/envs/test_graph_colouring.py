"""Graph colouring: rules, notations, attacks, an exhaustive judge, and graph identity by brute force."""

import itertools
from functools import partial

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs._graphs import canonical_name, graph_of
from reasongym.envs.graph_colouring import COLOURS, LEVELS, NAMES
from reasongym.seeding import stream
from tests.envs import judging

ENV = reasongym.get("GraphColouring-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(LEVELS)))
SQUARE: Data = {
    "num_nodes": 4,
    "num_colours": 3,
    "edges": [[0, 1], [1, 2], [2, 3], [3, 0]],
    "colouring": [0, 1, 0, 1],
}


reason = partial(judging.reason, ENV)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A red B green C red D green", "ok"),
        ("A: blue, B: red, C: blue, D: green", "ok"),
        ("A red B red C green D blue", "clash"),
        ("A red B green C red", "missing_name"),
        ("A red B green C red D green E red", "syntax"),
        ("A red B green C red D yellow", "syntax"),
        ("", "no_answer"),
    ],
)
def test_each_fault_has_its_reason(text: str, expected: str) -> None:
    assert reason(SQUARE, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "A: red, B: green, C: red, D: green",
        "A = red; B = green; C = red; D = green",
        "A is red, B is green, C is red and D is green.",
        "A and C are red, B and D are green.",
        "Red: A, C\nGreen: B, D",
        "- A: Red\n- B: Green\n- C: Red\n- D: Green",
        "**A**: red\n**B**: green\n**C**: red\n**D**: green",
        '{"A": "red", "B": "green", "C": "red", "D": "green"}',
        '```json\n{"A": "red", "B": "green", "C": "red", "D": "green"}\n```',
        "A -> red, B -> green, C -> red, D -> green",
        r"\boxed{\text{A: red, B: green, C: red, D: green}}",
        r"\boxed{A: \text{red}, B: \text{green}, C: \text{red}, D: \text{green}}",
        "<answer>A: red, B: green, C: red, D: green</answer>",
        "| Node | Colour |\n|---|---|\n| A | red |\n| B | green |\n| C | red |\n| D | green |",
        "<think>A blue?</think>\nNode A: red, node B: green, node C: red, node D: green",
        "The answer is: A: red, B: green, C: red, D: green.",
    ],
)
def test_right_colourings_in_every_notation_are_right(text: str) -> None:
    assert reason(SQUARE, text) == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "A: red or green, B: green, C: red, D: green",
        "A: red/green, B: green, C: red, D: green",
        "A: red, A: green, B: green, C: red, D: green",
        "A is not red, B is green, C is red, D is green",
        "A: red, B: green, C: red, D: green. All of this is false.",
        "A: red, B: green, C: red, D: green. No wait, A: green.",
        "A, B, C, D: red; A, B, C, D: green",
        r"\boxed{A: red, B: green, C: red, D: green} or \boxed{A: red, B: red, C: red, D: green}",
        "If A is red then B is green, C is red and D is green.",
        "red green blue A B C D",
        "every node has the colour that fits",
    ],
)
def test_hedges_denials_and_enumerations_earn_nothing(text: str) -> None:
    assert reason(SQUARE, text) != "ok"


def is_proper(data: Data, colouring: tuple[int, ...]) -> bool:
    edges: list[list[int]] = data["edges"]
    return all(colouring[a] != colouring[b] for a, b in edges)


def test_every_proper_colouring_and_no_other_is_right() -> None:
    for seed in range(4):
        data = ENV.problem(ENV.row(seed, level=0)).data
        for colouring in itertools.product(range(3), repeat=6):
            text = " ".join(f"{NAMES[node]} {COLOURS[colour]}" for node, colour in enumerate(colouring))
            assert (reason(data, text) == "ok") == is_proper(data, colouring)


@ANY_LEVEL
def test_graphs_are_as_the_level_says(level: int) -> None:
    meant = LEVELS[level]
    for seed in range(60):
        data = ENV.problem(ENV.row(seed, level=level)).data
        pairs = {frozenset(edge) for edge in data["edges"]}
        assert meant.low <= len(pairs) == len(data["edges"]) <= meant.high
        assert all(len(pair) == 2 for pair in pairs)
        assert set().union(*pairs) == set(range(meant.num_nodes))
        assert is_proper(data, tuple(data["colouring"]))


def test_a_graph_without_a_colouring_is_not_proved() -> None:
    clique = [[a, b] for a in range(4) for b in range(a)]
    assert ENV.prove(SQUARE | {"edges": clique, "num_colours": 4})
    assert not ENV.prove(SQUARE | {"edges": clique})


def test_the_canonical_name_tells_all_graphs_of_five_nodes_apart_and_no_guises() -> None:
    """There are 34 graphs of five nodes up to renaming (OEIS A000088)."""
    pairs = list(itertools.combinations(range(5), 2))
    names: dict[str, set[tuple[int, ...]]] = {}
    for chosen in itertools.product((0, 1), repeat=10):
        edges = [(a, b, 1) for (a, b), kept in zip(pairs, chosen, strict=True) if kept]
        names.setdefault(canonical_name(graph_of(edges, [0] * 5, directed=False)), set()).add(chosen)
    assert len(names) == 34


def test_the_canonical_name_tells_all_directed_graphs_of_four_nodes_apart() -> None:
    """There are 218 of them up to renaming (OEIS A000273)."""
    pairs = list(itertools.permutations(range(4), 2))
    names = {
        canonical_name(graph_of([(*pair, 1) for pair in chosen], [0] * 4, directed=True))
        for size in range(13)
        for chosen in itertools.combinations(pairs, size)
    }
    assert len(names) == 218


@pytest.mark.parametrize("kind", ["cycle", "two cycles", "prism", "cube", "star", "pairs", "alone"])
def test_graphs_with_many_symmetries_are_named_alike_in_every_guise(kind: str) -> None:
    edges = {
        "cycle": [(node, (node + 1) % 12) for node in range(12)],
        "two cycles": [(a, (a + 1) % 5) for a in range(5)] + [(5 + a, 5 + (a + 1) % 7) for a in range(7)],
        "prism": [(a, (a + 1) % 6) for a in range(6)] + [(a, a + 6) for a in range(6)],
        "cube": [(a, a ^ bit) for a in range(8) for bit in (1, 2, 4) if a < a ^ bit],
        "star": [(0, node) for node in range(1, 12)],
        "pairs": [(node, node + 1) for node in range(0, 12, 2)],
        "alone": [],
    }[kind]
    name = canonical_name(graph_of([(a, b, 1) for a, b in edges], [0] * 12, directed=False))
    for number in range(5):
        to = stream(b"%d" % number).shuffled(range(12))
        renamed = [(to[b], to[a], 1) for a, b in edges]
        assert canonical_name(graph_of(renamed, [0] * 12, directed=False)) == name


def test_nodes_may_be_listed_under_their_colour() -> None:
    data: Data = {"num_nodes": 3, "num_colours": 3, "edges": [[0, 1], [1, 2]], "colouring": [0, 1, 0]}
    assert reason(data, "- **Red nodes**: A, C\n- **Green nodes**: B") == "ok"
    assert reason(data, "- **Red nodes**: A, B\n- **Green nodes**: C") == "clash"
