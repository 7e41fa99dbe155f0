"""Public benchmarks of programming by name."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from reasongym.core import Json
from reasongym.envs._benchmarks import Benchmark, file_of, require_whole
from reasongym.envs._rows import Chosen, Rows, read_file, read_hub
from reasongym.envs.code.problems.known import KNOWN
from reasongym.envs.code.problems.sources import Asked, Source

_LIVE = "LiveCodeBench, release {}: problems of {}"
BENCHMARKS = {
    "humaneval": Benchmark(
        164,
        "53bee446624c80965c22f5a69aa317ec",
        "HumanEval: functions from their heads and docstrings",
        file="HumanEval",
        hub="HumanEval",
    ),
    "humaneval-plus": Benchmark(164, "", "HumanEval+: the same with many more tests", hub="HumanEval+"),
    "mbpp": Benchmark(500, "", "MBPP: the test problems, 11 to 510, their three tests shown", hub="MBPP"),
    "mbpp-sanitized": Benchmark(
        257, "", "MBPP as its authors went through it again, test problems", hub="MBPP-sanitized"
    ),
    "mbpp-plus": Benchmark(378, "", "MBPP+: problems of MBPP with many more tests", hub="MBPP+"),
    "livecodebench-v1": Benchmark(400, "", _LIVE.format("v1", "May 2023 to March 2024")),
    "livecodebench-v2": Benchmark(511, "", _LIVE.format("v2", "May 2023 to May 2024")),
    "livecodebench-v3": Benchmark(612, "", _LIVE.format("v3", "May 2023 to July 2024")),
    "livecodebench-v4": Benchmark(713, "", _LIVE.format("v4", "May 2023 to September 2024")),
    "livecodebench-v5": Benchmark(880, "", _LIVE.format("v5", "May 2023 to January 2025")),
    "livecodebench-v6": Benchmark(1055, "", _LIVE.format("v6", "May 2023 to April 2025")),
    "codecontests": Benchmark(165, "", "CodeContests, test problems, of Codeforces", hub="CodeContests"),
}
_FIRST, _LAST = 11, 510


def _is_test_of_mbpp(row: Mapping[str, Json]) -> bool:
    return _FIRST <= int(row.get("task_id", _FIRST)) <= _LAST


_CHOSEN: dict[str, Callable[[Mapping[str, Json]], bool]] = {
    "mbpp": _is_test_of_mbpp,
    "mbpp-sanitized": _is_test_of_mbpp,
}
"""Files of some benchmarks hold other problems, too."""


def open_benchmark(name: str) -> Source:
    """Open a benchmark where its file is, else on the Hub; raises DataError where it is not the known one."""
    return _open(name, file_of(name, BENCHMARKS[name]))


@lru_cache(maxsize=16)
def _open(name: str, path: Path | None) -> Source:
    benchmark = BENCHMARKS[name]
    rows = _on_hub(benchmark.hub) if path is None else read_file(path)
    if name in _CHOSEN:
        rows = Chosen(rows, _CHOSEN[name])
    source = Source({"all": rows}, Asked(name, hold_out=False, is_graded=False))
    source.digest = source.content_digest()
    where = str(path or benchmark.hub)
    require_whole(name, benchmark, len(source), source.digest, where, "CodeProblems-v0")
    return source


def _on_hub(name: str) -> Rows:
    known = KNOWN[name]
    return read_hub(known.repository, known.config, known.held_out, ())
