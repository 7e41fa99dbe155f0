"""Following a run and explaining a step, as a user types it."""

import io
import re
import shutil
import subprocess
import webbrowser
from pathlib import Path

import pytest
import torch
from rich.console import Console

from reasongym.agents.detectors import Alert
from reasongym.agents.models import save_model
from reasongym.cli.run_view import course, run_view
from tests.agents.small_models import small
from tests.cli.conftest import Reasongym

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
ALERT = Alert(2, "dead signal", "no group has [a] signal", "Choose an easier level")
SHORT = ("--groups", "2", "--group-size", "2", "--max-tokens", "5", "--threads", "1")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    loaded = small("qwen2, tied, grouped", torch.float32)
    loaded.config.max_position_embeddings = 4096
    folder = tmp_path_factory.mktemp("model") / "qwen2"
    save_model(loaded, folder)
    return folder


@pytest.fixture
def run(reasongym: Reasongym, model: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    code, _, error = reasongym("train", "--model", model, *SHORT, "--steps", "2", "--output", folder)
    assert (code, error) == (0, "")
    return folder


def test_a_run_leaves_its_page_and_any_step_of_it_is_explained(reasongym: Reasongym, run: Path) -> None:
    assert "step 2 of 2" in (run / "index.html").read_text()
    code, out, error = reasongym("train", "explain", run, "--step", "1")
    assert (code, error) == (0, "")
    assert out.strip() == f"open {(run / 'step-0000001.html').resolve().as_uri()}"
    page = run.parent / "page.html"
    assert reasongym("train", "explain", run, "--output", page)[0] == 0
    assert "step 2 of 2" in page.read_text()


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("explain", "nowhere"), "cannot read nowhere/config.toml"),
        (("explain", "RUN", "--step", "3"), "holds steps 1 to 2, not 3"),
        (("--model", "MODEL", "--reporters", "pgae"), "did you mean 'page'?"),
        (("--model", "MODEL", "--reporters", "--open"), 'add it to run.reporters'),
    ],
)  # fmt: skip
def test_a_bad_request_is_one_clear_sentence(
    reasongym: Reasongym, run: Path, model: Path, args: tuple[str, ...], complaint: str
) -> None:
    named = {"RUN": str(run), "MODEL": str(model)}
    output = () if "explain" in args else ("--output", str(run.parent / "other"))
    code, _, error = reasongym("train", *(named.get(arg, arg) for arg in args), *output)
    assert (code, len(error.strip().splitlines())) == (2, 1)
    assert complaint in error


def test_open_shows_the_page_before_the_first_step(
    reasongym: Reasongym, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[str, str]] = []

    def note(address: str) -> bool:
        opened.append((address, (tmp_path / "index.html").read_text()))
        return True

    monkeypatch.setattr(webbrowser, "open", note)
    args = ("--model", model, *SHORT, "--steps", "1", "--output", tmp_path, "--open")
    assert reasongym("train", *args)[0] == 0
    ((address, page),) = opened
    assert address == (tmp_path / "index.html").resolve().as_uri()
    assert "The first step is not done yet." in page
    assert 'http-equiv="refresh"' in page


def test_a_run_that_goes_wrong_says_so_in_its_output(
    reasongym: Reasongym, model: Path, tmp_path: Path
) -> None:
    """A model with random weights solves nothing, so no group has a signal."""
    args = ("--model", model, *SHORT, "--steps", "5", "--output", tmp_path)
    code, out, _ = reasongym("train", *args)
    assert code == 0
    assert "step 4: dead signal: no group has a signal" in out
    assert (tmp_path / "alerts.jsonl").read_text().count("\n") == 1


# -- at a terminal ----------------------------------------------------------------------------------------


def _shown(is_terminal: bool) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=is_terminal, width=100, color_system=None)
    with run_view(console, "train on X", 2) as show:
        show({"step": 1.0, "solve_rate": 0.25, "reward": 0.0, "live_groups": 1.0}, [])
        show({"step": 2.0, "solve_rate": 0.5, "reward": 1.0, "live_groups": 0.0}, [ALERT])
    return file.getvalue()


def test_a_terminal_shows_alerts_figures_their_course_and_a_bar() -> None:
    shown = _shown(is_terminal=True)
    assert "step 2: dead signal: no group has [a] signal. Choose an easier level." in shown
    last = shown[shown.rindex("solved") :]
    assert re.search(r"solved +50\.0% +▁█", last)
    assert re.search(r"groups with a signal +0\.0% +█▁", last)
    assert "2/2" in last


def test_elsewhere_lines_are_printed() -> None:
    shown = _shown(is_terminal=False)
    assert shown.splitlines()[0].startswith("step 2: dead signal: no group has [a] signal.")
    assert "train on X 2/2 reward 1.000  solved 50.0%" in shown


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "▁▂▃▄▅▆▇█"),
        ([2.0, 2.0], "▁▁"),
        ([0.0, float("nan"), float("inf"), 1.0], "▁  █"),
        ([float("nan")], " "),
    ],
)
def test_a_course_is_drawn_from_its_lowest_to_its_highest(values: list[float], drawn: str) -> None:
    assert course(values) == drawn


# -- in a browser -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is installed")
def test_the_page_of_a_step_draws_the_tokens_of_the_episode_its_address_names(
    reasongym: Reasongym, run: Path, tmp_path: Path
) -> None:
    assert reasongym("train", "explain", run, "--step", "1")[0] == 0
    address = f"{(run / 'step-0000001.html').resolve().as_uri()}#0.1"
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", profile, "--dump-dom", address]
    told = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    page = re.sub(r"<script.*?</script>", "", told.stdout, flags=re.DOTALL)
    assert ">Group 0, episode 1</h3>" in page
    assert page.count('<tr class="chosen">') == 1
    sampled = re.findall(r'<span class="on (\w+)" data-told="([^"]*)"', page)
    given = re.findall(r'<span class="off" data-told="([^"]*)"', page)
    assert 0 < len(sampled) <= 5
    assert all("sampled, log p -" in one for _, one in sampled)
    assert given
    assert all("mask 0" in one for one in given)
