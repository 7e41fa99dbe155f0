"""The examples of docs/trainers run, where what a page needs is installed."""

import gc
import re
from pathlib import Path

import pytest

from tests.adapters.conftest import Needs

FOLDER = Path(__file__).parents[2] / "docs" / "trainers"
PAGES = sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != "README")


@pytest.mark.filterwarnings("default")  # trainers warn of their own accord
@pytest.mark.parametrize("page", PAGES)
def test_the_example_of_a_page_runs(
    page: str, needs: Needs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    for module in re.findall(r"^<!-- needs: (\S+) -->$", text, re.MULTILINE):
        needs(module)
    fences: list[str] = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert fences
    monkeypatch.chdir(tmp_path)
    for number, fence in enumerate(fences):
        exec(compile(fence, f"{page}.md, example {number}", "exec"), {"__name__": "__example__"})
    gc.collect()  # what a trainer left unclosed, while its warnings are no errors
