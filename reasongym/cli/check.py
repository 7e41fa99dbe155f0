"""The verb `check`: one environment level by level, or all of them as a proof that continues."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, NamedTuple

import tyro
from rich.console import Console
from rich.markup import escape

from reasongym import checks, registry
from reasongym.cli.files import replacing
from reasongym.cli.problems import environment
from reasongym.core import Env, Json
from reasongym.errors import UsageError
from reasongym.evaluation.grader import grader_digest

_MARKS = {True: "[green]pass[/]", False: "[red]FAIL[/]", None: "[dim]not offered[/]"}


def check(
    env_id: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[ID]")] = "",
    *,
    all_envs: Annotated[bool, tyro.conf.arg(name="all")] = False,
    level: int | None = None,
    quick: bool = False,
    full: bool = False,
    num: int | None = None,
    json_file: Annotated[Path | None, tyro.conf.arg(name="json")] = None,
    results: Path | None = None,
    workers: int = os.cpu_count() or 1,
) -> None:
    """Prove that an environment is sound, reproducible and hard to cheat.

    Args:
        env_id: the environment, such as Countdown-v0
        all_envs: every registered environment; with --results the same command continues
        level: one level only; all of them if left out
        quick: a few seconds: 40 problems a check
        full: 10,000 problems a check, as far as they cost at most 1 ms each
        num: this many problems a check, 1,000 if left out
        json_file: write the results to this file too
        results: with --all, a folder of one file per environment; what is there of the same code is kept
        workers: with --all, processes side by side
    """
    if all_envs == bool(env_id):
        raise UsageError("give one environment, such as Countdown-v0, or --all")
    scale = _scale(quick=quick, full=full, num=num)
    if all_envs:
        if level is not None or json_file is not None:
            raise UsageError("--level and --json are for one environment; --all writes to --results")
        _check_all(scale, results, workers)
        return
    if results is not None:
        raise UsageError("--results goes with --all; --json FILE takes the results of one environment")
    _check_one(environment(env_id), level, scale, json_file)


def _scale(*, quick: bool, full: bool, num: int | None) -> checks.Scale:
    if quick + full + (num is not None) > 1:
        raise UsageError("give one of --quick, --full and --num")
    if num is not None:
        if num < 1:
            raise UsageError(f"--num must be at least 1, got {num}")
        return checks.Scale(num, checks.NORMAL.limit_s, num)
    if quick:
        return checks.QUICK
    return checks.FULL if full else checks.NORMAL


def _check_one(env: Env, level: int | None, scale: checks.Scale, json_file: Path | None) -> None:
    levels = None if level is None else [env.row(0, level=level).level]
    results: list[checks.Result] = []
    console = Console()
    with console.status("checking ..."):
        for result in checks.check(env, levels, scale):
            results.append(result)
            _print_result(console, result)
    if json_file is not None:
        with replacing(json_file) as file:
            json.dump([_as_dict(env.env_id, result) for result in results], file, indent=1)
            file.write("\n")
    counts = Counter(result.ok for result in results)
    offered = f", {counts[None]} not offered" if counts[None] else ""
    console.print(f"{env.env_id}: {counts[True]} of {len(results)} checks pass{offered}")
    if counts[False]:
        raise SystemExit(1)


def _print_result(console: Console, result: checks.Result) -> None:
    where = "all levels" if result.level is None else f"level {result.level}"
    shown = {name: value for name, value in result.finding.figures.items() if value}
    figures = ", ".join(f"{name} {value:.4g}" for name, value in shown.items())
    line = f"{_MARKS[result.ok]}  {where:<10}  {result.name:<26}  [dim]{escape(figures)}[/]"
    console.print(line, highlight=False)
    if result.finding.detail:
        console.print(f"      {escape(result.finding.detail)}", highlight=False)


def _as_dict(env_id: str, result: checks.Result) -> Json:
    return {"env_id": env_id, "level": result.level, "check": result.name, **asdict(result.finding)}


# -- all of them ----------------------------------------------------------------------------------------


class Proof(NamedTuple):
    """What was found of one environment, by which code and how thoroughly."""

    env_id: str
    code: str
    """Digest of what makes and judges the problems and of the checks themselves."""
    scale: list[float]
    results: list[Json]

    @property
    def failed(self) -> list[Json]:
        """Return the results that are not a pass; what an environment does not offer is none."""
        return [result for result in self.results if result["ok"] is not True]


def _check_all(scale: checks.Scale, folder: Path | None, workers: int) -> None:
    if workers < 1:
        raise UsageError(f"--workers must be at least 1, got {workers}")
    console = Console()
    env_ids = registry.specs()
    failed: list[str] = []
    for num, proof in enumerate(proofs(env_ids, scale, folder, workers), start=1):
        mark = _MARKS[not proof.failed]
        console.print(f"{num:>3}/{len(env_ids)}  {mark}  {proof.env_id}  {len(proof.results)} checks")
        for result in proof.failed:
            console.print(f"      level {result['level']}, {result['check']}: {escape(result['detail'])}")
        failed += [proof.env_id] * bool(proof.failed)
    console.print(f"{len(env_ids) - len(failed)} of {len(env_ids)} environments pass every check")
    if failed:
        raise SystemExit(1)


def proofs(env_ids: list[str], scale: checks.Scale, folder: Path | None, workers: int) -> Iterator[Proof]:
    """Check environments side by side, keeping each proof as soon as it is there; known ones come first."""
    missing: list[str] = []
    for env_id in env_ids:
        known = _known(env_id, scale, folder)
        if known:
            yield known
        else:
            missing.append(env_id)
    if not missing:
        return
    with ProcessPoolExecutor(min(workers, len(missing)), mp_context=get_context("spawn")) as pool:
        running = [pool.submit(_prove, env_id, scale) for env_id in missing]
        try:
            for done in as_completed(running):
                proof = done.result()
                if folder is not None:
                    _keep(proof, folder)
                yield proof
        finally:
            for one in running:
                one.cancel()


def _prove(env_id: str, scale: checks.Scale) -> Proof:
    results = [_as_dict(env_id, result) for result in checks.check(registry.get(env_id), scale=scale)]
    return Proof(env_id, _code(env_id), list(scale), results)


def _code(env_id: str) -> str:
    hashed = blake2b(grader_digest([env_id]).encode(), digest_size=8)
    for path in sorted(Path(checks.__file__).parent.glob("*.py")):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


def _path(env_id: str, folder: Path) -> Path:
    return folder / f"{env_id.replace('/', '.')}.json"


def _known(env_id: str, scale: checks.Scale, folder: Path | None) -> Proof | None:
    if folder is None or not _path(env_id, folder).exists():
        return None
    try:
        proof = Proof(**json.loads(_path(env_id, folder).read_text(encoding="utf-8")))
    except (ValueError, TypeError):  # cut off or of another form: it is made anew
        return None
    return proof if (proof.code, proof.scale) == (_code(env_id), list(scale)) else None


def _keep(proof: Proof, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(_path(proof.env_id, folder)) as file:
        json.dump(proof._asdict(), file, indent=1)
        file.write("\n")
