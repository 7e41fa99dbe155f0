"""The site's scripts in a real browser, from disk: what an address names is what is shown."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from reasongym.leaderboard import ReportedRow, build, collect

MakeRun = Callable[..., Path]
Shown = Callable[[Path, str], str]
BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is installed"),
]


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    """Open a page of a site at a fragment and return the elements that its scripts leave."""

    def open_page(page: Path, fragment: str) -> str:
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", profile, "--dump-dom"]
        address = f"{page.resolve().as_uri()}#{fragment}"
        told = subprocess.run([*command, address], capture_output=True, text=True, timeout=300, check=True)
        return re.sub(r"<script.*?</script>", "", told.stdout, flags=re.DOTALL)

    return open_page


def the_page(site: Path, kind: str) -> Path:
    (page,) = site.glob(f"{kind}-*.html")
    return page


def test_an_address_names_a_view_of_a_suite(shown: Shown, tmp_path: Path) -> None:
    told = [ReportedRow(f"m-{size}B", "aime24", 10.0, "percent", "readme") for size in (1, 2, 7, 70)]
    build([], tmp_path / "site", [*told, ReportedRow("other-2B", "aime24", 1.0, "percent", "readme")])
    page = shown(tmp_path / "site" / "suite-aime24.html", f"size={quote('1–3B')}&query=m-")
    lines = re.findall(r"<tr data-size[^>]*>", page)
    assert [" hidden" in line for line in lines] == [False, False, True, True, True]
    assert "2 of 5 rows" in page


def test_a_long_table_shows_its_first_rows_and_counts_all(shown: Shown, tmp_path: Path) -> None:
    told = [ReportedRow(f"m{n:03}", "aime24", 10.0, "percent", "readme") for n in range(320)]
    build([], tmp_path / "site", told)
    page = shown(tmp_path / "site" / "suite-aime24.html", "")
    lines = re.findall(r"<tr data-size[^>]*>", page)
    assert sum(" hidden" in line for line in lines) == 20
    assert ">show all 320 rows</button>" in page


def test_an_address_names_a_completion_and_its_forms(make_run: MakeRun, shown: Shown, tmp_path: Path) -> None:
    (row,) = collect([make_run("model", otherwise="<b>1 + 1</b>\n1 + 1")])
    build([row], tmp_path / "site")
    wrong = next(one for one in row.episodes if one.verdict and not one.verdict.correct)
    page = shown(the_page(tmp_path / "site", "run"), f"{wrong.group}.{wrong.member}")
    assert f"Problem {wrong.group}, sample {wrong.member}" in page
    assert "&lt;b&gt;1 + 1&lt;/b&gt;" in page
    assert "<dt>answer</dt><dd><code>1 + 1</code></dd>" in page


def test_an_address_names_a_problem_with_every_run_on_it(
    make_run: MakeRun, shown: Shown, tmp_path: Path
) -> None:
    rows = collect([make_run("weak", skill=0.2), make_run("strong", skill=0.9)])
    build(rows, tmp_path / "site")
    page = shown(the_page(tmp_path / "site", "problems"), "3")
    assert ">Problem 3</h2>" in page
    assert rows[0].run.suite.problems[3].prompt in page
    for row in rows:
        right = [bool(one.verdict and one.verdict.correct) for one in row.episodes if one.group == 3]
        (line,) = re.findall(rf'<tr[^>]*><th><a href="run-{row.result.key}.*?</tr>', page)
        assert [
            kind == "correct" for kind in re.findall(r'<a (?:class="(\w*)" )?href=[^>]*title', line)
        ] == right
