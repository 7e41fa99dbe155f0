"""The verbs `export verifiers`, `export lm-eval` and `export lighteval`: problems for outside programs."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tyro
from rich.console import Console

from reasongym.cli.benchmarks import use_folder
from reasongym.cli.options import named_options
from reasongym.core import Split
from reasongym.errors import DataError, UsageError
from reasongym.evaluation.suites import Suite, env_suite, named_suite
from reasongym.export.shards import replacing

CONSOLE = Console()


@dataclass(frozen=True)
class Asked:
    """Which problems, and how they are put."""

    env: tyro.conf.Positional[str] = ""
    """Id of the environment, such as Countdown-v0; none where --suite is given."""
    suite: str = ""
    """A benchmark such as math500 or aime24+aime25; reasongym eval --list-suites lists them."""
    level: int | None = None
    """The level; the environment's default if left out."""
    split: Split | None = None
    """train or eval (or all, where a level has only that); eval where the level has it."""
    num_problems: int | None = None
    """How many; 200, or all of a benchmark."""
    first_seed: int = 0
    """The first problem's seed."""
    options: tuple[str, ...] = ()
    """Options of the environment, such as num_numbers=4."""
    template: str = "default"
    """default, boxed or question: what the user says."""
    max_tokens: int = 2_048
    """Most tokens of a completion."""
    data: Path | None = None
    """Folder of the benchmarks' files, where the suite is of benchmarks."""


def verifiers(*, output: Path = Path("reasongym-vf")) -> None:
    """Write the package by which verifiers and prime-rl find our taskset; install it by pip install -e.

    Args:
        output: folder of the package
    """
    from reasongym.agents.adapters.verifiers_package import ID, write_package

    with _writing(output):
        write_package(output)
    _tell(f"the taskset {ID} is in {output}: pip install -e {output}")


def lm_eval(asked: tyro.conf.OmitArgPrefixes[Asked], *, output: Path | None = None) -> None:
    """Write a suite as a task of lm-evaluation-harness: a YAML file that holds rows and no problem.

    Args:
        asked: the problems
        output: the file; where not given, one named after the suite
    """
    from reasongym.agents.adapters import suites
    from reasongym.agents.adapters.lm_eval import task_file

    suite = _suite(asked)
    text = task_file(suite, template=asked.template, max_tokens=asked.max_tokens)
    path = output or Path(f"{suites.slug(suite)}.yaml")
    with _writing(path.parent), replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")
    _tell(
        f"{len(suite.problems)} problems in {path}: lm-eval run --tasks {suites.slug(suite)} --include_path "
        f"{path.parent}"
    )


def lighteval(asked: tyro.conf.OmitArgPrefixes[Asked], *, output: Path | None = None) -> None:
    """Write a suite as a task of lighteval: a folder with tasks.py and the prompts.

    Args:
        asked: the problems
        output: the folder; where not given, one named after the suite
    """
    from reasongym.agents.adapters import suites
    from reasongym.agents.adapters.lighteval import write_folder

    suite = _suite(asked)
    folder = output or Path(suites.slug(suite))
    with _writing(folder):
        write_folder(suite, folder, template=asked.template, max_tokens=asked.max_tokens)
    _tell(
        f"{len(suite.problems)} problems in {folder}: --custom-tasks {folder / 'tasks.py'} and the task "
        f"{suites.slug(suite)}|0"
    )


def _suite(asked: Asked) -> Suite:
    use_folder(asked.data)
    if bool(asked.env) == bool(asked.suite):
        given = f"both {asked.env} and --suite {asked.suite}" if asked.env else "neither"
        raise UsageError(f"export takes the id of an environment or --suite NAME, got {given}")
    if asked.suite:
        return named_suite(asked.suite, num_problems=asked.num_problems)
    return env_suite(
        asked.env,
        level=asked.level,
        split=asked.split,
        num_problems=asked.num_problems,
        first_seed=asked.first_seed,
        **named_options(asked.options),
    )


@contextmanager
def _writing(folder: Path) -> Generator[None]:
    """Make a folder to write in; raises DataError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise DataError(
            f"cannot write in {folder}: {error.strerror}; choose a folder you may write to"
        ) from error


def _tell(text: str) -> None:
    CONSOLE.print(text, soft_wrap=True, markup=False, highlight=False)
