"""Memory that was freed, for others of this process and of the machine.

glibc keeps what a thread frees for what it may want later. Scans of some MB come and go in a dozen
threads here, so a service would grow for hours towards the worst of all its moments together.
"""

import contextlib
import ctypes

ARENA_MAX, ARENAS = -8, 2  # M_ARENA_MAX of glibc's malloc.h, and how many serve some dozen threads
EVERY_S = 30.0  # takes some milliseconds


def share() -> None:
    """Have threads use what others freed: by default glibc keeps up to eight pools a core apart."""
    with contextlib.suppress(AttributeError, OSError):  # other C libraries have no such setting
        ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return whole pages that hold nothing to the system, those between others too."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
