"""Episodes that every adapter must repeat: what the bare environment says and pays, turn by turn.

They are of three single-turn and three multi-turn families, at two levels, and played well, at random, badly
from some turn on, and with what is no move at all.
"""

import random
from collections.abc import Iterator
from typing import Literal, NamedTuple

import reasongym
from reasongym.core import Env, Row, Verdict
from reasongym.seeding import stream

Kind = Literal["single-turn", "multi-turn"]
FAMILIES: dict[Kind, tuple[str, ...]] = {
    "single-turn": ("Countdown-v0", "KnightsKnaves-v0", "Gcd-v0"),
    "multi-turn": ("Sokoban-v0", "FrozenLake-v0", "CountdownSteps-v0"),
}
EPISODES = 1_000
"""Of each kind where an adapter is held to the whole."""
JUNK = (
    "",
    "I do not know.",
    "<answer></answer>",
    "<answer>\x00\u202e🧩</answer>",
    "<answer>1</answer><answer>2</answer>",
    '{"action": null}',
    "(" * 2_000,
)
PLAYERS = ("oracle", "random", "spoilt", "junk")


class Recorded(NamedTuple):
    """One episode of the bare environment."""

    row: Row
    prompt: str
    actions: list[str]
    observations: list[str]
    """After each action; the last one ends the episode."""
    rewards: list[float]
    verdict: Verdict

    @property
    def reward(self) -> float:
        """What the episode earned."""
        return self.verdict.reward


def recorded(kind: Kind, count: int) -> Iterator[Recorded]:
    """Play episodes, the same ones every time; families, levels and players take turns."""
    for place in range(count):
        ids = FAMILIES[kind]
        env = reasongym.get(ids[place % len(ids)])
        player = PLAYERS[place // len(ids) % len(PLAYERS)]
        row = env.row(place, level=place // (len(ids) * len(PLAYERS)) % 2)
        yield _played(env, row, player)


def _played(env: Env, row: Row, player: str) -> Recorded:
    bare = reasongym.make(row.env_id)
    prompt, _ = bare.reset(options={"row": row})
    told = Recorded(row, prompt, [], [], [], Verdict(0.0, False, "unfinished"))
    for action in _actions(env, row, player):
        observation, reward, terminated, truncated, info = bare.step(action)
        told.actions.append(action)
        told.observations.append(observation)
        told.rewards.append(reward)
        if terminated or truncated:
            return told._replace(verdict=info["verdict"])
    raise AssertionError(f"an episode of {row} did not end")


def _actions(env: Env, row: Row, player: str) -> Iterator[str]:
    """Yield more actions than an episode takes."""
    dice = random.Random(f"{row} {player}")
    problem = env.problem(row)
    best = env.oracle(problem.data)
    if player == "oracle":
        yield from best
    elif player == "spoilt":
        yield from best[: dice.randrange(len(best))]
    draws, state = stream(f"{row} {player}".encode()), env.start(problem.data)
    for _ in range(env.turn_limit(row)):
        legal = player == "random" or (player != "junk" and dice.random() < 0.5)
        yield env.random_action(state, draws) if legal else dice.choice(JUNK)
