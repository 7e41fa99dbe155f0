"""The other side of `process`: a program that makes problems of the reasoning-gym package and scores answers.

It is run by path, in an interpreter that has reasoning-gym and need not have this package, so it imports the
standard library alone. It reads one JSON request a line and writes one JSON reply a line. Each request is
served by a child of its own, forked from a process that has imported the package and has seen no answer, so
whatever the code in an answer changes ends with it. The child has limits of CPU time and memory, its random
generators are seeded anew, and when it is done or late everything it left running is killed.

It may start no process or thread: its RLIMIT_NPROC is 0, which holds however many the user has already, but
not for root, whom Linux exempts in every namespace, nor for who has CAP_SYS_RESOURCE or CAP_SYS_ADMIN. There
forks are not prevented but ended when the request is done or late (`wall_s`): all of them with the layer of
processes, without it those that stay in the child's session. Run the worker as an ordinary user.

Three layers are asked of Linux and reported in the first line; each is left out where it is not permitted:
namespaces without a network and without a sight of other processes, and Landlock without a file to write.
"""

import ctypes
import gc
import importlib
import json
import math
import os
import random
import resource
import select
import signal
import sys
import time
from importlib.metadata import version
from typing import Any

_NEW_USER, _NEW_NET, _NEW_PID, _NEW_IPC = 0x10000000, 0x40000000, 0x20000000, 0x08000000  # sched.h
_NO_NEW_PRIVILEGES, _DIE_WITH_PARENT = 38, 1  # prctl.h
_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # numbers of Landlock's system calls on every architecture
_WRITES = sum(1 << bit for bit in (1, *range(4, 13)))  # landlock.h: write, remove and make files of all kinds
_MAX_REPLY_BYTES = 16_000_000

Reply = dict[str, Any]


def main() -> None:
    """Serve requests until the input ends."""
    replies = os.dup(1)
    os.dup2(2, 1)  # what the package or an answer prints is no reply
    libc = ctypes.CDLL(None, use_errno=True)
    layers = _own_namespaces(libc)
    ready: Reply = {"layers": layers}
    try:
        importlib.import_module("reasoning_gym")
        ready["version"] = version("reasoning-gym")
    except ImportError as error:
        ready["missing"] = f"{error}"
    if _cannot_write(libc):
        layers.append("files")
    _write(replies, ready)
    gc.collect()
    gc.freeze()  # a child would else copy every page that a collection touches
    for line in sys.stdin:
        _write(replies, _served(json.loads(line), contained="processes" in layers))


def _own_namespaces(libc: ctypes.CDLL) -> list[str]:
    """Move into namespaces without a network and other processes, as far as they are permitted."""
    for flags in (_NEW_USER | _NEW_NET | _NEW_PID | _NEW_IPC, _NEW_NET | _NEW_PID | _NEW_IPC):
        if libc.unshare(flags) == 0:
            child = os.fork()  # only a child is in the new namespace of processes, as its first
            if child:
                _, status = os.waitpid(child, 0)
                os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
            libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
            return ["network", "processes"]
    return []


def _cannot_write(libc: ctypes.CDLL) -> bool:
    """Give up opening, making and removing files for writing, for this process and its children."""
    handled = ctypes.c_uint64(_WRITES)
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    if ruleset < 0:
        return False
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    is_restricted = libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return is_restricted


def _served(request: Reply, *, contained: bool) -> Reply:
    """Serve a request in a child; `over_limit` where it dies or is late."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _serve_and_exit(request, writing)
    os.close(writing)
    reply = _read_all(reading, time.monotonic() + request["wall_s"])
    os.close(reading)
    for pid in (-1,) if contained else (-child, child):  # in a namespace of our own, -1 is all but us
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:  # it has ended, or has not made its group yet
            continue
    _reap(child, all_of_them=contained)
    try:
        return json.loads(reply)
    except ValueError:  # cut off, or nothing
        return {"over_limit": "it was killed or did not end in time"}


def _reap(child: int, *, all_of_them: bool) -> None:
    os.waitpid(child, 0)
    while all_of_them:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _read_all(fd: int, deadline: float) -> bytes:
    read = bytearray()
    while len(read) < _MAX_REPLY_BYTES:
        ready, _, _ = select.select([fd], [], [], max(0.0, deadline - time.monotonic()))
        piece = os.read(fd, 1 << 16) if ready else b""
        if not piece:
            return bytes(read) if ready else b""
        read += piece
        if read.endswith(b"\n"):
            return bytes(read)
    return b""


def _serve_and_exit(request: Reply, writing: int) -> None:
    """Do the work in the child and never return."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        _limit(cpu_s=request["cpu_s"], memory_bytes=request["memory_bytes"])
        _seed(request["seed"])
        reply = _entry(request) if request["op"] == "entry" else _score(request)
    except MemoryError:
        reply = {"over_limit": "it took too much memory"}
    except RecursionError:
        reply = {"over_limit": "it nested too deeply"}
    except BaseException as error:  # the package and an answer may raise anything, SystemExit too
        reply = {"raised": f"{type(error).__name__}: {error}"[:500]}
    try:
        _write(writing, reply)
    finally:
        os._exit(0)


def _limit(*, cpu_s: int, memory_bytes: int) -> None:
    """Limit what this process may use, for good; it starts no other from here on, unless it is root's."""
    for limit, value in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _seed(seed: int) -> None:
    """Seed the global generators, from which some tasks draw."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)


def _dataset(request: Reply) -> Any:
    factory: Any = importlib.import_module("reasoning_gym.factory")
    return factory.create_dataset(
        request["task"], **{"seed": request["seed"], "size": 1, **request["config"]}
    )


def _entry(request: Reply) -> Reply:
    """Make the first problem of a data set of one."""
    entry = _dataset(request)[0]
    try:
        metadata = json.loads(json.dumps(entry["metadata"], default=str))
    except (TypeError, ValueError):  # keys that are tuples
        metadata = None
    return {"question": entry["question"], "answer": entry["answer"], "metadata": metadata}


def _score(request: Reply) -> Reply:
    """Score an answer to the problem made anew: metadata have tuples and objects that JSON would lose."""
    data = _dataset(request)
    entry = data[0]
    if entry["question"] != request["question"]:
        return {"other": "the installed reasoning-gym makes another problem of this seed"}
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = min(request["cpu_s"], math.ceil(used.ru_utime + used.ru_stime) + request["scoring_s"])
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    signal.setitimer(signal.ITIMER_REAL, 2 * request["scoring_s"])
    return {"score": float(data.score_answer(answer=request["answer"], entry=entry))}


def _write(fd: int, reply: Reply) -> None:
    line = json.dumps(reply).encode() + b"\n"
    while line:
        line = line[os.write(fd, line) :]


if __name__ == "__main__":
    main()
