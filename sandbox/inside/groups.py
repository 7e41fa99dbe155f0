"""The control groups of a jail as seen from within: removed from here when whoever made them was killed."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress

_PATIENCE_S = 1.0
_PAUSE_S = 0.01


class Groups:
    """Folders of groups, held open by their parents: a jail soon sees no path that leads there."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._parents = [os.open(os.path.dirname(folder), os.O_RDONLY | os.O_DIRECTORY) for folder in folders]
        self._names = [os.path.basename(folder) for folder in folders]

    def leave(self) -> None:
        """Move this process up, so that it does not keep the groups alive."""
        for parent in self._parents:
            with suppress(OSError):
                procs = os.open("cgroup.procs", os.O_WRONLY, dir_fd=parent)
                os.write(procs, str(os.getpid()).encode())
                os.close(procs)

    def remove(self) -> None:
        """Remove the groups as soon as their processes are gone."""
        deadline = time.monotonic() + _PATIENCE_S
        left = list(zip(self._parents, self._names, strict=True))
        while left and time.monotonic() < deadline:
            left = [(parent, name) for parent, name in left if not _removed(parent, name)]
            time.sleep(_PAUSE_S if left else 0)

    def close(self) -> None:
        """Forget the groups."""
        for parent in self._parents:
            os.close(parent)


def _removed(parent: int, name: str) -> bool:
    try:
        os.rmdir(name, dir_fd=parent)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
