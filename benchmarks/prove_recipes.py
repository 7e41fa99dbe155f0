"""Recipes learn: the small form of each, that of `reasongym train RECIPE --tiny`, goes on past three steps.

A recipe has learned where the 95% interval of what it solves at the end lies above that of its start. The
recipes whose rewards are spurious are controls: what they gain is owed to something else than verdicts.
"""

from benchmarks.bars import Outcome, at_least
from benchmarks.learning_curves import Curve, Run, curves, folder_of
from reasongym.agents.recipes import names
from reasongym.agents.rehearsal import rehearsal

EPISODES = 40_960
"""Of each recipe: 80 steps, fewer with refills."""
TOO_SLOW = ("loop",)
"""Plays many turns with adapters, half a minute a step on a CPU; its three steps are a test."""
LEAST_LEARNING = 12


def recipes() -> Outcome:
    """Run every recipe that is not a demo of its own."""
    chosen = [name for name in names() if not name.endswith("-demo") and name not in TOO_SLOW]
    runs = [Run(name, rehearsal(name), EPISODES) for name in chosen]
    found = curves(runs, folder_of("recipes"))
    learned = [name for name, curve in found.items() if _has_learned(curve)]
    sound = [name for name in learned if not is_control(name)]
    figures = {"curves": found, "learned": learned}
    return Outcome([at_least("recipes that visibly learn", len(sound), LEAST_LEARNING)], figures)


def is_control(name: str) -> bool:
    """Say whether a recipe is there to show what is gained without verdicts."""
    return name.startswith("spurious-")


def _has_learned(curve: Curve) -> bool:
    return curve[-1].interval.low > curve[0].interval.high
