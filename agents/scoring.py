"""Log-probs of sampled ids with gradients: a group's prompt is computed once, only sampled ids are projected.

The prompts run first and leave their keys and values; those are repeated for the rows that share them, and
the tails run on top, short ones apart from long ones. Before its first use on a model, this is compared with
the plain forward; where the two differ (logit scaling, soft-capping, layers that do not attend), plain rows
are used and that is said.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, cast

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint  # pyright: ignore[reportUnknownVariableType]
from transformers.cache_utils import DynamicCache

from reasongym.agents.batch import MicroBatch, Span, WeightedRow, micro_batches
from reasongym.agents.layers import learning, plain_rows_reason
from reasongym.agents.masks import additive
from reasongym.agents.models import LoadedModel
from reasongym.agents.prompt_attention import PromptsOfLayers, attending, may_attend_apart
from reasongym.agents.shared_attention import Prompts, places
from reasongym.episodes import TrainingRow

TOLERANCE = {torch.float64: 1e-6, torch.float32: 2e-4}
"""Largest difference of a log-prob between the two forwards; rotary tables are float32 even in float64."""
COARSE_TOLERANCE = 0.2
"""The same for 16-bit weights."""
CHUNK_ELEMENTS = 2**26
"""Logits held at once, tokens times vocabulary; beyond, they are recomputed in the backward pass."""

_Result = TypeVar("_Result")


class Scores(NamedTuple):
    """Of the N sampled ids of a micro-batch, in its mask's order."""

    logprobs: Tensor
    """`[N]` under the policy at its sampling temperature."""
    entropies: Tensor | None
    """`[N]` of the distribution each was drawn from, in nats; None unless asked for."""


