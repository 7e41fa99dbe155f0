"""Pictures in a terminal: two pixels a character, in colours."""

import numpy as np
from rich.color import Color
from rich.style import Style
from rich.text import Text

from reasongym.core import Env, Picture

UPPER_HALF = "▀"


def draws(env: Env) -> bool:
    """Say whether an environment offers pictures."""
    return "rgb_array" in env.metadata["render_modes"]


def in_blocks(picture: Picture, max_columns: int) -> Text:
    """Draw a picture [height, width, 3] with half blocks, made smaller until it fits."""
    small = _shrunk(picture, max(1, max_columns))
    if len(small) % 2:
        small = np.concatenate([small, small[-1:]])
    return Text("\n").join(map(_line, small[::2], small[1::2]))


def _line(upper: Picture, lower: Picture) -> Text:
    line = Text()
    for above, below in zip(upper.tolist(), lower.tolist(), strict=True):
        line.append(UPPER_HALF, Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below)))
    return line


def _shrunk(picture: Picture, max_columns: int) -> Picture:
    """Average squares of pixels, the smallest squares that make it narrow enough."""
    height, width, _ = picture.shape
    side = -(-width // max_columns)
    rows, columns = height // side, width // side
    kept = picture[: rows * side, : columns * side].reshape(rows, side, columns, side, 3)
    return kept.mean(axis=(1, 3)).astype(np.uint8)
