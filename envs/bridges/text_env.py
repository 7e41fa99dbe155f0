"""Bridges any Gymnasium environment of texts or named actions, and any of TextArena's kind, to an id of ours.

    bridge("acme/Taxi-v0", lambda: gymnasium.make("Taxi-v4", render_mode="ansi"), words=("south", ...))

An episode is replayed from its seed and its actions, so its state is an immutable value: a live environment
is kept, and played on as long as the actions continue what it has seen.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias, cast, runtime_checkable

import gymnasium
import numpy as np

from reasongym.answers.prose import declared
from reasongym.answers.thinking import after_thinking
from reasongym.core import Data, Env, Json, Turn, Verdict
from reasongym.errors import GenerationError, UsageError
from reasongym.registry import register
from reasongym.seeding import Stream

MAX_CHARS = 10_000
"""Characters of one action."""
_MAX_LIVE = 16
"""Live environments kept at a time and id."""


class Move(NamedTuple):
    """What one action of a game led to."""

    observation: str
    reward: float
    done: bool


class Game(Protocol):
    """What is bridged: started from a seed, then played by texts."""

    def reset(self, seed: int) -> str:
        """Begin anew and return the first observation."""
        ...

    def step(self, action: str) -> Move | None:
        """Play one action; None where the text is no legal action, and then nothing has changed."""
        ...

    def sample(self, rng: Stream) -> str:
        """Return a random action."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


@runtime_checkable
class TextArenaLike(Protocol):
    """An environment with TextArena's methods (github.com/LeonGuertler/TextArena), for one player."""

    def reset(self, num_players: int, seed: int | None = None) -> Any:
        """Begin anew."""
        ...

    def get_observation(self) -> tuple[int, Any]:
        """Return whose turn it is and what they see."""
        ...

    def step(self, action: str) -> tuple[bool, Any]:
        """Play; return whether the game is over, and more."""
        ...

    def close(self) -> Any:
        """End the game and return the rewards by player, or these and more."""
        ...


Make: TypeAlias = Callable[[], Any]
"""Makes a `Game`, a Gymnasium environment or a `TextArenaLike`."""
Observe: TypeAlias = Callable[[Any, Any], str]
"""Words an observation, given the environment and what it observed."""
Score: TypeAlias = Callable[[Sequence[float]], float]
"""Makes a reward in [0, 1] of the rewards of the steps of an episode; 1 means that it was won."""


def clipped_sum(rewards: Sequence[float]) -> float:
    """Add the rewards up and clip the sum to [0, 1]."""
    return min(1.0, max(0.0, float(sum(rewards))))


class GymnasiumGame:
    """A Gymnasium environment whose actions are texts, or discrete and named by `words`."""

    def __init__(self, env: gymnasium.Env[Any, Any], words: Sequence[str], observe: Observe) -> None:
        space = env.action_space
        if isinstance(space, gymnasium.spaces.Discrete):
            if len(words) != space.n:
                raise UsageError(f"{env} has {space.n} actions, and {len(words)} words name them")
            self._actions = {_plain(word): int(space.start) + at for at, word in enumerate(words)}
        elif not isinstance(space, gymnasium.spaces.Text):
            raise UsageError(f"a bridge needs actions that are texts or discrete, {env} has {space}")
        self._env, self._words, self._observe = env, words, observe

    def reset(self, seed: int) -> str:
        observation, _ = self._env.reset(seed=seed)
        return self._observe(self._env, observation)

    def step(self, action: str) -> Move | None:
        played = self._actions.get(_plain(action)) if self._words else action
        if played is None or not self._env.action_space.contains(played):
            return None
        observation, reward, terminated, truncated, _ = self._env.step(played)
        return Move(self._observe(self._env, observation), float(reward), terminated or truncated)

    def sample(self, rng: Stream) -> str:
        if self._words:
            return rng.pick(self._words)
        self._env.action_space.seed(rng.below(2**31))
        return str(self._env.action_space.sample())

    def close(self) -> None:
        self._env.close()


