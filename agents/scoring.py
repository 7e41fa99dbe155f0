"""Log-probs of sampled ids with gradients: a group's prompt is computed once, only sampled ids are projected.

The prompts run first and leave their keys and values; those are repeated for the rows that share them, and
the tails run on top. Before its first use on a model, this is compared with the plain forward; where the two
differ (logit scaling, soft-capping, layers that do not attend), plain rows are used and that is said.
"""

import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint  # pyright: ignore[reportUnknownVariableType]
from transformers.cache_utils import DynamicCache

from reasongym.agents.batch import MicroBatch
from reasongym.agents.models import LoadedModel

TOLERANCE = {torch.float64: 1e-6, torch.float32: 2e-4}
"""Largest difference of a log-prob between the two forwards; rotary tables are float32 even in float64."""
COARSE_TOLERANCE = 0.2
"""The same for 16-bit weights."""
CHUNK_ELEMENTS = 2**26
"""Logits held at once, tokens times vocabulary; beyond, they are recomputed in the backward pass."""


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
    """Whether prompts are shared; None until the first micro-batch has been compared."""

    def __call__(self, micro: MicroBatch) -> Scores:
        """Return log-probs and entropies `[N]`, with gradients where they are enabled."""
        if self.is_shared is None:
            self.is_shared = self._agrees(micro)
        hidden = self._shared_hidden(micro) if self.is_shared else None
        if hidden is None:
            return self._scores(self._plain_logits(micro), micro.tails[micro.mask])
        return self._project(hidden[micro.mask], micro.tails[micro.mask])

    def _agrees(self, micro: MicroBatch) -> bool:
        rows = slice(0, min(4, len(micro.owners)))
        few = _first_rows(micro, rows)
        targets = few.tails[few.mask]
        with torch.no_grad():
            try:
                shared = self._project(self._shared_hidden(few)[few.mask], targets).logprobs
            except (TypeError, AttributeError, RuntimeError, ValueError) as error:
                return self._give_up(f"it failed there: {error}")
            plain = self._scores(self._plain_logits(few), targets).logprobs
        difference = float((shared - plain).abs().max())
        if difference > TOLERANCE.get(self._dtype(), COARSE_TOLERANCE):
            return self._give_up(f"log-probs differ by {difference:.2g}")
        return True

    def _give_up(self, why: str) -> bool:
        name = type(self.loaded.model).__name__
        warnings.warn(f"{name} trains on plain rows, not with shared prompts: {why}", stacklevel=2)
        return False

    def _dtype(self) -> torch.dtype:
        return next(self.loaded.model.parameters()).dtype

    def _shared_hidden(self, micro: MicroBatch) -> Tensor:
        """Return the hidden states `[rows, columns, hidden]` that predict the tails."""
        body: Any = self.loaded.model.base_model
        cache: Any = DynamicCache()
        first = body(input_ids=micro.prompts, past_key_values=cache, use_cache=True).last_hidden_state
        last = first[torch.arange(len(first), device=first.device), micro.prompt_lengths - 1]
        opening = last[micro.owners][:, None]  # [rows, 1, hidden]
        if micro.tails.shape[1] == 1:
            return opening
        for layer in cache.layers:
            layer.keys = layer.keys.index_select(0, micro.owners)
            layer.values = layer.values.index_select(0, micro.owners)
        starts = micro.prompt_lengths[micro.owners][:, None]  # [rows, 1]
        steps = torch.arange(micro.tails.shape[1] - 1, device=starts.device)
        rest = body(
            input_ids=micro.tails[:, :-1],
            attention_mask=self._tail_mask(micro, starts, len(steps)),
            position_ids=starts + steps,
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        return torch.cat((opening, rest), 1)

    def _tail_mask(self, micro: MicroBatch, starts: Tensor, num_steps: int) -> Tensor | None:
        """Hide the padding between prompts and tails, and what comes later."""
        width = micro.prompts.shape[1]
        columns = torch.arange(width + num_steps, device=starts.device)
        if not self.loaded.takes_4d_masks:
            return ((columns < starts) | (columns >= width)).long()  # [rows, width + steps]
        causal = columns <= columns[width:, None]  # [steps, width + steps]
        if not micro.is_padded:
            return causal[None, None]
        visible = (columns < starts) | (columns >= width)
        return (causal & visible[:, None])[:, None]  # [rows, 1, steps, width + steps]

    def _plain_logits(self, micro: MicroBatch) -> Tensor:
        """Return logits `[N, vocabulary]` of whole rows, left-padded, through the model's own head."""
        lengths = micro.prompt_lengths[micro.owners][:, None]  # [rows, 1]
        width = micro.prompts.shape[1]
        columns = torch.arange(width, device=lengths.device)
        source = columns - (width - lengths)  # [rows, width]: place in the unpadded prompt
        prompts = micro.prompts[micro.owners].gather(1, source.clamp(min=0))
        ids = torch.cat((prompts, micro.tails), 1)
        visible = torch.cat((source >= 0, torch.ones_like(micro.mask)), 1)
        positions = (visible.long().cumsum(1) - 1).clamp(min=0)
        model: Any = self.loaded.model
        output = model(input_ids=ids, attention_mask=visible.long(), position_ids=positions, use_cache=False)
        return output.logits[:, width - 1 : -1][micro.mask]

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


def _first_rows(micro: MicroBatch, rows: slice) -> MicroBatch:
    kept = int(micro.mask[rows].sum())
    return MicroBatch(
        micro.prompts,
        micro.prompt_lengths,
        micro.owners[rows],
        micro.tails[rows],
        micro.mask[rows],
        micro.old_logprobs[:kept],
        micro.advantages[:kept],
        micro.weights[:kept],
        micro.is_padded,
    )
