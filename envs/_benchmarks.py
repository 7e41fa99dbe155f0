"""Public benchmarks by name: where their file is looked for, and the digest that what is found must have.

Their problems are not ours to ship. A row names a benchmark and its digest, never a path, so that it is the
same row wherever the file lies; the digest is of what the file says, so that any format will do.
"""

import os
from pathlib import Path
from typing import NamedTuple

from reasongym.errors import DataError

FOLDER_VARIABLE = "REASONGYM_BENCHMARKS"
"""Names the folder of the files in the environment; `--data` of the command line sets it."""
ENDINGS = (".jsonl", ".ndjson", ".parquet", ".arrow")


class Benchmark(NamedTuple):
    """A benchmark: its size, the digest of its problems and answers in order, and where it may be found."""

    num_problems: int
    digest: str
    """Empty where none is known: then the number of problems alone is checked."""
    about: str
    file: str = ""
    """Another name that its file goes by."""
    level: str = ""
    """The column of the grades, where it is graded."""
    hub: str = ""
    """Its name among the known data sets, where no folder is given."""


def file_of(name: str, benchmark: Benchmark) -> Path | None:
    """Return the file of a benchmark; None where no folder is named and it is on the Hub, else DataError."""
    folder = os.environ.get(FOLDER_VARIABLE, "")
    if not folder and benchmark.hub:
        return None
    names = [stem + ending for stem in (name, benchmark.file) if stem for ending in ENDINGS]
    if not folder:
        raise DataError(
            f"{name} is read from a file {names[0]}: give its folder as --data (or {FOLDER_VARIABLE})"
        )
    found = [path for path in (Path(folder, one) for one in names) if path.exists()]
    if not found:
        raise DataError(f"{folder} holds no {names[0]}, which the benchmark {name} is read from")
    return found[0]


def require_whole(name: str, benchmark: Benchmark, num: int, digest: str, where: str, env: str) -> None:
    """Check what was read; raises DataError saying whether it is cut off or other data."""
    if num < benchmark.num_problems:
        told = f"{num} of the {benchmark.num_problems} problems of {name}"
        raise DataError(f"{where} holds {told}: it is cut off; fetch the whole file")
    if num > benchmark.num_problems or benchmark.digest not in ("", digest):
        told = f"{num} problems with digest {digest}"
        told += f", not {benchmark.num_problems} with {benchmark.digest or 'any'}"
        raise DataError(
            f"{where} is other data than {name}: {told}; to measure on it all the same, name the file: "
            f"reasongym eval {env} --options data=FILE"
        )
