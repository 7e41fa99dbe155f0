"""The process that forks jobs: started once a jail, an interpreter with its imports done.

It never reads what a job is about: payloads go as descriptors from the supervisor to the job, so that nothing
of one job is in the memory that the next one inherits. It watches what the job uses, stops it at its limits,
and tells the supervisor only when every process of the job is gone.

    python -I -c '... from inside.zygote import main; main()' '{"layer": "root", "socket": 7, ...}'
"""

import gc
import importlib
import json
import os
import select
import signal
import site
import socket
import stat
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple, NoReturn

from . import job, kernel, landlock, root, standard, usage
from .filters import Filter, Freedom, job_filter
from .groups import Groups
from .layers import LAYERS, Layer
from .lines import Line, StreamedLine
from .messages import INTERRUPT, MAX_BYTES, READY, RENEW, Ended, JobLimits
from .wiping import wipe

_FIRST_LOOK_S, _LOOK_S = 0.004, 0.02
"""Jobs that end at once are never looked at; others so often."""
_STAND_BY_S = 0.5
_GRACE_S = 0.5
"""Of CPU time to a job that was interrupted."""
_NUM_FDS = 8
_THREADS_OVER = 2
"""Times the limit: those that end are counted until they are waited for."""
_FIRST_FILE_BYTES = 64 << 20
"""Of the folders that jobs write to, until one asks for another size."""
_PATH = "/usr/local/bin:/usr/bin:/bin"
_SHARED_FOLDERS = (*root.FOLDERS, "/dev/mqueue")
"""Of a container: where any user may write."""


class Config(NamedTuple):
    """What the supervisor says of the jail; nothing in it is about a job."""

    layer: str
    user: int
    """Id that jobs take where the zygote may choose; -1 to keep its own."""
    imports: list[str]
    """Modules that every job finds loaded."""
    code: str
    """Folder that holds this package, which jobs do not import from."""
    folder: str
    """Where jobs work in a jail without mounts of their own."""
    socket: int = -1
    path: str = ""
    """Of the socket to connect to, where none was inherited."""
    groups: Sequence[str] = ()
    """Folders of the jail's control groups."""
    is_streamed: bool = False
    """The supervisor is at the other end of stdin and stdout."""


class SupervisorGone(Exception):
    """Nobody is left to fork jobs for."""


def main() -> NoReturn:
    """Read the config from the command line, wall this process in, and serve until the supervisor is gone."""
    config = Config(**json.loads(sys.argv[1]))
    # A first process is immune to what it has no handler for, and jobs of the same user may send it signals.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    layer = LAYERS[config.layer]
    executable = os.path.realpath(sys.executable)
    line = StreamedLine() if config.is_streamed else Line(_connected(config))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where the machine runs out of memory, jobs go first; they are the largest here
    groups = Groups(config.groups)
    _enter(layer, line.control, groups)
    if not os.path.exists(sys.executable):  # a virtual environment's is not there where no packages are
        sys.executable = executable
    _prepare(config)
    filter_ = _filter(layer, config) if layer.is_confined else None
    if layer.is_confined:
        kernel.bound_capabilities()
    kernel.set_dumpable(False)
    line.control.send(READY)
    try:
        _serve(line, job.site(layer, config.user, config.folder, filter_))
    except SupervisorGone:
        _tidy(config, layer, groups)
    finally:
        os._exit(0)


def _tidy(config: Config, layer: Layer, groups: Groups) -> None:
    """Leave nothing behind that a supervisor would have removed; namespaces end with this process."""
    if not config.folder:
        return
    _reap_all(layer)
    wipe(config.folder, stat.S_IRWXU)
    os.rmdir(config.folder)
    groups.leave()
    groups.remove()


def _connected(config: Config) -> socket.socket:
    if not config.path:
        return socket.socket(fileno=config.socket)
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.connect(config.path)
    return control


