"""The settings in which the sandbox must hold, made by root on one machine: who runs it, with what rights.

    python -m tests.sandbox.battery.settings user COMMAND...

Whoever is an ordinary user has `user` by running the command itself. Nothing of the machine is changed:
folders that are closed to others are opened and namespaces forbidden in namespaces of its own.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

from reasongym.sandbox.inside import kernel

USER = 61_999
"""An id that owns nothing."""
ROOT = Path(__file__).parents[3]
_OTHERS_MAY_ENTER = 0o1
_IDENTITY = "0 0 4294967295"


def enter_root() -> None:
    """Stay root."""


def enter_user() -> None:
    """Become an ordinary user."""
    _open_ways()
    _become_user()


def enter_bare_user() -> None:
    """Become an ordinary user who may make no user namespaces."""
    _open_ways()
    _enter_user_namespace()
    Path("/proc/sys/user/max_user_namespaces").write_text("0")  # of this namespace alone
    _become_user()


SETTINGS = {"root": enter_root, "user": enter_user, "bare-user": enter_bare_user}


def command(setting: str, *argv: str) -> list[str]:
    """Return the command that runs another one in a setting."""
    return [sys.executable, "-m", __spec__.name if __spec__ else __name__, setting, *argv]


def _open_ways() -> None:
    """Let others reach the interpreter and this checkout, in a mount namespace of our own."""
    kernel.unshare(kernel.NEWNS)
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    wanted = {Path(path).resolve() for path in (sys.prefix, sys.base_prefix, ROOT)}
    closed = {path: way for path in wanted if (way := _closed(path)) is not None}
    opened = {path: os.open(path, os.O_PATH) for path in closed}
    for way in set(closed.values()):
        kernel.mount("tmpfs", str(way), "tmpfs", options="mode=755")
    for path, place in opened.items():
        path.mkdir(parents=True, exist_ok=True)
        kernel.mount(f"/proc/self/fd/{place}", str(path), None, kernel.MS_BIND | kernel.MS_REC)
        os.close(place)


def _closed(path: Path) -> Path | None:
    """Return the first folder on the way to a path that others may not enter."""
    ways = [*reversed(path.parents), path]
    return next((way for way in ways if not way.stat().st_mode & _OTHERS_MAY_ENTER), None)


def _enter_user_namespace() -> None:
    """Go on as a child in a new user namespace where every id is itself, as only its parent may say.

    A fork besides has the one thread that the call demands, whatever was imported.
    """
    (asked, ask), (told, tell) = os.pipe(), os.pipe()
    child = os.fork()
    if child:
        os.read(asked, 1)
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{child}/{name}").write_text(_IDENTITY)
        os.write(tell, b"!")
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    kernel.die_with_parent()
    kernel.unshare(kernel.NEWUSER)
    os.write(ask, b"!")
    os.read(told, 1)


def _become_user() -> None:
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    os.environ.update({"HOME": "/nonexistent", "USER": "nobody"})
    kernel.set_dumpable(True)  # /proc/self is one's own again, as after a login


def main() -> NoReturn:
    """Run a command in a setting."""
    setting, *argv = sys.argv[1:]
    SETTINGS[setting]()
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
