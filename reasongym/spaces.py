"""The one space that all environments share: any text, as observation and as action."""

from collections.abc import Sequence
from ctypes import c_int32
from types import ModuleType
from typing import Any, TypeAlias

import gymnasium
import numpy as np
from gymnasium.vector.utils import shared_memory

from reasongym.errors import UsageError


class UnicodeText(gymnasium.spaces.Text):
    """Any text up to `max_length` characters: what a language model reads and writes."""

    SAMPLED = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-*/=().,:;<>\\{}äß½×÷√漢"

    def __init__(self, max_length: int = 1_000_000, seed: int | np.random.Generator | None = None) -> None:
        super().__init__(max_length, min_length=0, charset=self.SAMPLED, seed=seed)

    def contains(self, x: object) -> bool:
        """Accept every string that is not too long."""
        return isinstance(x, str) and len(x) <= self.max_length

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """Draw a short random text."""
        if mask is not None or probability is not None:
            raise UsageError("a text space has no mask and no probability to sample by")
        picks = self.np_random.integers(0, len(self.SAMPLED), self.np_random.integers(0, 64))
        return "".join(self.SAMPLED[i] for i in picks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnicodeText) and other.max_length == self.max_length

    def __hash__(self) -> int:
        return hash((UnicodeText, self.max_length))

    def __repr__(self) -> str:
        return f"UnicodeText({self.max_length})"


# `AsyncVectorEnv` hands observations over in shared memory. Gymnasium's own layout for texts holds the
# characters of a fixed alphabet and is decoded once, when it is made; ours holds the length and the code
# points, so any text goes through, and is decoded at every look.

_Slots: TypeAlias = np.ndarray[Any, np.dtype[np.int32]]


class _SharedTexts(Sequence[str]):
    """The observations of a vector environment, read from slots [num_envs, 1 + max_length]."""

    def __init__(self, slots: _Slots) -> None:
        self._slots = slots

    def __len__(self) -> int:
        return len(self._slots)

    def __getitem__(self, index: Any) -> Any:
        slot = self._slots[index]
        return slot[1 : slot[0] + 1].tobytes().decode("utf-32-le", "surrogatepass")

    def __deepcopy__(self, memo: object) -> tuple[str, ...]:
        """Return the texts as they stand: `AsyncVectorEnv.step` gives its caller a deep copy."""
        return tuple(self)


@shared_memory.create_shared_memory.register(UnicodeText)
def _create_shared_memory(space: UnicodeText, n: int, ctx: ModuleType) -> Any:
    return ctx.Array(c_int32, n * (space.max_length + 1))


@shared_memory.write_to_shared_memory.register(UnicodeText)
def _write_to_shared_memory(space: UnicodeText, index: int, value: str, memory: Any) -> None:
    slot = _slots(space, memory)[index]
    slot[0] = len(value)
    slot[1 : len(value) + 1] = np.frombuffer(value.encode("utf-32-le", "surrogatepass"), dtype=np.int32)


@shared_memory.read_from_shared_memory.register(UnicodeText)
def _read_from_shared_memory(space: UnicodeText, memory: Any, n: int) -> Any:
    return _SharedTexts(_slots(space, memory))


def _slots(space: UnicodeText, memory: Any) -> _Slots:
    return np.frombuffer(memory.get_obj(), dtype=np.int32).reshape(-1, space.max_length + 1)
