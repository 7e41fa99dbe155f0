"""Pages about training runs, in the look of the board: whole in themselves, they open from disk.

Completions are hostile text: they are shown by `textContent` or escaped, and a page's policy lets no script
or style run but ours, named by their hash.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reasongym.leaderboard.rendering import asset, source_hash


def render(template: str, shown: Mapping[str, Any], script: str = "") -> str:
    """Render a template of this folder with the script it needs, if any."""
    style = asset("style.css") + _own("pages.css")
    code = asset("shared.js") + _own(script) if script else ""
    sources = f"'{source_hash(code)}'" if code else "'none'"
    policy = (
        f"default-src 'none'; style-src '{source_hash(style)}'; script-src {sources}; "
        "base-uri 'none'; form-action 'none'"
    )
    page = {"style": Markup(style), "script": Markup(code), "content_policy": policy}
    return _templates().get_template(template).render({**shown, **page})


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader(__name__, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _own(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
