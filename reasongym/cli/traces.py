"""The verb `generate-traces`: a policy plays, the verifier chooses, what is right is a file to learn from."""

from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
import tyro
from rich.console import Console
from rich.table import Table

from reasongym import evaluation, registry
from reasongym.cli.engines import EngineFlags
from reasongym.cli.files import replacing
from reasongym.cli.options import named_options
from reasongym.cli.players import seat
from reasongym.cli.progress import progress
from reasongym.cli.servers import ServerFlags, metered
from reasongym.episodes import read_episodes
from reasongym.errors import DataError, UsageError
from reasongym.evaluation import Progress, Protocol, Suite, env_suite, planned
from reasongym.evaluation.protocol import named_template
from reasongym.evaluation.runs import EPISODES_FILE, read_run
from reasongym.evaluation.traces import Choice, Counts, Keep, Preference, as_line, traces

CONSOLE = Console()
TRACES_FILE, COUNTS_FILE, RUN_FOLDER = "traces.jsonl", "counts.json", "run"


@dataclass(frozen=True)
class TraceFlags:
    """Who plays what, and which episodes are kept."""

    env: tyro.conf.Positional[str] = ""
    """Id of the environment, such as Countdown-v0; none where --run is given."""
    policy: str = "oracle"
    """oracle, random, a way in which the environment works problems out (search, dfs, bfs or path of
    Countdown), a model directory, or the URL of a server such as http://localhost:8000/v1."""
    run: Path | None = None
    """Keep the right episodes of this run folder, made by `reasongym eval`, and play nothing."""
    level: int | None = None
    """Difficulty; the environment's default where not given."""
    num_problems: int = 200
    """Of the train split, so that no trace gives away a problem of an evaluation."""
    first_seed: int = 0
    options: tuple[str, ...] = ()
    """Options of the environment as NAME=VALUE, such as style=boxed."""
    samples: int = 1
    """Episodes played on each problem."""
    template: str = "default"
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    """Likeliest tokens that are drawn among; 0 keeps all."""
    max_tokens: int = 1024
    """Of one turn; what is cut off there is left out."""
    keep: Keep = "right"
    """all keeps wrong ones too, such as searches that found nothing."""
    most: int = 0
    """Traces of one problem; 0 keeps every right one."""
    prefer: Preference = "first"
    """Which of a problem's right ones, where --most leaves some out."""
    seed: int = 0
    """Of the sampling noise."""
    output: Path = Path("runs/traces")
    """Folder of the file and of the run behind it; the same command again continues an interrupted one."""
    name: str = ""
    """What the file calls the policy; a model directory's name where not given."""
    max_live: int = 256
    """Most episodes in play at once."""
    engine: EngineFlags = field(default_factory=EngineFlags)
    server: ServerFlags = field(default_factory=ServerFlags)


def generate_traces(
    flags: Annotated[TraceFlags, tyro.conf.arg(name=""), tyro.conf.OmitArgPrefixes],
) -> None:
    """Play problems, keep what the verifier calls right, and write it as conversations to learn from."""
    if bool(flags.env) == (flags.run is not None):
        raise UsageError("generate-traces takes the id of an environment or --run FOLDER, and one of them")
    choice = Choice(flags.keep, flags.most, flags.prefer)
    folder = flags.run or _played(flags)
    counts = _written(folder, choice, flags.name, flags.output)
    CONSOLE.print(_table(counts))
    told = f"{counts.kept} traces in {flags.output / TRACES_FILE}"
    CONSOLE.print(told, soft_wrap=True, markup=False, highlight=False)


def _written(run: Path, choice: Choice, name: str, output: Path) -> Counts:
    """Write the traces of a run folder and their counts; raises DataError."""
    counts = Counts()
    player = name or read_run(run).player.name
    episodes = sorted(read_episodes(run / EPISODES_FILE), key=lambda one: (one.group, one.member))
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {output}: {error.strerror}") from error
    with replacing(output / TRACES_FILE) as file:
        for episode in traces(episodes, choice, counts):
            file.write(as_line(episode, player).decode())
    with replacing(output / COUNTS_FILE) as file:
        file.write(msgspec.json.format(msgspec.json.encode(counts.as_dict()), indent=2).decode() + "\n")
    return counts


def _played(flags: TraceFlags) -> Path:
    """Play what is missing of the run; returns its folder."""
    suite = _suite(flags)
    template = named_template(flags.template)
    protocol = Protocol(
        template, flags.temperature, flags.top_p, flags.max_tokens, flags.samples, top_k=flags.top_k
    )
    row = suite.problems[0].row
    seated = seat(
        flags.policy, row, template, CONSOLE, label=flags.name, engine=flags.engine, server=flags.server
    )
    run, folder = planned(suite, protocol, seated.player, seed=flags.seed), flags.output / RUN_FOLDER
    with (
        closing(seated.policy),
        metered(seated.meter, folder, CONSOLE) as figures,
        _shown(suite.name, run.num_episodes, figures) as on_progress,
    ):
        evaluation.evaluate(
            seated.policy,
            run,
            folder,
            tokenizer=seated.tokenizer,
            context_length=seated.context_length,
            max_live=flags.max_live,
            on_progress=on_progress,
        )
    return folder


def _suite(flags: TraceFlags) -> Suite:
    """Take problems of the train split, or of the only one where a level has too few to hold some out."""
    env, options = registry.get(flags.env), named_options(flags.options)
    level = env.row(0, level=flags.level).level
    split = env.practice_row(flags.first_seed, level, "train", options).split
    return env_suite(
        flags.env,
        level=level,
        split=split,
        num_problems=flags.num_problems,
        first_seed=flags.first_seed,
        **options,
    )


@contextmanager
def _shown(
    title: str, total: int, figures: Callable[[], dict[str, str]]
) -> Generator[Callable[[Progress], None]]:
    with progress(CONSOLE, title, total) as show:
        yield lambda now: show(now.done, now.total, right=f"{now.solve_rate:.1%}", **figures())


def _table(counts: Counts) -> Table:
    table = Table("episodes", "number")
    table.add_row("played", f"{counts.episodes:,} on {counts.problems:,} problems")
    table.add_row("right", f"{counts.right:,}, on {counts.solved_problems:,} problems")
    for why, num in counts.dropped.most_common():
        if num:
            table.add_row(f"left out: {why}", f"{num:,}")
    table.add_row("kept", f"{counts.kept:,}")
    return table
