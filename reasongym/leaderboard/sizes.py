"""The size of a model as far as its name tells, in billions of parameters."""

import re

_SIZE = re.compile(r"(?<![A-Za-z0-9.])(\d{1,4}(?:\.\d{1,3})?)\s?([BM])(?![A-Za-z0-9])", re.IGNORECASE)
BANDS = (("under 1B", 1.0), ("1–3B", 3.0), ("3–10B", 10.0), ("10–40B", 40.0), ("40B and more", float("inf")))
"""What the tables are filtered by: a name, and the size that is too large for it."""
UNKNOWN = "size not told"


def size_of(name: str) -> float | None:
    """Read the parameters of a model from its name, such as 1.5 of Qwen2.5-1.5B; None where it tells none.

    The first size counts: of a mixture such as 30B-A3B that is all of it.
    """
    found = _SIZE.search(name.replace("_", "-"))
    if found is None:
        return None
    number = float(found[1])
    return number / 1000 if found[2].upper() == "M" else number


def band_of(name: str) -> str:
    """Name the band of a model's size."""
    size = size_of(name)
    if size is None:
        return UNKNOWN
    return next(band for band, too_large in BANDS if size < too_large)
