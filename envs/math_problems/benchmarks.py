"""Public benchmarks by name: where their file is looked for, and the digest that what is found must have.

Their problems are not ours to ship. A row names a benchmark and its digest, never a path, so that it is the
same row wherever the file lies; the digest is of what the file says, so that any format will do.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from reasongym.envs._rows import read_file
from reasongym.envs.math_problems.known import KNOWN
from reasongym.envs.math_problems.sources import Asked, Source, of_hub
from reasongym.errors import DataError

FOLDER_VARIABLE = "REASONGYM_BENCHMARKS"
"""Names the folder of the files in the environment; `--data` of the command line sets it."""
ENDINGS = (".jsonl", ".ndjson", ".parquet")


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


BENCHMARKS = {
    "aime24": Benchmark(
        30,
        "90fcd035e193484bd2f4ae6d7faa01e7",
        "AIME I and II of 2024, integers from 0 to 999",
        hub="AIME-2024",
    ),
    "aime25": Benchmark(30, "c692eb91d0715db07e456ed518509f52", "AIME I and II of 2025", hub="AIME-2025"),
    "amc23": Benchmark(
        40, "64963782e7607bd7c0e8ee77aa351c6b", "40 of the AMC 12 of 2023, with integer answers"
    ),
    "math500": Benchmark(
        500,
        "90d343f524f3e12b6e40e5322e1f574b",
        "500 test problems of MATH, the split of prm800k",
        hub="MATH-500",
    ),
    "minerva": Benchmark(
        272,
        "7bd52684d2ac3dcb9553902b19d34e03",
        "undergraduate science of MIT's OpenCourseWare",
        file="minerva_math",
    ),
    "olympiadbench": Benchmark(
        675, "d4912535b77a7444f43f23f85f856c73", "OlympiadBench, English mathematics without pictures"
    ),
    "gsm8k": Benchmark(
        1319,
        "0ea4024d6ae1e0f6d3b979431f00fef6",
        "grade school problems, test split",
        file="gsm8k_test",
        hub="GSM8K",
    ),
    "hmmt25": Benchmark(30, "85830a7e69d43fdc4f923953ccd10ee0", "HMMT of February 2025"),
    "brumo25": Benchmark(30, "4cb52bbbc21edba72a732860ad7b16b1", "BRUMO of 2025"),
    "cmimc25": Benchmark(40, "02ed4050990b3076913f3df25b148c67", "CMIMC of 2025"),
    "math-train": Benchmark(
        7472,
        "58c610c9bad17fd801d6ff940070bfa4",
        "training problems of MATH, graded 1 to 5",
        file="math_train",
        level="level",
    ),
    "gpqa-diamond": Benchmark(198, "", "GPQA Diamond: a problem with lettered choices, a letter"),
}


def open_benchmark(name: str) -> Source:
    """Open a benchmark where its file is, else on the Hub; raises DataError where it is not the known one."""
    return _open(name, _file(name))


@lru_cache(maxsize=16)
def _open(name: str, path: Path | None) -> Source:
    benchmark = BENCHMARKS[name]
    if path is None:
        source = _on_hub(name)
    else:
        asked = Asked(name, "problem", "answer", benchmark.level, "", hold_out=False)
        source = Source(asked, {"all": read_file(path)})
    source.digest = source.content_digest()
    _require_whole(name, source, str(path or benchmark.hub))
    return source


def _on_hub(name: str) -> Source:
    benchmark = BENCHMARKS[name]
    known = KNOWN[benchmark.hub]
    columns = (known.repository, known.problem, known.answer, benchmark.level, known.transform)
    try:
        return of_hub(Asked(*columns, hold_out=False), known.config, {"all": known.held_out})
    except DataError as error:
        raise DataError(f"{error}; --data (or {FOLDER_VARIABLE}) names a folder with {name}.jsonl") from error


def _file(name: str) -> Path | None:
    """Return the file of a benchmark; None where no folder is named and it is on the Hub, else DataError."""
    benchmark, folder = BENCHMARKS[name], os.environ.get(FOLDER_VARIABLE, "")
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


def _require_whole(name: str, source: Source, where: str) -> None:
    """Check what was read; raises DataError saying whether it is cut off or other data."""
    benchmark, num = BENCHMARKS[name], source.num_problems
    if num < benchmark.num_problems:
        told = f"{num} of the {benchmark.num_problems} problems of {name}"
        raise DataError(f"{where} holds {told}: it is cut off; fetch the whole file")
    if num > benchmark.num_problems or benchmark.digest not in ("", source.digest):
        told = f"{num} problems with digest {source.digest}"
        told += f", not {benchmark.num_problems} with {benchmark.digest}"
        raise DataError(
            f"{where} is other data than {name}: {told}; to measure on it all the same, name the file: "
            "reasongym eval MathProblems-v0 --options data=FILE"
        )