def _enter(layer: Layer, control: socket.socket, groups: Groups) -> None:
    """Go into namespaces of one's own; the caller continues as their first process."""
    if layer.is_container and os.getpid() != 1:
        raise OSError("not the first process of a container: killing all others would kill the machine's")
    if not layer.has_namespaces:
        kernel.adopt_orphans()
        return
    user, group = os.getuid(), os.getgid()
    flags = kernel.NEWNS | kernel.NEWPID | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS
    kernel.unshare(flags | (kernel.NEWUSER if layer.is_user_namespace else 0))
    if layer.is_user_namespace:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    watched, held = os.pipe()
    child = os.fork()
    if child:
        control.close()
        os.close(watched)
        _stand_by(child, groups)
    groups.close()
    kernel.die_with_parent()
    os.close(held)
    if select.select([watched], [], [], 0)[0]:  # it ended before that could be asked for
        os._exit(0)
    os.close(watched)
    root.build()
    root.mount_folders(_FIRST_FILE_BYTES)


def _stand_by(child: int, groups: Groups) -> NoReturn:
    """Wait outside for the jail's end, and bring it about when the supervisor is gone.

    The supervisor's end of the socket may live on in a process that it forked.
    """
    supervisor = os.getppid()
    groups.leave()
    over = os.pidfd_open(child)
    while not select.select([over], [], [], _STAND_BY_S)[0] and os.getppid() == supervisor:
        pass
    os.kill(child, signal.SIGKILL)  # and with it all that it forked
    os.waitpid(child, 0)
    groups.remove()
    os._exit(0)


def _prepare(config: Config) -> None:
    """Import what jobs find loaded, and forget how this process was started."""
    sys.meta_path[:] = [
        finder for finder in sys.meta_path if isinstance(finder, type)
    ]  # no editable installs
    site.setquit()  # programs end by exit(), which an interpreter without site lacks
    for name in config.imports:
        importlib.import_module(name)
    sys.path[:] = [path for path in sys.path if path != config.code]
    _forget_this_package()
    sys.argv[:] = [""]
    folder = config.folder or root.FOLDERS[0]
    os.environ.clear()
    os.environ.update({"PATH": _PATH, "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"})
    standard.make_streams()
    gc.collect()
    gc.freeze()  # else every collection in a job would copy all pages


def _forget_this_package() -> None:
    """Let nothing lead from a program to this package; here, since each job would copy what it looks at."""
    for name in [name for name in sys.modules if name.startswith(__package__ or "inside")]:
        del sys.modules[name]


def _filter(layer: Layer, config: Config) -> Filter:
    freedom = Freedom(
        fork=layer.may_fork,
        connect=layer.may_fork,
        signal=layer.may_fork or landlock.contains_signals(),
        own=layer.may_fork or config.user >= 0,
        truncate=layer.may_fork or landlock.contains_truncation(),
    )
    return job_filter(freedom)


def _serve(line: Line, site: job.Site) -> NoReturn:
    supervisor = os.getppid()
    file_bytes = _FIRST_FILE_BYTES
    control = line.control
    while True:
        if not line.wait([control.fileno()], _STAND_BY_S):
            if os.getppid() != supervisor:
                raise SupervisorGone
            continue
        message, fds, _, _ = socket.recv_fds(control, MAX_BYTES, _NUM_FDS)
        if not message:
            raise SupervisorGone
        if not fds:
            continue  # meant for a job that has just ended
        limits = JobLimits.of(message)
        if site.layer.has_namespaces and limits.file_bytes != file_bytes:
            file_bytes = limits.file_bytes
            root.mount_folders(file_bytes, again=True)
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            control.close()
            job.perform(site, limits, fds)
        for fd in fds:
            os.close(fd)
        control.send(_watched(pid, limits, started, line, site).packed())


# -- one job --------------------------------------------------------------------------------------------


