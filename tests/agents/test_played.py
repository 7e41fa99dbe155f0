"""What an episode earned by turn, from the environment's own rewards, whatever is empty or cut off."""

import pytest
import torch

from reasongym import registry
from reasongym.agents.played import Played, lesson, step_rewards
from reasongym.agents.policies import scripted
from reasongym.core import Row
from reasongym.episodes import Completion, Episode, Message, Sampling
from reasongym.registry import get
from reasongym.rollouts import Setting, group_plays, rollout
from reasongym.templates import TEMPLATES

ENV = get("reasongym/CountdownSteps-v0")
ROW = ENV.row(0)
PROBLEM = ENV.problem(ROW)
WINNING = ENV.oracle(PROBLEM.data)


def _episode(*turns: tuple[int, str]) -> Episode:
    """Make an episode of Countdown in steps whose turns have so many sampled tokens."""
    messages = [Message("user", PROBLEM.prompt)]
    completions: list[Completion] = []
    session = ENV.begin(PROBLEM)
    verdict = None
    for length, text in turns:
        completions.append(Completion(text, "stop", [1], [2] * length, [-1.0] * length))
        messages.append(Message("assistant", text))
        session, observation, _, verdict, _ = ENV.advance(session, text)
        messages.append(Message("user", observation))
    return Episode(ROW, messages, completions, verdict)


def _winning(*lengths: int) -> Episode:
    return _episode(*zip(lengths, WINNING, strict=True))


def test_step_rewards_are_those_of_the_environment() -> None:
    problems = [ENV.problem(ENV.row(seed)) for seed in range(4)]
    plays = group_plays(problems, Setting(Sampling(), TEMPLATES["default"]), group_size=2)
    for episode in rollout(scripted.random(), plays):
        rewards = step_rewards(episode)
        assert len(rewards) == len(episode.completions)
        assert episode.verdict is not None
        assert sum(rewards) == pytest.approx(episode.verdict.reward)


def test_turns_are_the_completions_and_end_rewards_fall_to_the_last() -> None:
    num_turns = len(WINNING)
    lengths = tuple(range(2, 2 + num_turns))
    episode = _winning(*lengths)
    one = lesson(episode, 1.5, with_turns=True)
    native = step_rewards(episode)
    assert one.played.turn_lengths == lengths
    assert one.played.turn_rewards == pytest.approx([*native[:-1], native[-1] + 0.5])
    assert one.played.anchors[0] == episode.messages[0].content
    assert one.played.anchors[1:] == tuple(m.content for m in episode.messages[2:-1:2])
    assert one.played.solved
    assert len(one.sampler) == sum(lengths)


def test_a_turn_without_tokens_gives_its_reward_to_the_turn_before() -> None:
    """TRL looks at the last id of every completion, and fails on an empty one."""
    num_turns = len(WINNING)
    last_empty = lesson(_winning(*[3] * (num_turns - 1), 0), 1.0, with_turns=True)
    assert last_empty.played.turn_lengths == (3,) * (num_turns - 1)
    assert sum(last_empty.played.turn_rewards) == pytest.approx(1.0)
    assert len(last_empty.played.anchors) == num_turns - 1
    nothing = lesson(_winning(*[0] * num_turns), 1.0, with_turns=True)
    assert nothing.played.turn_lengths == ()
    assert nothing.played.turn_totals == []
    assert nothing.played.token_rewards().tolist() == []


def test_an_episode_cut_off_between_turns_earns_nothing_from_there_on() -> None:
    episode = _episode((2, WINNING[0]))
    cut = Episode(
        episode.row, episode.messages, [*episode.completions] * 2, episode.verdict, is_truncated=True
    )
    assert len(step_rewards(cut)) == 2
    assert step_rewards(cut)[1] == 0.0


def test_a_single_turn_is_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("judged again")

    monkeypatch.setattr(type(registry.get("Countdown-v0")), "verify", refuse)
    row = Row("reasongym/Countdown-v0", 0, "train", 0)
    episode = Episode(
        row,
        [Message("user", "?"), Message("assistant", "1")],
        [Completion("1", "stop", [1], [2, 3], [0.0, 0.0])],
        None,
    )
    assert lesson(episode, 0.5, with_turns=True).played.turn_rewards == (0.5,)


def test_token_rewards_stand_at_the_ends_of_turns_with_penalties_everywhere() -> None:
    penalties = torch.tensor([-0.1, -0.2, -0.3, -0.4], dtype=torch.float64)
    one = Played(1.0, (1, 3), (0.25, 0.75), penalties=penalties)
    assert one.token_rewards().tolist() == pytest.approx([0.15, -0.2, -0.3, 0.35])
    assert one.total == pytest.approx(0.0)
    assert one.turn_totals == pytest.approx([0.15, -0.15])
    assert Played(1.0, (1, 3)).token_rewards().tolist() == [0.0, 0.0, 0.0, 1.0]
    assert one.spread([5.0, 6.0]).tolist() == [5.0, 6.0, 6.0, 6.0]
