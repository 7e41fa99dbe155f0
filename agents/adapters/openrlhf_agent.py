"""OpenRLHF's agent: an episode of one or many turns. Its file for `--train.agent_func_path` is two lines:

    from reasongym.agents.adapters.openrlhf_agent import executor
    AgentExecutor = executor("path/to/model")

Interface of openrlhf 0.11 (`openrlhf/utils/agent.py`): it joins sampled ids and the ids of the feedback's
text, so that the feedback must be what the model's chat template writes between two turns.
"""

import asyncio
from typing import Any

from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters.openrlhf import without_ends
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.playing import Game
from reasongym.core import Json, Step
from reasongym.errors import UsageError

_agent: Any = trainer("openrlhf.utils.agent", "openrlhf>=0.11")

_SAID, _OBSERVED = "8f2c said 41d7", "8f2c observed 41d7"
"""Stand for a turn and an observation where the template's words between them are looked for."""


def executor(model: str) -> type:
    """Return the class `AgentExecutor` for a model directory, whose tokenizer it reads."""
    between = Between(tokenizer_of(model))

    class Instance(Episode):
        """An episode in the words of one chat template."""

        def __init__(self) -> None:
            super().__init__(between)

    class AgentExecutor(_agent.MultiTurnAgentExecutor):
        """Plays each prompt in an instance of its own."""

        def __init__(self) -> None:
            super().__init__(Instance)

    return AgentExecutor


def tokenizer_of(model: str) -> Any:
    """Load a model's tokenizer."""
    transformers = trainer("transformers", "reasongym[train]")
    return transformers.AutoTokenizer.from_pretrained(model)


class Between:
    """What a chat template writes between what a model says and its next turn."""

    def __init__(self, tokenizer: Any) -> None:
        chat = [
            {"role": "user", "content": "."},
            {"role": "assistant", "content": _SAID},
            {"role": "user", "content": _OBSERVED},
        ]
        text: str = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        _, said, behind = text.partition(_SAID)
        before, observed, self._after = behind.partition(_OBSERVED)
        if not said or not observed:
            raise UsageError(
                "the chat template leaves out a turn that a user's message follows: take another"
            )
        self._before = before.removeprefix(tokenizer.eos_token or "")  # it was sampled

    def __call__(self, observation: str) -> str:
        """Word an observation."""
        return self._before + observation + self._after


class Episode(_agent.AgentInstanceBase):
    """One episode of the row in a prompt's label."""

    def __init__(self, between: Between) -> None:
        self._between = between
        self._game: Game | None = None

    async def reset(self, states: dict[str, Json], **others: Json) -> dict[str, Json]:
        """Open the episode; the prompt stays as it is. Raises UsageError for a label that is no row."""
        self._game = Game(columns.from_text(states["label"]))
        return {"observation": states["observation"]}

    async def step(self, state_dict: dict[str, Json], **others: Json) -> dict[str, Json]:
        """Play one turn."""
        import torch

        if self._game is None:
            raise UsageError("an episode is played after reset()")
        text = without_ends(state_dict["action_text"])
        step: Step = await asyncio.to_thread(self._game.play, text)  # a judge may run a program
        is_over, verdict = step.verdict is not None, step.verdict
        logs = {"correct": torch.tensor([float(verdict is not None and verdict.correct)])}
        return {
            "rewards": torch.tensor([step.reward]),
            "scores": torch.tensor([step.session.reward]),
            "environment_feedback": "" if is_over else self._between(step.observation),
            "done": is_over,
            "sampling_params": state_dict.get("sampling_params"),
            "extra_logs": logs,
        }

    def __del__(self) -> None:
        """Let go of what an episode that ran out of tokens still holds: OpenRLHF says no more of it."""
        if self._game is not None:
            self._game.close()
