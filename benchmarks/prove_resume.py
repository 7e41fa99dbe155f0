"""Prove that `kill -9` costs nothing but time: a killed and resumed run ends with an undisturbed one's bytes.

The runs are short ones of a model that was primed for seconds. Some kills come while a process loads, some
amid a step, some between two optimizer steps of one batch, some during the write of a checkpoint, some while
the model is written.
"""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import tomli_w
import torch

from benchmarks.bars import Bar, Outcome, at_least, exactly
from benchmarks.killed_run import TIMING, Landing, Pace, Run, json_lines, run_verb
from reasongym.agents.run_folder import METRICS_FILE, RunFolder

PRIMING = {"steps": 40, "groups": 4, "learning-rate": 4e-3, "hidden": 48, "intermediate": 96}
"""A few of the primed model's answers are right, so that the weights move."""
NOT_COMPARED = (TIMING, "learning.png", "index.html")
"""What tells the time."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A kind of run, and how it is killed."""

    env: str
    tables: dict[str, Any]
    """Of its config file."""
    kills: Sequence[str]
    steps: int = 40

    def config(self, model: Path) -> str:
        """Write its config file."""
        common = {
            "problems": {"env": f"reasongym/{self.env}", "options": {"style": "terse"}},
            "rollout": {"groups": 8, "group_size": 8, "max_tokens": 4},
            "algorithm": {"entropy": 0.02},
            "optimizer": {"learning_rate": 4e-4, "warmup": 5, "schedule": "cosine"},
            "run": {
                "steps": self.steps,
                "threads": 1,
                "checkpoint_every": 2,
                "eval_every": 8,
                "eval_problems": 8,
            },
            "model": {"path": str(model)},
        }
        names = common.keys() | self.tables.keys()
        merged = {name: _merged(common.get(name, {}), self.tables.get(name, {})) for name in sorted(names)}
        return tomli_w.dumps(merged)


def _merged(common: Any, own: Any) -> Any:
    return common | own if isinstance(own, dict) else own


MODES = {
    "one update per batch": Mode(
        "Gcd-v0",
        {"algorithm": {"filter": "contrast", "refills": 2}},
        ["step", "loading", "step", "checkpoint"] * 4 + ["step", "step", "export", "export"],
    ),
    "four updates per batch": Mode(
        "Gcd-v0",
        {"algorithm": {"updates": 2, "epochs": 2, "kl": 0.01}, "model": {"reference_every": 5}},
        ["update", "loading", "update", "checkpoint"] * 4 + ["update", "step", "export", "export"],
    ),
    "several turns, curriculum and stages": Mode(
        "FrozenLake-v0",
        {
            "problems": {"target": 0.1, "gain": 4.0},
            "rollout": {"groups": 4},
            "algorithm": {"updates": 2},
            "stages": [
                {"group_size": 12, "steps": 3},
                {"max_tokens": 3, "plateau": 2},
                {"groups": 6, "steps": 7, "shaping": [{"name": "overlong", "longest": 24, "buffer": 8}]},
                {"group_size": 6},
            ],
        },
        ["stage", *["step", "loading", "update", "checkpoint"] * 4, "update", "export", "export"],
    ),
}


def few_kills() -> Outcome:
    """Kill one short run that has everything: turns, a curriculum, stages and several updates per batch."""
    title = "several turns, curriculum and stages"
    mode = replace(MODES[title], steps=8, kills=("stage", "update", "checkpoint", "export"))
    return _proved({title: mode})


def many_kills() -> Outcome:
    """Kill a run of each mode twenty times."""
    return _proved(MODES)


def _proved(modes: dict[str, Mode]) -> Outcome:
    bars: list[Bar] = []
    figures: dict[str, Any] = {}
    for title, mode in modes.items():
        with tempfile.TemporaryDirectory() as folder:
            found = killed_and_resumed(mode, Path(folder))
        bars += [bar._replace(name=f"{title}: {bar.name}") for bar in found.bars]
        figures[title] = found.figures
    return Outcome(bars, figures)


def killed_and_resumed(mode: Mode, folder: Path) -> Outcome:
    """Run undisturbed, then run again with a kill at a random moment of each kind; compare what is left."""
    flags = [str(part) for name, value in PRIMING.items() for part in (f"--{name}", value)]
    run_verb("prime", mode.env, *flags, "--output", str(folder / "prime"))
    config = folder / "config.toml"
    config.write_text(mode.config(folder / "prime" / "model"))
    calm, killed = Run(config, folder / "calm"), Run(config, folder / "killed")
    pace = calm.finish()
    rng = random.Random(len(mode.kills))
    landings = [killed.kill(kind, pace, rng) for kind in mode.kills]
    killed.finish()
    return _compared(calm, killed, pace, landings)


def _compared(calm: Run, killed: Run, pace: Pace, landings: list[Landing]) -> Outcome:
    """Hold what two runs left against each other."""
    files = [_contents(run.folder) for run in (calm, killed)]
    states = [dict(_leaves(RunFolder(run.folder).last())) for run in (calm, killed)]
    metrics = json_lines(calm.folder / METRICS_FILE)
    live = sum(one["live_groups"] > 0 for one in metrics)
    kinds = Counter(one.kind for one in landings if one.was_alive)
    bars = [
        at_least("kills that landed", kinds.total(), len(landings)),
        exactly("files that differ", len(_differing(*files)), 0),
        at_least("files compared", len(files[0]), 7),
        exactly("parts of the last checkpoint that differ", len(_differing(*states)), 0),
        at_least("steps that learned something", live, len(metrics) // 2),
    ]
    if "update" in kinds:
        between = sum(one.is_between for one in landings)
        bars.append(at_least("kills between two updates of a batch", between, (kinds["update"] + 1) // 2))
    if pace.stage_ends:
        undone = sum(one.undid_stage for one in landings)
        bars.append(at_least("kills that undid a change of stage", undone, 1))
    figures = {
        "kills": dict(kinds),
        "kills_amid_a_write": sum(one.is_amid_write for one in landings),
        "steps": len(metrics),
        "steps_repeated": killed.steps_taken() - len(metrics),
        "stage_ends": pace.stage_ends,
        "levels": [one[name] for one in metrics for name in one if name.startswith("level/")],
        "differing": _differing(*files) + _differing(*states),
    }
    return Outcome(bars, figures)


def _contents(folder: Path) -> dict[str, bytes]:
    """Read every file that a run leaves to its user.

    Not the checkpoints: pickles of equal states differ in which equal objects they write once.
    """
    left_out = {*folder.glob("checkpoints/*"), *(folder / name for name in NOT_COMPARED)}
    paths = [path for path in folder.rglob("*") if path.is_file() and path not in left_out]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def _leaves(state: Any, name: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield every number of a checkpoint's state by its place: weights, optimizer, curriculum, stages."""
    if isinstance(state, torch.Tensor):
        yield name, f"{state.dtype} {list(state.shape)} {state.tolist()}".encode()
    elif isinstance(state, dict):
        for key, value in cast(dict[Any, Any], state).items():
            yield from _leaves(value, f"{name}/{key}")
    elif isinstance(state, list | tuple):
        for place, value in enumerate(cast(Sequence[Any], state)):
            yield from _leaves(value, f"{name}/{place}")
    else:
        yield name, repr(state).encode()


def _differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
