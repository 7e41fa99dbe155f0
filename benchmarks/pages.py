"""Tables and pictures of the documentation that come from records: `python -m benchmarks.pages` renews them.

A page holds a table between `<!-- NAME -->` and `<!-- end of NAME -->`; a test holds it to the record.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.prove import RESULTS, ROOT

DOCS = ROOT / "docs"
_SIZE = re.compile(r"\d[\d,]*")
EVAL_PROBLEMS = 500
COLUMNS = 6
"""Small drawings side by side."""


class Table(NamedTuple):
    """A table on a page, and how a record's figures make it."""

    page: str
    made: Callable[[Any], str]


def recipes(figures: Mapping[str, Any]) -> str:
    """Tell where each recipe began and ended, those that learned first."""
    lines = ["| Recipe | Episodes | Solved before | Solved after | |", "| --- | --- | --- | --- | --- |"]
    curves = figures["curves"].items()
    for name, curve in sorted(curves, key=lambda one: one[0].startswith("spurious-")):
        (_, before), (episodes, after) = curve[0], curve[-1]
        told = "learned" if name in figures["learned"] else ""
        lines.append(f"| `{name}` | {episodes:,} | {before:.1%} | {after:.1%} | {told} |")
    return "\n".join(lines) + "\n"


def algorithms(figures: Mapping[str, Any]) -> str:
    """Tell what each algorithm solves in the end, the best first."""
    lines = ["| Preset | Learning rate | Seeds | Mean | 95% interval |", "| --- | --- | --- | --- | --- |"]
    for name, one in sorted(figures["algorithms"].items(), key=lambda pair: -pair[1]["mean"]):
        low, high = one["interval"]
        rates = ", ".join(f"{rate:.1%}" for rate in one["solve_rates"])
        lines.append(
            f"| `{name}` | {one['learning_rate']:g} | {rates} | {one['mean']:.1%} | {low:.1%} to {high:.1%} |"
        )
    return "\n".join(lines) + "\n"


def trainers(figures: Mapping[str, Any]) -> str:
    """Tell what was run of each trainer, line by line; what was run at two sizes counts at the larger."""
    largest: dict[tuple[str, ...], tuple[int, Mapping[str, str]]] = {}
    for row in figures["shown"]:
        sizes = [int(size.replace(",", "")) for size in _SIZE.findall(row["what"])]
        kind = (row["trainer"].lower(), _SIZE.sub("#", row["what"]), row["turns"])
        size = max(sizes, default=0)
        if kind not in largest or size > largest[kind][0]:
            largest[kind] = size, row
    turns: dict[tuple[str, ...], list[str]] = {}
    for (name, _, _), (_, row) in sorted(largest.items()):
        turns.setdefault((name, row["trainer"], row["version"], row["what"]), []).append(row["turns"])
    lines = [
        f"| {trainer} | {version} | {'both' if len(each) > 1 else each[0]} | {what} |\n"
        for (_, trainer, version, what), each in turns.items()
    ]
    return "".join(["| Trainer | Version | Turns | What was run |\n| --- | --- | --- | --- |\n", *lines])


TABLES = {
    "recipes": Table("recipes.md", recipes),
    "algorithms": Table("comparison.md", algorithms),
    "trainers": Table("trainers/README.md", trainers),
}
"""By the name of the record, which is that of the marks."""


def renewed(name: str, text: str) -> str:
    """Return a page's text with its table as the record has it."""
    figures = json.loads((RESULTS / f"{name}.json").read_text())["figures"]
    start, end = re.escape(f"<!-- {name} -->\n"), re.escape(f"<!-- end of {name} -->\n")
    table = TABLES[name].made(figures)
    new, count = re.subn(f"({start}).*?({end})", lambda m: m[1] + table + m[2], text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"docs/{TABLES[name].page} has not one place for the table {name!r}")
    return new


def recorded() -> Iterator[str]:
    """Yield the names of tables whose record there is."""
    return (name for name in TABLES if (RESULTS / f"{name}.json").exists())


# -- pictures ------------------------------------------------------------------------------------------


