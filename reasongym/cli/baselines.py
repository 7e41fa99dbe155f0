"""The verb `board baselines`: plays what marks the scale of environments and puts it on the board."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import tyro
from rich.console import Console

from reasongym.cli.engines import EngineFlags
from reasongym.cli.players import seat
from reasongym.cli.servers import ServerFlags
from reasongym.errors import DataError, UsageError
from reasongym.evaluation.findings import Finding

CONSOLE = Console()
RUNS = Path("leaderboards/runs")
Baseline = Literal["oracle", "random", "constant"]


def baselines(
    envs: tyro.conf.Positional[tuple[str, ...]],
    *,
    policies: tuple[Baseline, ...] = ("oracle", "random", "constant"),
    level: int | None = None,
    board: Path = RUNS,
) -> None:
    """Play the baselines of environments and put them on the board, in place of those that are there.

    Args:
        envs: Ids of environments, such as Countdown-v0.
        policies: Which baselines: perfect play, random legal play, the commonest answer always.
        level: Difficulty; each environment's default where not given.
        board: Folder of the board's runs.
    """
    if not envs:
        raise UsageError("board baselines takes the ids of environments, such as Countdown-v0")
    for env_id in envs:
        for policy in policies:
            rate, place = _publish(env_id, policy, level, board)
            CONSOLE.print(f"{place.name}: {rate:.1%}", soft_wrap=True, markup=False, highlight=False)


def _publish(env_id: str, policy: Baseline, level: int | None, board: Path) -> tuple[float, Path]:
    """Play one baseline and submit it; return its solve rate and its place."""
    from reasongym import leaderboard
    from reasongym.evaluation import Protocol, env_suite, evaluate, planned

    suite, protocol = env_suite(env_id, level=level), Protocol()
    row = suite.problems[0].row
    seated = seat(policy, row, protocol.template, CONSOLE, engine=EngineFlags(), server=ServerFlags())
    with TemporaryDirectory() as inside:
        folder = Path(inside, "run")
        report = evaluate(seated.policy, planned(suite, protocol, seated.player), folder)
        _require_none(leaderboard.check(folder).findings)  # before what is there makes room for it
        for older in _same(board, suite.name, policy):
            shutil.rmtree(older)
        place, findings = leaderboard.submit(folder, board)
        _require_none(findings)
    assert report.result is not None, "nothing speaks against the run"
    return report.result.scores.solve_rate, place


def _require_none(findings: Sequence[Finding]) -> None:
    if findings:
        raise DataError(f"the board refuses its own baseline: {findings[0]}")


def _same(board: Path, suite: str, policy: str) -> Iterator[Path]:
    """Find the folders of a baseline on a suite of this name, whichever problems it had."""
    from reasongym.evaluation.runs import RUN_FILE, read_run

    for path in sorted(board.glob(f"*/{RUN_FILE}")):
        run = read_run(path.parent)
        if run.suite.name == suite and run.player.policy == policy:
            yield path.parent
