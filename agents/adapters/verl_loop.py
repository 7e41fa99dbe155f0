"""verl's agent loop: an episode of one or many turns, by the ids that were sampled.

Interface of verl 0.9 (`verl/experimental/agent_loop/agent_loop.py`): prompts, turns and observations are
joined by verl's own Continuous Token builder, which never tokenises again what was sampled.
"""

import asyncio
from typing import Any
from uuid import uuid4

from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.playing import Game
from reasongym.core import Json, Step

_loops: Any = trainer("verl.experimental.agent_loop.agent_loop", "verl>=0.9")


class ReasongymLoop(_loops.AgentLoopBase):
    """Plays the row that a line's `extra_info` names; its reward is the verdict's, or what was earned so far.

    The rollout's `response_length` bounds an episode, what the environment says included.
    """

    async def run(self, sampling_params: dict[str, Any], **line: Json) -> Any:
        """Play one episode; raises UsageError for a line that names no row."""
        game = Game(columns.from_text((line.get("extra_info") or {}).get("row")))
        try:
            return await self._played(game, sampling_params, list(line["raw_prompt"]))
        finally:
            game.close()

    async def _played(self, game: Game, sampling_params: dict[str, Any], messages: list[Any]) -> Any:
        limit, request_id = self.rollout_config.response_length, uuid4().hex
        ids: list[int] = await self.ct_build_initial_tokens(messages)
        mask: list[int] = []
        logprobs: list[float] | None = None
        earned = 0.0
        while True:
            said = await self.server_manager.generate(
                request_id=request_id, prompt_ids=ids, sampling_params=dict(sampling_params)
            )
            known = said.log_probs or None
            merged, mask, logprobs = await self.ct_merge_assistant_token(
                ids, said.token_ids, mask, logprobs or ([] if known else None), assistant_logprobs=known
            )
            ids = merged.token_ids
            step = await self._stepped(game, said.token_ids)
            earned += step.reward
            if step.verdict is not None or len(mask) >= limit:
                break
            text = self._text(said.token_ids)
            before = [*messages, {"role": "assistant", "content": text}]
            messages = [*before, {"role": "user", "content": step.observation}]
            merged, mask, logprobs = await self.ct_merge_context_msg(before, messages, ids, mask, logprobs)
            ids = merged.token_ids
            if len(mask) >= limit:
                break
        return self._output(game, ids, mask, logprobs, earned)

    async def _stepped(self, game: Game, token_ids: list[int]) -> Step:
        return await asyncio.to_thread(game.play, self._text(token_ids))  # a judge may run a program

    def _text(self, token_ids: list[int]) -> str:
        return self.tokenizer.decode(token_ids, skip_special_tokens=True)

    def _output(
        self, game: Game, ids: list[int], mask: list[int], logprobs: list[float] | None, earned: float
    ) -> Any:
        limit, start = self.rollout_config.response_length, len(ids) - len(mask)
        verdict = game.verdict
        return _loops.AgentLoopOutput(
            prompt_ids=ids[:start],
            response_ids=ids[start:][:limit],
            response_mask=mask[:limit],
            response_logprobs=logprobs[:limit] if logprobs else None,
            reward_score=earned if verdict is None else verdict.reward,
            num_turns=2 * game.num_turns,
            metrics=_loops.AgentLoopMetrics(),
            extra_fields={
                "turn_scores": [],
                "tool_rewards": [],
                "reward_extra_info": {"acc": float(verdict is not None and verdict.correct)},
            },
        )
