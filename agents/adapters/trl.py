"""TRL: rows as a data set, their reward, and an environment whose turns are calls of a tool.

Interfaces of trl 1.16 (`trl/trainer/grpo_trainer.py`). TRL's sampler repeats each line of the data set for
the members of its group and hands its columns to rewards and environments, so that members share a row.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from reasongym import export
from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters.judging import judged
from reasongym.agents.adapters.outside import trainer as imported
from reasongym.agents.adapters.playing import Game
from reasongym.core import Json, Row, Verdict
from reasongym.errors import Unscored, UsageError

INSTALL = "reasongym[train,datasets]' 'trl>=1.16"

imported("trl", INSTALL)
_datasets: Any = imported("datasets", INSTALL)

EARNED = "episode_reward"
"""The column in which `trl_rollouts` hands its rewards to `reward`."""


def dataset(rows: Iterable[Row], template: str = "default") -> Any:
    """Return a `datasets.Dataset` with the columns `prompt`, a chat, and `row`; no answer is in it.

    A chat's last message names the row too: a `rollout_func` is given prompts alone, and problems may share
    their words.
    """
    lines = [
        {"prompt": _named(record["messages"], record["row"]), "row": record["row"]}
        for record in export.records(rows, template)
    ]
    return _datasets.Dataset.from_list(lines)


def _named(messages: list[dict[str, str]], row: str) -> list[dict[str, str]]:
    return [*messages[:-1], messages[-1] | {"row": row}]


def reward(
    completions: Sequence[Json], row: Sequence[str] | None = None, **others: Json
) -> list[float | None]:
    """Judge completions by their rows; None, which TRL leaves out of the group, where the judging failed."""
    if "environments" in others:
        raise UsageError("environments bring their own reward: leave reward_funcs out")
    if row is None:
        raise UsageError("the data set has no column `row`: make it by reasongym.agents.adapters.trl.dataset")
    if EARNED in others:
        return others[EARNED]
    return [_earned(text, completion) for text, completion in zip(row, completions, strict=True)]


def _earned(row: str, completion: Json) -> float | None:
    try:
        return judged(row, completion).reward
    except Unscored:
        return None


class ToolEnv:
    """An `environment_factory`: one episode whose turns are calls of the tool `act`.

    TRL keeps instances and resets them. The problem is in the data set's prompt, to which nothing is added.
    """

    def __init__(self) -> None:
        self._game: Game | None = None
        self._reward, self._is_unscored = 0.0, False

    def reset(self, row: str | None = None, **others: Json) -> None:
        """Open the episode of a row, and let go of what the one before still holds."""
        self._close()
        self._game = Game(columns.from_text(row))
        self._reward, self._is_unscored = 0.0, False

    def act(self, action: str) -> str:
        """Play your next turn of the problem and read what it leads to.

        Args:
            action: The text of the turn, in the notation that the problem asks for.
        """
        if self._game is None or not isinstance(action, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UsageError(f"a turn is a text (str) in an episode that reset() opened, got {action!r}")
        if self._game.verdict is not None:
            raise UsageError("the episode is over: nothing more can be played")
        try:
            step = self._game.play(action)
        except Exception:  # whatever broke is our failure; TRL tells the model of it and goes on
            self._is_unscored = True
            raise
        self._reward += step.reward
        return step.observation

    def get_reward(self) -> float | None:
        """Return what the episode earned, so far if it did not end; None where that is not known."""
        self._close()
        if self._is_unscored:
            return None
        return self._reward if self.verdict is None else self.verdict.reward

    @property
    def verdict(self) -> Verdict | None:
        """The episode's, once it ended."""
        return None if self._game is None else self._game.verdict

    def _close(self) -> None:
        if self._game is not None:
            self._game.close()
