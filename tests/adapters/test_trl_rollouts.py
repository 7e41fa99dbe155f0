"""Episodes for TRL's `rollout_func` are the bare environment's, in the very ids that were sampled."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

import reasongym
from reasongym.episodes import Request, Sampling
from reasongym.errors import UsageError
from reasongym.rollouts import Setting
from reasongym.templates import TEMPLATES, Renderer
from tests.adapters.byte_tokenizers import CHAT, byte_tokenizer, chat_of
from tests.adapters.conftest import Needs, Shown
from tests.adapters.recorded import EPISODES, FAMILIES, Kind, Recorded, recorded
from tests.policies import Speaker

pytestmark = pytest.mark.filterwarnings("default")  # transformers deprecates what trl and older code call


@pytest.fixture(scope="module")
def rollouts(needs: Needs) -> Any:
    needs("trl")
    from reasongym.agents.adapters import trl_rollouts

    return trl_rollouts


def played(rollouts: Any, tokenizer: Any, episodes: Iterable[Recorded]) -> Any:
    """Let a scripted policy say what was recorded."""
    actions = {one.row: one.actions for one in episodes}

    def say(request: Request) -> list[int]:
        text = actions[request.session.problem.row][request.session.num_turns]
        return [*tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id]

    template = TEMPLATES["default"]
    setting = Setting(Sampling(max_tokens=10_000), template, Renderer(tokenizer, template))
    return rollouts.played([one.row for one in episodes], Speaker(tokenizer, say), setting, "test")


def repeat(rollouts: Any, episodes: list[Recorded]) -> None:
    tokenizer = byte_tokenizer(CHAT)
    columns = played(rollouts, tokenizer, episodes)
    assert columns["episode_reward"] == [one.reward for one in episodes]
    for place, one in enumerate(episodes):
        prompt, ids = columns["prompt_ids"][place], columns["completion_ids"][place]
        last = len(one.actions) - 1
        assert tokenizer.decode(prompt) == chat_of(tokenizer, one, 0)
        whole = chat_of(tokenizer, one, last) + one.actions[last] + tokenizer.eos_token
        assert tokenizer.decode([*prompt, *ids]) == whole
        mask = columns["env_mask"][place]
        said = [tokenizer.encode(text, add_special_tokens=False) for text in one.actions]
        sampled = [token for turn in said for token in (*turn, tokenizer.eos_token_id)]
        assert [token for token, is_sampled in zip(ids, mask, strict=True) if is_sampled] == sampled
        assert columns["logprobs"][place] == [-0.5 * is_sampled for is_sampled in mask]


@pytest.mark.parametrize("kind", FAMILIES)
def test_episodes_are_the_bare_environments(rollouts: Any, kind: Kind) -> None:
    repeat(rollouts, list(recorded(kind, 48)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", FAMILIES)
def test_a_thousand_episodes_are_the_bare_environments(rollouts: Any, shown: Shown, kind: Kind) -> None:
    repeat(rollouts, list(recorded(kind, EPISODES)))
    what = f"{EPISODES:,} recorded episodes repeated by rollout_func, ids and masks exact"
    shown(trainer="TRL", package="trl", turns=kind.removesuffix("-turn"), what=what)


def test_our_failure_is_no_reward_and_members_have_noise_of_their_own(
    rollouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer, env = byte_tokenizer(CHAT), reasongym.get("Gcd-v0")
    asked: list[int] = []

    def say(request: Request) -> list[int]:
        asked.append(request.noise_key)
        return [*tokenizer.encode("7", add_special_tokens=False), tokenizer.eos_token_id]

    def broken(state: Any, text: str, rng: Any) -> Any:
        raise RuntimeError("the sandbox died")

    monkeypatch.setattr(env, "act", broken)
    template = TEMPLATES["default"]
    setting = Setting(Sampling(max_tokens=9), template, Renderer(tokenizer, template))
    columns = rollouts.played([env.row(0)] * 3, Speaker(tokenizer, say), setting, "test")
    assert columns["episode_reward"] == [None] * 3
    assert len(set(asked)) == 3
    assert len({tuple(ids) for ids in columns["prompt_ids"]}) == 1


@pytest.mark.parametrize(
    "wrong", [{"use_vllm": True}, {"top_k": 5}, {"chat_template_kwargs": {"enable_thinking": False}}]
)
def test_settings_that_are_not_followed_are_refused(
    rollouts: Any, needs: Needs, wrong: dict[str, Any]
) -> None:
    args = needs("trl").GRPOConfig("unused", use_cpu=True, bf16=False, report_to=[], **wrong)
    with pytest.raises(UsageError, match=f"cannot follow {next(iter(wrong))}="):
        rollouts.Rollouts()([], SimpleNamespace(args=args))


@pytest.mark.parametrize("prompt", ["A problem.", [], [{"role": "user", "content": "A problem."}]])
def test_prompts_that_name_no_row_are_told(rollouts: Any, prompt: Any) -> None:
    with pytest.raises(UsageError, match="row"):
        rollouts.Rollouts()([prompt], SimpleNamespace(args=None))
