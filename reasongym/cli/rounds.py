"""The verbs `board round ...`: problems that nobody knows before the models are named."""

import os
import secrets
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
import tyro

from reasongym.cli.findings import counted, print_findings, print_text, refuse
from reasongym.cli.options import named_options
from reasongym.cli.verbs import run_verb
from reasongym.errors import DataError, UsageError
from reasongym.evaluation import env_suite
from reasongym.evaluation.suites import Slice

ROUNDS = Path("leaderboards/rounds")


def rounds(args: list[str]) -> None:
    """Read the command line of `reasongym board round`."""
    verbs: dict[str, Callable[..., None]] = {
        "open": open_,
        "commit": commit,
        "reveal": reveal,
        "rows": rows,
        "submit": submit,
        "verify": verify,
    }
    told = "Live rounds: open one, commit to a model, reveal the problems, play, submit, verify."
    run_verb("board round", verbs, args, description=told)


def open_(
    name: tyro.conf.Positional[str],
    *,
    env: str,
    closes: str,
    due: str,
    secret_file: Path,
    level: int | None = None,
    num_problems: int = 200,
    options: tuple[str, ...] = (),
    opens: str = "",
    folder: Path = ROUNDS,
) -> None:
    """Open a round: write its sealed terms, and the secret into a file that you keep to yourself.

    Args:
        name: Name of the round, such as 2027-01-countdown.
        env: Environment that the problems are made by; its problems must be made, and many.
        closes: Until when commitments are taken, such as 2027-01-08T00:00+00:00.
        due: Until when completions are taken.
        secret_file: A new file for the secret; whoever reads it before the close can cheat.
        level: Difficulty; the environment's default where not given.
        num_problems: Problems of the round.
        options: Options of the environment as NAME=VALUE.
        opens: From when on commitments are taken; this moment where not given.
        folder: Folder of the rounds.
    """
    from reasongym.leaderboard.round_records import Terms
    from reasongym.leaderboard.rounds import open_round

    (one,) = env_suite(env, level=level, num_problems=num_problems, **named_options(options)).slices
    times = (_time(opens), _time(closes), _time(due))
    terms = Terms(name, one.env_id, one.level, num_problems, one.options, *times)
    secret = secrets.token_hex(32)
    _write_secret(secret_file, secret)
    try:
        place = open_round(folder, terms, secret)
    except (DataError, UsageError):
        secret_file.unlink()
        raise
    print_text(f"{place} is open; keep {secret_file} to yourself until {closes}")


def commit(round_: tyro.conf.Positional[Path], rehearsal: tyro.conf.Positional[Path], *, who: str) -> None:
    """Commit to a model, a protocol and a seed: those of a rehearsal, which is any run folder of yours.

    Args:
        round_: Folder of the round.
        rehearsal: A run that the same model played by the same protocol, on any problems.
        who: Your name in the round: lower-case letters, digits, dots and dashes.
    """
    from reasongym.leaderboard.rounds import commit as commit_to

    print_text(f"committed as {commit_to(round_, rehearsal, who, datetime.now(UTC))}")


def reveal(round_: tyro.conf.Positional[Path], *, secret_file: Path) -> None:
    """Publish the secret after the close; with the commitments that are there it makes the problems.

    Args:
        round_: Folder of the round.
        secret_file: The file that `open` wrote.
    """
    from reasongym.leaderboard.rounds import reveal as publish

    try:
        secret = secret_file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {secret_file}: {error}") from error
    print_text(f"revealed as {publish(round_, secret, datetime.now(UTC))}")


def rows(round_: tyro.conf.Positional[Path]) -> None:
    """Print the rows of a revealed round as JSON lines, and on standard error the command that plays them.

    Args:
        round_: Folder of the round.
    """
    from reasongym.leaderboard.round_records import read_reveal, read_round

    taken, revealed = read_round(round_), read_reveal(round_)
    (one,) = taken.suite(revealed.first_seed).slices
    for row in one.rows():
        print(msgspec.json.encode(row.as_dict()).decode())
    print(_command(one), file=sys.stderr)


def submit(round_: tyro.conf.Positional[Path], run: tyro.conf.Positional[Path], *, who: str) -> None:
    """Check the run of a committed model on the round's problems and copy it into the round.

    Args:
        round_: Folder of the round.
        run: The run folder that `reasongym eval` made.
        who: Your name in the round, as at the commitment.
    """
    from reasongym.leaderboard.standings import submit_to_round

    refuse(run, submit_to_round(round_, run, who, datetime.now(UTC)))
    print_text(f"{run} is in the round as {who}")


def verify(round_: tyro.conf.Positional[Path], *, times: Literal["git", "records"] = "git") -> None:
    """Recompute everything of a round; exit 1 with every reason where a participant is refused.

    Args:
        round_: Folder of the round.
        times: git takes the times, and that nothing was changed, from the main line of the repository that
            the round is in; records believes what the records say.
    """
    from reasongym.leaderboard.history import git_history
    from reasongym.leaderboard.standings import verify_round

    standings = verify_round(round_.resolve(), git_history if times == "git" else None)
    for one in standings:
        print_findings(Path(one.who), one.findings)
    refused = sum(bool(one.findings) for one in standings)
    print_text(f"live: {len(standings) - refused} of {counted(standings, 'participant')}")
    if refused:
        sys.exit(1)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text) if text else datetime.now(UTC)
    except ValueError as error:
        raise UsageError(f"a time is written like 2027-01-08T00:00+00:00, got {text!r}") from error
    if time.tzinfo is None:
        raise UsageError(f"a time needs its offset, such as {text}+00:00")
    return time.astimezone(UTC)


def _write_secret(path: Path, secret: str) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret + "\n")
    except OSError as error:
        raise DataError(f"cannot write the secret to {path}: {error.strerror}") from error


def _command(one: Slice) -> str:
    flags = [f"--level={one.level}", f"--num-problems={one.num_problems}", f"--first-seed={one.first_seed}"]
    given = [f"{name}={msgspec.json.encode(value).decode()}" for name, value in one.options.items()]
    flags += ["--options", *given] if given else []
    return shlex.join(["reasongym", "eval", one.env_id.removeprefix("reasongym/"), *flags])
