"""SkyRL-gym: every environment as one `BaseTextEnv`, which reads its problem from the row of the data set.

Interface of skyrl-gym 0.4 (`skyrl_gym/envs/base_text_env.py`). SkyRL's trainer repeats a data row for each
member of a group and hands its columns over as `extras`, so that members share the problem.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reasongym import export
from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.playing import Game
from reasongym.core import Row, Step
from reasongym.errors import UsageError

INSTALL = "skyrl-gym>=0.4"
ENV_CLASS = "reasongym"
"""The id that `register` gives, and the column `env_class` of a data set."""

skyrl_gym: Any = trainer("skyrl_gym", INSTALL)
BaseTextEnv: Any = trainer("skyrl_gym.envs.base_text_env", INSTALL).BaseTextEnv


class ReasongymEnv(BaseTextEnv):
    """One episode of the problem that `extras["extra_info"]["row"]` names.

    The rewards of its turns sum to the verdict's. Turns are limited as the environment limits them: a
    `max_turns` that the trainer passes along is not read.
    """

    def __init__(self, env_config: Any = None, extras: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._game = Game(columns.from_text(_row_text(extras or {})))

    def init(self, prompt: list[dict[str, str]]) -> tuple[list[dict[str, str]], dict[str, Any]]:
        """Return the prompt as the data set words it; raises UsageError where it is another problem's."""
        said = "".join(message.get("content") or "" for message in prompt)
        if self._game.problem.prompt not in said:
            raise UsageError(f"the prompt {said[:80]!r} does not hold the problem of {self._game.row}")
        return prompt, {"row": self._game.row.as_dict()}

    def step(self, action: str) -> dict[str, Any]:
        """Play one turn; behind the last, `metadata` holds what was observed and why it ended."""
        step = self._game.play(action)
        self.turns = self._game.num_turns
        observed = {"role": "user", "content": step.observation}
        return {
            "observations": [] if step.verdict else [observed],
            "reward": step.reward,
            "done": step.verdict is not None,
            "metadata": _told(step),
        }

    def get_metrics(self) -> dict[str, float]:
        """Return what SkyRL averages over episodes: correctness, turns, and the verdict's parts."""
        verdict = self._game.verdict
        parts = dict(verdict.parts) if verdict else {}
        return {"correct": float(bool(verdict and verdict.correct)), "turns": float(self.turns), **parts}

    def close(self) -> None:
        """Free what an episode that was given up still holds."""
        self._game.close()


def register() -> None:
    """Register `reasongym` in SkyRL-gym, once per process (a Ray worker is one); again, it does nothing."""
    if ENV_CLASS not in skyrl_gym.envs.registration.registry:
        skyrl_gym.register(id=ENV_CLASS, entry_point=f"{__name__}:{ReasongymEnv.__name__}")


def records(rows: Iterable[Row], template: str = "default") -> Iterator[dict[str, Any]]:
    """Yield rows as SkyRL's data sets have them; none holds an answer.

    `reward_spec` is a column that its loaders expect: the reward is the environment's.
    """
    for record in export.records(rows, template):
        yield {
            "data_source": "reasongym",
            "prompt": record["messages"],
            "env_class": ENV_CLASS,
            "reward_spec": {"method": "rule", "ground_truth": ""},
            "extra_info": {"row": record["row"]},
        }


def _row_text(extras: Mapping[str, Any]) -> object:
    info = extras.get("extra_info")
    if not isinstance(info, Mapping) or "row" not in info:
        raise UsageError(
            f"extras need extra_info.row, got columns {sorted(extras)}: make the data set by "
            "reasongym.agents.adapters.skyrl.records"
        )
    return info["row"]  # pyright: ignore[reportUnknownVariableType]


def _told(step: Step) -> dict[str, Any]:
    if step.verdict is None:
        return {}
    told = {"reason": step.verdict.reason, "correct": step.verdict.correct, "truncated": step.truncated}
    return {"observation": step.observation, **told}
