"""A connection to a Docker engine, which may die and come back; and the images that it has for jobs.

Only the making and removing of containers needs the engine: jobs never touch it.
"""

import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import lru_cache
from typing import IO, TypeVar

import docker
import docker.errors
import requests

from reasongym.errors import UsageError
from reasongym.sandbox.containers import REPOSITORY, Client, image_with_code, remove_stale
from reasongym.sandbox.jails import JailLost, JailSpec
from reasongym.sandbox.rootfs import PACKAGES_FOLDER, RootFiles, python_path, root_files

Result = TypeVar("Result")
_STANDARD_HOST = "unix:///var/run/docker.sock"
_CALL_S = 180
"""Of one request; a busy machine takes seconds to start a container."""
_PATIENCE_S = 30.0
_PATIENCE_WITH_FAULTS_S = 5.0
"""With an engine that is there and fails."""
_PAUSE_S = 0.2
_OUR_FAULT = 500
"""Answers below blame the request; those from here on the engine, which may be about to restart."""


class Engine:
    """The engine that DOCKER_HOST names, or this machine's; may be used from many threads of one process."""

    def __init__(self, image: str = "", patience_s: float = _PATIENCE_S) -> None:
        """Use an image of one's own for jobs, or the standard one; nothing is asked of the engine yet."""
        self.host = os.environ.get("DOCKER_HOST") or _STANDARD_HOST
        self.shares_files = self.host.startswith("unix://")
        """Whether folders and sockets of this machine can be mounted in containers."""
        if not self.host.startswith(("unix://", "tcp://", "http://", "https://")):
            raise UsageError(f"an engine is reached at unix://... or tcp://..., DOCKER_HOST is {self.host}")
        self._image = image
        self._found = ("", "")
        self._patience_s = patience_s
        self._away_since = 0.0
        self._image_lock = threading.Lock()

    def call(self, work: Callable[[Client], Result]) -> Result:
        """Do something with the engine, again while it is away; raises JailLost where it stays away.

        A connection is made for each call: there are few, and none outlives an engine or a fork. Once it has
        been away for longer than is waited, further calls try once.
        """
        while True:
            try:
                self._require_listener()
                with closing(self._client()) as client:
                    result = work(client)
            except docker.errors.APIError as error:
                if isinstance(error, docker.errors.ImageNotFound):
                    self._found = ("", "")  # somebody removed it, and it may be made again
                if error.response is None or error.response.status_code < _OUR_FAULT:
                    raise JailLost(f"the Docker engine refuses: {error.explanation or error}") from error
                self._wait_or_raise(error, min(self._patience_s, _PATIENCE_WITH_FAULTS_S))
            except (docker.errors.DockerException, requests.RequestException, OSError) as error:
                self._wait_or_raise(error, self._patience_s)
            else:
                self._away_since = 0.0
                return result

    def _client(self) -> docker.APIClient:
        return docker.from_env(timeout=_CALL_S, environment={**os.environ, "DOCKER_HOST": self.host}).api

    def _require_listener(self) -> None:
        """Raise what keeps one from connecting; the docker library would leave a socket open each time."""
        if self.shares_files:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(self.host.removeprefix("unix://"))

    def _wait_or_raise(self, error: Exception, patience_s: float) -> None:
        now = time.monotonic()
        self._away_since = self._away_since or now
        if now - self._away_since > patience_s:
            raise JailLost(
                f"the Docker engine at {self.host} does not do its work: {error}; start it, name another by "
                "DOCKER_HOST, or choose another layer"
            ) from error
        time.sleep(_PAUSE_S)

    # -- images ---------------------------------------------------------------------------------------

    def image_for(self, spec: JailSpec) -> tuple[str, str]:
        """Return the image of jobs and the interpreter in it; raises UsageError where there is none.

        What a supervisor that was killed has left is removed on the way.
        """
        with self._image_lock:
            if not self._found[0]:
                image, python = self._find_image(spec)
                self.call(remove_stale)
                if not self.shares_files:
                    image = self.call(lambda client: image_with_code(client, image))
                self._found = image, python
            return self._found

    def _find_image(self, spec: JailSpec) -> tuple[str, str]:
        is_standard = spec.python == sys.executable
        if self._image:
            if not self.call(lambda client: _has_image(client, self._image)):
                raise UsageError(
                    f"the engine at {self.host} has no image {self._image!r}, and none is fetched from a "
                    "registry; build or load it there first"
                )
            return self._image, "python3" if is_standard else spec.python
        if not is_standard:
            raise UsageError(f"the standard image has no {spec.python}: name an image that has it")
        return self.standard_image(spec.imports), python_path()

    def standard_image(self, packages: Sequence[str] = (), add: Sequence[str] = ()) -> str:
        """Return the image of this interpreter, which is made if the engine lacks it.

        Its tag is the digest of its content, so that it is never out of date. The arguments are those of
        `root_files`.
        """
        files, tag = _standard_content(tuple(packages), tuple(add))
        name = f"{REPOSITORY}:{tag}"
        if not self.call(lambda client: _has_image(client, name)):
            with tempfile.TemporaryFile() as archive:
                files.write_tar(archive)
                self.call(lambda client: _import_image(client, archive, tag))
        return name


@lru_cache
def _standard_content(packages: tuple[str, ...], add: tuple[str, ...]) -> tuple[RootFiles, str]:
    files = root_files(packages, add)
    return files, files.digest()


def _has_image(client: Client, name: str) -> bool:
    try:
        client.inspect_image(name)
    except docker.errors.ImageNotFound:
        return False
    return True


def _import_image(client: Client, archive: IO[bytes], tag: str) -> None:
    archive.seek(0)
    environment = [f"ENV PYTHONPATH={PACKAGES_FOLDER}", "ENV PATH=/usr/local/bin:/usr/bin:/bin"]
    client.import_image_from_data(archive, repository=REPOSITORY, tag=tag, changes=environment)
