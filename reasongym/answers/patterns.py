"""Patterns that several readers of answers share."""

import re
from functools import cache

TEXT = re.compile(r"\\text ?\{([^{}]*)\}")
"""What `typesetting` leaves around words."""
TICKS = "✓✔✅\ufe0f"
"""Signs that may end an answer and say nothing of it."""


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern at its first use, so that importing stays quick."""
    return re.compile(pattern)
