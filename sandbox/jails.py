"""One jail: its zygote, and one job at a time through it.

    supervisor (here)  ──packets, descriptors──  zygote (in the jail)  ──fork──  job
         └────────────── pipes: stdin, stdout, stderr, results ──────────────────┘

The zygote stops a job at its limits; should it fail to, the supervisor kills the jail, and the job has had
its time. A jail that was lost in the middle of a job is made again and the job is run once more, since jobs
are pure, and so is a job that was killed for no reason we know; lost twice, it is our failure and no verdict.
"""

import itertools
import json
import os
import secrets
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from reasongym.errors import UsageError
from reasongym.sandbox.cgroups import Cgroup
from reasongym.sandbox.inside.layers import LAYERS, Layer
from reasongym.sandbox.inside.messages import KILL, MAX_BYTES, READY, RENEW, Ended
from reasongym.sandbox.inside.root import FOLDERS
from reasongym.sandbox.inside.wiping import wipe
from reasongym.sandbox.inside.zygote import Config
from reasongym.sandbox.jobs import Job, Limits, Outcome, Status, Usage
from reasongym.sandbox.streams import Frames, Reader, Stream

STANDARD_IMPORTS = (
    *("array", "bisect", "collections", "contextlib", "copy", "dataclasses", "datetime", "decimal", "enum"),
    *("fractions", "functools", "heapq", "io", "itertools", "json", "math", "operator", "random", "re"),
    *("statistics", "string", "struct", "threading", "traceback", "typing"),
)
"""Loaded before jobs are forked; `json` and those that the jail itself needs are always there."""
_START_S = 60.0
_SLACK_S = 0.4
"""Of wall time over a job's limit, after which the zygote is taken for dead."""
_DRAIN_S = 1.0
_RENEW_SHARE = 0.1
"""A call's time is counted anew only if the calls before it took this share of it."""
MEMORY_OF_ZYGOTE = 128 << 20
PROCESSES_OF_ZYGOTE = 16
_SHARED_MEMORY = "/dev/shm"
_LEAST_ROOM_BYTES = 256 << 20
_FIRST_USER, _NUM_USERS = 61_000, 4_000
_USERS = itertools.count(secrets.randbelow(_NUM_USERS))
"""Jails of one process have users of their own: the kernel counts the processes of all that share one."""
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"} | dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
"""One thread for numerical libraries: they would start one a core, which are lost in a fork and count."""
_CODE = str(Path(__file__).parent)
_START = "import sys; sys.path.insert(0, {code!r}); from inside.zygote import main; main()"
_MEMORY_STATUS = 0.9
"""Of its limit: a job that was killed from outside and had used so much was killed for memory."""


Listener: TypeAlias = Callable[[list[dict[str, Any]]], None]
"""Hears the frames of a job as they come."""


class JailLost(Exception):
    """The zygote is gone, or does not answer."""


@dataclass(frozen=True, slots=True)
class JailSpec:
    """What a jail is made of."""

    layer: str
    """`root`, `userns`, `landlock`, or `none` for no isolation at all."""
    imports: tuple[str, ...] = STANDARD_IMPORTS
    """Modules that every job finds loaded; others than the standard library's make packages importable."""
    python: str = sys.executable
    max_memory_bytes: int = 512 << 20
    """No job of the jail may ask for more."""
    max_processes: int = 32

    def __post_init__(self) -> None:
        if self.layer not in LAYERS:
            raise UsageError(f"no layer is named {self.layer!r}; there are {', '.join(LAYERS)}")
        covered = [folder for folder in FOLDERS if Path(self.python).is_relative_to(folder)]
        if covered and self.has_packages and LAYERS[self.layer].has_namespaces:
            raise UsageError(
                f"packages of {self.python} are out of sight in the layer {self.layer!r}, whose jobs have a "
                f"{covered[0]} of their own: make the environment elsewhere, or take the layer 'landlock'"
            )

    @property
    def has_packages(self) -> bool:
        """Whether what is installed beside the standard library can be imported."""
        return any(name.partition(".")[0] not in sys.stdlib_module_names for name in self.imports)


