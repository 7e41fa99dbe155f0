"""Rows, problems, options, episodes: what every environment inherits."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

import reasongym
from reasongym.core import Data, Env, Json, Option, Row, Split, Turn, Verdict
from reasongym.errors import UnknownName, UsageError
from reasongym.seeding import Stream
from reasongym.spaces import UnicodeText


class Tiny(Env):
    """Name the number; ten problems, so no split."""

    env_id = "test/Tiny-v0"
    family = "tiny"
    levels = ("0 to 9", "0 to 99999")
    default_level = 1
    styles = {"plain": "a sentence", "bare": "the number"}  # noqa: RUF012
    parameters = (
        Option("offset", 0, "added to the number", low=0, high=5),
        Option("sign", "+", "its sign", choices=("+", "-")),
        Option("shout", False, "with an exclamation mark"),
    )

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return {"number": rng.below((10, 100_000)[level]) + options["offset"]}

    def prompt(self, data: Data, style: str) -> str:
        return str(data["number"]) if style == "bare" else f"Name {data['number']}."

    def verify(self, data: Data, text: str) -> Verdict:
        correct = text == str(data["number"])
        return Verdict(float(correct), correct, "ok" if correct else "wrong")

    def oracle(self, data: Data) -> list[str]:
        return [str(data["number"])]

    def canonical(self, data: Data) -> str:
        return str(data["number"])

    def space(self, level: int) -> int:
        return (10, 100_000)[level]

    def chance(self, level: int) -> float:
        return 0.1

    def random_action(self, state: Json, rng: Stream) -> str:
        return str(rng.below(10))


class Walk(Tiny):
    """Step three times; each step earns a third."""

    env_id = "test/Walk-v0"

    def max_turns(self, level: int) -> int:
        return 5

    def start(self, data: Data) -> int:
        return 0

    def act(self, state: int, text: str, rng: Stream) -> Turn:
        if text != "step":
            return Turn(state, "stumbled")
        done = state == 2
        return Turn(state + 1, str(rng.below(1000)), 1 / 3, Verdict(1.0, True, "ok") if done else None)


ENV = Tiny()


# -- rows ---------------------------------------------------------------------------------------------


def test_a_row_survives_json() -> None:
    row = ENV.row(3, offset=2, style="bare")
    assert Row.from_dict(json.loads(json.dumps(row.as_dict()))) == row


def test_a_row_holds_only_what_differs_from_the_defaults() -> None:
    assert ENV.row(3, offset=0, sign="+", style="plain").options == {}
    assert ENV.row(3, sign="-", offset=2).options == {"offset": 2, "sign": "-"}


def test_presentation_does_not_enter_the_key_and_generation_does() -> None:
    assert ENV.row(3).key == ENV.row(3, style="bare").key
    assert ENV.row(3).key != ENV.row(3, offset=1).key
    assert ENV.row(3).key != ENV.row(4).key
    assert ENV.row(3).key != ENV.row(3, split="eval").key


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({}, "env_id"),
        ({"env_id": "x", "level": "1", "split": "train", "seed": 0}, "level"),
        ({"env_id": "x", "level": 1, "split": "test", "seed": 0}, "split"),
        ({"env_id": "x", "level": 1, "split": "train", "seed": 0.5}, "seed"),
        ({"env_id": "x", "level": 1, "split": "train", "seed": 0, "options": []}, "options"),
    ],
)
def test_what_is_no_row_is_refused_by_name(row: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        Row.from_dict(row)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"level": 2}, "has levels 0 to 1, got 2"),
        ({"level": -1}, "has levels 0 to 1"),
        ({"level": True}, "has levels 0 to 1"),
        ({"seed": -1}, "a seed must be"),
        ({"seed": 2**63}, "a seed must be"),
        ({"split": "all"}, "has only: train, eval"),
        ({"split": "trian"}, "did you mean 'train'"),
        ({"level": 0, "split": "train"}, "has only: all"),
        ({"ofset": 1}, "did you mean 'offset'"),
        ({"offset": 6}, "from 0 to 5, got 6"),
        ({"offset": True}, "from 0 to 5, got True"),
        ({"sign": "*"}, "value for option 'sign'"),
        ({"shout": 1}, "must be a bool, got 1"),
        ({"style": "plane"}, "did you mean 'plain'"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ENV.row(**asked) if "seed" in asked else ENV.row(0, **asked)


def test_a_level_with_few_problems_has_only_the_split_all() -> None:
    assert ENV.row(0, level=0).split == "all"
    assert ENV.row(0, level=1).split == "train"


# -- problems -----------------------------------------------------------------------------------------


def test_the_same_row_makes_the_same_problem() -> None:
    row = ENV.row(5)
    assert ENV.problem(row) == Tiny(level=0, offset=3).problem(row)


def test_style_changes_the_prompt_alone() -> None:
    plain, bare = ENV.problem(ENV.row(5)), ENV.problem(ENV.row(5, style="bare"))
    assert plain.data == bare.data
    assert plain.prompt == f"Name {bare.prompt}."


def test_splits_share_no_problem() -> None:
    train, held_out = (
        {ENV.problem(ENV.row(seed, split=split)).data["number"] for seed in range(3_000)}
        for split in ("train", "eval")
    )
    assert not train & held_out


# -- episodes -----------------------------------------------------------------------------------------


def test_a_single_turn_episode_is_judged_in_one_action() -> None:
    row = ENV.row(1)
    texts = ENV.oracle(ENV.problem(row).data)
    assert ENV.replay(row, texts) == Verdict(1.0, True, "ok")
    assert ENV.replay(row, ["no"]) == Verdict(0.0, False, "wrong")
    assert ENV.replay(row, []) == Verdict(0.0, False, "unfinished")


def test_several_turns_add_up() -> None:
    walk = Walk()
    row = walk.row(1)
    assert walk.replay(row, ["step", "x", "step", "step"]).correct
    assert walk.replay(row, ["step", "step"]) == Verdict(2 / 3, False, "unfinished")
    assert walk.replay(row, ["step", "x", "x", "x", "x"]) == Verdict(1 / 3, False, "turn_limit")


def test_actions_after_the_end_are_not_played() -> None:
    walk = Walk()
    assert walk.replay(walk.row(1), ["step"] * 9).correct


def test_equal_play_has_equal_outcomes_and_turns_differ() -> None:
    walk = Walk()
    session = walk.begin(walk.problem(walk.row(1)))
    first, again = walk.advance(session, "step"), walk.advance(session, "step")
    assert first == again
    assert walk.advance(first.session, "step").observation != first.observation


def test_truncated_is_not_terminated() -> None:
    walk = Walk()
    walk.reset(seed=1)
    for _ in range(4):
        assert walk.step("x")[2:4] == (False, False)
    *_, terminated, truncated, info = walk.step("x")
    assert (terminated, truncated, info["verdict"].reason) == (False, True, "turn_limit")


def test_step_needs_a_running_episode() -> None:
    env = Tiny()
    with pytest.raises(UsageError, match=r"call reset\(\) first"):
        env.step("1")
    env.reset(seed=0)
    env.step("1")
    with pytest.raises(UsageError, match=r"call reset\(\) first"):
        env.step("1")


# -- reset --------------------------------------------------------------------------------------------


def test_reset_options_hold_for_one_episode() -> None:
    env = Tiny(offset=1, style="bare")
    _, info = env.reset(seed=2, options={"level": 0, "offset": 3})
    assert info["row"] == Row("test/Tiny-v0", 0, "all", 2, {"offset": 3, "style": "bare"})
    assert env.reset(seed=2)[1]["row"] == env.row(2, offset=1, style="bare")


def test_another_level_for_one_episode_keeps_the_split_where_it_has_it() -> None:
    env = reasongym.make("Countdown-v0", level=1, split="eval")
    assert env.reset(seed=0, options={"level": 2})[1]["row"].split == "eval"
    assert env.reset(seed=0, options={"level": 2, "split": "train"})[1]["row"].split == "train"


def test_a_row_given_to_reset_is_the_problem() -> None:
    row = ENV.row(9, split="eval", style="bare")
    for given in (row, row.as_dict()):
        observation, info = Tiny().reset(options={"row": given})
        assert (observation, info["row"]) == (ENV.problem(row).prompt, row)


@pytest.mark.parametrize(
    "options", [{"row": reasongym.get("Countdown-v0").row(0)}, {"row": ENV.row(0), "level": 1}]
)
def test_a_row_that_does_not_fit_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="does not fit"):
        Tiny().reset(options=options)


def test_a_family_without_a_judge_says_so() -> None:
    class Mute(Tiny):
        verify = Env.verify

    with pytest.raises(NotImplementedError, match="neither verify nor act"):
        Mute().replay(ENV.row(0), ["1"])


# -- the space of texts -------------------------------------------------------------------------------


def test_the_space_holds_any_text_up_to_its_length() -> None:
    space = UnicodeText(5)
    assert space.contains("½漢\n")
    assert not space.contains("123456")
    assert not space.contains(5)
    assert space == UnicodeText(5) != UnicodeText(6)


def test_samples_are_texts_of_the_space_and_follow_the_seed() -> None:
    space = UnicodeText()
    space.seed(1)
    first = [space.sample() for _ in range(5)]
    space.seed(1)
    assert [space.sample() for _ in range(5)] == first
    assert all(map(space.contains, first))


def test_names_are_suggested_whatever_their_case() -> None:
    assert "did you mean 'reasongym/Countdown-v0'" in str(
        UnknownName("id", "countdown-V0", ["reasongym/Countdown-v0"])
    )


# -- finite sources -----------------------------------------------------------------------------------


class Shelf(Tiny):
    """Three numbers on a shelf."""

    def size(self, level: int, split: Split, options: Mapping[str, Json]) -> int | None:
        return 3

    def item(self, index: int, level: int, split: Split, options: Mapping[str, Json]) -> Data:
        return {"number": 10 + index}


def test_seed_s_of_a_finite_source_is_item_s_and_outside_is_refused() -> None:
    env = Shelf()
    assert [env.problem(env.row(seed)).data["number"] for seed in range(3)] == [10, 11, 12]
    with pytest.raises(UsageError, match="has 3 problems: seed 3 is outside"):
        env.problem(env.row(3))


def test_a_reset_folds_any_seed_into_a_finite_source_and_its_row_says_which_item() -> None:
    env = Shelf()
    assert env.reset(seed=7)[1]["row"] == env.row(1)
    assert env.reset(seed=8, options={"style": "bare"})[1]["row"] == env.row(2, style="bare")
    assert {env.reset()[1]["row"].seed for _ in range(40)} == {0, 1, 2}
