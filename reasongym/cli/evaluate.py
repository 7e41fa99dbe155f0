"""The verb `eval`, which plays a suite, scores it and keeps every completion."""

from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console

from reasongym import evaluation
from reasongym.cli.benchmarks import print_protocols, print_suites, use_folder
from reasongym.cli.engines import EngineFlags
from reasongym.cli.options import named_options
from reasongym.cli.players import seat
from reasongym.cli.progress import progress
from reasongym.cli.scores import print_report
from reasongym.cli.servers import ServerFlags, metered
from reasongym.errors import UsageError
from reasongym.evaluation import Progress, Protocol, Run, Suite, env_suite, named_suite, planned
from reasongym.evaluation.benchmarks import ENV_ID
from reasongym.evaluation.presets import Preset, load_preset, preset_of, with_thinking
from reasongym.evaluation.protocol import named_template
from reasongym.evaluation.runs import read_run
from reasongym.evaluation.twins import twin_suite
from reasongym.templates import Template

CONSOLE = Console()


@dataclass(frozen=True)
class EvaluationFlags:
    """What to measure, how, and where to keep it."""

    env: tyro.conf.Positional[str] = ""
    """Id of the environment, such as Countdown-v0; none where --suite is given."""
    suite: str = ""
    """A benchmark such as math500 or aime24+aime25; --list-suites lists them."""
    data: Path | None = None
    """Folder of the benchmarks' files; where not given, REASONGYM_BENCHMARKS or the Hugging Face Hub."""
    twin_of: Path | None = None
    """A run folder: play twins of its problems, others of the same make, by its protocol."""
    twin_salt: str = "twin"
    """Another salt makes other twins."""
    list_suites: bool = False
    """List the benchmarks and the protocols, and do nothing else."""
    policy: str = "random"
    """oracle, random, constant, human, a model directory, or the URL of a server such as
    http://localhost:8000/v1."""
    level: int | None = None
    """Difficulty; the environment's default where not given."""
    split: Literal["train", "eval", "all"] | None = None
    """eval where the level has one."""
    num_problems: int | None = None
    """All of a benchmark, 200 of an environment where not given."""
    first_seed: int = 0
    options: tuple[str, ...] = ()
    """Options of the environment as NAME=VALUE, such as style=boxed or tools=python."""
    protocol: str = ""
    """How it is measured: a name such as deepscaler, or a .toml file; --list-suites lists the names."""
    samples: int | None = None
    """Episodes played on each problem; as the protocol says, else 1."""
    template: str | None = None
    """How problems are put to a model; as the protocol says, else boxed for benchmarks of mathematics."""
    temperature: float | None = None
    """0 is greedy; as the protocol says, else 1."""
    top_p: float | None = None
    """As the protocol says, else 1."""
    top_k: int | None = None
    """Likeliest tokens that are drawn among; as the protocol says, else 0, which keeps all."""
    max_tokens: int | None = None
    """Of one turn; as the protocol says, else 256."""
    thinking_tokens: int | None = None
    """Of these, most before the answer; the model is then made to answer. 0 leaves thinking to the model."""
    waits: int | None = None
    """How often an end of thinking before that is refused and "Wait" put in its place."""
    seed: int = 0
    """Of the sampling noise."""
    output: Path | None = None
    """Run folder; the same command again continues an interrupted run there."""
    name: str = ""
    """What the board calls the model; its directory's name where not given."""
    training: Path | None = None
    """Folder of the training run that made the model, for its learning curve on the board."""
    max_live: int = 256
    """Most episodes in play at once."""
    engine: EngineFlags = field(default_factory=EngineFlags)
    server: ServerFlags = field(default_factory=ServerFlags)


