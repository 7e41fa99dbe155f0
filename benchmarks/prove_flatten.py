"""What the README claims of training rows: `flatten` loses nothing and adds nothing, over many chats."""

import random

from benchmarks.bars import Outcome, at_least, exactly
from reasongym.episodes import flatten
from tests.chat_templates import FAMILIES, NUM_TEMPLATES
from tests.chats import mismatches, random_episode

EPISODES = 10_000
"""Of each layout: plain text, or a chat template that writes what one of a family of models writes."""


def flatten_bars() -> Outcome:
    """Count, by the tests' own oracle, ids trained that were not sampled and sampled that are not trained."""
    wrong = 0
    figures: dict[str, dict[str, int]] = {}
    for name in FAMILIES:
        counts = {"episodes": EPISODES, "completions": 0, "sampled_ids": 0, "forks": 0}
        for place in range(EPISODES):
            episode, renderer = random_episode(name, random.Random(f"prove {name} {place}"))
            wrong += bool(mismatches(name, episode, renderer))
            counts["completions"] += len(episode.completions)
            counts["sampled_ids"] += sum(len(one.token_ids) for one in episode.completions)
            counts["forks"] += len(flatten(episode)) - 1
        figures[name] = counts
    return Outcome(
        [
            exactly("episodes whose training rows or prompts are wrong", wrong, 0),
            at_least("episodes of each layout", EPISODES, 10_000),
            at_least("chat templates beside plain text", NUM_TEMPLATES, 6),
            at_least("rows begun where thinking was stripped", figures["qwen 3"]["forks"], 1_000),
        ],
        figures,
    )
