"""TRL's `rollout_func`: episodes of one or many turns by the very ids that were sampled.

Interface of trl 1.16 (`trl/trainer/grpo_trainer.py`, `_generate`): prompts come repeated for the members of
their groups already, and exactly as many rows go back, with a mask over what the environment said.
"""

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from reasongym import registry
from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters.outside import trainer as imported
from reasongym.agents.adapters.trl import EARNED, INSTALL
from reasongym.agents.models import LoadedModel
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.core import Json, Row
from reasongym.episodes import Episode, Policy, Sampling, TrainingRow, flatten
from reasongym.errors import UsageError
from reasongym.rollouts import Seat, Setting, play, rollout
from reasongym.templates import TEMPLATES, Renderer

_models: Any = imported("trl.models.utils", INSTALL)

Columns = dict[str, list[Any]]
_NOT_FOLLOWED = {
    "top_k": 0,
    "min_p": None,
    "repetition_penalty": 1.0,
    "generation_kwargs": None,
    "chat_template_kwargs": None,
    "use_vllm": False,
}
"""Settings that `Rollouts` refuses, by the value that leaves them off."""


@dataclass(slots=True)
class Rollouts:
    """A `rollout_func`: episodes of one or many turns, sampled in this process, by the very ids sampled.

    Members of a group play the row that their prompts name. Only `temperature` and `top_p` of the trainer's
    sampling are followed; what else is set there is refused.
    """

    template: str = "default"
    """What the problem is put to the model in, whatever the data set's chats look like."""
    max_tokens: int | None = None
    """Of one turn; None takes the trainer's `max_completion_length`."""
    _num_calls: int = field(default=0, init=False)

    def __call__(self, prompts: Sequence[Json], trainer: Any) -> Columns:
        """Play an episode for each prompt, repeated ones among them, and return its columns in order."""
        args, rows = trainer.args, [_row_of(prompt) for prompt in prompts]
        _require_followed(args)
        sampling = Sampling(args.temperature, args.top_p, self.max_tokens or args.max_completion_length)
        self._num_calls += 1
        salt = f"trl {args.seed} {trainer.state.global_step} {args.process_index} {self._num_calls}"
        with _sampler(trainer) as loaded:
            template = TEMPLATES[self.template]
            setting = Setting(sampling, template, Renderer(loaded.tokenizer, template), loaded.context_length)
            return played(rows, TorchPolicy(loaded), setting, salt)


def _require_followed(args: Any) -> None:
    for name, off in _NOT_FOLLOWED.items():
        found = getattr(args, name)
        if (found or off) != off:
            raise UsageError(f"Rollouts cannot follow {name}={found!r}: leave it at {off!r}")


@contextmanager
def _sampler(trainer: Any) -> Generator[LoadedModel]:
    """Yield the trainer's model, whole and without dropout."""
    with _models.unwrap_model_for_generation(
        trainer.model_wrapped,
        trainer.accelerator,
        gather_deepspeed3_params=trainer.args.ds3_gather_for_generation,
        gradient_checkpointing_kwargs=trainer.args.gradient_checkpointing_kwargs,
    ) as model:
        is_training = model.training
        model.eval()
        try:
            yield LoadedModel(model, trainer.processing_class)
        finally:
            model.train(is_training)


def played(rows: Sequence[Row], policy: Policy, setting: Setting, salt: str) -> Columns:
    """Play an episode of each row, equal rows with noise of their own, and lay them out as TRL takes them."""
    seen: Counter[Row] = Counter()
    plays: list[Any] = []
    for row in rows:
        plays.append(play(registry.problem(row), setting, Seat(member=seen[row], salt=salt)))
        seen[row] += 1
    episodes = rollout(policy, plays)
    laid = [_laid_out(episode, setting.renderer) for episode in episodes]
    return {
        "prompt_ids": [one.ids[: one.prompt_length] for one in laid],
        "completion_ids": [one.ids[one.prompt_length :] for one in laid],
        "logprobs": [one.logprobs[one.prompt_length :] for one in laid],
        "env_mask": [[int(is_sampled) for is_sampled in one.mask[one.prompt_length :]] for one in laid],
        EARNED: [None if one.verdict is None else one.verdict.reward for one in episodes],
    }


def _laid_out(episode: Episode, renderer: Renderer | None) -> TrainingRow:
    rows = flatten(episode)
    if len(rows) > 1:
        raise UsageError(
            "the chat template rewrites its history (it may strip thinking), and TRL takes one row an "
            "episode: give the tokenizer a template that leaves turns as they were"
        )
    if rows:
        return rows[0]
    assert renderer is not None
    prompt = renderer.first_prompt(tuple(episode.messages))  # nothing was sampled, and TRL wants an id
    return TrainingRow(
        [*prompt, renderer.eos_id], [False] * (len(prompt) + 1), [0.0] * (len(prompt) + 1), [], len(prompt)
    )


def _row_of(prompt: Json) -> Row:
    """Read the row that a chat's last message names."""
    match prompt:
        case [*_, {"row": str(named)}]:
            return columns.from_text(named)
        case _:
            return columns.from_text(cast("object", prompt))
