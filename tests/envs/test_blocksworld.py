"""Blocksworld: the rules, notations, and three ways to count the fewest moves that agree."""

from collections import deque
from itertools import permutations

import pytest

import reasongym
from reasongym.core import Data, Turn
from reasongym.envs.blocksworld import towers
from reasongym.envs.blocksworld.identity import canonical_form
from reasongym.envs.blocksworld.proof import fewest_moves
from reasongym.envs.blocksworld.steps import Position
from reasongym.envs.blocksworld.towers import LEVELS, Stacks, ordered, shortest_plan
from reasongym.seeding import Stream, stream

STEPS = reasongym.get("Blocksworld-v0")
PLAN = reasongym.get("BlocksworldPlan-v0")
ANY_LEVEL = pytest.mark.parametrize("level", range(len(LEVELS)))
DATA: Data = {
    "start": [["A", "B"], ["C"]],
    "goal": [["C", "A"], ["B"]],
    "limit": 4,
    "optimal": False,
    "at_once": 3,
}


def act(position: Position, text: str) -> Turn:
    return STEPS.act(position, text, stream(b"unused"))


# -- plans in one answer ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "B on table , A on C",
        "move B to the table\nmove A onto C",
        "1. Move block B onto the table.\n2. Move block A on top of block C.",
        "B -> table, A -> C",
        "b to table; a to c",
        '["B on table", "A on C"]',
        '[["B", "table"], ["A", "C"]]',
        "Move B from A to the table, then move A from the table onto C.",
        r"\boxed{\text{B on table, A on C}}",
        "<answer>B on table, A on C</answer>",
        "First I free A.\nB on table\nA on C",
        "**Plan:**\n- B on table\n- A on C",
        "B onto C, B onto table, A onto C",
        "A detour is fine too:\nB on C\nB on table\nA on C",
    ],
)
def test_any_legal_plan_within_the_limit_is_right(text: str) -> None:
    assert PLAN.verify(DATA, text).reason == "ok"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A on C", "not_on_top"),
        ("B on table, C on A, B on A", "onto_covered"),
        ("B on B", "onto_itself"),
        ("C on table", "already_there"),
        ("B on table", "misses_goal"),
        ("B on table, A on B", "misses_goal"),
        ("B from C to table, A on C", "not_there"),
        ("table on A", "not_on_top"),
        ("disk 1 to A", "syntax"),
        ("B on C, B on table, B on C, B on table, A on C", "too_many_moves"),
        ("B on table, A on X", "syntax"),
        ("B on table, A on C or A on B", "hedged"),
        ("B on table, not A on C", "syntax"),
        ("B on table\nA on C\nThis plan is wrong.", "syntax"),
        ("I would unstack everything", "syntax"),
        ("", "no_answer"),
        ("<think>B on table, A on C", "no_answer"),
    ],
)
def test_each_fault_has_its_reason(text: str, reason: str) -> None:
    verdict = PLAN.verify(DATA, text)
    assert (verdict.reward, verdict.reason) == (0.0, reason)


# -- turn by turn -------------------------------------------------------------------------------------


def test_moves_are_made_one_by_one_and_reaching_the_goal_wins() -> None:
    turn = act(STEPS.start(DATA), "B on table")
    assert turn.observation == "A | B | C goal B | C A left 3 :"
    won = act(turn.state, "A on C")
    assert won.verdict is not None
    assert (won.reward, won.verdict.reason) == (1.0, "ok")


def test_an_illegal_move_stops_the_turn_and_keeps_the_moves_before_it() -> None:
    turn = act(STEPS.start(DATA), "B on table, C on A, B on A")
    assert turn.state.left == 2
    assert turn.observation == "B on A is illegal (onto_covered)\nA C | B goal B | C A left 2 :"
    assert turn.verdict is None


def test_who_is_out_of_moves_has_lost() -> None:
    turn = act(STEPS.start(DATA)._replace(left=1), "B on table")
    assert turn.verdict is not None
    assert (turn.reward, turn.verdict.reason) == (0.0, "out_of_moves")