def evaluate(
    flags: Annotated[EvaluationFlags, tyro.conf.arg(name=""), tyro.conf.OmitArgPrefixes],
) -> None:
    """Score a policy on an environment or a benchmark and keep every completion."""
    if flags.list_suites:
        print_suites(CONSOLE)
        print_protocols(CONSOLE)
        return
    use_folder(flags.data)
    published = read_run(flags.twin_of) if flags.twin_of else None
    suite = _twins(flags, published) if published else _suite(flags)
    protocol = _protocol(flags, suite, published.protocol if published else None)
    seated = seat(
        flags.policy,
        suite.problems[0].row,
        protocol.template,
        CONSOLE,
        label=flags.name,
        engine=flags.engine,
        server=flags.server,
    )
    training = str(flags.training.resolve()) if flags.training else None
    run = planned(suite, protocol, seated.player, seed=flags.seed, training=training)
    folder = flags.output or _default_folder(suite, seated.player.name)
    with (
        closing(seated.policy),
        metered(seated.meter, folder, CONSOLE) as figures,
        _progress(run, figures, is_shown=flags.policy != "human") as on_progress,
    ):
        report = evaluation.evaluate(
            seated.policy,
            run,
            folder,
            tokenizer=seated.tokenizer,
            context_length=seated.context_length,
            max_live=flags.max_live,
            on_progress=on_progress,
        )
    print_report(CONSOLE, folder, report)


def _suite(flags: EvaluationFlags) -> Suite:
    if bool(flags.env) == bool(flags.suite):
        given = f"both {flags.env} and --suite {flags.suite}" if flags.env else "neither"
        raise UsageError(f"eval takes the id of an environment or --suite NAME, got {given}")
    if flags.suite:
        _require_whole_suite(flags, f"the suite {flags.suite}")
        return named_suite(flags.suite, num_problems=flags.num_problems)
    return env_suite(
        flags.env,
        level=flags.level,
        split=flags.split,
        num_problems=flags.num_problems,
        first_seed=flags.first_seed,
        **named_options(flags.options),
    )


def _twins(flags: EvaluationFlags, published: Run) -> Suite:
    given = flags.env or flags.suite
    if given:
        raise UsageError(f"--twin-of names the run whose problems have twins; {given} cannot be asked too")
    _require_whole_suite(flags, f"the run {flags.twin_of}")
    if flags.num_problems is not None:
        raise UsageError("there is a twin for every problem of the run; --num-problems cannot change that")
    return twin_suite(published.suite, flags.twin_salt)


def _require_whole_suite(flags: EvaluationFlags, name: str) -> None:
    """Refuse what selects problems of an environment: a benchmark is what it is."""
    chosen = {
        "level": flags.level is not None,
        "split": flags.split is not None,
        "first-seed": flags.first_seed != 0,
        "options": bool(flags.options),
    }
    for flag, is_chosen in chosen.items():
        if is_chosen:
            raise UsageError(f"--{flag} is for environments; {name} has its own problems")


def _protocol(flags: EvaluationFlags, suite: Suite, published: Protocol | None) -> Protocol:
    """Take the named protocol, or that of the run whose twins are played, and what flags say otherwise."""
    usual = preset_of(published) if published else Preset(template=_usual_template(flags, suite))
    preset = load_preset(flags.protocol) if flags.protocol else usual
    given = {
        "samples": flags.samples,
        "template": named_template(flags.template) if flags.template else None,
        "temperature": flags.temperature,
        "top_p": flags.top_p,
        "top_k": flags.top_k,
        "max_tokens": flags.max_tokens,
    }
    preset = with_thinking(preset, flags.thinking_tokens, flags.waits)
    changed = replace(preset, **{name: value for name, value in given.items() if value is not None})
    return (changed if flags.samples is None else replace(changed, samples_on={})).protocol(suite.benchmarks)


def _usual_template(flags: EvaluationFlags, suite: Suite) -> Template:
    is_boxed = bool(flags.suite) and all(one.env_id == ENV_ID for one in suite.slices)
    return named_template("boxed" if is_boxed else "default")


def _default_folder(suite: Suite, player: str) -> Path:
    words = f"{suite.name} {player}".replace("/", " ").replace(",", " ")
    return Path("runs", "eval", "-".join(words.split()))


@contextmanager
def _progress(
    run: Run, figures: Callable[[], dict[str, str]], *, is_shown: bool
) -> Generator[Callable[[Progress], None]]:
    """Show the solve rate so far, the time left and other figures; nothing where a person types."""
    if not is_shown:
        yield lambda _: None
        return
    with progress(CONSOLE, run.suite.name, run.num_episodes) as show:
        yield lambda now: show(now.done, now.total, solved=f"{now.solve_rate:.1%}", **figures())
