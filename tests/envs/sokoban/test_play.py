"""Sokoban as it is played: how moves are read, what they do, and when it is over, by turns and as a plan."""

import time

import pytest

import reasongym
from reasongym.core import Row, Turn, Verdict
from reasongym.envs.sokoban.board import board_of
from reasongym.envs.sokoban.play import Position
from reasongym.seeding import stream
from tests.envs.sokoban.by_cells import EASY, EASY_DATA, GAME, PLAN, problems


def act(text: str, rows: list[str] = EASY, num_left: int = 12, style: str = "plain") -> Turn:
    return GAME.act(Position(board_of(rows), num_left, style), text, stream(b"unused"))


@pytest.mark.parametrize(
    "text",
    [
        "down right right",
        "DOWN RIGHT RIGHT",
        "Down, right, right.",
        "drr",
        "DRR",
        "dRR",
        "d r r",
        "↓→→",
        "⬇️➡️➡️",
        "down -> right -> right",
        "1. down\n2. right\n3. right",
        '["down", "right", "right"]',
        "Moves: down right right",
        "Solution: DRR",
        "down, right x2",
        "<think>the box is right below me</think>down right right",
        "<think>hm</think>\n<answer> down right right </answer>",
        "So \\boxed{down right right} it is.",
        "\\boxed{\\text{DRR}}",
        "```\ndown right right\n```",
        "The answer is **down right right**",
    ],
)
def test_moves_are_read_as_models_write_them(text: str) -> None:
    turn = act(text)
    assert turn.verdict == Verdict(1.0, True, "ok", "down right right")
    assert PLAN.verify(EASY_DATA, text).correct


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Solution: the box goes right",
        "I go down and then I push right twice",
        "d zz!! r zz!! r",
        "dzzrzzr",
        "down right right or left",
        "either down right right or right down",
        "down right right\n\nNo wait, all of this is false.",
        "not down right right",
        "\\boxed{down right right} or \\boxed{left}",
        "\\boxed{down right right or left}",
        "<think>down right right",
        "<answer></answer>",
        "down right right maybe up",
        "x down right right",
        "0x1 drr",
        "LOUD",
    ],
)
def test_what_is_not_wholly_moves_is_not_played(text: str) -> None:
    turn = act(text)
    assert turn.state == Position(board_of(EASY), 12, "plain")
    assert turn.verdict is None
    assert turn.observation.endswith("\n".join([*EASY, "Moves left: 12"]))
    verdict = PLAN.verify(EASY_DATA, text)
    assert (verdict.reward, verdict.correct) == (0.0, False)


def test_a_move_that_is_not_possible_ends_the_turn_and_what_was_before_it_counts() -> None:
    turn = act("down left right right")
    assert turn.verdict is None
    assert turn.observation.startswith("Move 2 (left) is not possible.\n######")
    assert turn.state.num_left == 11
    assert turn.state.board.rows() == ["######", "#----#", "#@$-.#", "#----#", "######"]


@pytest.mark.parametrize("text", ["down right up", "down right down"])
def test_a_move_that_does_not_solve_goes_on(text: str) -> None:
    assert act(text).verdict is None


def test_a_level_is_over_as_soon_as_it_is_solved() -> None:
    turn = act("down right right right right up")
    assert turn.verdict is not None
    assert turn.verdict.correct
    assert turn.state.num_left == 9


def test_two_boxes_are_not_pushed_at_once() -> None:
    turn = act("right", ["######", "#@$$.#", "#--.-#", "######"])
    assert turn.observation.startswith("Move 1 (right) is not possible.")


def test_a_deadlock_ends_the_episode_with_nothing() -> None:
    turn = act("right down", ["######", "#@---#", "#-$-.#", "#----#", "#----#", "######"])
    assert turn.verdict is None
    turn = act("right down down", ["######", "#@---#", "#-$-.#", "#----#", "#----#", "######"])
    assert turn.verdict is not None
    assert (turn.verdict.reward, turn.verdict.reason) == (0.0, "deadlock")


def test_moves_run_out() -> None:
    turn = act("right right left left", num_left=3)
    assert turn.verdict is not None
    assert (turn.verdict.reward, turn.verdict.reason) == (0.0, "move_limit")
    assert turn.state.num_left == 0
    assert act("down right right", num_left=3).reward == 1.0


def test_too_many_moves_for_a_turn_are_refused_whole() -> None:
    turn = act("right left " * 6)
    assert (turn.verdict, turn.state.num_left) == (None, 12)
    assert turn.observation.startswith("At most 10 moves a turn (over_limit); nothing was played.")


def test_observations_keep_the_style_of_the_prompt() -> None:
    made = reasongym.get("Sokoban-v0")
    env = type(made)(level=2, style="terse")
    prompt, _ = env.reset(seed=3)
    observation, *_ = env.step("nonsense")
    assert observation == f"syntax\n{prompt}"
    assert all(len(token) == 1 or token.isdecimal() for token in prompt.split())
    _, info = env.reset(seed=3, options={"style": "coordinates"})
    observation, *_ = env.step("up")
    assert "Boxes: (" in observation
    assert Row.from_dict(info["row"].as_dict()) == info["row"]


def test_the_style_changes_no_verdict() -> None:
    row = GAME.row(4, level=2)
    texts = GAME.oracle(GAME.problem(row).data)
    for style in GAME.styles:
        styled = GAME.row(4, level=2, style=style)
        assert GAME.replay(styled, texts) == GAME.replay(row, texts)


@pytest.mark.parametrize("env", [GAME, PLAN], ids=["turns", "plan"])
@pytest.mark.parametrize("style", [style for style in GAME.styles if style != "terse"])
def test_the_rules_stand_in_the_prompt(env: reasongym.Env, style: str) -> None:
    prompt = env.prompt(EASY_DATA, style)
    for rule in ("push every box onto a goal", "cannot push two boxes", "into a wall", "pull", "12"):
        assert rule in prompt
    assert ("Boxes: (3, 3)" if style == "coordinates" else "#-$-.#") in prompt


def test_coordinates_say_what_the_drawing_shows() -> None:
    data = next(problems(4, 1))
    text = GAME.prompt(data, "coordinates")
    for name, signs in (("Boxes", "$*"), ("Goals", ".*+"), ("You", "@+"), ("Walls inside", "#")):
        cells = [(y, x) for y in range(1, 7) for x in range(1, 7) if data["board"][y][x] in signs]
        listed = " ".join(f"({y + 1}, {x + 1})" for y, x in cells)
        assert f"{name}: {listed}\n" in text


# -- plans ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("right right down left", "unsolved"),
        ("up down right right", "illegal_move"),
        ("down left right right", "illegal_move"),
        ("down right", "unsolved"),
        ("down right right left up left", "ok"),
        ("down right right right", "ok"),
        ("right left " * 6 + "down", "over_limit"),
        ("zz!!", "syntax"),
    ],
)
def test_a_plan_is_judged_by_playing_it(text: str, reason: str) -> None:
    assert PLAN.verify(EASY_DATA, text).reason == reason


def test_any_plan_that_solves_is_right() -> None:
    assert PLAN.verify(EASY_DATA, "right right left left down right right").correct
    assert PLAN.verify(EASY_DATA, "down down up right up down right").correct


def test_ten_million_characters_are_judged_quickly() -> None:
    for text in ("r" * 10**7, "down right " * 10**6, "zz!! " * 2 * 10**6):
        start = time.thread_time()
        assert not PLAN.verify(EASY_DATA, text).correct
        assert not act(text).reward
        assert time.thread_time() - start < 0.2