class _Watch:
    """A job that runs: what it has used, and why it was stopped."""

    def __init__(self, pid: int, limits: JobLimits, started: float, layer: Layer, folder: str) -> None:
        self.pid = pid
        self.cause = ""
        self._folder = "" if layer.may_fork or not layer.is_confined else folder
        self.peak_bytes = 0
        self.cpu_s = 0.0
        self._limits = limits
        self._started = started
        self._counted_from = (0.0, 0.0)
        self._grace_s = 0.0
        self._layer = layer

    @property
    def wall_s(self) -> float:
        return time.monotonic() - self._started

    def look(self) -> None:
        """Stop the job if it uses more than it may."""
        pids = usage.others() if self._layer.may_fork else [self.pid]
        use = usage.use_of(pids)
        self.peak_bytes = max(self.peak_bytes, use.memory_bytes)
        self.cpu_s = max(self.cpu_s, use.cpu_s)
        cpu_s, wall_s = self._counted_from
        if self.cpu_s - cpu_s > self._limits.cpu_s + self._grace_s:
            self._out_of_time()
        elif use.memory_bytes > self._limits.memory_bytes and not self._only_shares(pids):
            self.stop("memory")
        elif use.num_threads > _THREADS_OVER * self._limits.processes and self._layer.is_confined:
            self.stop("processes")  # where the kernel does not count them for us
        elif self._folder and usage.is_filled(self._folder, self.pid, self._limits.file_bytes):
            self.stop("files")
        elif self.wall_s - wall_s > self._limits.wall_s:
            self.stop("wall")

    def _only_shares(self, pids: list[int]) -> bool:
        """Whether processes are too large only as long as what they share is counted for each."""
        with suppress(OSError):  # one may hide from us
            return len(pids) > 1 and usage.fair_bytes(pids) <= self._limits.memory_bytes
        return False

    def renew(self) -> None:
        """Count the job's time from now on."""
        self.look()
        self._counted_from = (self.cpu_s, self.wall_s)
        self._grace_s = 0.0

    def _out_of_time(self) -> None:
        if not self._limits.is_warned or self._grace_s:
            self.stop("cpu")
            return
        self._grace_s = _GRACE_S
        self.interrupt()

    def interrupt(self) -> None:
        """Press Ctrl-C in the job."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)

    def stop(self, cause: str) -> None:
        self.cause = self.cause or cause
        if self._layer.may_fork:
            kill_everybody()
            return
        for kill in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                kill(self.pid, signal.SIGKILL)


def kill_everybody() -> None:
    """Kill every process but this one and those that it may not; no fork can slip between."""
    with suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)


def _watched(pid: int, limits: JobLimits, started: float, line: Line, site: job.Site) -> Ended:
    """Wait until a job is over, and see that nothing of it is left."""
    watch = _Watch(pid, limits, started, site.layer, site.folder)
    _await(watch, line)
    _, status, spent = os.wait4(pid, 0)
    cpu_s = spent.ru_utime + spent.ru_stime
    peak = max(watch.peak_bytes, spent.ru_maxrss * 1024)
    watch.stop("")
    cpu_s += _reap_all(site.layer)
    _clean(site)
    return Ended(watch.cause, status, peak, max(cpu_s, watch.cpu_s), watch.wall_s)


def _await(watch: _Watch, line: Line) -> None:
    over = os.pidfd_open(watch.pid)
    supervisor = os.getppid()
    pause_s = _FIRST_LOOK_S
    try:
        while True:
            ready = line.wait([over, line.control.fileno()], pause_s)
            if over in ready:
                return
            if ready:
                _obey(watch, line.control)
            if os.getppid() != supervisor:  # its end of the socket may live on in a process that it forked
                raise SupervisorGone
            watch.look()
            pause_s = _LOOK_S
    finally:
        os.close(over)


def _obey(watch: _Watch, control: socket.socket) -> None:
    message = control.recv(MAX_BYTES)
    if not message:  # the supervisor is gone, and with it whoever waits for this job
        watch.stop("asked")
        raise SupervisorGone
    if message[:1] == RENEW:
        watch.renew()
    elif message[:1] == INTERRUPT:
        watch.interrupt()
    else:
        watch.stop("asked")


def _reap_all(layer: Layer) -> float:
    """Kill and wait for every process that the job left; returns the CPU seconds of these."""
    cpu_s = 0.0
    with suppress(ChildProcessError):
        while True:
            for pid in [] if layer.may_fork else _children():
                os.kill(pid, signal.SIGKILL)
            if layer.may_fork:
                kill_everybody()
            _, _, spent = os.wait4(-1, 0)
            cpu_s += spent.ru_utime + spent.ru_stime
    return cpu_s


def _children() -> list[int]:
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return [int(pid) for pid in file.read().split()]


def _clean(site: job.Site) -> None:
    """Empty what the job could write to."""
    if not site.layer.may_fork:
        wipe(site.folder, 0o777)
        return
    for folder in filter(os.path.isdir, _SHARED_FOLDERS if site.layer.is_container else root.FOLDERS):
        wipe(folder, root.OPEN_TO_ALL)
