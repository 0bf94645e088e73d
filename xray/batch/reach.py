"""Telling what cannot be reached from what cannot be read.

A damaged file stays damaged: it is set aside. A file server that is away comes back, and a scan
that was set aside meanwhile would be lost: such a batch waits a little, and then stops.
"""

import errno
import os
from pathlib import Path

# Of a share or a disk that is away, and not of one file.
AWAY = frozenset(
    getattr(errno, name)
    for name in (
        *("EIO", "ESTALE", "ETIMEDOUT", "ENOTCONN", "ECONNRESET", "ECONNREFUSED", "ECONNABORTED"),
        *("EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ENODEV", "ENXIO", "EREMOTEIO"),
    )
    if hasattr(errno, name)
)
GONE = (errno.ENOENT, errno.ENOTDIR)
WAITS_S = (1.0, 4.0, 15.0, 40.0)  # a minute: a server that starts anew, a cable put back


class Away(OSError):
    """A scan, or all of them, cannot be reached."""


def away(error: BaseException, path: Path, root: Path) -> str:
    """Why a file that could not be read is away; empty where the fault is its own.

    A file that is not there is away when the folder that it lay in is not there or empty, as the
    place of a share is that is not mounted; next to other files it was deleted.

    Args:
        error: came of reading it.
        path: the file.
        root: the folder that all scans lie in.
    """
    try:
        if number(error) in AWAY:
            return os.strerror(number(error))
        at = Path(os.path.realpath(path))
        try:
            at.stat()
            return ""
        except OSError as missing:
            if missing.errno not in GONE:
                raise
        root = Path(os.path.realpath(root))
        if not at.is_relative_to(root):  # by a link
            root = at.parent
        folder = next(above for above in at.parents if above.is_dir())
        if not folder.is_relative_to(root):
            return f"{root} is not there"
        with os.scandir(folder) as inside:
            return "" if next(inside, None) else f"{folder} is empty"
    except OSError as also:
        return os.strerror(also.errno or 0) if also.errno in AWAY else ""


def root(id: str, path: str) -> Path:
    """The folder that a scan's id begins at; its own where the id is a whole path."""
    above = path.removesuffix(id)
    return Path(above) if above not in ("", path) else Path(path).parent


def number(error: BaseException | None) -> int:
    """What the system said, behind what we made of it; 0: it said nothing."""
    while error is not None:
        if isinstance(error, OSError) and error.errno:
            return error.errno
        error = error.__cause__ or error.__context__
    return 0