@dataclass(slots=True)
class Scorer:
    """Scores micro-batches by one model at one temperature."""

    loaded: LoadedModel
    temperature: float = 1.0
    with_entropy: bool = False
    is_shared: bool | None = None
    """Whether prompts are shared; None until the two forwards have been compared."""
    attends_apart: bool = False
    """Whether rows attend to shared prompts by `shared_attention`; known once that has been compared."""
    projects_sampled: bool | None = None
    """Whether plain rows are projected at sampled ids only; None until that has been compared."""

    def __call__(self, micro: MicroBatch) -> Scores:
        """Return log-probs and entropies `[N]`, with gradients where they are enabled."""
        targets = micro.tails[micro.mask]
        if self.shares_prompts():
            return self._project(self._shared_hidden(micro), targets)
        if self.projects_sampled is None:
            self.projects_sampled = self._evaluated(self._projects)
        with learning(self.loaded):
            if self.projects_sampled:
                return self._project(self._plain_hidden(micro), targets)
            return self._scores(self._plain_logits(micro), targets)

    def hidden(self, micro: MicroBatch) -> Tensor:
        """Return the last hidden states `[N, hidden]` before the sampled ids: what each was chosen by."""
        if self.shares_prompts():
            return self._shared_hidden(micro)
        with learning(self.loaded):
            return self._plain_hidden(micro)

    def shares_prompts(self) -> bool:
        """Say whether prompts are shared on this model, comparing both forwards the first time."""
        if self.is_shared is None:
            self.is_shared = self._agrees()
        return self.is_shared

    def _agrees(self) -> bool:
        """Compare both forwards, without dropout, on two padded prompts and three ragged tails."""
        if self.loaded.has_windows:
            return self._give_up("some of its layers attend to a window of columns, and padding shifts those")
        reason = plain_rows_reason(self.loaded)
        if reason:
            return self._give_up(reason)
        for attends_apart in (True, False) if may_attend_apart(self.loaded) else (False,):
            self.attends_apart = attends_apart
            reason = self._evaluated(self._objection)
            if not reason:
                return True
        return self._give_up(reason)

    def _evaluated(self, compare: Callable[[MicroBatch], _Result]) -> _Result:
        """Compare two forwards without dropout on the probe."""
        model = self.loaded.model
        was_training = model.training
        model.eval()
        try:
            return compare(_probe(self.loaded))
        finally:
            model.train(was_training)

    def _projects(self, micro: MicroBatch) -> bool:
        """Say whether on plain rows the head on hidden states gives what the whole model does."""
        if not self._head_is_last():
            return False
        targets = micro.tails[micro.mask]
        with torch.no_grad():
            some = self._project(self._plain_hidden(micro), targets).logprobs
            every = self._scores(self._plain_logits(micro), targets).logprobs
        difference = float((some - every).abs().max())
        return difference <= TOLERANCE.get(self.loaded.dtype, COARSE_TOLERANCE)

    def _objection(self, micro: MicroBatch) -> str:
        """Say why prompts cannot be shared; empty where they can."""
        if not self._head_is_last():
            return "it scales or caps the logits after its head"
        targets = micro.tails[micro.mask]
        with torch.no_grad():
            try:
                shared = self._project(self._shared_hidden(micro), targets).logprobs
            except (TypeError, AttributeError, RuntimeError, ValueError) as error:
                return f"it failed there: {error}"
            plain = self._scores(self._plain_logits(micro), targets).logprobs
        difference = float((shared - plain).abs().max())
        is_close = difference <= TOLERANCE.get(self.loaded.dtype, COARSE_TOLERANCE)
        return "" if is_close else f"log-probs differ by {difference:.2g}"

    def _head_is_last(self) -> bool:
        """Whether the model's logits are its head's outputs; small logits would hide what is done to them."""
        model: Any = self.loaded.model
        head = model.get_output_embeddings()
        if head is None:
            return False
        ramp = torch.linspace(-100, 100, head.weight.shape[0], device=head.weight.device)
        planted = ramp.to(head.weight.dtype).expand(1, 1, -1)

        def plant(*_: Any) -> Tensor:
            return planted

        hook = head.register_forward_hook(plant)
        try:
            with torch.no_grad():
                logits = model(input_ids=ramp.new_zeros((1, 1), dtype=torch.int64), use_cache=False).logits
        finally:
            hook.remove()
        return torch.equal(logits.to(planted.dtype), planted)

    def _give_up(self, why: str) -> bool:
        name = type(self.loaded.model).__name__
        warnings.warn(f"{name} trains on plain rows, not with shared prompts: {why}", stacklevel=2)
        return False

    def _shared_hidden(self, micro: MicroBatch) -> Tensor:
        """Return the hidden states `[N, hidden]` that predict the sampled ids."""
        body: Any = self.loaded.model.base_model
        prompts: Any = DynamicCache()
        first = body(input_ids=micro.prompts, past_key_values=prompts, use_cache=True).last_hidden_state
        last = first[torch.arange(len(first), device=first.device), micro.prompt_lengths - 1]
        parts: list[Tensor] = []
        for span in micro.spans:
            hidden = last[micro.owners[span.rows]][:, None]  # [rows, 1, hidden]
            if span.columns > 1:
                hidden = torch.cat((hidden, self._tails(micro, span, prompts)), 1)
            parts.append(hidden[micro.mask[span.rows, : span.columns]])
        return torch.cat(parts)

    def _tails(self, micro: MicroBatch, span: Span, prompts: Any) -> Tensor:
        """Run the tails of a span but for their last ids: `[rows, columns - 1, hidden]`."""
        body: Any = self.loaded.model.base_model
        owners = micro.owners[span.rows]
        starts = micro.prompt_lengths[owners][:, None]  # [rows, 1]
        steps = torch.arange(span.columns - 1, device=starts.device)
        ids = {"input_ids": micro.tails[span.rows, : span.columns - 1], "position_ids": starts + steps}
        if self.attends_apart and (shared := self._shared(micro, owners, prompts)).places.are_few:
            with attending(self.loaded):
                unused = starts.new_zeros((1, 1, 1, 1), dtype=self.loaded.dtype)
                return body(**ids, attention_mask=unused, use_cache=False, prompts=shared).last_hidden_state
        cache: Any = DynamicCache()
        for place, layer in enumerate(prompts.layers):
            cache.update(layer.keys.index_select(0, owners), layer.values.index_select(0, owners), place)
        mask = self._tail_mask(micro, starts, len(steps))
        return body(**ids, attention_mask=mask, past_key_values=cache, use_cache=True).last_hidden_state

    def _shared(self, micro: MicroBatch, owners: Tensor, prompts: Any) -> PromptsOfLayers:
        """Say what the rows of a span attend to."""
        mask = None
        if micro.is_padded:
            visible = (
                torch.arange(micro.prompts.shape[1], device=owners.device) < micro.prompt_lengths[:, None]
            )
            mask = additive(visible[:, None, None], self.loaded.dtype)
        layers = [Prompts(layer.keys, layer.values, mask) for layer in prompts.layers]
        return PromptsOfLayers(layers, places(owners, len(micro.prompts)))

    def _tail_mask(self, micro: MicroBatch, starts: Tensor, num_steps: int) -> Tensor | None:
        """Hide the padding between prompts and tails, and what comes later."""
        width = micro.prompts.shape[1]
        columns = torch.arange(width + num_steps, device=starts.device)
        if not self.loaded.takes_4d_masks:
            return ((columns < starts) | (columns >= width)).long()  # [rows, width + steps]
        causal = columns <= columns[width:, None]  # [steps, width + steps]
        if not micro.is_padded:
            return additive(causal[None, None], self.loaded.dtype)
        visible = (columns < starts) | (columns >= width)
        seen = (causal & visible[:, None])[:, None]  # [rows, 1, steps, width + steps]
        return additive(seen, self.loaded.dtype)

    def _plain_logits(self, micro: MicroBatch) -> Tensor:
        """Return logits `[N, vocabulary]` of whole rows through the model's own head."""
        ids, is_sampled = _plain_rows(micro)
        model: Any = self.loaded.model
        output = model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False)
        return output.logits[:, :-1][is_sampled[:, 1:]]

    def _plain_hidden(self, micro: MicroBatch) -> Tensor:
        """Return the hidden states `[N, hidden]` of whole rows that predict the sampled ids."""
        ids, is_sampled = _plain_rows(micro)
        body: Any = self.loaded.model.base_model
        output = body(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False)
        return output.last_hidden_state[:, :-1][is_sampled[:, 1:]]

    def _project(self, hidden: Tensor, targets: Tensor) -> Scores:
        """Score `[N, hidden]` against targets `[N]`, in chunks of bounded memory."""
        model: Any = self.loaded.model
        head = model.get_output_embeddings()
        rows = max(1, CHUNK_ELEMENTS // head.weight.shape[0])
        if len(hidden) <= rows:
            return self._scores(head(hidden), targets)

        def score(part: Tensor, wanted: Tensor) -> Scores:
            return self._scores(head(part), wanted)

        recomputed = cast(Any, checkpoint)
        parts: list[Scores] = [
            recomputed(
                score, hidden[start : start + rows], targets[start : start + rows], use_reentrant=False
            )
            for start in range(0, len(hidden), rows)
        ]
        entropies = [part.entropies for part in parts if part.entropies is not None]
        return Scores(
            torch.cat([part.logprobs for part in parts]), torch.cat(entropies) if entropies else None
        )

    def _scores(self, logits: Tensor, targets: Tensor) -> Scores:
        if logits.dtype in (torch.float16, torch.bfloat16):
            logits = logits.float()
        if self.temperature != 1.0:
            logits = logits / self.temperature
        logprobs = -nn.functional.cross_entropy(logits, targets, reduction="none")
        if not self.with_entropy:
            return Scores(logprobs, None)
        every = logits.log_softmax(-1)
        return Scores(logprobs, -(every.exp() * every).sum(-1))


def _plain_rows(micro: MicroBatch) -> tuple[Tensor, Tensor]:
    """Return the ids of whole rows and which were sampled, both `[rows, width + columns]`.

    Rows are padded on the right, where no mask, window or position can go wrong.
    """
    num_columns = micro.tails.shape[1]
    lengths = micro.prompt_lengths[micro.owners][:, None]  # [rows, 1]
    prompts = nn.functional.pad(micro.prompts, (0, num_columns))[micro.owners]
    place = torch.arange(prompts.shape[1], device=lengths.device) - lengths  # in the tail if not negative
    nearest = place.clamp(0, num_columns - 1)  # [rows, width + columns]
    ids = prompts.where(place < 0, micro.tails.gather(1, nearest))
    is_sampled = (place == nearest) & micro.mask.gather(1, nearest)
    return ids, is_sampled


def _probe(loaded: LoadedModel) -> MicroBatch:
    """Make rows that show every kind of padding: between prompt and tail, and behind the tail."""
    size = loaded.config.vocab_size
    rows: list[WeightedRow] = []
    for prompt_length, tail_length in ((2, 6), (5, 3), (5, 6)):
        ids = [(5 * prompt_length + 3 * place) % size for place in range(prompt_length + tail_length)]
        mask = [False] * prompt_length + [True] * tail_length
        rows.append(
            WeightedRow(TrainingRow(ids, mask, [0.0] * len(ids), [0] * len(ids), prompt_length), 0.0, 0.0)
        )
    return next(micro_batches(rows, max_tokens=1024, device=loaded.device))
