"""The gallery shows every environment and level, whole in itself, with pictures and animations."""

import io
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import reasongym
from reasongym import registry
from reasongym.cli.gallery import solved_states
from reasongym.core import Data, Env, Json, Picture, Turn, Verdict
from reasongym.seeding import Stream
from tests.cli.conftest import Reasongym


class Walk(Env):
    """Walk to the `end` <b>now</b>, several steps a turn."""

    family = "walk"
    levels = ("3 steps", "6 steps")
    metadata = Env.metadata | {"render_modes": ["ansi", "human", "rgb_array"]}

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return {"end": 3 * (level + 1), "id": rng.below(10**6)}

    def prompt(self, data: Data, style: str) -> str:
        return f"Walk {data['end']} steps </pre><script>alert(1)</script> ({data['id']})"

    def max_turns(self, level: int) -> int:
        return 2

    def start(self, data: Data) -> tuple[int, int]:
        return (0, data["end"])

    def act(self, state: tuple[int, int], text: str, rng: Stream) -> Turn:
        at, end = state[0] + text.split().count("on"), state[1]
        verdict = Verdict.of("ok" if at == end else "overrun") if at >= end else None
        return Turn((at, end), f"at {at}", float(at == end), verdict)

    def oracle(self, data: Data) -> list[str]:
        return ["on " * (data["end"] - 1), "on"]

    def canonical(self, data: Data) -> str:
        return str(data)

    def space(self, level: int) -> int:
        return 10**6

    def chance(self, level: int) -> float:
        return 0.01

    def random_action(self, state: Json, rng: Stream) -> str:
        return "on"

    def picture(self, state: tuple[int, int]) -> Picture:
        drawn = np.zeros((8, 8 * (state[1] + 1), 3), dtype=np.uint8)
        drawn[:, 8 * state[0] : 8 * state[0] + 8] = 255
        return drawn


@pytest.fixture
def walk() -> Any:
    registry.register("acme/Walk-v0")(Walk)
    yield reasongym.get("acme/Walk-v0")
    registry.unregister("acme/Walk-v0")


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def test_every_level_is_shown_with_its_answer_and_verdict(reasongym: Reasongym, tmp_path: Path) -> None:
    code, out, _ = reasongym("gallery", tmp_path / "page", "Countdown")
    assert code == 0
    assert (tmp_path / "page" / "index.html").as_uri() in out
    text = (tmp_path / "page" / "index.html").read_text()
    page = Page(text)
    assert page.open == []
    assert [one["id"] for one in page.all("article")] == ["Countdown-v0", "CountdownSteps-v0"]
    assert len(page.all("details")) == 16
    assert text.count('<p class="verdict correct"><b>ok</b> reward 1') == 16
    assert page.all("img") == []


def test_pictures_are_embedded_and_solutions_animated(
    reasongym: Reasongym, walk: Env, tmp_path: Path
) -> None:
    image: Any = pytest.importorskip("PIL.Image")
    assert reasongym("gallery", tmp_path, "walk")[0] == 0
    text = (tmp_path / "index.html").read_text()
    pictures = Page(text).all("img")
    assert [(one["src"] or "")[:22] for one in pictures] == [
        "acme-Walk-v0.gif",
        "data:image/png;base64,",
        "data:image/png;base64,",
    ]
    animation = image.open(io.BytesIO((tmp_path / "acme-Walk-v0.gif").read_bytes()))
    assert (animation.n_frames, animation.size) == (4, (32, 8))


def test_an_animation_shows_every_move_of_a_turn(walk: Env) -> None:
    problem = walk.problem(walk.row(0, level=1))
    assert [state[0] for state in solved_states(walk, problem)] == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.usefixtures("walk")
def test_no_text_becomes_markup(reasongym: Reasongym, tmp_path: Path) -> None:
    reasongym("gallery", tmp_path, "walk")
    text = (tmp_path / "index.html").read_text()
    assert len(Page(text).all("script")) == 1
    assert "&lt;script&gt;alert(1)" in text
    assert "Walk to the <code>end</code> &lt;b&gt;now&lt;/b&gt;" in text


def test_without_pillow_the_page_has_no_pictures(
    reasongym: Reasongym, walk: Env, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reasongym.cli.gallery._pillow", lambda: None)
    assert reasongym("gallery", tmp_path, "walk")[0] == 0
    assert Page((tmp_path / "index.html").read_text()).all("img") == []
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_the_page_loads_nothing_from_elsewhere(reasongym: Reasongym, tmp_path: Path) -> None:
    reasongym("gallery", tmp_path, "CountdownSteps")
    assert not re.search(r"https?://", (tmp_path / "index.html").read_text())


def test_a_search_that_finds_nothing_is_refused(reasongym: Reasongym, tmp_path: Path) -> None:
    code, _, said = reasongym("gallery", tmp_path / "page", "no such game")
    assert (code, "no id contains" in said) == (2, True)
    assert not (tmp_path / "page").exists()
