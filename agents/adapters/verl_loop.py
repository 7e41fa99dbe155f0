"""verl's agent loop: an episode of one or many turns, by the ids that were sampled.

Interface of verl 0.9 (`verl/experimental/agent_loop/agent_loop.py`): prompts, turns and observations are
joined by verl's own Continuous Token builder, which never tokenises again what was sampled.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.playing import Game
from reasongym.core import Json

_loops: Any = trainer("verl.experimental.agent_loop.agent_loop", "verl>=0.9")


@dataclass(slots=True)
class _Laid:
    """An episode in ids: its prompt, and all that was said and observed behind it."""

    messages: list[Any]
    ids: list[int]
    mask: list[int] = field(default_factory=list[int])
    """Of the ids behind the prompt; 1 where one was sampled."""
    logprobs: list[float] | None = None
    """Of the ids behind the prompt, where the server tells them."""
    experts: Any = None
    """What the server's routers chose for all ids, where it tells that."""
    steps: dict[str, Json] = field(default_factory=dict[str, Json])
    """The first and the last version of the weights that took part."""


class ReasongymLoop(_loops.AgentLoopBase):
    """Plays the row that a line's `extra_info` names; its reward is the verdict's, or what was earned so far.

    The rollout's `response_length` bounds an episode, what the environment says included: a turn that does
    not fit is played as far as it does.
    """

    async def run(self, sampling_params: dict[str, Any], **line: Json) -> Any:
        """Play one episode; raises UsageError for a line that names no row."""
        told: dict[str, Json] = line.get("extra_info") or {}
        game = Game(columns.from_text(told.get("row")))
        messages = list(line["raw_prompt"])
        laid = _Laid(messages, await self.ct_build_initial_tokens(messages))
        try:
            earned = await self._played(game, sampling_params, laid)
        finally:
            game.close()
        return self._output(game, laid, earned)

    async def _played(self, game: Game, sampling_params: dict[str, Any], laid: _Laid) -> float:
        limit, request_id, earned = self.rollout_config.response_length, uuid4().hex, 0.0
        while True:
            said = await self.server_manager.generate(
                request_id=request_id, prompt_ids=laid.ids, sampling_params=dict(sampling_params)
            )
            text = await self._heard(laid, said, limit - len(laid.mask))
            step = await asyncio.to_thread(game.play, text)  # a judge may run a program
            earned += step.reward
            if step.verdict is not None:
                return earned
            if len(laid.mask) < limit:
                await self._told(laid, text, step.observation)
            if len(laid.mask) >= limit:
                return earned

    async def _heard(self, laid: _Laid, said: Any, num_left: int) -> str:
        """Lay a turn behind the episode; returns its text."""
        token_ids = said.token_ids[:num_left]
        known = said.log_probs[:num_left] if said.log_probs else None
        before = laid.logprobs or ([] if known else None)
        merged, laid.mask, laid.logprobs = await self.ct_merge_assistant_token(
            laid.ids, token_ids, laid.mask, before, assistant_logprobs=known
        )
        laid.ids, laid.experts = merged.token_ids, said.routed_experts
        laid.steps.setdefault("min_global_steps", said.extra_fields.get("min_global_steps"))
        laid.steps["max_global_steps"] = said.extra_fields.get("max_global_steps")
        return self.tokenizer.decode(token_ids, skip_special_tokens=True)

    async def _told(self, laid: _Laid, text: str, observation: str) -> None:
        """Lay an observation behind the episode."""
        before = [*laid.messages, {"role": "assistant", "content": text}]
        laid.messages = [*before, {"role": "user", "content": observation}]
        merged, laid.mask, laid.logprobs = await self.ct_merge_context_msg(
            before, laid.messages, laid.ids, laid.mask, laid.logprobs
        )
        laid.ids = merged.token_ids

    def _output(self, game: Game, laid: _Laid, earned: float) -> Any:
        limit, start = self.rollout_config.response_length, len(laid.ids) - len(laid.mask)
        verdict = game.verdict
        return _loops.AgentLoopOutput(
            prompt_ids=laid.ids[:start],
            response_ids=laid.ids[start:][:limit],
            response_mask=laid.mask[:limit],
            response_logprobs=laid.logprobs[:limit] if laid.logprobs else None,
            routed_experts=None if laid.experts is None else laid.experts[: start + limit],
            reward_score=earned if verdict is None else verdict.reward,
            num_turns=2 * game.num_turns,
            metrics=_loops.AgentLoopMetrics(),
            extra_fields={
                "turn_scores": [],
                "tool_rewards": [],
                "reward_extra_info": {"acc": float(verdict is not None and verdict.correct)},
                **laid.steps,
            },
        )