class TextArenaGame:
    """A game with TextArena's methods, for one player; its reward comes when it is over."""

    def __init__(self, game: TextArenaLike, words: Sequence[str]) -> None:
        self._game, self._words = game, words

    def reset(self, seed: int) -> str:
        self._game.reset(num_players=1, seed=seed)
        return str(self._game.get_observation()[1])

    def step(self, action: str) -> Move | None:
        done, _ = self._game.step(action)
        if not done:
            return Move(str(self._game.get_observation()[1]), 0.0, False)
        closed = self._game.close()
        by_player = cast("Sequence[Any]", closed)[0] if type(closed) is tuple else closed
        return Move("", float(by_player[0]), True)

    def sample(self, rng: Stream) -> str:
        return rng.pick(self._words) if self._words else str(rng.below(100))

    def close(self) -> None:
        """Leave it: TextArena's `close` ends a game and asks for its rewards."""


class Played(NamedTuple):
    """An episode so far: the value that is replayed."""

    level: int
    seed: int
    actions: tuple[str, ...] = ()


class _Live(NamedTuple):
    game: Game
    rewards: tuple[float, ...]


class TextEnv(Env):
    """A bridged environment: an episode ends when the other one does, with the reward that `score` makes.

    `data` holds the `seed` of the other environment, its `level` and the first `observation`. Text that is no
    legal action spends its turn.
    """

    trusted = False
    makes: ClassVar[Sequence[Make]]
    settings: ClassVar["_Settings"]
    _lock: ClassVar[Any]
    _live: ClassVar[dict[Played, _Live]]

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        played = Played(level, rng.below(2**31))
        game = self._game(level)
        try:
            observation = game.reset(played.seed)
        except Exception as error:  # a foreign environment may raise anything
            raise GenerationError(f"{self.env_id} cannot begin from seed {played.seed}: {error}") from error
        self._keep(played, _Live(game, ()))
        return {"level": level, "seed": played.seed, "observation": observation}

    def prompt(self, data: Data, style: str) -> str:
        rules = self.settings.rules
        return data["observation"] if style == "terse" or not rules else f"{rules}\n\n{data['observation']}"

    def max_turns(self, level: int) -> int:
        return self.settings.max_turns

    def start(self, data: Data) -> Played:
        return Played(data["level"], data["seed"])

    def act(self, state: Played, text: str, rng: Stream) -> Turn:
        action = self._action(text)
        if action is None:
            return Turn(state, "not an action: " + ("too long" if len(text) > MAX_CHARS else "nothing said"))
        after = state._replace(actions=(*state.actions, action))
        live = self._take(state)
        try:
            move = live.game.step(action)
        except Exception as error:  # the text of a policy made a foreign environment fail: its fault
            return Turn(after, "", 0.0, Verdict(0.0, False, "environment_raised", f"{error}"[:200]))
        if move is None:
            self._keep(state, live)
            known = f"; the actions are: {', '.join(self.settings.words)}" if self.settings.words else ""
            return Turn(state, f"not a legal action{known}")
        rewards = (*live.rewards, move.reward)
        if not move.done:
            self._keep(after, _Live(live.game, rewards))
            return Turn(after, move.observation)
        live.game.close()
        reward = min(1.0, max(0.0, self.settings.score(rewards)))
        verdict = Verdict(reward, reward == 1.0, "ok" if reward == 1.0 else "not_won", action)
        return Turn(after, move.observation, reward, verdict)

    def oracle(self, data: Data) -> list[str]:
        if self.settings.oracle is None:
            raise UsageError(f"nobody told the bridge of {self.env_id} how its episodes are won (`oracle`)")
        return list(self.settings.oracle(data))

    def canonical(self, data: Data) -> str:
        """Name the problem by its seed and its first observation, whose hidden part only the seed tells."""
        return f"{data['level']} {data['seed']} {data['observation']}"

    def space(self, level: int) -> int:
        return self.settings.space

    def chance(self, level: int) -> float:
        return self.settings.chance

    def random_action(self, state: Played, rng: Stream) -> str:
        live = self._take(state)
        action = live.game.sample(rng)
        self._keep(state, live)
        return action

    def _action(self, text: str) -> str | None:
        """Return what is declared: one of the words, or all that is said where actions are texts."""
        if len(text) > MAX_CHARS:
            return None
        if self.settings.words:
            return declared(text, "line").answer
        said = after_thinking(text)
        if said is None:
            return None
        if "<answer>" in said:
            said = said.rpartition("<answer>")[2].partition("</answer>")[0]
        return said.strip() or None

    def _game(self, level: int) -> Game:
        made = self.makes[level]()
        if isinstance(made, gymnasium.Env):
            return GymnasiumGame(made, self.settings.words, self.settings.observe)  # pyright: ignore[reportUnknownArgumentType]
        return TextArenaGame(made, self.settings.words) if isinstance(made, TextArenaLike) else made

    def _take(self, played: Played) -> _Live:
        """Take the live game that stands where the episode stands, or replay the episode."""
        with self._lock:
            live = self._live.pop(played, None)
        return live or self._replayed(played)

    def _replayed(self, played: Played) -> _Live:
        game = self._game(played.level)
        game.reset(played.seed)
        rewards: list[float] = []
        for action in played.actions:
            move = game.step(action)
            if move is None or move.done:
                raise GenerationError(f"{self.env_id} does not replay: it is not a function of its seed")
            rewards.append(move.reward)
        return _Live(game, tuple(rewards))

    def _keep(self, played: Played, live: _Live) -> None:
        with self._lock:
            dropped = [self._live.pop(played)] if played in self._live else []
            self._live[played] = live
            if len(self._live) > _MAX_LIVE:
                dropped.append(self._live.pop(next(iter(self._live))))
        for one in dropped:
            one.game.close()


