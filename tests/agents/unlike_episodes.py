"""Random episodes of unlike lengths, some of several turns, some of several rows."""

import random
from collections.abc import Callable

from reasongym.core import Row, Verdict
from reasongym.episodes import Completion, Episode
from tests.agents.small_models import VOCABULARY


def unlike_episodes(seed: int, num_groups: int = 4) -> tuple[list[Episode], list[float]]:
    """Make groups of four with prompts and completions of unlike lengths, and random advantages.

    Odd groups have two turns; the first member of each of these forks into two rows.
    """
    rng = random.Random(seed)
    ids: Callable[[int], list[int]] = lambda count: [rng.randrange(VOCABULARY) for _ in range(count)]  # noqa: E731
    episodes: list[Episode] = []
    advantages: list[float] = []
    for group in range(num_groups):
        prompt = ids(rng.randint(2, 12))
        for member in range(4):
            first = ids(rng.randint(1, 15))
            completions = [Completion("", "stop", prompt, first, [-rng.random() for _ in first])]
            if group % 2:
                history = prompt + first if member else ids(5)  # member 0 of odd groups forks
                again = ids(rng.randint(1, 6))
                completions.append(
                    Completion("", "stop", history + ids(3), again, [-rng.random() for _ in again])
                )
            row = Row("reasongym/Countdown-v0", 0, "train", group)
            verdict = Verdict(float(member == 0), member == 0, "ok")
            episodes.append(Episode(row, [], completions, verdict, group, member))
            advantages.append(rng.uniform(-2, 2))
    return episodes, advantages
