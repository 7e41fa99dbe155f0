"""What the pages on evaluating and publishing tell a reader to type works, in the order they tell it."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from reasongym import cli

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["evaluate.md", "publish-a-result.md"])
def test_every_snippet_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    snippets: list[tuple[str, str]] = re.findall(
        r"^```(console|python)\n(.*?)^```", (DOCS / name).read_text(), re.DOTALL | re.MULTILINE
    )
    assert snippets
    for language, text in snippets:
        if language == "python":
            exec(compile(text, name, "exec"), {})
            continue
        for line in text.splitlines():
            monkeypatch.setattr(sys, "argv", shlex.split(line))
            cli.main()
