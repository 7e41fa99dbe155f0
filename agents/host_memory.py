"""The C library's allocator, told to keep what training frees instead of handing it back and asking again."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's mallopt (malloc.h)."""
LARGEST_HEAP_BLOCK = 32 * 2**20
"""What glibc allows at most; larger blocks are mapped one by one."""
KEPT_BYTES = 512 * 2**20


def keep_freed_memory() -> None:
    """Let freed memory stay with this process, up to `KEPT_BYTES`; does nothing where glibc is not.

    A step frees its activations and allocates the same again. Page faults on memory that had gone back to
    the system were about 7% of its CPU time, measured at 1M parameters; peak memory stays as it was.
    """
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    try:
        set_option = library.mallopt
    except AttributeError:  # another C library, such as musl
        return
    set_option(M_MMAP_THRESHOLD, LARGEST_HEAP_BLOCK)
    set_option(M_TRIM_THRESHOLD, KEPT_BYTES)