# -- the fewest moves ---------------------------------------------------------------------------------


def breadth_first(start: Stacks, goal: Stacks) -> int:
    """Count the fewest moves by brute force, with rules of its own."""
    away = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here == goal:
            return away[here]
        for source in here:
            for target in (*here, ()):
                if target is not source:
                    rest = [stack for stack in here if stack not in (source, target)]
                    after = tuple(sorted(s for s in [*rest, source[:-1], (*target, source[-1])] if s))
                    if after not in away:
                        away[after] = away[here] + 1
                        queue.append(after)
    raise AssertionError("unreachable")


def draw_stacks(rng: Stream, names: str) -> Stacks:
    stacks: list[list[str]] = [[] for _ in range(rng.between(1, 3))]
    for name in rng.shuffled(names):
        rng.pick(stacks).append(name)
    return ordered(stacks)


def test_planner_and_proof_count_what_breadth_first_search_counts() -> None:
    rng = stream(b"blocks")
    for _ in range(150):
        names = "ABCDE"[: rng.between(2, 5)]
        start, goal = draw_stacks(rng, names), draw_stacks(rng, names)
        plan = shortest_plan(start, goal)
        assert len(plan.moves) == fewest_moves(start, goal) == breadth_first(start, goal)
        here: Stacks | str = start
        for block, onto in plan.moves:
            assert not isinstance(here, str)
            here = towers.moved(here, block, onto)
        assert here == goal


def test_planner_and_proof_agree_on_larger_problems() -> None:
    rng = stream(b"more blocks")
    for _ in range(60):
        start, goal = draw_stacks(rng, "ABCDEFGHJ"), draw_stacks(rng, "ABCDEFGHJ")
        plan = shortest_plan(start, goal)
        assert len(plan.moves) == fewest_moves(start, goal)


@ANY_LEVEL
def test_problems_are_as_the_level_says(level: int) -> None:
    meant = LEVELS[level]
    for seed in range(12):
        data = STEPS.problem(STEPS.row(seed, level=level)).data
        start, goal = ordered(data["start"]), ordered(data["goal"])
        plan = shortest_plan(start, goal)
        assert sorted(block for stack in start for block in stack) == sorted(
            b for stack in goal for b in stack
        )
        assert sum(map(len, start)) == meant.blocks
        assert meant.near <= len(plan.moves) <= meant.far
        assert data["limit"] == len(plan.moves) + meant.spare
        assert plan.twice >= meant.twice


# -- identity -----------------------------------------------------------------------------------------


def test_the_canonical_form_is_equal_exactly_under_renaming() -> None:
    rng = stream(b"names")
    problems = [(draw_stacks(rng, "ABCD"), draw_stacks(rng, "ABCD")) for _ in range(60)]

    def orbit(start: Stacks, goal: Stacks) -> frozenset[tuple[Stacks, Stacks]]:
        renamings = [dict(zip("ABCD", order, strict=True)) for order in permutations("ABCD")]
        return frozenset(
            (
                ordered([[names[b] for b in stack] for stack in start]),
                ordered([[names[b] for b in stack] for stack in goal]),
            )
            for names in renamings
        )

    orbits = [orbit(*problem) for problem in problems]
    forms = [canonical_form(*problem) for problem in problems]
    for first in range(60):
        for second in range(first):
            assert (forms[first] == forms[second]) == (orbits[first] == orbits[second])


def test_both_ids_share_problems_and_split() -> None:
    assert STEPS.family == PLAN.family
    data = STEPS.problem(STEPS.row(0, level=3)).data
    assert STEPS.canonical(data) == PLAN.canonical(data)
    assert PLAN.start(data) == data


def test_terse_problems_and_moves_are_words_between_single_spaces() -> None:
    made = STEPS.problem(STEPS.row(0, level=1, style="terse"))
    words = set(made.prompt.split(" ")) | set(" , ".join(STEPS.oracle(made.data)).split(" "))
    assert words <= set(towers.LETTERS) | {"|", "goal", "left", ":", ",", "on", "table", *map(str, range(20))}
