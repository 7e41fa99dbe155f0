"""What the pages of the site are called: names that stay from build to build and are safe in any path."""

import re
from hashlib import blake2b

from reasongym.leaderboard.rows import BoardRow


def run_page(row: BoardRow) -> str:
    """Name the page of a run, after the key of its result."""
    return f"run-{row.result.key}.html"


def model_page(name: str) -> str:
    """Name the page of a model, whatever case its name is written in."""
    return f"model-{_slug(name.strip().casefold())}.html"


def suite_page(name: str, digest: str = "") -> str:
    """Name the page of a suite, after its problems where it is not known by its name alone."""
    return f"suite-{digest or _slug(name)}.html"


def problems_page(digest: str) -> str:
    """Name the page of a suite's problems."""
    return f"problems-{digest}.html"


def _slug(name: str) -> str:
    """Keep a plain name; make another plain and tell it from its likes by a digest."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    if plain == name:
        return plain
    return f"{plain}-{blake2b(name.encode(errors='replace'), digest_size=3).hexdigest()}".strip("-")
