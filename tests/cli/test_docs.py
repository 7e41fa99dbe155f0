"""What the README and the pages tell a reader to type works, in the order they tell it."""

import io
import re
import shlex
import sys
from pathlib import Path

import pytest
import torch

from reasongym import registry
from reasongym.agents.models import save_model
from reasongym.agents.recipes import load_recipe
from reasongym.evaluation.presets import load_preset
from tests.agents.small_models import small
from tests.cli.conftest import Reasongym

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/train.md",
    "docs/algorithms.md",
    "docs/models.md",
    "docs/priming.md",
    "docs/diagnosis.md",
    "docs/evaluate.md",
    "docs/publish-a-result.md",
    "docs/environments.md",
    "docs/countdown.md",
    "docs/curriculum.md",
    "docs/recipes.md",
    "docs/shaping.md",
    "docs/vector-environments.md",
    "docs/export.md",
    "docs/math-problems.md",
    "docs/code-problems.md",
    "docs/grade.md",
    "docs/sandbox-service.md",
    "docs/bridges.md",
    "docs/code.md",
    "docs/tools.md",
)
MODEL = "path/to/model"
SHORTENED = {
    "prime": ("--steps", "2", "--groups", "2"),
    "sft": ("--epochs", "1"),
    "generate-traces": ("--num-problems", "12", "--max-tokens", "12"),
    "train": ("--steps", "1", "--groups", "2", "--group-size", "2", "--max-tokens", "4", "--eval-every", "0"),
}
"""Put behind commands that learn, for which a reader has more time."""
NEEDED = {"docs/models.md": "peft"}
"""What a page is about, and may not be installed."""


@pytest.fixture
def model_directory(tmp_path: Path) -> None:
    loaded = small("qwen2, tied, grouped", torch.float32)
    loaded.config.max_position_embeddings = 4096
    save_model(loaded, tmp_path / MODEL)


@pytest.mark.usefixtures("model_directory")
@pytest.mark.parametrize("page", PAGES)
def test_every_snippet_runs(
    page: str, reasongym: Reasongym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(NEEDED.get(page, "torch"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO("/quit\n"))
    snippets: list[tuple[str, str]] = re.findall(
        r"^```(console|python|toml)\n(.*?)^```", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE
    )
    assert snippets
    known = set(registry.specs(trusted=None))
    for language, text in snippets:
        if language == "python":
            exec(compile(text, page, "exec"), {})
        elif language == "toml":
            _loads(page, text, tmp_path)
        else:
            for line in text.splitlines():
                _runs(line, reasongym)
    for env_id in set(registry.specs(trusted=None)) - known:
        registry.unregister(env_id)


def _runs(line: str, reasongym: Reasongym) -> None:
    program, *args = shlex.split(line, comments=True)
    if program == "make":  # the tests and the demo, which .ci/run starts itself
        return
    assert program == "reasongym"
    if args[0] == "demo":  # a demo is tested by itself
        return
    code, _, error = reasongym(*args, *([] if "explain" in args else SHORTENED.get(args[0], ())))
    assert code == 0, f"{line}: {error}"


def _loads(page: str, text: str, folder: Path) -> None:
    path = folder / "page.toml"
    path.write_text(text)
    if page == "docs/evaluate.md":
        load_preset(str(path)).protocol(["aime24"])
    else:
        load_recipe(str(path)).check()
