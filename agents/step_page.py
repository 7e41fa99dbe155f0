"""The page of a step: its prompts, tokens with masks, advantages, log-probs and losses."""

import tomllib
from pathlib import Path

from reasongym.agents.explanations import explain, figures_of
from reasongym.agents.live_page import latest_figures, title_of
from reasongym.agents.pages import render
from reasongym.agents.run_folder import write_whole


def write_step_page(folder: Path, step: int | None = None, output: Path | None = None) -> Path:
    """Explain a step, the last where none is named, as a page; in the run's folder unless told otherwise."""
    found = explain(folder, step)
    shown = {
        "folder": str(folder),
        "title": title_of(tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))),
        "step": found.step,
        "num_steps": found.num_steps,
        "latest": latest_figures([found.metrics]),
        "metrics": figures_of(found.metrics),
        "notes": found.notes,
        "data": {"groups": found.groups, "words": found.words},
    }
    page = output or folder / f"step-{found.step:07d}.html"
    write_whole(page, render("step.html", shown, script="step.js").encode())
    return page
