"""The policy in this process: any Hugging Face causal LM with attention caches, on any device and dtype.

Equal prompts are prefilled once, finished rows leave the batch, new ones join it between ticks. Sampling
noise is keyed per request, so a completion does not depend on what else is in the batch: identical ids in
float64, log-probs within 1e-5 in float32, no promise in bfloat16. One transfer to the host per tick brings
the sampled ids and their log-probs; nothing else waits for the device, but for models that build their masks
themselves (windows, ALiBi) or look for padding ids (GPT-2).
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar, cast

import torch
from torch import Tensor, nn
from transformers.cache_utils import Cache

from reasongym.agents.kv_cache import layers_of, new_cache, take_rows
from reasongym.agents.masks import additive
from reasongym.agents.models import LoadedModel
from reasongym.agents.noise import draw, uniform
from reasongym.agents.policies.decoding_batch import Batch, Row, state_of
from reasongym.agents.policies.kept_rows import KeptRows, Resumed, close_gaps, laid_out
from reasongym.agents.policies.shared_prompts import shared
from reasongym.agents.policies.ticks import Tick, tick_of
from reasongym.episodes import Completion, Finish, Request
from reasongym.errors import PolicyError

LIVE_FRACTION = 0.8
"""The batch drops its finished rows once at most this fraction of it is alive; dropping copies the cache."""


_Prompt: TypeAlias = tuple[int, ...]
_Item = TypeVar("_Item")


class TorchPolicy:
    """Completes prompts by a model in this process."""

    def __init__(self, loaded: LoadedModel, *, max_rows: int = 2048, prefill_tokens: int = 65_536) -> None:
        self.model: nn.Module = loaded.model
        self.tokenizer = loaded.tokenizer
        self.device: torch.device = loaded.device
        self._dtype = loaded.dtype
        self.weights_version = 0
        self._config: Any = loaded.config
        self._eos = frozenset(loaded.eos_ids)
        self._max_rows = max_rows
        self._prefill_tokens = prefill_tokens
        self._is_sdpa = loaded.takes_4d_masks
        self._tick: Tick | None = tick_of(loaded)
        self._queue: deque[Request] = deque()
        self._kept = KeptRows(max_rows)
        self._batch: Batch | None = None

    # -- the protocol ---------------------------------------------------------------------------------

    def submit(self, requests: Sequence[Request]) -> None:
        """Queue requests; they enter at the next tick, as far as there is room."""
        for request in requests:
            if not request.prompt_ids:
                raise PolicyError(
                    "this policy reads token ids, and a prompt has none: give play() a renderer"
                )
        self._queue.extend(requests)

    @torch.no_grad()
    def poll(self) -> list[tuple[int, Completion]]:
        """Decode one token for every row, let queued requests in, and return what is done."""
        logits = [] if self._batch is None else [self._decode(self._batch)]
        logits += self._admit()
        if self._batch is None:
            return []
        return self._sample(self._batch, torch.cat(logits))

    def cancel(self, ids: Iterable[int]) -> None:
        """Forget requests."""
        gone = set(ids)
        left = [request.follows for request in self._queue if request.id in gone]
        self._kept.forget([*gone, *(one for one in left if one is not None)])
        self._queue = deque(request for request in self._queue if request.id not in gone)
        if self._batch is not None:
            for row in self._batch.rows:
                row.is_live = row.is_live and row.request.id not in gone
            self._compact(self._batch)

    def push(self, weights: Any, version: int) -> None:
        """Note that the shared model has new weights (`weights` must be None: they are already here)."""
        if weights is not None:
            raise PolicyError("this policy shares the learner's model; there is nothing to push")
        self._kept.clear()
        self.weights_version = version

    def close(self) -> None:
        """Drop the batch and what was kept of earlier ones."""
        self._kept.clear()
        self._batch = None
        self._queue.clear()

    # -- one tick -------------------------------------------------------------------------------------

    def _num_rows(self) -> int:
        return len(self._batch.rows) if self._batch else 0

    def _decode(self, batch: Batch) -> Tensor:
        """Put the newest token of every row into the cache; returns logits `[rows, vocabulary]`."""
        is_full = batch.grow()
        mask = None if is_full else self._mask(batch.visible)
        state = batch.state
        if self._tick is not None:
            logits = self._tick(state.newest, state.lengths, mask, batch.cache, batch.shared)
        else:
            logits = self._forward(state.newest[:, None], mask, state.lengths[:, None], batch.cache)
        state.lengths = state.lengths + 1
        return logits

    def _mask(self, visible: Tensor) -> Tensor:
        """Hide padding from the newest tokens of rows `[rows, columns]`, in the form that the model takes."""
        return additive(visible[:, None, None], self._dtype) if self._is_sdpa else visible.long()

    def _admit(self) -> list[Tensor]:
        """Let queued requests in, as far as there is room; returns logits `[new rows, vocabulary]` in pieces.

        Each distinct prompt is prefilled once, and of an episode that goes on, what is new in it.
        """
        askers: dict[_Prompt, list[Request]] = {}
        resumed: list[Resumed] = []
        for _ in range(min(len(self._queue), self._max_rows - self._num_rows())):
            request = self._queue.popleft()
            if (known := self._kept.take(request)) is not None:
                resumed.append(known)
            else:
                askers.setdefault(tuple(request.prompt_ids or ()), []).append(request)
        read_on = [self._read_on(rows) for rows in self._together(resumed, lambda one: len(one.rest))]
        return read_on + [self._begin(prompts, askers) for prompts in self._together(askers, len)]

    def _begin(self, prompts: Sequence[_Prompt], askers: dict[_Prompt, list[Request]]) -> Tensor:
        """Prefill prompts and let in who asks for them."""
        requests = [request for prompt in prompts for request in askers[prompt]]
        owners = [place for place, prompt in enumerate(prompts) for _ in askers[prompt]]
        owner = torch.tensor(owners, device=self.device)
        cache = new_cache(self._config.num_hidden_layers, num_more=_most_tokens(requests))
        nothing = torch.zeros((len(prompts), 0), dtype=torch.bool, device=self.device)
        logits, visible = self._prefill(prompts, nothing, cache)
        if self._may_share(requests) and (sharing := shared(cache, visible, owner)).pays():
            own = new_cache(len(sharing.layers), num_more=layers_of(cache)[0].room)
            rows = [Row(request, 0) for request in requests]
            columns = visible.new_zeros(len(rows), 0)
            self._batch = Batch(rows, own, columns, state_of(requests, self.device), sharing)
        else:
            take_rows(cache, owner, visible.shape[1])
            self._join(requests, visible[owner], cache)
        return logits[owner]

    def _read_on(self, resumed: Sequence[Resumed]) -> Tensor:
        """Prefill what is new behind what was kept, and let those rows in."""
        requests = [one.request for one in resumed]
        cache, known = laid_out(resumed, _most_tokens(requests))
        logits, visible = self._prefill([one.rest for one in resumed], known, cache)
        self._join(requests, visible, cache)
        return logits

    def _may_share(self, requests: Sequence[Request]) -> bool:
        """Say whether rows may share prompts: alone in the batch, and none of them kept for a next turn."""
        goes_on = any(request.goes_on for request in requests)
        return self._batch is None and self._tick is not None and self._tick.shares and not goes_on

    def _together(self, prefills: Iterable[_Item], length: Callable[[_Item], int]) -> Iterator[list[_Item]]:
        """Cut what is to be prefilled into lists to run together, like lengths side by side.

        Models that build their own masks get prompts of one length at a time: some of them turn padding
        that sees nothing into NaN (eager attention in float64).
        """
        together: list[_Item] = []
        for one in sorted(prefills, key=length):
            is_over = (len(together) + 1) * length(one) > self._prefill_tokens
            if together and (is_over or (not self._is_sdpa and length(one) != length(together[0]))):
                yield together
                together = []
            together.append(one)
        if together:
            yield together

    def _prefill(
        self, prompts: Sequence[Sequence[int]], known: Tensor, cache: Cache
    ) -> tuple[Tensor, Tensor]:
        """Read ids behind what a cache holds, bool `[prompts, columns]`.

        Returns the last logits `[prompts, vocabulary]`, and where the cache then holds an id.
        """
        width = max(map(len, prompts))
        padded = [[0] * (width - len(prompt)) + list(prompt) for prompt in prompts]
        ids = torch.tensor(padded, device=self.device)  # [prompts, width], left-padded
        starts = torch.tensor([[width - len(prompt)] for prompt in prompts], device=self.device)
        columns = torch.arange(width, device=self.device)
        fresh = columns >= starts  # [prompts, width]
        positions = known.sum(1, keepdim=True) + (columns - starts).clamp(min=0)
        is_ragged, mask = any(len(prompt) != width for prompt in prompts), None
        if known.shape[1] or is_ragged:
            causal = columns[:, None] >= columns
            itself = columns[:, None] == columns  # a padding query must see something, or softmax is NaN
            seen = causal & fresh[:, None] | itself  # [prompts, width, width]
            seen = torch.cat((known[:, None].expand(-1, width, -1), seen), 2)
            mask = additive(seen[:, None], self._dtype)
        logits = self._forward(ids, mask, positions, cache)
        if known.shape[1] and is_ragged:
            return logits, close_gaps(cache, known, fresh)
        return logits, torch.cat((known, fresh), 1)

    def _forward(self, ids: Tensor, mask: Tensor | None, positions: Tensor, cache: Cache) -> Tensor:
        output = self.model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return output.logits[:, -1]

    def _join(self, requests: Sequence[Request], visible: Tensor, cache: Cache) -> None:
        """Put requests into the batch, whose prompts a cache holds."""
        rows = [Row(request, len(request.prompt_ids or ())) for request in requests]
        arrived = Batch(rows, cache, visible, state_of(requests, self.device))
        if self._batch is None:
            self._batch = arrived
        else:
            self._batch.append(arrived)

    def _sample(self, batch: Batch, logits: Tensor) -> list[tuple[int, Completion]]:
        """Draw a token for every row and take the finished rows out."""
        state, samplings = batch.state, [row.request.sampling for row in batch.rows]
        if logits.dtype in (torch.float16, torch.bfloat16):
            logits = logits.float()
        if any(sampling.temperature != 1.0 for sampling in samplings):
            warm = state.temperatures.where(state.temperatures > 0, 1.0)
            logits = logits / warm[:, None].to(logits.dtype)
        if most := max((sampling.top_k for sampling in samplings), default=0):
            logits = _likeliest(logits, state.top_ks, most)
        if any(sampling.top_p < 1.0 for sampling in samplings):
            logits = _nucleus(logits, state.top_ps)
        logprobs = logits.log_softmax(-1)  # [rows, vocabulary]
        tokens = draw(logprobs, uniform(state.noise_keys, state.counts))
        if any(sampling.temperature == 0.0 for sampling in samplings):
            tokens = torch.where(state.temperatures > 0, tokens, logprobs.argmax(-1))
        chosen = logprobs.gather(1, tokens[:, None])[:, 0]
        state.newest = tokens
        state.counts = state.counts + 1
        both = cast(list[list[float]], torch.stack((tokens.double(), chosen.double())).tolist())
        return self._collect(batch, both[0], both[1])

    def _collect(self, batch: Batch, drawn: list[float], scores: list[float]) -> list[tuple[int, Completion]]:
        finished: list[tuple[Row, Finish]] = []
        for row, token, score in zip(batch.rows, drawn, scores, strict=True):
            if not row.is_live:
                continue
            if not score > -math.inf:
                raise PolicyError("the model's logits are not finite; its weights or its dtype are broken")
            row.ids.append(int(token))
            row.logprobs.append(score)
            finish = self._finish(row)
            if finish is not None:
                row.is_live = False
                finished.append((row, finish))
        if finished:
            self._keep(batch, [row for row, _ in finished])
            self._compact(batch)
        return self._completions(finished)

    def _finish(self, row: Row) -> Finish | None:
        sampling = row.request.sampling
        if row.ids[-1] in self._eos or row.ids[-1] in sampling.stop_ids:
            return "stop"
        if sampling.stop:
            window = 4 * max(map(len, sampling.stop)) + 16  # a token may be one byte of a character
            text = self._texts([row.ids[-window:]])[0]
            if any(stop in text for stop in sampling.stop):
                return "stop"
        return "length" if len(row.ids) >= sampling.max_tokens else None

    def _keep(self, batch: Batch, finished: Sequence[Row]) -> None:
        """Keep what was read of episodes that go on; only masks of four axes can hide what pads them."""
        going_on = {row.request.id for row in finished if row.request.goes_on}
        if going_on and self._is_sdpa:
            self._kept.put(batch, [i for i, row in enumerate(batch.rows) if row.request.id in going_on])

    def _compact(self, batch: Batch) -> None:
        live = [place for place, row in enumerate(batch.rows) if row.is_live]
        if not live:
            self._batch = None
        elif len(live) > LIVE_FRACTION * len(batch.rows):
            batch.rest()
        else:
            batch.keep(live)

    def _completions(self, finished: list[tuple[Row, Finish]]) -> list[tuple[int, Completion]]:
        texts = self._texts([row.ids for row, _ in finished]) if finished else []
        return [
            (
                row.request.id,
                Completion(
                    text, finish, row.request.prompt_ids or [], row.ids, row.logprobs, self.weights_version
                ),
            )
            for (row, finish), text in zip(finished, texts, strict=True)
        ]

    def _texts(self, ids: list[list[int]]) -> list[str]:
        return self.tokenizer.batch_decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)


def _likeliest(logits: Tensor, top_ks: Tensor, most: int) -> Tensor:
    """Mask all but the top_k largest and their equals (Fan et al. 2018); `most` is the largest of all k."""
    largest = logits.topk(min(most, logits.shape[-1])).values
    places = (top_ks - 1).clamp(0, largest.shape[-1] - 1)
    is_cut = (logits < largest.gather(1, places[:, None])) & (top_ks[:, None] > 0)
    return logits.masked_fill(is_cut, float("-inf"))


def _nucleus(logits: Tensor, top_ps: Tensor) -> Tensor:
    """Mask all but the smallest set of tokens whose probability reaches top_p (Holtzman et al. 2020)."""
    ordered, order = logits.softmax(-1).sort(-1, descending=True)
    before = ordered.cumsum(-1) - ordered  # probability of the tokens ranked above
    is_cut = (before >= top_ps[:, None]) & (top_ps[:, None] < 1)  # rounding may reach 1 before the last token
    outside = torch.zeros_like(logits, dtype=torch.bool).scatter(1, order, is_cut)
    return logits.masked_fill(outside, float("-inf"))


def _most_tokens(requests: Sequence[Request]) -> int:
    return max(request.sampling.max_tokens for request in requests)
