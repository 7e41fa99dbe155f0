"""The containers that jobs run in: how they are walled in, whose they are, and what is removed of the dead.

The walls are the engine's: no network, no capabilities, a root that cannot be written to, limits of memory
and processes, and its own filter of system calls, which stays on.
"""

import hashlib
import io
import itertools
import os
import secrets
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import docker
import docker.errors
import docker.types

from reasongym.sandbox.inside.zygote import Config
from reasongym.sandbox.jails import MEMORY_OF_ZYGOTE, PROCESSES_OF_ZYGOTE, JailSpec, python_command
from reasongym.sandbox.rootfs import CODE_FOLDER

Client: TypeAlias = Any
"""A `docker.APIClient`; that library tells no types."""
FILE_BYTES = 64 << 20
"""Of each of the two folders that jobs may write to; a container's are mounted once and for all jobs."""
CODE = Path(__file__).parent / "inside"
CONTROL_FOLDER = "/ctl"
REPOSITORY = "reasongym-sandbox"
"""Of our images, here and nowhere else."""
LABEL = "reasongym.supervisor"
_INODES = 4096
_FIRST_USER, _NUM_USERS = 61_000, 4_000
_users = itertools.count(secrets.randbelow(_NUM_USERS))
"""Every container has a user of its own, as the kernel counts processes by user and not by container."""


def create_container(client: Client, spec: JailSpec, image: str, folder: str) -> str:
    """Create a container whose first process is a zygote, and return its id.

    `folder` is mounted for the zygote to meet its supervisor in; where there is none, they talk over the
    stream that is attached to the container, and the image has the jail's code.
    """
    user = _FIRST_USER + next(_users) % _NUM_USERS
    config = Config(
        layer=spec.layer,
        user=-1,
        imports=list(spec.imports),
        code=CODE_FOLDER,
        folder="/tmp",
        path=f"{CONTROL_FOLDER}/s" if folder else "",
        is_streamed=not folder,
    )
    container: Any = client.create_container(
        image,
        entrypoint=python_command(spec, config, CODE_FOLDER),
        command=[],
        user=f"{user}:{user}",
        environment={"PYTHONHASHSEED": "0"},
        working_dir="/tmp",
        hostname="jail",
        labels={LABEL: supervisor()},
        stdin_open=not folder,
        host_config=client.create_host_config(**_walls(spec, user), mounts=_mounts(folder) if folder else []),
    )
    return container["Id"]


def _walls(spec: JailSpec, user: int) -> dict[str, Any]:
    memory_bytes = spec.max_memory_bytes + MEMORY_OF_ZYGOTE
    space = f"size={FILE_BYTES},nr_inodes={_INODES},uid={user},gid={user},mode=1777,nosuid,nodev,exec"
    return {
        "auto_remove": True,
        "network_mode": "none",
        "dns": ["127.0.0.1"],  # else the machine's own resolv.conf would be there to read
        "dns_search": ["."],
        "ipc_mode": "none",
        "read_only": True,
        "tmpfs": {"/tmp": space, "/dev/shm": space},
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "pids_limit": spec.max_processes + PROCESSES_OF_ZYGOTE,
        "mem_limit": memory_bytes,
        "memswap_limit": memory_bytes,
        "ulimits": [docker.types.Ulimit(name="core", soft=0, hard=0)],
        "log_config": {"Type": "none"},
    }


def _mounts(folder: str) -> list[docker.types.Mount]:
    """Mount the jail's code and a folder to meet in, neither of them to be written to."""
    return [
        docker.types.Mount(target, source, type="bind", read_only=True)
        for source, target in ((str(CODE), f"{CODE_FOLDER}/inside"), (folder, CONTROL_FOLDER))
    ]


def image_with_code(client: Client, image: str) -> str:
    """Return an image with the jail's code in it, for engines that can mount nothing of this machine."""
    archive = _code_archive()
    base: str = client.inspect_image(image)["Id"]
    tag = hashlib.blake2b(base.encode() + archive, digest_size=8).hexdigest()
    name = f"{REPOSITORY}-code:{tag}"
    if not client.images(name):
        container: str = client.create_container(image, ["python3"])["Id"]
        try:
            client.put_archive(container, "/", archive)
            client.commit(container, f"{REPOSITORY}-code", tag)
        finally:
            client.remove_container(container, force=True)
    return name


def _code_archive() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for source in sorted(CODE.glob("*.py")):
            entry = tarfile.TarInfo(f"{CODE_FOLDER}/inside/{source.name}".lstrip("/"))
            entry.size, entry.mode = source.stat().st_size, 0o644
            archive.addfile(entry, io.BytesIO(source.read_bytes()))
    return file.getvalue()


# -- what others left -----------------------------------------------------------------------------------


def supervisor() -> str:
    """Name this process, so that others can tell whether it lives on."""
    return f"{_machine()} {os.getpid()} {_started_at(os.getpid())}"


def remove_stale(client: Client) -> int:
    """Remove the containers of supervisors of this machine that are gone; returns how many."""
    ours: list[dict[str, Any]] = client.containers(all=True, filters={"label": LABEL})
    stale: list[str] = [one["Id"] for one in ours if _is_gone(one["Labels"][LABEL])]
    for container in stale:
        with suppress(docker.errors.APIError):  # another process may be faster
            client.remove_container(container, force=True)
    return len(stale)


def _is_gone(name: str) -> bool:
    machine, pid, started = name.rsplit(" ", 2)
    return machine == _machine() and _started_at(int(pid)) != started


def _machine() -> str:
    """Name this machine since it was started, and the namespace of processes that this one is in."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {os.readlink('/proc/self/ns/pid')}"


def _started_at(pid: int) -> str:
    """Return when a process was started, in the kernel's words; nothing where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""
