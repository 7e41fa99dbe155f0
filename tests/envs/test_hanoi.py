"""TowerOfHanoi: the rules, notations, and shortest ways that breadth-first search confirms."""

from itertools import permutations, product

import pytest

import reasongym
from reasongym.core import Data, Turn
from reasongym.envs.hanoi import disks
from reasongym.envs.hanoi.disks import LEVELS, PEGS, count_positions, shortest
from reasongym.envs.hanoi.steps import Position
from reasongym.seeding import stream

STEPS = reasongym.get("TowerOfHanoi-v0")
PLAN = reasongym.get("TowerOfHanoiPlan-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(LEVELS)))
DATA: Data = {"pegs": 3, "start": "AA", "goal": "CC", "limit": 4, "optimal": False, "at_once": 3}


def act(position: Position, text: str) -> Turn:
    return STEPS.act(position, text, stream(b"unused"))


# -- plans in one answer ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "A B , A C , B C",
        "AB AC BC",
        "a b, a c, b c",
        "A->B, A->C, B->C",
        "A → B\nA → C\nB → C",
        "1. A to B\n2. A to C\n3. B to C",
        "Move disk 1 from A to B.\nMove disk 2 from A to C.\nMove disk 1 from B to C.",
        "Move the top disk from peg A to peg B, then from A to C and finally from B to C",
        "disk 1 to B, disk 2 to C, disk 1 to C",
        "Disk 1: A -> B; Disk 2: A -> C; Disk 1: B -> C",
        "(A, B), (A, C), (B, C)",
        '[["A", "B"], ["A", "C"], ["B", "C"]]',
        r"\boxed{A B, A C, B C}",
        r"\boxed{A \to B, A \to C, B \to C}",
        "<think>A C</think><answer>A B , A C , B C</answer>",
        "The small disk makes way.\n\nA B, A C, B C",
        "**Moves:**\nA B\nA C\nB C",
        "A C, C B, A C, B C",
    ],
)
def test_any_legal_plan_within_the_limit_is_right(text: str) -> None:
    assert PLAN.verify(DATA, text).reason == "ok"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A B, A B", "onto_smaller"),
        ("B C", "empty_peg"),
        ("A A", "same_peg"),
        ("disk 2 to C", "not_on_top"),
        ("disk 1 from B to C", "not_on_top"),
        ("disk 3 to C", "no_such_disk"),
        ("A B, A C", "misses_goal"),
        ("A B, B A, A B, A C, B C", "too_many_moves"),
        ("A D", "syntax"),
        ("A B C", "syntax"),
        ("A to B to C", "syntax"),
        ("A B, A C, B C or A C", "hedged"),
        ("A B, A C, B C\nThis is wrong.", "syntax"),
        ("not A B, A C, B C", "syntax"),
        ("move everything to C", "syntax"),
        ("", "no_answer"),
        ("<think>A B, A C, B C", "no_answer"),
        ("A B " * 100, "over_limit"),
    ],
)
def test_each_fault_has_its_reason(text: str, reason: str) -> None:
    verdict = PLAN.verify(DATA, text)
    assert (verdict.reward, verdict.reason) == (0.0, reason)


# -- turn by turn -------------------------------------------------------------------------------------


def test_moves_are_made_one_by_one_and_reaching_the_goal_wins() -> None:
    turn = act(STEPS.start(DATA), "A B , A C")
    assert turn.observation == "A B 1 C 2 goal A B C 2 1 left 2 :"
    won = act(turn.state, "B C")
    assert won.verdict is not None
    assert (won.reward, won.verdict.reason) == (1.0, "ok")


def test_an_illegal_move_stops_the_turn_and_keeps_the_moves_before_it() -> None:
    turn = act(STEPS.start(DATA), "A B , A B , A C")
    assert turn.observation == "A B is illegal (onto_smaller)\nA 2 B 1 C goal A B C 2 1 left 3 :"
    assert turn.verdict is None


def test_who_is_out_of_moves_has_lost() -> None:
    turn = act(STEPS.start(DATA)._replace(left=1), "A B")
    assert turn.verdict is not None
    assert (turn.reward, turn.verdict.reason) == (0.0, "out_of_moves")


# -- shortest ways ------------------------------------------------------------------------------------


@pytest.mark.parametrize("pegs", ["ABC", "ABCD"])
def test_ways_between_any_two_small_positions_are_shortest(pegs: str) -> None:
    for start, goal in product(map("".join, product(pegs, repeat=3)), repeat=2):
        here = start
        moves = shortest(start, goal, pegs)
        for move in moves:
            here = disks.moved(here, *move)
            assert here.isupper()
        assert here == goal
        assert len(moves) == count_positions(start, goal, len(pegs))[0]


def test_whole_towers_take_the_classic_numbers_of_moves() -> None:
    for num in range(1, 9):
        assert len(shortest("A" * num, "C" * num, "ABC")) == 2**num - 1
    frame_stewart = [1, 3, 5, 9, 13, 17, 25]
    assert [len(shortest("A" * num, "D" * num, PEGS)) for num in range(1, 8)] == frame_stewart


def test_the_largest_disk_may_have_to_move_twice() -> None:
    moves = shortest("BBA", "AAC", "ABC")
    assert len(moves) == count_positions("BBA", "AAC", 3)[0]
    twice = [
        (start, goal)
        for start, goal in product(map("".join, product("ABC", repeat=3)), repeat=2)
        if start[2] != goal[2] and len(shortest(start, goal, "ABC")) < once(start, goal)
    ]
    assert twice


def once(start: str, goal: str) -> int:
    """Count the moves of the best way on which the largest disk moves once."""
    [other] = set("ABC") - {start[2], goal[2]}
    gathered = other * 2
    return len(shortest(start[:2], gathered, "ABC")) + 1 + len(shortest(gathered, goal[:2], "ABC"))


@ANY_LEVEL
def test_problems_are_as_the_level_says(level: int) -> None:
    meant = LEVELS[level]
    for seed in range(5):
        data = STEPS.problem(STEPS.row(seed, level=level)).data
        fewest, _ = count_positions(data["start"], data["goal"], meant.pegs)
        assert meant.near <= fewest <= meant.far
        assert data["limit"] == fewest + meant.spare
        assert len(data["start"]) == len(data["goal"]) == meant.disks
        assert set(data["start"] + data["goal"]) <= set(PEGS[: meant.pegs])


# -- identity -----------------------------------------------------------------------------------------


def test_the_canonical_form_is_equal_exactly_under_renaming_of_pegs() -> None:
    names: dict[str, frozenset[str]] = {}
    for letters in product("ABC", repeat=4):
        both = "".join(letters)
        orbit = frozenset(both.translate(str.maketrans("ABC", "".join(to))) for to in permutations("ABC"))
        name = STEPS.canonical({"pegs": 3, "start": both[:2], "goal": both[2:]})
        assert names.setdefault(name, orbit) == orbit
    assert len(names) == len(set(names.values())) == (3**4 + 3) // 6  # 14 by Burnside's lemma


def test_both_ids_share_problems_and_split() -> None:
    assert STEPS.family == PLAN.family
    data = STEPS.problem(STEPS.row(0, level=3)).data
    assert STEPS.canonical(data) == PLAN.canonical(data)


def test_terse_problems_and_moves_are_words_between_single_spaces() -> None:
    made = STEPS.problem(STEPS.row(0, level=1, style="terse"))
    words = set(made.prompt.split(" ")) | set(" ".join(STEPS.oracle(made.data)).split(" "))
    assert words <= {*PEGS, "goal", "left", ":", ",", *map(str, range(40))}
