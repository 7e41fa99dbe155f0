"""Shortest path: rules, notations, attacks, and a brute force that judges the generator and the verifier."""

import itertools
from functools import partial

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.shortest_path import LEVELS, NAMES
from reasongym.seeding import stream
from tests.envs import judging

ENV = reasongym.get("ShortestPath-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(LEVELS)))
SQUARE: Data = {  # A-B 1, B-D 5, A-C 2, C-D 4, A-D 9: two shortest paths of weight 6
    "num_nodes": 4,
    "directed": False,
    "edges": [[0, 1, 1], [1, 3, 5], [0, 2, 2], [2, 3, 4], [0, 3, 9]],
    "start": 0,
    "goal": 3,
    "path": [0, 1, 3],
}
CUT: Data = SQUARE | {"edges": [[0, 1, 1], [3, 2, 4]], "directed": True, "path": []}


reason = partial(judging.reason, ENV)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A B D", "ok"),
        ("A C D", "ok"),
        ("D C A", "wrong_start"),
        ("A C", "wrong_goal"),
        ("A D", "not_shortest"),
        ("A B A C D", "not_shortest"),
        ("A B C D", "no_such_edge"),
        ("A B Q D", "unknown_name"),
        ("no path", "there_is_a_path"),
        ("A B D or A C D", "hedged"),
        ("A B D; A D", "hedged"),
        ("", "no_answer"),
        ("6", "syntax"),
    ],
)
def test_each_fault_has_its_reason(text: str, expected: str) -> None:
    assert reason(SQUARE, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "A -> B -> D",
        "A->B->D",
        "A → B → D",
        "A ⇒ B ⇒ D",
        "A, B, D",
        "A - B - D",
        "A-B-D",
        "A – B – D",
        "A to B to D",
        "ABD",
        '["A", "B", "D"]',
        "[A, B, D]",
        "(A, B, D)",
        "**A -> B -> D**",
        "`A -> B -> D`",
        r"\boxed{A \to B \to D}",
        r"\boxed{\text{A} \rightarrow \text{B} \rightarrow \text{D}}",
        r"$A \to B \to D$",
        "<answer>A -> B -> D</answer>",
        "<think>A -> D?</think> A -> B -> D",
        "The shortest path is A -> B -> D.",
        "The shortest path from A to D is A -> B -> D with total weight 6.",
        "The path from A to D: A -> B -> D (1 + 5 = 6)",
        "A shortest path is A -> C -> D",
        "A -(1)-> B -(5)-> D",
        "A --1--> B --5--> D",
        "Node A -> node B -> node D",
        "I compared all of them.\n\n**Answer:** A -> B -> D",
        "```\nA -> B -> D\n```",
    ],
)
def test_right_paths_in_every_notation_are_right(text: str) -> None:
    assert reason(SQUARE, text) == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "no path",
        "No path.",
        "There is no path.",
        "There is no path from A to D.",
        r"\boxed{\text{no path}}",
        "<answer>no path</answer>",
        "D cannot be reached from A.",
        "The answer is: no path",
        "Everything stops at B.\n\nno path",
    ],
)
def test_that_there_is_no_path_can_be_said_in_many_ways(text: str) -> None:
    assert reason(CUT, text) == "ok"
    assert reason(SQUARE, text) == "there_is_a_path"


@pytest.mark.parametrize(
    "text",
    [
        "not A -> B -> D",
        "It is not A -> B -> D",
        "A -> B -> D. All of this is false.",
        "A -> B -> D, or else A -> D",
        "A -> B -> D? Perhaps.",
        "maybe A -> B -> D",
        r"\boxed{A \to B \to D} or \boxed{A \to D}",
        r"\boxed{A \to B \to D \text{ or } A \to D}",
        "A -> D, A -> B -> D",
        "A -> B -> D -> A -> D",
        "every node: A B C D",
        "<think>A -> B -> D",
        "A -> B or C -> D",
        "A B|C D",
        "there is no path, or A -> B -> D",
    ],
)
def test_hedges_denials_and_enumerations_earn_nothing(text: str) -> None:
    assert reason(SQUARE, text) != "ok"


