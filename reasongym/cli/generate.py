"""The verb generate: problems as data for trainers."""

import json
from pathlib import Path

from rich.console import Console

from reasongym.cli.files import replacing
from reasongym.cli.problems import EnvId, environment, problems
from reasongym.core import Split


def generate(
    env_id: EnvId,
    *,
    num: int,
    output: Path,
    level: int | None = None,
    split: Split | None = None,
    style: str | None = None,
    seed_start: int = 0,
) -> None:
    """Write problems as JSON lines: each with its row, its prompt and its data.

    Args:
        env_id: the environment, such as Countdown-v0
        num: how many problems
        output: the file to write; it appears when it is complete
        level: the level; the environment's default if left out
        split: train or eval (or all, where a level has only that)
        style: the wording
        seed_start: the first problem's seed
    """
    env = environment(env_id)
    made = problems(env, seed=seed_start, num=num, level=level, split=split, style=style)
    with replacing(output) as file:
        for problem in made:
            line = {"row": problem.row.as_dict(), "prompt": problem.prompt, "data": problem.data}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    Console(stderr=True).print(f"wrote {num:,} problems of {env.env_id} to {output}")
