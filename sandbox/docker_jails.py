"""Jails that are containers: a zygote is the first process of each, and takes jobs as any other does.

The engine has no part in jobs: these go over a socket that was mounted until the zygote had connected, with
their descriptors. A container ends by itself when that socket is closed, and the engine removes it. It is
replaced after some thousand jobs, by one that was started beside it.
"""

import os
import signal
import socket
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace

import docker
import docker.errors
import requests

from reasongym.errors import UsageError
from reasongym.sandbox.containers import FILE_BYTES, Client, create_container
from reasongym.sandbox.engine import Engine
from reasongym.sandbox.inside.messages import MAX_BYTES
from reasongym.sandbox.jails import Jail, JailLost, JailSpec, Listener, Zygote
from reasongym.sandbox.jobs import Job, Outcome, Status
from reasongym.sandbox.meetings import attached, failure, is_ready, meeting_point, met
from reasongym.sandbox.relays import Relay

_MAX_JOBS = 3_000
_AHEAD = 500
"""Jobs before a container's last one, when its successor is started."""
_END_S = 1.0
"""After which a zygote that was asked to end is taken for dead."""
_alive: "weakref.WeakSet[DockerZygote]" = weakref.WeakSet()


class DockerJail(Jail):
    """A jail whose zygotes are in containers."""

    def __init__(self, spec: JailSpec, engine: Engine) -> None:
        super().__init__(spec)
        self._engine = engine
        self._num_jobs = 0
        self._successor: Future[Zygote] | None = None

    def begin(self, job: Job, fds: Sequence[int]) -> None:
        """Start a job that its caller watches; see `Jail.begin`."""
        self._renew()
        super().begin(job, fds)

    def close(self) -> None:
        """End the jail; it is made again if it is used again."""
        super().close()
        if self._successor is not None:
            self._successor.add_done_callback(_end)
            self._successor = None

    def _require_containable(self, job: Job) -> None:
        super()._require_containable(job)
        if job.limits.file_bytes > FILE_BYTES:
            raise UsageError(
                f"the job asks for files of {job.limits.file_bytes} bytes, containers have {FILE_BYTES}"
            )

    def attend(self, job: Job, stdin: int, listen: Listener) -> Outcome:
        """Run a job that reads a descriptor of the caller's; see `Jail.attend`."""
        if not self._engine.shares_files:
            os.close(stdin)
            raise JailLost(
                f"tests that must be executed need an engine of this machine, and not {self._engine.host}"
            )
        return super().attend(job, stdin, listen)

    def _run(self, job: Job, stdin: int = -1, listen: Listener | None = None) -> Outcome:
        self._renew()
        outcome = super()._run(job, stdin, listen)
        # It was nobody here: either it killed itself, or the kernel did, and may have hit others as well.
        if outcome.status is Status.ERROR and outcome.exit_code == -signal.SIGKILL:
            self._start_successor()
        return outcome

    def _renew(self) -> None:
        """Go over to the successor where one is ready; nothing ever waits for it."""
        self._num_jobs += 1
        if self._num_jobs >= _MAX_JOBS - _AHEAD:
            self._start_successor()
        if self._successor is None or not self._successor.done():
            return
        if self._successor.exception() is None:
            self._drop()
        else:
            self._successor = None

    def _start_successor(self) -> None:
        if self._successor is None:
            self._successor = Future()
            threading.Thread(target=self._succeed, args=(self._successor,), daemon=True).start()

    def _succeed(self, future: "Future[Zygote]") -> None:
        try:
            future.set_result(self._made())
        except BaseException as error:
            future.set_exception(error)

    def _start(self) -> Zygote:
        self._num_jobs = 0
        successor, self._successor = self._successor, None
        if successor is not None and successor.exception() is None:
            return successor.result()
        return self._made()

    def _made(self) -> Zygote:
        image, python = self._engine.image_for(self.spec)
        return DockerZygote(self._engine, replace(self.spec, python=python), image)


def _end(started: "Future[Zygote]") -> None:
    if started.exception() is None:
        started.result().kill()


class DockerZygote:
    """A zygote in a container; see `Zygote`."""

    def __init__(self, engine: Engine, spec: JailSpec, image: str) -> None:
        self._engine = engine
        self._spec = spec
        self._image = image
        self._container = ""
        self._relay: Relay | None = None
        self.control = engine.call(self._start)
        _alive.add(self)

    def _start(self, client: Client) -> socket.socket:
        try:
            return self._meet(client) if self._engine.shares_files else self._attach(client)
        except BaseException:
            self._remove(client)
            raise

    def _meet(self, client: Client) -> socket.socket:
        with meeting_point() as (folder, listener):
            self._container = create_container(client, self._spec, self._image, folder)
            with attached(client, self._container) as output:
                client.start(self._container)
                return met(listener, output)

    def _attach(self, client: Client) -> socket.socket:
        self._container = create_container(client, self._spec, self._image, "")
        everything = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        relay = Relay(client.attach_socket(self._container, params=everything))
        try:
            client.start(self._container)
            if is_ready(relay.control):
                self._relay = relay
                return relay.control
        except BaseException:
            relay.control.close()
            raise
        relay.control.close()
        raise failure(relay.words())

    def _remove(self, client: Client) -> None:
        with suppress(docker.errors.APIError, requests.RequestException):  # gone, or found at the next start
            if self._container:
                client.remove_container(self._container, force=True)

    def kill(self) -> None:
        """End the container: it does so by itself, unless its zygote is stuck."""
        with self.control:
            has_ended = _has_ended(self.control)
        if has_ended and self._relay is None:
            return
        with suppress(JailLost):
            self._engine.call(self._remove)

    def let_go(self) -> None:
        """Close what a forked process has of its parent's connection, without a word to the zygote."""
        self.control.close()
        if self._relay is not None:
            self._relay.let_go()


def _has_ended(control: socket.socket) -> bool:
    """Ask a zygote to end, and say whether it does."""
    control.settimeout(_END_S)
    try:
        control.shutdown(socket.SHUT_WR)
        while control.recv(MAX_BYTES):
            pass
    except TimeoutError:
        return False
    except OSError:  # it had ended before
        pass
    return True


def _let_go() -> None:
    """Close in a forked process what would keep its parent's containers alive."""
    for zygote in _alive:
        zygote.let_go()
    _alive.clear()


os.register_at_fork(after_in_child=_let_go)