class _Settings(NamedTuple):
    words: Sequence[str]
    observe: Observe
    rules: str
    score: Score
    max_turns: int
    oracle: Callable[[Data], Sequence[str]] | None
    space: int
    chance: float


def shown(env: gymnasium.Env[Any, Any], observation: Any) -> str:
    """Word an observation: a text as it is, else what the environment renders as `ansi`."""
    if isinstance(observation, str):
        return observation
    drawn = env.render() if env.render_mode == "ansi" else None
    return drawn if isinstance(drawn, str) else _listed(observation)


def bridge(
    env_id: str,
    make: Make | Mapping[str, Make],
    *,
    words: Sequence[str] = (),
    observe: Observe = shown,
    rules: str = "",
    score: Score = clipped_sum,
    max_turns: int = 100,
    oracle: Callable[[Data], Sequence[str]] | None = None,
    space: int = 2**31,
    chance: float = 0.0,
) -> type[TextEnv]:
    """Register an environment made elsewhere as `env_id` and return its class.

    `make` makes one, or several by what their level means, the easiest first. `words` name discrete actions
    in order. `rules` is said before the first observation. `score` turns the rewards of an episode into one
    in [0, 1]. `oracle` returns a winning episode; `space` is how many problems there are (seeds, unless it
    is known to be fewer) and `chance` what random play earns: measure it with `reasongym check`.
    """
    levels: Mapping[str, Make] = {"as it is made": make} if callable(make) else make
    settings = _Settings(words, observe, rules, score, max_turns, oracle, space, chance)
    members: dict[str, Any] = {
        "__doc__": f"A bridge to {env_id}: what happens in it is not ours.",
        "__module__": next(iter(levels.values())).__module__,  # importing it registers the id elsewhere too
        "family": env_id,
        "levels": tuple(levels),
        "styles": {"plain": "the rules and the first observation", "terse": "the first observation"},
        "makes": tuple(levels.values()),
        "settings": settings,
        "_lock": threading.Lock(),
        "_live": {},
    }
    return register(env_id)(type("Bridged", (TextEnv,), members))


def _plain(word: str) -> str:
    return word.strip(" \t\n.!`*'\"[]()").lower()


def _listed(observation: Any) -> str:
    """Write numbers, arrays and tuples of them alike under every version of NumPy."""
    if isinstance(observation, tuple | list):
        return " ".join(_listed(one) for one in observation)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(observation, Mapping):
        return ", ".join(f"{name}: {_listed(one)}" for name, one in observation.items())  # pyright: ignore
    return " ".join(str(one) for one in np.ravel(observation).tolist())