class Zygote(Protocol):
    """A running zygote, wherever it is."""

    control: socket.socket

    def kill(self) -> None:
        """End it and everything in its jail; what it made is removed."""
        ...


class LocalZygote:
    """A zygote that is a child of this process."""

    def __init__(self, spec: JailSpec, layer: Layer) -> None:
        self._cgroup = Cgroup(
            spec.max_memory_bytes + MEMORY_OF_ZYGOTE, spec.max_processes + PROCESSES_OF_ZYGOTE
        )
        self._folder = "" if layer.has_namespaces else _new_folder()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        config = Config(
            layer=spec.layer,
            user=_FIRST_USER + next(_USERS) % _NUM_USERS if _may_choose_user(spec, layer) else -1,
            imports=list(spec.imports),
            code=_CODE,
            folder=self._folder,
            socket=theirs.fileno(),
            groups=self._cgroup.folders,
        )
        with theirs:
            self._process = subprocess.Popen(
                python_command(spec, config),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=_ENVIRONMENT,
                start_new_session=True,
            )
        try:
            self._cgroup.add(self._process.pid)
            self._await_ready()
        except BaseException:
            self.kill()
            raise

    def _await_ready(self) -> None:
        self.control.settimeout(_START_S)
        try:
            is_ready = self.control.recv(MAX_BYTES) == READY
        except OSError:  # it took too long, or the other end was closed
            is_ready = False
        self.control.settimeout(None)
        if not is_ready:
            self._kill_all()  # whoever is left would hold stderr open
            told = self._process.stderr.read().decode(errors="replace") if self._process.stderr else ""
            raise JailLost(told.strip().rpartition("\n")[2] or "the zygote did not answer")

    def _kill_all(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the jail."""
        self.control.close()
        self._kill_all()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._cgroup.remove()
        if self._folder:
            with suppress(OSError):  # a killed job may not be gone yet
                wipe(self._folder, stat.S_IRWXU)
                os.rmdir(self._folder)


def python_command(spec: JailSpec, config: Config, code: str = _CODE) -> list[str]:
    """Return the command that starts a zygote; without site-packages unless the imports need them."""
    flags = ["-s", "-P", "-B"] if spec.has_packages else ["-s", "-S", "-P", "-B"]
    return [spec.python, *flags, "-c", _START.format(code=code), json.dumps(config._asdict())]


def _may_choose_user(spec: JailSpec, layer: Layer) -> bool:
    """Whether jobs can run as a user of their own: only root may do that, and that user must find Python."""
    if os.geteuid() != 0 or not layer.is_confined or layer.is_user_namespace:
        return False
    # Where the jail has no mounts of its own, others may not be let on the way to the interpreter.
    ways: Sequence[Path] = () if layer.has_namespaces else Path(spec.python).resolve().parents
    return all(way.stat().st_mode & stat.S_IXOTH for way in ways)


def _new_folder() -> str:
    folder = tempfile.mkdtemp(
        prefix="reasongym-job-", dir=_SHARED_MEMORY if _is_roomy(_SHARED_MEMORY) else None
    )
    os.chmod(folder, 0o777)
    return folder


def _is_roomy(folder: str) -> bool:
    """Whether jobs can work there; in memory, thousands of folders are emptied in no time."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    is_free = found.f_bavail * found.f_frsize >= _LEAST_ROOM_BYTES and not found.f_flag & os.ST_NOEXEC
    return is_free and os.access(folder, os.W_OK)


class Jail:
    """A jail that is made when it is first needed, and made again when it is lost."""

    def __init__(self, spec: JailSpec) -> None:
        self.spec = spec
        self.layer = LAYERS[spec.layer]
        self.num_starts = 0
        self._zygote: Zygote | None = None
        self._lock = threading.Lock()

    def run(self, job: Job) -> Outcome:
        """Run a job to its end; raises UsageError where the layer cannot contain it, JailLost."""
        self._require_containable(job)
        with self._lock:
            with suppress(JailLost):
                outcome = self._run(job)
                if not _was_killed(outcome, job.limits):
                    return outcome
            return self._run(job)

    def attend(self, job: Job, stdin: int, listen: Listener) -> Outcome:
        """Run a job once that reads a descriptor of the caller's, and hear its frames as they come.

        The descriptor is closed here as soon as the job has it. Raises UsageError, JailLost.
        """
        with self._lock:
            try:
                self._require_containable(job)
                self._started()
            except BaseException:
                os.close(stdin)
                raise
            return self._run(job, stdin, listen)

    def begin(self, job: Job, fds: Sequence[int]) -> None:
        """Start a job with descriptors of the caller's, who then watches it; nobody else may use the jail.

        They are payload, stdin, stdout, stderr and results. Raises UsageError, JailLost.
        """
        self._require_containable(job)
        message = job.limits.inside(is_session=job.is_session).packed()
        try:
            socket.send_fds(self._started().control, [message], list(fds))
        except OSError:  # it was lost while nobody looked
            self._drop()
            socket.send_fds(self._started().control, [message], list(fds))

    @property
    def control(self) -> socket.socket:
        """The socket to the zygote."""
        return self._started().control

    def close(self) -> None:
        """End the jail; it is made again if it is used again."""
        with self._lock:
            self._drop()

    def _require_containable(self, job: Job) -> None:
        if job.needs_fork and not self.layer.may_fork and self.layer.is_confined:
            raise UsageError(
                f"the layer {self.spec.layer!r} cannot contain what a program forks, and this one must fork: "
                "run it where namespaces are available"
            )
        if job.limits.memory_bytes > self.spec.max_memory_bytes:
            raise UsageError(
                f"the job asks for {job.limits.memory_bytes} bytes of memory, the jail has "
                f"{self.spec.max_memory_bytes}"
            )

    def _drop(self) -> None:
        if self._zygote is not None:
            self._zygote.kill()
            self._zygote = None

    def _started(self) -> Zygote:
        if self._zygote is None:
            self._zygote = self._start()
            self.num_starts += 1
        return self._zygote

    def _start(self) -> Zygote:
        return LocalZygote(self.spec, self.layer)

    def _run(self, job: Job, stdin: int = -1, listen: Listener | None = None) -> Outcome:
        """Run a job once; a jail that is lost, or that we cannot talk to, is let go of."""
        try:
            attempt = _Attempt(job, self._started().control, stdin, listen)
            try:
                ended = attempt.watch()
            finally:
                attempt.close()
            if attempt.is_overdue:
                self._drop()
            return attempt.outcome(ended)
        except (JailLost, OSError) as error:
            self._drop()
            raise JailLost(str(error)) from error


def _was_killed(outcome: Outcome, limits: Limits) -> bool:
    """Whether somebody else may have killed the job; one that kills itself does so every time.

    There must be time left for another run.
    """
    is_killed = outcome.status is Status.ERROR and outcome.exit_code == -signal.SIGKILL
    return is_killed and outcome.usage.wall_s < limits.wall / 2


class _Attempt:
    """A job on its way through a zygote."""

    def __init__(self, job: Job, control: socket.socket, stdin: int, listen: Listener | None) -> None:
        self._job = job
        self._control = control
        self._listen = listen
        limits = job.limits
        given = [memory_file("payload", job.payload), stdin if listen else memory_file("stdin", job.stdin)]
        pipes = [os.pipe() for _ in range(3)]
        self._stdout = Stream(pipes[0][0], limits.output_bytes)
        self._stderr = Stream(pipes[1][0], limits.output_bytes)
        self._frames = Frames(pipes[2][0], limits.result_bytes, most=job.num_calls + 1)
        self._streams = [self._stdout, self._stderr, self._frames]
        theirs = [*given, *(writing for _, writing in pipes)]
        try:
            socket.send_fds(control, [limits.inside(num_calls=job.num_calls).packed()], theirs)
        except OSError as error:
            self.close()
            raise JailLost(str(error)) from error
        finally:
            for fd in theirs:
                os.close(fd)
        self._reader = Reader(control.fileno(), self._streams)
        self._is_over_output = False
        self.is_overdue = False
        """Whether the zygote let it run past its limit of wall time, for want of time or worse."""
        self._counted_from = time.monotonic()

    def watch(self) -> Ended:
        """Read until the job is over and its pipes are empty."""
        num_known = 0
        while not self._reader.wait(self._patience()):
            if self._patience() <= 0:
                self.is_overdue = True
                return Ended("wall", signal.SIGKILL, 0, 0.0, self._job.limits.wall)
            if self._frames.num_whole > num_known:
                num_known = self._frames.num_whole
                self._count_anew(num_known)
                if self._listen is not None:
                    self._listen(self._frames.latest())
            if not self._is_over_output and any(stream.is_truncated for stream in self._streams):
                self._is_over_output = True
                self._tell(KILL)
        ended = self._ended()
        self._reader.forget_control()
        until = time.monotonic() + _DRAIN_S
        while self._reader.num_open and time.monotonic() < until:
            self._reader.wait(until - time.monotonic())
        if self._listen is not None:
            self._listen(self._frames.latest())
        return ended

    def _patience(self) -> float:
        return self._counted_from + self._job.limits.wall + _SLACK_S - time.monotonic()

    def _count_anew(self, num_calls: int) -> None:
        """Give the next call time of its own; there are no more of these than calls."""
        spent = time.monotonic() - self._counted_from
        if num_calls < self._job.num_calls and spent > _RENEW_SHARE * self._job.limits.cpu_s:
            self._counted_from = time.monotonic()
            self._tell(RENEW)

    def _tell(self, message: bytes) -> None:
        with suppress(OSError):  # then it is gone, which is seen where its answer is awaited
            self._control.send(message)

    def _ended(self) -> Ended:
        try:
            message = self._control.recv(MAX_BYTES)
        except OSError as error:
            raise JailLost(str(error)) from error
        if not message:
            raise JailLost("the zygote is gone")
        return Ended.of(message)

    def close(self) -> None:
        for stream in self._streams:
            stream.close()

    def outcome(self, ended: Ended) -> Outcome:
        """Say what came of the job; raises JailLost where it never came to its program."""
        if not self._frames.is_begun:
            told = bytes(self._stderr.content).decode(errors="replace").strip().rpartition("\n")[2]
            raise JailLost(f"the walls of a job could not be built: {told or ended.cause}")
        frames, is_broken = self._frames.frames()
        code = os.waitstatus_to_exitcode(ended.status)
        return Outcome(
            self._status(ended, code, frames),
            code,
            bytes(self._stdout.content),
            bytes(self._stderr.content),
            frames,
            Usage(ended.cpu_s, ended.wall_s, ended.peak_bytes),
            self._stdout.is_truncated,
            self._stderr.is_truncated,
            is_broken,
        )

    def _status(self, ended: Ended, code: int, frames: Sequence[dict[str, Any]]) -> Status:
        if self._is_over_output or any(stream.is_truncated for stream in self._streams):
            return Status.OUTPUT
        if ended.cause in ("cpu", "wall") or code == -signal.SIGXCPU:
            return Status.TIME
        if ended.cause == "files":
            return Status.OUTPUT
        if ended.cause in ("memory", "processes") or self._is_out_of_memory(ended, code):
            return Status.MEMORY
        if any("syntax" in frame for frame in frames):
            return Status.SYNTAX
        return Status.OK if code == 0 else Status.ERROR

    def _is_out_of_memory(self, ended: Ended, code: int) -> bool:
        if code == -signal.SIGKILL:
            return ended.peak_bytes > _MEMORY_STATUS * self._job.limits.memory_bytes
        return code != 0 and b"MemoryError" in self._stderr.content[-_TAIL_BYTES:]


_TAIL_BYTES = 400


def memory_file(name: str, content: bytes) -> int:
    """Make a file in memory that holds this, to be read from its beginning."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC)
    left = memoryview(content)
    while left:
        left = left[os.write(fd, left) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
