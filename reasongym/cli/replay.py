"""The verb `board replay`: some episodes of a run generated again by its model."""

import secrets
from pathlib import Path

import tyro

from reasongym.cli.benchmarks import use_folder
from reasongym.cli.engines import EngineFlags
from reasongym.cli.findings import CONSOLE, print_findings
from reasongym.cli.players import seat
from reasongym.cli.servers import ServerFlags
from reasongym.errors import DataError
from reasongym.evaluation.runs import read_run


def replay(
    run: tyro.conf.Positional[Path],
    *,
    policy: str,
    by: str,
    share: float = 0.01,
    nonce: str = "",
    device: str = "cpu",
    dtype: str = "",
    data: Path | None = None,
) -> None:
    """Generate some episodes of a run again by its model; where they are the same, `replay.json` says so.

    The run takes the tier `replayed` by it. Do this for runs of others, after they were handed in.

    Args:
        run: The run folder.
        policy: The directory of the run's model.
        by: Your name: who vouches for the record.
        share: Share of the episodes; at least 0.01, and at least 16 episodes.
        nonce: Chooses the episodes; drawn at random where not given. Give that of a record to repeat it.
        device: Where the model runs.
        dtype: That of the run where not given.
        data: Folder of the benchmarks' files, where the run is on benchmarks.
    """
    use_folder(data)
    from reasongym import leaderboard

    stored = read_run(run)
    played_in = dtype or stored.player.engine.get("dtype", "float32")
    seated = seat(
        policy,
        stored.suite.problems[0].row,
        stored.protocol.template,
        CONSOLE,
        label=stored.player.model,
        engine=EngineFlags(device=device, dtype=played_in),
        server=ServerFlags(),
    )
    record, findings = leaderboard.replay(
        run,
        seated.policy,
        seated.player,
        tokenizer=seated.tokenizer,
        context_length=seated.context_length,
        by=by,
        nonce=nonce or secrets.token_hex(16),
        share=share,
    )
    if findings:
        print_findings(run, findings)
        raise DataError(f"{run} did not come again, nonce {record.nonce}; nothing was written")
    told = f"{len(record.episodes)} of {stored.num_episodes} episodes came again, nonce {record.nonce}"
    CONSOLE.print(told, soft_wrap=True, markup=False, highlight=False)
