"""An episode as estimators of advantages see it: rewards by turn and numbers by sampled token."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import torch
from torch import Tensor

from reasongym.agents.pieces import pieces
from reasongym.episodes import Episode
from reasongym.registry import get

Advantage: TypeAlias = float | Tensor | None
"""Of all sampled tokens of an episode, or float64 `[n]` of each; None leaves the episode out of the loss."""


@dataclass(frozen=True, slots=True)
class Played:
    """What one episode earned. Its n tokens are the sampled ones of all turns, in order.

    What the environment said in between has no place here, so nothing is discounted or lost on its way
    through it. Example: two turns of 3 and 2 sampled tokens, the second of which earned 1.

    turn_lengths   3      2
    turn_rewards   0      1
    token_rewards  0 0 0  0 1
    """

    reward: float
    """Of the episode, as it is learned from."""
    turn_lengths: tuple[int, ...]
    """Sampled tokens of each turn that has any."""
    turn_rewards: tuple[float, ...] = ()
    """Of the same turns; they sum to `reward`. Empty where nobody asked for them."""
    anchors: tuple[str, ...] = ()
    """What was read right before each of these turns."""
    solved: bool = False
    penalties: Tensor | None = None
    """Float64 `[n]`, added to the rewards of the tokens: minus the weighted KL to the reference."""
    values: Tensor | None = None
    """Float64 `[n]`: what the critic expected before each token."""
    process: Tensor | None = None
    """Float64 `[n]`: implicit process rewards."""
    log_ratio: float = 0.0
    """Sum over tokens of log-prob minus the reference's, at the weights of this update."""

    @property
    def num_tokens(self) -> int:
        """Count the sampled tokens."""
        return sum(self.turn_lengths)

    @property
    def total(self) -> float:
        """The episode's reward with its penalties."""
        return self.reward + (0.0 if self.penalties is None else float(self.penalties.sum()))

    @property
    def turn_totals(self) -> list[float]:
        """Rewards of the turns with the penalties of their tokens."""
        rewards = self._earned()
        if self.penalties is None:
            return rewards
        parts = pieces(self.penalties, self.turn_lengths)
        return [reward + float(part.sum()) for reward, part in zip(rewards, parts, strict=True)]

    def token_rewards(self) -> Tensor:
        """Return float64 `[n]`: each turn's reward at its last token, and the penalties."""
        rewards = torch.zeros(self.num_tokens, dtype=torch.float64)
        ends = torch.tensor(self.turn_lengths, dtype=torch.int64).cumsum(0) - 1
        rewards[ends] = torch.tensor(self._earned(), dtype=torch.float64)
        return rewards if self.penalties is None else rewards + self.penalties

    def _earned(self) -> list[float]:
        """Return the rewards of the turns; the last earns all where they are not told."""
        return (
            list(self.turn_rewards)
            or [0.0] * (len(self.turn_lengths) - 1) + [self.reward][: len(self.turn_lengths)]
        )

    def spread(self, per_turn: Sequence[float]) -> Tensor:
        """Give every token the number of its turn: float64 `[n]`."""
        lengths = torch.tensor(self.turn_lengths, dtype=torch.int64)
        return torch.tensor(per_turn, dtype=torch.float64).repeat_interleave(lengths)


@dataclass(frozen=True, slots=True)
class Lesson:
    """An episode and what is learned from it."""

    episode: Episode
    played: Played
    group: int = 0
    """Which group of the step it belongs to."""
    advantage: Advantage = 0.0
    tokens: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    """Further numbers by name, float64 `[n]` each, such as `old` (log-probs) and `correction`."""

    @property
    def sampler(self) -> Tensor:
        """The sampler's log-probs, float64 `[n]`."""
        scores = [score for completion in self.episode.completions for score in completion.logprobs]
        return torch.tensor(scores, dtype=torch.float64)


def lesson(episode: Episode, reward: float, group: int = 0, *, with_turns: bool = False) -> Lesson:
    """Make the lesson of an episode that is learned from with this reward.

    Turns are told by the completions, never by a reward that differs from 0: one that earns nothing is a turn
    all the same. A turn without sampled tokens has nothing to learn; the turn before it takes its reward.
    With turns, what `reward` adds to the environment's own falls to the last.
    """
    lengths = [len(completion.token_ids) for completion in episode.completions]
    solved = episode.verdict is not None and episode.verdict.correct
    played = Played(reward, tuple(filter(None, lengths)), solved=solved)
    if with_turns and played.num_tokens:
        earned = step_rewards(episode)
        earned[-1] += reward - sum(earned)
        merged = _merged(lengths, earned)
        read = tuple(text for text, length in zip(_read(episode), lengths, strict=True) if length)
        played = replace(played, turn_rewards=merged, anchors=read)
    return Lesson(episode, played, group)


def step_rewards(episode: Episode) -> list[float]:
    """Play an episode's texts again and return the environment's reward of each turn.

    An episode that ended without the environment's leave (no room in the context) earns 0 from there on.
    """
    if len(episode.completions) == 1:
        return [episode.reward]
    env = get(episode.row.env_id)
    texts = episode.actions[: len(episode.completions)]
    rewards = [step.reward for step in env.retrace(env.problem(episode.row), texts)]
    return rewards + [0.0] * (len(episode.completions) - len(rewards))


def _merged(lengths: Sequence[int], rewards: Sequence[float]) -> tuple[float, ...]:
    """Give the rewards of turns without tokens to the turn before; those before the first are nobody's."""
    merged: list[float] = []
    for length, reward in zip(lengths, rewards, strict=True):
        if length:
            merged.append(reward)
        elif merged:
            merged[-1] += reward
    return tuple(merged)


def _read(episode: Episode) -> list[str]:
    """Return what was said to the policy right before each of its turns."""
    read: list[str] = []
    since: list[str] = []
    for message in episode.messages:
        if message.role == "assistant":
            read.append("\n".join(since))
            since = []
        else:
            since.append(message.content)
    return read[: len(episode.completions)]
