"""Programs in other languages than Python: built once in the jail, then run there for each input.

Whatever the jail has may build and run them: compilers and interpreters that stand below /usr.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from reasongym.errors import UsageError
from reasongym.sandbox.jobs import Job, Limits, Outcome, Status, command

_BUILD_CPU_S, _BUILD_FILE_BYTES = 30.0, 256 << 20


@dataclass(frozen=True, slots=True)
class Language:
    """How programs that read stdin and write stdout are built and run."""

    source: str
    """Name of the file that holds the code."""
    run: tuple[str, ...]
    build: tuple[str, ...] = ()
    """Makes `built` from the source; empty where the source is run itself."""
    built: str = "program"


CPP = Language("solution.cpp", ("./program",), ("g++", "-O2", "-std=c++20", "-o", "program", "solution.cpp"))
C = Language("solution.c", ("./program",), ("gcc", "-O2", "-std=c17", "-o", "program", "solution.c", "-lm"))
_PACK = 'out=$1; shift; "$@" >&2 && cat "$out"'


class NotBuilt(Exception):
    """The code does not compile; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.stderr.decode(errors="replace"))
        self.outcome = outcome


def build(run: Callable[[Job], Outcome], code: str, language: Language, limits: Limits) -> dict[str, bytes]:
    """Return the files that a program consists of; the build has limits of its own, but for memory.

    Raises NotBuilt, JailLost, and UsageError without a compiler.
    """
    source = {language.source: code.encode(errors="surrogatepass")}
    if not language.build:
        return source
    most = replace(
        limits, cpu_s=_BUILD_CPU_S, wall_s=None, file_bytes=_BUILD_FILE_BYTES, output_bytes=_BUILD_FILE_BYTES
    )
    argv = ["sh", "-c", _PACK, "sh", language.built, *language.build]
    outcome = run(command(argv, source, b"", most, needs_fork=True))
    if outcome.exit_code == _NO_SUCH_COMMAND:
        raise UsageError(f"the jail has no {language.build[0]!r}: install it below /usr")
    if outcome.status is not Status.OK:
        raise NotBuilt(outcome)
    return {language.built: outcome.stdout}


_NO_SUCH_COMMAND = 127


def job(language: Language, files: Mapping[str, bytes], stdin: bytes, limits: Limits) -> Job:
    """Make the job of a program that is built."""
    return command(language.run, files, stdin, limits)
