"""GEM's shape of an environment, for oat and other trainers that speak it; GEM itself need not be installed.

Interface of gem-llm 0.1 (`gem/core.py`, `gem/vector/`): `reset(seed)` returns the observation and an info
whose `suffix` its wrappers append, `spawn` makes more of an environment, and GEM sets `env_id` and
`entry_point` on what it makes. Equal seeds make equal problems, and so do equal environments that are reset
equally often: a group is G environments of one seed (`group`).
"""

import random
from typing import Any

from reasongym import registry
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.playing import Game
from reasongym.core import Json, Row, Split
from reasongym.errors import UsageError
from reasongym.seeding import stream

INSTALL = "gem-llm>=0.1"
SEEDS = 2**31


class GemEnv:
    """Problems of one environment, level and split, an episode after another."""

    def __init__(
        self,
        reasongym_id: str,
        *,
        level: int | None = None,
        split: Split | None = None,
        options: dict[str, Json] | None = None,
        seed: int = 0,
    ) -> None:
        self._env = registry.get(reasongym_id)
        self._row: Row = self._env.row_of(0, level, split, options or {})
        self._seed = seed
        self._seeds = random.Random(f"gem {seed}")
        self._moves = random.Random(f"gem moves {seed}")
        self._game: Game | None = None

    def reset(self, seed: int | None = None) -> tuple[str, dict[str, Any]]:
        """Open the episode of a seed, or of the next seed of this environment's own stream."""
        self.close()
        if seed is None:
            seed = self._seeds.randrange(SEEDS)
        t = self._row
        self._game = Game(self._env.practice_row(seed, t.level, t.split, t.options))
        return self._game.problem.prompt, self._info(self._game)

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Play one turn as the bare environment does; raises UsageError where no episode is open."""
        game = self._opened()
        step = game.play(action)
        info = self._info(game)
        if step.verdict is not None:
            info |= {"verdict": step.verdict, "correct": step.verdict.correct}
        return (
            step.observation,
            step.reward,
            step.verdict is not None and not step.truncated,
            step.truncated,
            info,
        )

    def sample_random_action(self) -> str:
        """Draw a legal move that ignores the goal."""
        key = f"{self._seed} {self._moves.random()}".encode()
        return self._env.random_action(self._opened().state, stream(key))

    def spawn(self, same_state: bool = False, **kwargs: Any) -> "GemEnv":
        """Return another environment: with `same_state` in the same episode at the same turn, else not begun.

        Both go on by themselves. `kwargs` override what this one was made with (`level`, `seed`, ...).
        """
        if same_state and kwargs:
            raise UsageError(
                f"a copy with the same state takes no {sorted(kwargs)}: spawn it without same_state"
            )
        t = self._row
        made: dict[str, Any] = {"level": t.level, "split": t.split, "options": t.options, "seed": self._seed}
        other = GemEnv(t.env_id, **(made | kwargs))
        if same_state:
            other._game = self._game.fork() if self._game else None
            other._seeds.setstate(self._seeds.getstate())
            other._moves.setstate(self._moves.getstate())
        return other

    def close(self) -> None:
        """Free what an episode that was given up still holds."""
        if self._game is not None:
            self._game.close()

    @property
    def unwrapped(self) -> "GemEnv":
        """This environment, which wraps nothing."""
        return self

    def _opened(self) -> Game:
        if self._game is None:
            raise UsageError("no episode is open: call reset() first")
        return self._game

    @staticmethod
    def _info(game: Game) -> dict[str, Any]:
        return {"row": game.row, "suffix": ""}


def group(env: GemEnv, size: int, seed: int) -> list[GemEnv]:
    """Return environments in the first turn of one problem, the members of a group."""
    if size < 1:
        raise UsageError(f"a group has at least 1 member, got {size}")
    first = env.spawn()
    first.reset(seed)
    return [first, *(first.spawn(same_state=True) for _ in range(size - 1))]


def register(name: str, reasongym_id: str, **settings: Any) -> None:
    """Register `name` in GEM, for `gem.make` and `gem.make_vec`; `settings` are those of `GemEnv`."""
    gem = trainer("gem", INSTALL)
    gem.register(name, f"{__name__}:{GemEnv.__name__}", reasongym_id=reasongym_id, **settings)
