"""verifiers and prime-rl: a taskset of our rows, the environment that plays them, and a chat loop in process.

Interface of verifiers 0.4 (`verifiers/v1`). It loads a taskset by the name of an installed module, which
`reasongym export verifiers` writes (`reasongym_vf`: it re-exports this one). An episode's reward is what
`reasongym.judge` says of the row and the texts in the trace, under any harness and any environment of verifiers.
"""

import asyncio
import ssl
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx

from reasongym import export, registry
from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.playing import Game
from reasongym.agents.adapters.transcripts import turns
from reasongym.core import Json, Row, Split, Verdict
from reasongym.export.records import template_named

INSTALL = "verifiers>=0.4"

vf: Any = trainer("verifiers.v1", INSTALL)
_wire: Any = trainer("verifiers.v1.dialects.chat", INSTALL).message_to_wire
_OVERFLOWS: Any = trainer("verifiers.v1.harnesses.utils.compaction", INSTALL).CONTEXT_OVERFLOW_MARKERS

__all__ = ["ReasongymEnv", "ReasongymHarness", "ReasongymTaskset"]


class ReasongymConfig(vf.TasksetConfig):
    """Which rows: `--env.taskset.env-id Countdown-v0 --env.taskset.level 1`."""

    env_id: str = "Countdown-v0"
    level: int | None = None
    split: Split | None = None
    first_seed: int = 0
    num_problems: int = 1_000
    options: dict[str, Json] = {}
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

    agent: vf.AgentConfig = vf.AgentConfig(runtime=vf.SubprocessConfig())


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
                    step = await asyncio.to_thread(game.play, turns((one.role, _text(one)) for one in segment.messages)[-1])
                    if step.verdict is not None:
                        break
                    segment = await interaction.turn([{"role": "user", "content": step.observation}])
        finally:
            game.close()


class ReasongymHarness(vf.Harness[vf.HarnessConfig]):
    """A chat without tools, in this process: no program is started and nothing installed for a turn.

    Another is chosen as ever (`--env.agent.harness.id null`).
    """

    APPENDS_SYSTEM_PROMPT = True
    SUPPORTS_RESUME = True
    EXECUTES_CODE = False
    NEEDS_CONTAINER = False

    async def launch(
        self, ctx: Any, trace: Any, runtime: Any, endpoint: str, secret: str, mcp_urls: Any, data: Any
    ) -> Any:
        """Ask for one turn; a conversation that no longer fits the context ends there, as the null harness's."""
        system, prompt = self.resolve_prompt(data)
        told = [{"role": "system", "content": system}] if system else []
        told += [{"role": "user", "content": prompt}] if isinstance(prompt, str) else map(_wire, prompt)
        async with httpx.AsyncClient(timeout=None, verify=_tls()) as client:
            reply = await client.post(
                f"{endpoint}/chat/completions",
                json={"model": ctx.model, "messages": told},
                headers={"Authorization": f"Bearer {secret}"},
            )
        is_full = reply.status_code in (400, 413) and any(one in reply.text.casefold() for one in _OVERFLOWS)
        return vf.ProgramResult(int(reply.is_error and not is_full), "", reply.text if reply.is_error else "")


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


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()  # costs 20 ms, and a client makes one for itself where it gets none
