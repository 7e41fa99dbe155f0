"""A job from its fork to its program: the walls go up, the widest first, and never come down."""

import math
import os
import resource
import signal
import traceback
from typing import NamedTuple, NoReturn

from . import kernel, landlock, programs, root
from .filters import Filter
from .layers import Layer
from .messages import STANDING, JobLimits

_BROKEN = 96
"""Exit status of a job whose walls could not be built; what tells is that `STANDING` is missing."""
_PAYLOAD, _RESULTS, _FIRST_UNUSED = 3, 4, 5
_OPEN_FILES, _MOST_FILES = 256, 4096
_READABLE_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


class Site(NamedTuple):
    """Where the jobs of a jail run."""

    layer: Layer
    user: int
    """To run as; -1 to stay who one is."""
    folder: str
    """To work in."""
    filter: Filter | None
    rules: int
    """Of Landlock, as a descriptor; -1 for none."""


def site(layer: Layer, user: int, folder: str, filter_: Filter | None) -> Site:
    """Make ready what jobs share, so that none has to make it."""
    if not layer.uses_landlock:
        return Site(layer, user, folder or root.FOLDERS[0], filter_, -1)
    readable = [*root.visible_paths(), *_READABLE_DEVICES]
    return Site(layer, user, folder, filter_, landlock.ruleset(readable, [folder, os.devnull]))


def perform(site: Site, limits: JobLimits, fds: list[int]) -> NoReturn:
    """Wall this process in and run the program of its payload.

    `fds` are payload, stdin, stdout, stderr and results. Nothing of the payload is read before the walls are
    up, and what fails before is told on stderr with an exit status of its own.
    """
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _arrange(fds, site.rules)
        _confine(site, limits)
        os.write(_RESULTS, STANDING)
        programs.run(_PAYLOAD, _RESULTS)
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="replace"))
    finally:
        os._exit(_BROKEN)


def _arrange(fds: list[int], kept: int) -> None:
    """Put the descriptors in their places, whatever is there, and close all others but the one to be kept."""
    payload, stdin, stdout, stderr, results = (os.dup(fd) if fd < 16 else fd for fd in fds)
    high = [os.dup2(fd, 64 + at) for at, fd in enumerate((stdin, stdout, stderr, payload, results))]
    for at, fd in enumerate(high):
        os.dup2(fd, at)
    if kept >= 0:
        os.closerange(_FIRST_UNUSED, kept)
    os.closerange(max(_FIRST_UNUSED, kept + 1), _MOST_FILES)


def _confine(site: Site, limits: JobLimits) -> None:
    os.chdir(site.folder)
    if not site.layer.is_confined:
        _limit(limits, limits_processes=False)
        return
    if site.user >= 0:
        os.setgroups([])
        os.setresgid(site.user, site.user, site.user)
        os.setresuid(site.user, site.user, site.user)
    kernel.drop_capabilities()
    # Elsewhere the user's other processes count, too.
    _limit(limits, limits_processes=site.user >= 0 or site.layer.may_fork)
    kernel.gain_nothing()
    if site.layer.uses_landlock:
        landlock.restrict(site.rules)
        os.close(site.rules)
    kernel.set_dumpable(True)  # a program may look at itself, and the zygote at it
    kernel.die_with_parent()
    if site.filter is not None:
        site.filter.install()


def _limit(limits: JobLimits, *, limits_processes: bool) -> None:
    hard = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_AS: limits.address_bytes,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: _OPEN_FILES,
    }
    if math.isfinite(limits.total_cpu_s):  # should the zygote be late
        hard[resource.RLIMIT_CPU] = int(limits.total_cpu_s) + 2
    if limits_processes:
        hard[resource.RLIMIT_NPROC] = limits.processes
    for kind, value in hard.items():
        _, most = resource.getrlimit(kind)
        allowed = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (allowed, allowed))
