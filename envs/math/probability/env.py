"""`Probability-v0`: exact probabilities; each kind has a formula and a way through all outcomes."""

from reasongym.core import Json
from reasongym.envs.math.kinds import Kinds
from reasongym.envs.math.probability import draws, games
from reasongym.registry import register
from reasongym.seeding import Stream

KINDS = draws.KINDS | games.KINDS


@register("Probability-v0")
class Probability(Kinds):
    """Find an exact probability, as a fraction, a decimal or a percentage; `data` as `Kinds` says."""

    family = "probability"
    kinds = KINDS
    asks = "exact probability"
    percent = True
    levels = (
        "the sum of two ordinary dice (a warm-up)",
        "two balls from a small urn, a few flips of a coin, two dice",
        "three balls of two or three colors, three dice, independent events",
        "conditional dice, two urns, urns with and without putting back",
        "the same larger, urns that grow, unfair coins",
        "the same, larger, and a player's ruin",
        "the same, larger still",
    )
    mixes = (
        (("at least", 1),),
        (("urn", 2), ("coin", 2), ("urn back", 2), ("exactly", 2)),
        (("urn", 4), ("same", 3), ("differ", 3), ("any", 5), ("one", 5), ("coin", 5)),
        (("given", 4), ("bayes", 4), ("urn", 6), ("urn back", 5), ("at least", 4), ("same", 5), ("one", 9)),
        (("bayes", 8), ("urn growing", 6), ("coin", 8), ("given", 8), ("exactly", 5), ("urn", 9)),
        (("urn growing", 9), ("coin", 12), ("walk", 5), ("exactly", 7), ("given", 13)),
        (("urn growing", 13), ("coin", 16), ("walk", 9), ("at least", 10)),
    )
    default_level = 3
    spaces = (9, 850, 10_900, 57_000, 73_000, 57_000, 76_000)
    chances = (0.125, 0.03, 0.01, 0.012, 0.008, 0.008, 0.005)

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess a fraction from 0 to 1 with a denominator up to 36."""
        below = rng.between(2, 36)
        return f"{rng.between(0, below)} / {below}"
