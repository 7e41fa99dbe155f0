"""verifiers and prime-rl: a taskset of our rows, the environment that plays them, and a chat loop in process.

Interface of verifiers 0.4 (`verifiers/v1`). It loads a taskset by the name of an installed module, which
`reasongym export verifiers` writes (`reasongym_vf`: it re-exports this one). An episode's reward is what
`reasongym.replay` says of the row and the texts in the trace, under any harness and environment of verifiers.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

from reasongym import export, registry
from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.playing import Game
from reasongym.agents.adapters.transcripts import turns
from reasongym.agents.adapters.verifiers_chat import INSTALL, ReasongymHarness
from reasongym.core import Json, Row, Split, Verdict
from reasongym.export.records import template_named

vf: Any = trainer("verifiers.v1", INSTALL)

__all__ = ["ReasongymEnv", "ReasongymHarness", "ReasongymTaskset"]


class ReasongymConfig(vf.TasksetConfig):
    """Which rows: `--env.taskset.env-id Countdown-v0 --env.taskset.level 1`."""

    env_id: str = "Countdown-v0"
    level: int | None = None
    split: Split | None = None
    first_seed: int = 0
    num_problems: int = 1_000
    options: dict[str, Json] = {}  # noqa: RUF012  (pydantic copies it)
    template: str = "default"
    """One whose messages are all there is to it, as `reasongym generate --template` takes."""


class ReasongymData(vf.TaskData):
    """What a problem is; the answer is nowhere in it."""

    row: str
    """JSON text."""


class ReasongymTask(vf.Task[ReasongymData]):
    """Judges a trace by its row."""

    @vf.reward(weight=1.0)
    async def reward(self, trace: Any) -> float:
        """Judge what was said; a failure of ours raises, and is no wrong answer."""
        verdict = await asyncio.to_thread(self._judged, said(trace))
        trace.info["reason"] = verdict.reason
        trace.record_metrics({"correct": float(verdict.correct), **verdict.parts})
        return verdict.reward

    async def validate(self, runtime: Any) -> bool:
        """Let the oracle play: its episode must be correct."""
        row = columns.from_text(self.data.row)
        texts = registry.get(row.env_id).oracle(registry.problem(row).data)
        return (await asyncio.to_thread(self._judged, texts)).correct

    def _judged(self, texts: list[str]) -> Verdict:
        return registry.replay(columns.from_text(self.data.row), texts)


class ReasongymTaskset(vf.Taskset[ReasongymTask, ReasongymConfig]):
    """One task a row; the rollouts of a task share it, so that a group has one problem."""

    def load(self) -> Iterator[Any]:
        """Yield the tasks, made as they are asked for."""
        asked = self.config
        rows = export.rows(
            asked.env_id,
            num=asked.num_problems,
            level=asked.level,
            split=asked.split,
            seed_start=asked.first_seed,
            **asked.options,
        )
        return (task(row, asked.template, asked.task) for row in rows)


class ReasongymEnvConfig(vf.EnvConfig):
    """The one seat, in this process unless a harness or runtime is named."""

    agent: vf.AgentConfig = vf.AgentConfig(  # pyright: ignore[reportInvalidTypeForm]  (pydantic reads it)
        runtime=vf.SubprocessConfig()
    )


class ReasongymEnv(vf.Env[ReasongymEnvConfig]):
    """Plays a row with one agent: the environment answers each of its turns as the user."""

    async def run(self, task: Any, agents: Any) -> None:
        """Play one episode; its reward is the task's."""
        row = columns.from_text(task.data.row)
        if registry.get(row.env_id).turn_limit(row) == 1:
            await agents.agent.run(task)
            return
        game = await asyncio.to_thread(Game, row)
        try:
            async with agents.agent.interaction(task) as interaction:
                segment = await interaction.turn()
                while not segment.terminated:
                    step = await asyncio.to_thread(
                        game.play, turns((one.role, _text(one)) for one in segment.messages)[-1]
                    )
                    if step.verdict is not None:
                        break
                    segment = await interaction.turn([{"role": "user", "content": step.observation}])
        finally:
            game.close()


def said(trace: Any) -> list[str]:
    """Return the text of each turn of a trace, of what the model sampled itself."""
    nodes = (node for node in trace.nodes if node.sampled or node.message.role != "assistant")
    return turns((node.message.role, _text(node.message)) for node in nodes)


def _text(message: Any) -> str:
    return message.content or "" if message.role == "assistant" else ""


def task(row: Row, template: str = "default", config: Any = None) -> ReasongymTask:
    """Return the task of a row."""
    opened = template_named(template).open(registry.problem(row).prompt)
    system = [message.content for message in opened if message.role == "system"]
    data = ReasongymData(
        name=f"{row.env_id.removeprefix('reasongym/')} level {row.level} {row.split} {row.seed}",
        prompt=opened[-1].content,
        system_prompt=system[0] if system else None,
        row=columns.to_text(row),
    )
    return ReasongymTask(data, config)