def draw_recipes(figures: Mapping[str, Any], path: Path) -> None:
    """Draw every recipe's curve in a small drawing of its own, with the 95% interval of each point."""
    import matplotlib.pyplot as plt

    curves = figures["curves"]
    shortest = min(curve[-1][0] for curve in curves.values())
    rows = math.ceil(len(curves) / COLUMNS)
    figure, axes = plt.subplots(
        rows, COLUMNS, figsize=(12, 1.75 * rows), sharex=True, sharey=True, layout="constrained"
    )
    for axis, (name, curve) in zip(axes.flat, curves.items(), strict=False):
        color = "tab:blue" if name in figures["learned"] else "tab:gray"
        _line(axis, curve, color=color)
        axis.set_xlim(0, 1.5 * shortest / 1000)  # refills may carry a run far beyond
        axis.set_title(name, fontsize=9)
    for axis in axes.flat[len(curves) :]:
        axis.set_axis_off()
    figure.supxlabel("episodes, thousands", fontsize=9)
    figure.supylabel("solved (eval), with 95% intervals", fontsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw_algorithms(figures: Mapping[str, Any], path: Path) -> None:
    """Draw the seeds of every algorithm, and beside them all means with their intervals."""
    import matplotlib.pyplot as plt

    found = figures["algorithms"]
    grid = [["a", "b", "c", "d", "e", "means"], ["f", "g", "h", "i", "j", "means"]]
    figure, axes = plt.subplot_mosaic(
        grid, figsize=(13, 5), width_ratios=[1, 1, 1, 1, 1, 1.7], layout="constrained"
    )
    drawn = [axes[name] for name in "abcdefghij"]
    highest = max(rate for one in found.values() for curve in one["curves"] for _, rate in curve)
    for axis, (name, one) in zip(drawn, found.items(), strict=True):
        for place, curve in enumerate(one["curves"]):
            _line(axis, curve, color=f"C{place}")
        axis.set_title(name, fontsize=9)
        axis.set(xlim=(0, figures["episodes"] / 1000), ylim=(0, highest * 1.1))
    _means(axes["means"], found, figures["start"])
    figure.supxlabel("episodes, thousands; right: solved (eval) in the end", fontsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _line(axis: Any, curve: Sequence[tuple[int, float]], *, color: str) -> None:
    from reasongym.evaluation.statistics import wilson

    episodes, rates = [place / 1000 for place, _ in curve], [rate for _, rate in curve]
    intervals = [wilson(rate, EVAL_PROBLEMS) for rate in rates]
    axis.fill_between(
        episodes,
        [one.low for one in intervals],
        [one.high for one in intervals],
        color=color,
        alpha=0.2,
        lw=0,
    )
    axis.plot(episodes, rates, color=color, linewidth=1.5)
    axis.set_ylim(0, 1)
    axis.grid(alpha=0.3)
    axis.tick_params(labelsize=8)


def _means(axis: Any, found: Mapping[str, Any], start: float) -> None:
    ranked = sorted(found.items(), key=lambda pair: pair[1]["mean"])
    for place, (_, one) in enumerate(ranked):
        low, high = one["interval"]
        axis.plot([low, high], [place, place], color="tab:gray", linewidth=1.5)
        axis.plot(
            one["solve_rates"], [place] * len(one["solve_rates"]), "o", color="tab:orange", markersize=4
        )
        axis.plot([one["mean"]], [place], "|", color="black", markersize=12)
    axis.axvline(start, color="tab:blue", linestyle=":", label="before")
    axis.set_yticks(range(len(ranked)), [name for name, _ in ranked], fontsize=9)
    axis.grid(alpha=0.3)
    axis.legend(frameon=False, fontsize=8)


PICTURES = {"recipes": draw_recipes, "algorithms": draw_algorithms}


def main() -> None:
    """Renew what records there are."""
    import matplotlib

    matplotlib.use("Agg")
    for name in recorded():
        page = DOCS / TABLES[name].page
        page.write_text(renewed(name, page.read_text(encoding="utf-8")), encoding="utf-8")
        if name in PICTURES:
            figures = json.loads((RESULTS / f"{name}.json").read_text())["figures"]
            PICTURES[name](figures, page.with_suffix(".png"))


if __name__ == "__main__":
    main()
