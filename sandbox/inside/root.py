"""The file system that a jail with namespaces sees: the interpreter and the system's libraries, read-only.

Nothing of homes, secrets or the caller's checkout is there, nor any device but the harmless ones.
"""

import os
import sys

from . import kernel

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives", "/etc/ld.so.cache")
_PARTS = ("bin", "lib", "lib64", "pyvenv.cfg")
"""Of an interpreter's folder: environments are made in checkouts and homes, too."""
_DEVICES = ("null", "zero", "full", "random", "urandom")
_DIRECTORIES = ("tmp", "proc", "dev/shm", "etc")
_PASSWD = "job:x:60000:60000::/tmp:/bin/false\n"
_NEW_ROOT = "/tmp"
FOLDERS, OPEN_TO_ALL = ("/tmp", "/dev/shm"), 0o1777
"""Where jobs may write, and the mode of these folders."""
_INODES = 4096


def visible_paths() -> list[str]:
    """List what of the machine a job may read: the system's programs and this interpreter's folders."""
    prefixes = dict.fromkeys((sys.prefix, sys.base_prefix, sys.exec_prefix))
    wanted = [
        *_SYSTEM,
        *(os.path.join(prefix, part) for prefix in prefixes for part in _PARTS),
        os.path.dirname(os.path.realpath(sys.executable)),
    ]
    found: list[str] = []
    for path in wanted:
        is_inside = any(path == one or path.startswith(f"{one}/") for one in found if not os.path.islink(one))
        if os.path.lexists(path) and not is_inside:
            found.append(path)
    return found


def build() -> None:
    """Make the jail's root in this process's mount namespace, and go there."""
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    os.makedirs(_NEW_ROOT, exist_ok=True)
    links = {path: os.readlink(path) for path in visible_paths() if os.path.islink(path)}
    # Opened before the new root covers /tmp, below which an interpreter may lie.
    opened = {path: os.open(path, os.O_PATH) for path in visible_paths() if path not in links}
    devices = {f"/dev/{name}": os.open(f"/dev/{name}", os.O_PATH) for name in _DEVICES}
    options = "size=1m,mode=755"
    kernel.mount("tmpfs", _NEW_ROOT, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)
    for path, target in links.items():
        os.makedirs(os.path.dirname(_NEW_ROOT + path), exist_ok=True)
        os.symlink(target, _NEW_ROOT + path)
    for name in _DIRECTORIES:
        os.makedirs(f"{_NEW_ROOT}/{name}", exist_ok=True)
    for path, place in (opened | devices).items():
        _bind(place, _NEW_ROOT + path)
    with open(f"{_NEW_ROOT}/etc/passwd", "w") as file:
        file.write(_PASSWD)
    # Refused in some containers: without it no process could be watched, and another layer is better.
    kernel.mount("proc", f"{_NEW_ROOT}/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV)
    os.chdir(_NEW_ROOT)
    kernel.enter_root()
    kernel.make_read_only("/")


def mount_folders(size_bytes: int, *, again: bool = False) -> None:
    """Mount the folders that jobs may write to, so large each; `again` to change the size."""
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | (kernel.MS_REMOUNT if again else 0)
    for folder in FOLDERS:
        kernel.mount(
            "tmpfs", folder, "tmpfs", flags, f"size={size_bytes},nr_inodes={_INODES},mode={OPEN_TO_ALL:o}"
        )


def _bind(place: int, target: str) -> None:
    source = f"/proc/self/fd/{place}"
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w"):
            pass
    kernel.mount(source, target, None, kernel.MS_BIND | kernel.MS_REC)
    os.close(place)
