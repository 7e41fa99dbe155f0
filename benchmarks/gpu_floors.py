"""The least time that a batch can take on a device: bytes that must be moved, operations that must be done.

Only what no implementation can avoid is counted, so that a floor is never above what is possible: each
weight is read once per decoded token of the batch, each sampled token's keys and values once per later one;
a prompt's are left out, as rows can share them.
"""

from dataclasses import dataclass

from benchmarks.gpu_course import Shape
from benchmarks.gpu_device import Rates

WEIGHT_BYTES = 2
"""bfloat16."""
UPDATE_BYTES = 2 * WEIGHT_BYTES + WEIGHT_BYTES + 6 * 4 + WEIGHT_BYTES
"""Of each parameter per optimizer step: its weight read forward and backward, its gradient written, its
float32 copy and both moments of AdamW read and written, its weight written."""


@dataclass(frozen=True, slots=True)
class Work:
    """A batch of completions; where their lengths differ, means of it, which floors are lowest for."""

    rows: float
    prompt: int
    """Ids of a prompt."""
    tokens: float
    """Sampled ids of a completion."""

    @property
    def context(self) -> float:
        """Keys that a sampled id sees, on average."""
        return self.prompt + self.tokens / 2


def matrix_parameters(shape: Shape) -> int:
    """Count the parameters that multiply every token's hidden state; the head is the embeddings."""
    attention = shape.hidden * shape.head_dim * (2 * shape.heads + 2 * shape.kv_heads)
    layer = attention + 3 * shape.hidden * shape.intermediate
    return shape.layers * layer + shape.vocabulary * shape.hidden


def forward_operations(shape: Shape, context: float) -> float:
    """Return additions and multiplications of one token's forward that sees `context` keys, its own one too.

    Two for each parameter, and four for each key and dimension of a head: its score and its weighted value.
    """
    return 2 * matrix_parameters(shape) + 4 * shape.layers * shape.heads * shape.head_dim * context


def cache_bytes(shape: Shape) -> int:
    """Return the bytes of one token's keys and values."""
    return 2 * shape.layers * shape.kv_heads * shape.head_dim * WEIGHT_BYTES


def generation_floors(shape: Shape, rates: Rates, work: Work) -> dict[str, float]:
    """Return seconds for decoding completions side by side, by bytes and by operations."""
    cache = work.rows * work.tokens / 2 * cache_bytes(shape)
    moved = work.tokens * (WEIGHT_BYTES * matrix_parameters(shape) + cache)
    done = work.rows * work.tokens * forward_operations(shape, work.context)
    return {"bytes_s": moved / rates.bytes_per_s, "operations_s": done / rates.operations_per_s}


def training_floors(shape: Shape, rates: Rates, work: Work) -> dict[str, float]:
    """Return seconds for one update on completions; a backward pass is two forward ones."""
    done = 3 * work.rows * work.tokens * forward_operations(shape, work.context)
    moved = UPDATE_BYTES * matrix_parameters(shape)
    return {"bytes_s": moved / rates.bytes_per_s, "operations_s": done / rates.operations_per_s}
