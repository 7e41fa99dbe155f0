"""The site: whole pages, no network, and completions that stay text whatever they contain."""

import csv
import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reasongym.errors import DataError
from reasongym.evaluation.flips import Flip, Judged
from reasongym.leaderboard import ReportedRow, build, collect
from reasongym.leaderboard.links import run_page
from reasongym.leaderboard.regrading import LoggedFlip
from reasongym.leaderboard.rows import read_row
from reasongym.leaderboard.viewing import viewer_data

MakeRun = Callable[..., Path]
HOSTILE = (
    '</script><script>alert(1)</script><img src=x onerror="alert(2)"><!-- <script> \u2028 ]]> {{ 7*7 }} &lt;'
)


class Elements(HTMLParser):
    """Collects the elements of a page and the text inside its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)


def pages(output: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(output.glob("*.html"))}


def test_a_hostile_completion_stays_text(make_run: MakeRun, tmp_path: Path) -> None:
    build(collect([make_run("model", otherwise=HOSTILE)]), tmp_path / "site")
    run_page = next(page for name, page in pages(tmp_path / "site").items() if name.startswith("run-"))
    elements = Elements(run_page)
    assert [tag for tag, _ in elements.tags if tag in ("script", "img", "iframe")] == ["script", "script"]
    assert not any(name.startswith("on") for _, attributes in elements.tags for name in attributes)
    shown = json.loads(elements.scripts[0])
    assert HOSTILE in {text for episode in shown["episodes"] for _, text in episode["turns"]}


def test_the_page_of_problems_holds_hostile_text_as_data_only(make_run: MakeRun, tmp_path: Path) -> None:
    build(collect([make_run("model", otherwise=HOSTILE)]), tmp_path / "site")
    (page,) = (text for name, text in pages(tmp_path / "site").items() if name.startswith("problems-"))
    elements = Elements(page)
    assert [tag for tag, _ in elements.tags if tag in ("script", "img", "iframe")] == ["script", "script"]
    assert json.loads(elements.scripts[0])["runs"][0]["name"] == "model"


def test_hostile_names_and_reported_figures_are_escaped(make_run: MakeRun, tmp_path: Path) -> None:
    hostile = [ReportedRow(HOSTILE, HOSTILE, 1.0, HOSTILE, HOSTILE, HOSTILE)]
    build(collect([make_run("<b>model", policy="<i>torch")]), tmp_path / "site", hostile)
    for page in pages(tmp_path / "site").values():
        assert "img" not in {tag for tag, _ in Elements(page).tags}
        assert "<b>model" not in page
        assert "<i>torch" not in page


def test_nothing_but_our_script_and_style_may_run(make_run: MakeRun, tmp_path: Path) -> None:
    build(collect([make_run("model")]), tmp_path / "site")
    for page in pages(tmp_path / "site").values():
        policy = next(
            attributes["content"]
            for tag, attributes in Elements(page).tags
            if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
        )
        assert policy is not None
        assert policy.startswith("default-src 'none'")
        inline = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page, re.DOTALL)
        assert inline
        for text in inline:
            assert f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}" in policy


def test_pages_load_nothing_and_link_only_to_each_other(make_run: MakeRun, tmp_path: Path) -> None:
    build(collect([make_run("model"), make_run("other", skill=0.1)]), tmp_path / "site")
    written = {path.name for path in (tmp_path / "site").iterdir()}
    for page in pages(tmp_path / "site").values():
        links = [attributes.get("href") for _, attributes in Elements(page).tags if "href" in attributes]
        assert {str(link).partition("#")[0] for link in links} <= written
        assert not [attributes for _, attributes in Elements(page).tags if "src" in attributes]
        assert "http" not in page.replace("http-equiv", "")


def test_every_completion_is_in_the_viewer(make_run: MakeRun, tmp_path: Path) -> None:
    rows = collect([make_run("model")])
    build(rows, tmp_path / "site")
    page = next(page for name, page in pages(tmp_path / "site").items() if name.startswith("run-"))
    shown = json.loads(Elements(page).scripts[0])
    assert len(shown["problems"]) == 40
    assert [(one["problem"], one["sample"], one["reward"]) for one in shown["episodes"]] == [
        (one.group, one.member, one.reward) for one in rows[0].episodes
    ]
    assert shown["problems"][3]["opening"] == [["user", rows[0].episodes[6].messages[0].content]]


def test_an_episode_whose_prompt_filled_the_context_is_shown_without_a_turn(
    make_run: MakeRun, tmp_path: Path
) -> None:
    folder = make_run("model")
    lines = [json.loads(line) for line in (folder / "episodes.jsonl").read_text().splitlines()]
    verdict = {"reward": 0.0, "correct": False, "reason": "context_full"}
    lines[0] |= {"completions": [], "messages": lines[0]["messages"][:1], "verdict": verdict}
    lines[0]["is_truncated"] = True
    (folder / "episodes.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "scores.json").unlink()
    data = viewer_data(read_row(folder))
    assert data["episodes"][0]["turns"] == []
    assert data["problems"][0]["opening"] == [["user", lines[0]["messages"][0]["content"]]]
    build(collect([folder]), tmp_path / "site")


def test_reported_rows_stand_apart_by_name_below_the_command_that_measures(tmp_path: Path) -> None:
    reported = [
        ReportedRow(name, "aime24", value, "percent", "readme", "greedy")
        for name, value in (("a-model", 10.0), ("c-model", 5.0), ("b-model", 90.0))
    ]
    build([], tmp_path / "site", reported)
    before, _, apart = pages(tmp_path / "site")["suite-aime24.html"].partition("Reported elsewhere")
    assert not re.findall(r"[abc]-model<", before)
    assert re.findall(r">([abc])-model<", apart) == ["a", "b", "c"]
    assert "reasongym eval --suite aime24 --protocol" in before


def test_with_reported_figures_benchmarks_that_nobody_measured_are_listed(tmp_path: Path) -> None:
    build([], tmp_path / "site", [ReportedRow("m", "aime24", 10.0, "percent", "readme")])
    index = pages(tmp_path / "site")["index.html"]
    listed = re.findall(r'href="suite-([a-z0-9-]+)\.html"', index)
    assert listed[:4] == ["aime24", "aime25", "amc23", "math500"]
    assert "math-train" not in index


def test_what_goes_by_two_names_is_one_suite(tmp_path: Path) -> None:
    told = [ReportedRow("m", name, 10.0, "percent", name) for name in ("minerva", "minerva_math")]
    build([], tmp_path / "site", told)
    page = pages(tmp_path / "site")["suite-minerva.html"]
    assert len(re.findall(r"<tr data-size", page)) == 2
    assert not (tmp_path / "site" / "suite-minerva-math.html").exists()


def test_a_model_has_one_page_with_all_its_rows(make_run: MakeRun, tmp_path: Path) -> None:
    rows = collect([make_run("model"), make_run(" model", level=1, skill=0.2)])
    build(rows, tmp_path / "site", [ReportedRow("Model", "aime24", 10.0, "percent", "readme")])
    page = pages(tmp_path / "site")["model-model.html"]
    assert re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page) == [
        "Countdown-v0 level 0",
        "Countdown-v0 level 1",
        "aime24",
    ]


def test_the_page_of_a_run_tells_every_figure_for_its_samples(make_run: MakeRun, tmp_path: Path) -> None:
    (row,) = collect([make_run("model", skill=0.4)])
    build([row], tmp_path / "site")
    page = pages(tmp_path / "site")[run_page(row)]
    scores = row.result.scores
    told = re.findall(r"<div><dt>(cons@2|best@2)</dt><dd>([\d.]+)%</dd><dd>([^<]*)</dd></div>", page)
    assert told == [
        ("cons@2", f"{100 * scores.cons_at[2]:.1f}", "the commonest answer"),
        ("best@2", f"{100 * scores.best_at['shortest'][2]:.1f}", "the shortest"),
    ]


def test_tied_rows_are_marked_and_a_baseline_never(make_run: MakeRun, tmp_path: Path) -> None:
    folders = [make_run(name, skill=skill) for name, skill in (("first", 0.8), ("close", 0.78), ("far", 0.1))]
    build(collect([*folders, make_run("the oracle", skill=1.0, policy="oracle")]), tmp_path / "site")
    (page,) = (text for name, text in pages(tmp_path / "site").items() if name.startswith("suite-"))
    lines = re.findall(r"<tr( class=\"\w+\")? data-size[^>]*>\s*<th[^>]*><a[^>]*>([^<]*)", page)
    marked = {name: kind for kind, name in lines}
    assert marked == {
        "the oracle": ' class="baseline"',
        "first": ' class="tied"',
        "close": ' class="tied"',
        "far": "",
    }


def test_every_flipped_verdict_is_shown_with_both_verdicts_and_its_completion(
    make_run: MakeRun, tmp_path: Path
) -> None:
    (row,) = collect([make_run("model")])
    flip = Flip(3, 1, Judged(correct=False, reason="wrong_value", reward=0.0), Judged(True, "ok", 1.0))
    logged = LoggedFlip("run", row.result.completions_digest, "0" * 12, row.result.grader, flip)
    gone = replace(logged, folder="gone", completions="f" * 12)
    build([row], tmp_path / "site", [], [logged, gone])
    page = pages(tmp_path / "site")["flips.html"]
    assert f'href="run-{row.result.key}.html#3.1"' in page
    assert "2 changed: 2 became correct, 0 became wrong" in page
    assert "wrong value" in page
    assert "no longer on the board" in page
    assert 'href="flips.html"' in pages(tmp_path / "site")["index.html"]


def test_the_board_is_exported_as_json(make_run: MakeRun, tmp_path: Path) -> None:
    (row,) = collect([make_run("model")])
    build([row], tmp_path / "site")
    (exported,) = json.loads((tmp_path / "site" / "board.json").read_text())
    assert exported["tier"] == "rescored"
    assert exported["result"]["key"] == row.result.key


def test_the_board_is_exported_as_csv_without_formulas(make_run: MakeRun, tmp_path: Path) -> None:
    rows = collect([make_run("model"), make_run("=1+1", skill=0.1)])
    reported = [ReportedRow("theirs", "aime24", 43.1, "percent", "a readme", "T 0.6, 16 samples", 16)]
    build(rows, tmp_path / "site", reported)
    with (tmp_path / "site" / "board.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [(line["model"], line["tier"]) for line in lines] == [
        ("model", "rescored"),
        ("'=1+1", "rescored"),
        ("theirs", "reported"),
    ]
    assert float(lines[0]["solve_rate"]) == rows[0].result.scores.solve_rate
    assert (lines[2]["solve_rate"], lines[2]["samples"]) == ("0.431", "16")


def test_pages_of_runs_that_left_the_board_are_removed_and_other_files_are_not(
    make_run: MakeRun, tmp_path: Path
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "run-notes.html").write_text("mine")
    (tmp_path / "site" / "model-notes.html").write_text("mine, too")
    build(collect([make_run("model")]), tmp_path / "site")
    build([], tmp_path / "site")
    assert set(pages(tmp_path / "site")) == {"index.html", "model-notes.html", "run-notes.html"}


def test_an_empty_board_says_how_to_make_a_run(tmp_path: Path) -> None:
    assert "There is no run yet" in build([], tmp_path / "site").read_text()


def test_an_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot write the page to"):
        build([], tmp_path / "file" / "site")
