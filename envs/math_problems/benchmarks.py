"""Public benchmarks of mathematics by name."""

from functools import lru_cache
from pathlib import Path

from reasongym.answers.known_golds import known_golds
from reasongym.envs._benchmarks import FOLDER_VARIABLE, Benchmark, file_of, require_whole
from reasongym.envs._rows import read_file
from reasongym.envs.math_problems.known import KNOWN
from reasongym.envs.math_problems.sources import NUM_LEVELS, Asked, Source, of_hub
from reasongym.errors import DataError

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
        675, "bf932fdf1990fe5a853bc6ae34980190", "OlympiadBench, English mathematics without pictures"
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
    return _open(name, file_of(name, BENCHMARKS[name]))


@lru_cache(maxsize=16)
def _open(name: str, path: Path | None) -> Source:
    benchmark = BENCHMARKS[name]
    if path is None:
        source = _on_hub(name)
    else:
        asked = Asked(name, "problem", "answer", benchmark.level, "", hold_out=False)
        source = Source(asked, {"all": read_file(path)})
    source.benchmark = name
    source.digest = source.content_digest()
    where = str(path or benchmark.hub)
    require_whole(name, benchmark, source.num_problems, source.digest, where, "MathProblems-v0")
    _require_known(name, source, where)
    return source


def _require_known(name: str, source: Source, where: str) -> None:
    """Refuse a file without the ids by which odd golds are known: answers would be judged otherwise there."""
    there = {one for level in range(NUM_LEVELS) for one in source.ids(level, "all")}
    for one in known_golds():
        if one.startswith(f"{name}-") and one not in there:
            raise DataError(
                f"{where} has no id {one}, by which an odd gold of {name} is known: add its column `id`"
            )


def _on_hub(name: str) -> Source:
    benchmark = BENCHMARKS[name]
    known = KNOWN[benchmark.hub]
    columns = (known.repository, known.problem, known.answer, benchmark.level, known.transform)
    try:
        return of_hub(Asked(*columns, hold_out=False), known.config, {"all": known.held_out})
    except DataError as error:
        raise DataError(f"{error}; --data (or {FOLDER_VARIABLE}) names a folder with {name}.jsonl") from error
