"""TRL gets our problems and rewards, trains on them for real, and members of a group share their row."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

import reasongym
from reasongym import export
from reasongym.core import Row, Toolkit
from reasongym.errors import UsageError
from reasongym.tooling import Call, Used
from tests.adapters.conftest import Needs, Shown
from tests.adapters.recorded import EPISODES, FAMILIES, Kind, Recorded, recorded

pytestmark = pytest.mark.filterwarnings("default")  # transformers deprecates what trl and older code call
QUICK = 96


@pytest.fixture(scope="module")
def trl(needs: Needs) -> Any:
    os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
    needs("trl")
    from reasongym.agents.adapters import trl

    return trl


def text_of(row: Row) -> str:
    from reasongym.agents.adapters.rows import to_text

    return to_text(row)


def repeat_by_reward(trl: Any, episodes: Iterator[Recorded]) -> None:
    """Hand episodes over as TRL does: completions as messages, of which the assistant's were played."""
    played = list(episodes)
    chats = [
        [
            message
            for action, observation in zip(one.actions, one.observations, strict=True)
            for message in (
                {"role": "assistant", "content": action},
                {"role": "user", "content": observation},
            )
        ]
        for one in played
    ]
    rewards = trl.reward(completions=chats, prompts=[], row=[text_of(one.row) for one in played])
    assert rewards == [one.reward for one in played]


def repeat_by_tool(trl: Any, episodes: Iterator[Recorded]) -> None:
    """Play episodes in one instance, which is kept and reset as TRL's pool keeps its own."""
    env = trl.ToolEnv()
    for one in episodes:
        assert env.reset(prompt=[], row=text_of(one.row)) is None
        assert [env.act(action) for action in one.actions] == one.observations
        assert env.get_reward() == env.get_reward() == one.reward
        assert env.verdict == one.verdict


@pytest.mark.parametrize("kind", FAMILIES)
def test_rewards_and_observations_are_the_bare_environments(trl: Any, kind: Kind) -> None:
    repeat_by_reward(trl, recorded(kind, QUICK))
    repeat_by_tool(trl, recorded(kind, QUICK))


@pytest.mark.slow
@pytest.mark.parametrize("kind", FAMILIES)
def test_a_thousand_episodes_are_the_bare_environments(trl: Any, shown: Shown, kind: Kind) -> None:
    repeat_by_reward(trl, recorded(kind, EPISODES))
    repeat_by_tool(trl, recorded(kind, EPISODES))
    what = f"{EPISODES:,} recorded episodes repeated by the reward function and the environment"
    shown(trainer="TRL", package="trl", turns=kind.removesuffix("-turn"), what=what)


def test_the_data_set_names_rows_and_holds_no_data(trl: Any) -> None:
    rows = export.rows("KnightsKnaves-v0", num=5)
    made = trl.dataset(rows, "r1")
    assert made.column_names == ["prompt", "row"]
    assert [Row.from_dict(json.loads(text)) for text in made["row"]] == list(rows)
    system, user = made[3]["prompt"]
    assert (system["role"], system["row"]) == ("system", None)
    assert (user["content"], user["row"]) == (reasongym.problem(rows[3]).prompt, made[3]["row"])


@pytest.mark.parametrize("row", [None, "", "{", "[]", "{}", 7, '{"env_id": "reasongym/Countdown-v0"}'])
def test_what_is_no_row_is_told(trl: Any, row: Any) -> None:
    with pytest.raises(UsageError, match="row"):
        trl.reward(completions=["x"], row=[row])
    with pytest.raises(UsageError, match="row"):
        trl.ToolEnv().reset(row=row)


def test_rewards_need_rows_and_come_once(trl: Any) -> None:
    with pytest.raises(UsageError, match="no column `row`"):
        trl.reward(completions=["x"], env_id=["reasongym/Countdown-v0"])
    with pytest.raises(UsageError, match="leave reward_funcs out"):
        trl.reward(completions=["x"], row=["{}"], environments=[trl.ToolEnv()])


def test_an_episode_that_is_over_or_not_open_takes_no_turn(trl: Any) -> None:
    env = trl.ToolEnv()
    with pytest.raises(UsageError, match="reset"):
        env.act("up")
    env.reset(row=text_of(reasongym.get("Gcd-v0").row(0)))
    with pytest.raises(UsageError, match="a turn is a text"):
        env.act(7)
    env.act("7")
    with pytest.raises(UsageError, match="over"):
        env.act("7")
    assert env.get_reward() in (0.0, 1.0)


class Held(Toolkit):
    """A tool that counts what it holds, and fails when it is told to."""

    stops, num_calls = (), 5

    def __init__(self) -> None:
        self.left: list[tuple[str, ...]] = []

    def worded(self, prompt: str) -> str:
        return prompt

    def call(self, text: str) -> Call | None:
        return Call(text) if text.startswith("call") else None

    def use(self, past: tuple[str, ...], call: Call, num_left: int) -> Used:
        if call.argument == "call break":
            raise RuntimeError("the sandbox died")
        return Used("used", (*past, call.argument))

    def leave(self, past: tuple[str, ...]) -> None:
        self.left.append(past)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    kit = Held()

    def kit_of(self: object, row: object, data: object) -> Held:
        return kit

    monkeypatch.setattr(type(reasongym.get("Gcd-v0")), "kit", kit_of)
    return kit


def test_an_episode_given_up_frees_what_its_tool_holds(trl: Any, held: Held) -> None:
    row = text_of(reasongym.get("Gcd-v0").row(0))
    env = trl.ToolEnv()
    env.reset(row=row)
    assert env.act("call one") == "used"
    env.reset(row=row)
    assert held.left == [("call one",)]
    env.act("call two")
    assert env.get_reward() == 0.0
    assert ("call two",) in held.left


def test_our_failure_is_no_zero(trl: Any, held: Held) -> None:
    env = trl.ToolEnv()
    env.reset(row=text_of(reasongym.get("Gcd-v0").row(0)))
    with pytest.raises(RuntimeError, match="died"):
        env.act("call break")
    assert env.get_reward() is None
    env.reset(row=text_of(reasongym.get("Gcd-v0").row(1)))
    assert env.get_reward() == 0.0