def test_a_directed_edge_leads_one_way_only() -> None:
    data = SQUARE | {"directed": True, "edges": [[0, 1, 1], [3, 1, 5], [0, 3, 9]], "path": [0, 3]}
    assert reason(data, "A B D") == "no_such_edge"
    assert reason(data, "A D") == "ok"


def brute_force(data: Data) -> tuple[int | None, set[tuple[int, ...]]]:
    """Return the least weight and every path of that weight, by trying all orders of all nodes."""
    weights = {(a, b): weight for a, b, weight in data["edges"]}
    if not data["directed"]:
        weights |= {(b, a): weight for (a, b), weight in weights.items()}
    between = [node for node in range(data["num_nodes"]) if node not in (data["start"], data["goal"])]
    found: dict[int, set[tuple[int, ...]]] = {}
    for length in range(len(between) + 1):
        for middle in itertools.permutations(between, length):
            path = (data["start"], *middle, data["goal"])
            pairs = list(itertools.pairwise(path))
            if all(pair in weights for pair in pairs):
                found.setdefault(sum(weights[pair] for pair in pairs), set()).add(path)
    return (min(found), found[min(found)]) if found else (None, set())


@pytest.mark.parametrize("level", [0, 1])
def test_brute_force_finds_the_same_shortest_paths(level: int) -> None:
    for seed in range(60 if level else 200):
        data = ENV.problem(ENV.row(seed, level=level)).data
        least, best = brute_force(data)
        assert ENV.prove(data)
        assert (least is None) == (data["path"] == [])
        for path in best:
            assert reason(data, " ".join(NAMES[node] for node in path)) == "ok"


def test_a_proof_fails_where_the_path_is_not_the_shortest() -> None:
    assert ENV.prove(SQUARE)
    assert not ENV.prove(SQUARE | {"path": [0, 3]})
    assert not ENV.prove(SQUARE | {"path": []})


@ANY_LEVEL
def test_every_node_has_an_edge_and_weights_are_positive(level: int) -> None:
    for seed in range(100):
        data = ENV.problem(ENV.row(seed, level=level)).data
        ends = [frozenset(edge[:2]) for edge in data["edges"]]
        assert len(set(ends)) == len(ends)
        assert set().union(*ends) == set(range(LEVELS[level].num_nodes))
        assert all(weight > 0 for _, _, weight in data["edges"])


def test_the_canonical_form_separates_other_weights_starts_and_directions() -> None:
    data = ENV.problem(ENV.row(3, level=2)).data
    (tail, head, weight), *rest = data["edges"]
    others = [
        data | {"edges": [[tail, head, weight + 1], *rest]},
        data | {"start": data["goal"], "goal": data["start"]},
        data | {"directed": True},
    ]
    names = {ENV.canonical(one) for one in (data, *others)}
    guise = ENV.symmetric(data, stream(b"guise"))
    assert ENV.canonical(guise) == ENV.canonical(data)
    assert len(names) == 4


def test_terse_problems_are_words_between_single_spaces() -> None:
    for level, seed in itertools.product((0, 4), range(50)):
        made = ENV.problem(ENV.row(seed, level=level, style="terse"))
        words = made.prompt.split(" ")
        numbers = {str(number) for number in range(1_000)}
        assert set(words) <= {*NAMES, *numbers, "one", "way", ";", "from", "to", ":"}


@pytest.mark.parametrize(
    "text",
    [
        "Shortest path: A -> B -> D\nTotal weight: 6",
        "```\nA -> B -> D\n```\n\nIts total weight is as small as can be.",
    ],
)
def test_a_line_may_follow_the_path(text: str) -> None:
    assert reason(SQUARE, text) == "ok"


@pytest.mark.parametrize(
    "text", ["Wrong answer:\n\nA -> B -> D", "Perhaps:\nA -> B -> D", "\\boxed{A -> B -> D} is wrong."]
)
def test_a_path_that_is_disowned_earns_nothing(text: str) -> None:
    assert reason(SQUARE, text) != "ok"
