"""A session: turns of Python in one namespace, and branches of it.

The results descriptor is a socket of packets here. A turn's code comes as a descriptor beside its packet;
when the turn is over, a packet says how it ended. A branch is a fork that goes on with descriptors of its
own in a copy of the working folder.
"""

import ast
import json
import linecache
import os
import shutil
import signal
import socket
import sys
import types
from collections.abc import Callable
from contextlib import suppress

_SOCKET = 4
_MAX_BYTES = 512
_NUM_FDS = 4
TURN, BRANCH = b"T", b"B"
_NAME = "turn {}"


class _Interrupts:
    """Ctrl-C counts in a turn only; what comes late must not end the session."""

    def __init__(self) -> None:
        self.is_turn = False
        signal.signal(signal.SIGINT, self._take)

    def _take(self, *_: object) -> None:
        if self.is_turn:
            self.is_turn = False
            raise KeyboardInterrupt


def serve(main: types.ModuleType, show: Callable[[BaseException], None]) -> None:
    """Take turns until the other side of the socket is closed."""
    link = socket.socket(fileno=_SOCKET)
    interrupts = _Interrupts()
    num_turns = num_branches = 0
    while True:
        message, fds, _, _ = socket.recv_fds(link, _MAX_BYTES, _NUM_FDS)
        if not message:
            _await_branches(num_branches)
            return
        if message[:1] == BRANCH:
            num_branches += 1
            link = _branched(link, fds, num_branches)
            continue
        num_turns += 1
        with os.fdopen(fds[0], "rb") as file:
            code = file.read().decode()
        interrupts.is_turn = True
        raised = _turn(code, main, _NAME.format(num_turns), show)
        interrupts.is_turn = False
        link.send(json.dumps({"raised": raised}).encode())


def _await_branches(num: int) -> None:
    """Stay while branches go on: what the first process of a session began ends with it."""
    with suppress(ChildProcessError):
        while num:
            os.wait()


def _turn(code: str, main: types.ModuleType, name: str, show: Callable[[BaseException], None]) -> str:
    """Run one turn; the value of a last expression is shown as an interpreter shows it.

    Returns the name of the exception that ended it, if any.
    """
    raised = ""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        tree = ast.parse(code, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec", dont_inherit=True), main.__dict__)
        if isinstance(last, ast.Expr):
            expression = ast.Expression(last.value)
            sys.displayhook(eval(compile(expression, name, "eval", dont_inherit=True), main.__dict__))
    except SystemExit:
        raised = "SystemExit"
    except BaseException as error:
        raised = type(error).__name__
        show(error)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a program may have closed or replaced it
            stream.flush()
    return raised


def _branched(link: socket.socket, fds: list[int], number: int) -> socket.socket:
    """Fork; the parent goes on with its own socket, the child with the descriptors that came."""
    with suppress(Exception):
        sys.stdout.flush()
    other, stdout, stderr = fds
    here = os.getcwd()
    copy = f"{here.rstrip('/')}-{number}" if here != "/tmp" else f"/tmp/.branch-{number}"
    shutil.copytree(here, copy, symlinks=True, ignore=shutil.ignore_patterns(".branch-*"))
    if os.fork():
        for fd in fds:
            os.close(fd)
        return link
    link.close()
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    branch = socket.socket(fileno=os.dup2(other, _SOCKET))
    for fd in fds:
        os.close(fd)
    os.chdir(copy)
    return branch
