"""What verbs about benchmarks share: the folder of their files, and the list of the suites."""

import os
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from reasongym.envs._benchmarks import FOLDER_VARIABLE
from reasongym.errors import DataError
from reasongym.evaluation.benchmarks import BUNDLES, PARTS, about
from reasongym.evaluation.presets import load_preset, preset_names


def use_folder(folder: Path | None) -> None:
    """Look for the files of benchmarks in a folder, in this process and those it starts."""
    if folder is None:
        return
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder} to read benchmarks from")
    os.environ[FOLDER_VARIABLE] = str(folder.resolve())


def print_suites(console: Console) -> None:
    """List the suites with their sizes."""
    sizes = {name: part.num_problems for name, part in PARTS.items()}
    sizes |= {name: sum(sizes[one] for one in members) for name, members in BUNDLES.items()}
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("suite", "problems", "what it is"):
        table.add_column(column, no_wrap=column == "suite")
    for name, num in sizes.items():
        table.add_row(name, f"{num:,}", about(name))
    console.print(table)


def print_protocols(console: Console) -> None:
    """List the protocols that others report by."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("protocol", no_wrap=True)
    table.add_column("what it is")
    for name in preset_names():
        table.add_row(name, load_preset(name).about)
    console.print(table)
