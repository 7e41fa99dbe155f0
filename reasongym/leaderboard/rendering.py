"""Rendering pages from templates, each whole in itself: it loads nothing and opens from disk.

Completions are hostile text. They enter a page only as JSON with `<`, `>` and `&` escaped and are shown by
`textContent`; a page's policy lets no script or style run but ours, named by their hash.
"""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reasongym.leaderboard import links
from reasongym.leaderboard.sizes import band_of


class Renderer:
    """The templates of the site."""

    def __init__(self) -> None:
        self._pages = Environment(
            loader=PackageLoader("reasongym.leaderboard", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.globals.update(_shared())
        self._pages.filters["percent"] = _percent

    def page(self, template: str, shown: Mapping[str, Any], script: str = "") -> str:
        """Render a template with the one script that it needs, if any."""
        return self._pages.get_template(template).render({**shown, "script": script})


def _shared() -> dict[str, Any]:
    return {
        "style": Markup(asset("style.css")),
        "code": _script,
        "content_policy": _content_policy,
        "run_page": links.run_page,
        "model_page": links.model_page,
        "problems_page": links.problems_page,
        "band_of": band_of,
        "key_of": key_of,
    }


def key_of(text: str) -> str:
    """Name a text in few letters, for a filter that is kept in an address."""
    return sha256(text.encode(errors="replace")).hexdigest()[:8]


def _script(name: str) -> Markup:
    return Markup(_code(name))


def _code(script: str) -> str:
    return asset("shared.js") + asset(script)


@cache
def _content_policy(script: str) -> str:
    scripts = f"'{source_hash(_code(script))}'" if script else "'none'"
    style = source_hash(asset("style.css"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src {scripts}; base-uri 'none'; form-action 'none'"
    )


@cache
def asset(name: str) -> str:
    """Return a file of the site, such as its style sheet."""
    return files("reasongym.leaderboard").joinpath("pages", name).read_text(encoding="utf-8")


def source_hash(text: str) -> str:
    """Name a script or style in a content policy, by which it alone may run."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}%"
