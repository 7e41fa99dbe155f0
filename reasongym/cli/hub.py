"""`reasongym export hub`: an environment's problems as a folder to push to the Hugging Face Hub."""

from pathlib import Path

from rich.console import Console

from reasongym import export
from reasongym.cli.options import named_options
from reasongym.cli.problems import EnvId, environment


def hub(
    env_id: EnvId,
    *,
    output: Path,
    num: int = 1_000,
    levels: tuple[int, ...] = (),
    template: str = "default",
    options: tuple[str, ...] = (),
) -> None:
    """Write problems as a data set's repository: parquet files, a card with the reward, and a manifest.

    Levels are configurations. An interrupted command is continued by the same one. Nothing is uploaded: that
    is `hf upload NAME FOLDER --repo-type dataset`.

    Args:
        env_id: the environment, such as Countdown-v0
        output: the folder to write, which appears when it is complete
        num: problems of each split of each level, fewer where a finite source has fewer
        levels: only these levels
        template: the template of the column `messages`
        options: options of the environment, such as style=terse
    """
    env = environment(env_id)
    named = named_options(options)
    parts = export.write_hub(env.env_id, output, num=num, levels=levels or None, template=template, **named)
    total = sum(part.manifest.request.num_problems for part in parts)
    Console(stderr=True).print(
        f"wrote {total:,} problems of {env.env_id} in {len(parts)} parts to {output}",
        highlight=False,
        soft_wrap=True,
    )
