"""The detectors tell eight planted faults in time, and leave five runs that learn alone.

The sound runs are recipes from nothing, of smaller steps than their demos.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.bars import Outcome, at_most, exactly
from benchmarks.planted_faults import FAULTS, TOLD_WITHIN, told
from reasongym.agents import from_scratch
from reasongym.agents.demo import settings
from reasongym.agents.detectors import Alert, watched
from reasongym.agents.metrics import read_metrics
from reasongym.agents.priming import Priming
from reasongym.agents.trainer import Trainer

SOUND = ("countdown-demo", "gcd-demo", "knights-knaves-demo", "base-conversion-demo", "tower-of-hanoi-demo")
STEPS = 60
NEVER = TOLD_WITHIN + 1


def diagnosis() -> Outcome:
    """Run the faults and the recipes, and count what the detectors said."""
    with tempfile.TemporaryDirectory() as folder:
        first = {name: told(kind, Path(folder)) for name, kind in FAULTS.items()}
        sound = {name: _sound(name, Path(folder, name)) for name in SOUND}
    slowest = max(said.get(name, NEVER) for name, said in first.items())
    early = sum(step < 1 for said in first.values() for step in said.values())
    bars = [
        exactly("faults that were told", sum(name in said for name, said in first.items()), len(FAULTS)),
        at_most("steps of a fault until it was told", slowest, TOLD_WITHIN),
        exactly("alerts before a fault", early, 0),
        exactly("alerts in five sound runs", sum(len(one["alerts"]) for one in sound.values()), 0),
    ]
    return Outcome(bars, {"first alerts, steps from the fault": first, "sound runs": sound})


def _sound(name: str, folder: Path) -> dict[str, Any]:
    """Prime and train by a recipe; returns the alerts, and solve rates at both ends."""
    demo = settings(name, seed=0, tiny=False)
    rollout = replace(demo.recipe.rollout, groups=16, group_size=16)
    run = replace(demo.recipe.run, steps=STEPS, eval_every=0, reporters=())
    recipe = replace(demo.recipe, rollout=rollout, run=run)
    curriculum = recipe.problems.curriculum()
    loaded = from_scratch.build(curriculum, shape=demo.shape, seed=0)
    Priming(demo.priming, loaded, folder / "priming", curriculum=curriculum, seed=0).run(lambda _: None)
    Trainer(recipe, loaded, folder / "training").run()
    stream = read_metrics(folder / "training")
    rates = [metrics["solve_rate"] for metrics in stream]
    alerts: list[Alert] = watched(stream)[1]
    return {
        "alerts": [str(alert) for alert in alerts],
        "solved, first 10 steps": sum(rates[:10]) / 10,
        "solved, last 10 steps": sum(rates[-10:]) / 10,
    }
