"""Telling what cannot be reached from what cannot be read.

A damaged file stays damaged: it is set aside. A file server that is away comes back, and a scan
that was set aside meanwhile would be lost: such a batch waits a little, and then stops. So does one
whose login to the server has ended: then the folder of all scans is forbidden, not one of them.
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
        *("EKEYEXPIRED", "EKEYREJECTED", "EKEYREVOKED", "ENOKEY"),  # of a login that ended
    )
    if hasattr(errno, name)
)
GONE = (errno.ENOENT, errno.ENOTDIR)
FORBIDDEN = (errno.EACCES, errno.EPERM)
WAITS_S = (1.0, 4.0, 15.0, 40.0)  # a minute: a server that starts anew, a cable put back


class Away(OSError):
    """A scan, or all of them, cannot be reached."""


def away(error: BaseException, path: Path, root: Path) -> str:
    """Why a file that could not be read is away; empty where the fault is its own.

    A file that is not there is away when the folder that it lay in is not there or empty, as the
    place of a share is that is not mounted; next to other files it was deleted. One that may not
    be read is away when `root` may not be listed either.

    Args:
        error: came of reading it.
        path: the file.
        root: the folder that all scans lie in.
    """
    try:
        if number(error) in AWAY:
            return os.strerror(number(error))
        at = Path(os.path.realpath(path))
        root = Path(os.path.realpath(root))
        if not at.is_relative_to(root):  # by a link
            root = at.parent
        if number(error) in FORBIDDEN:
            return closed(root)
        try:
            at.stat()
            return ""
        except OSError as missing:
            if missing.errno not in GONE:
                raise
        folder = next(above for above in at.parents if above.is_dir())
        if not folder.is_relative_to(root):
            return f"{root} is not there"
        with os.scandir(folder) as inside:
            return "" if next(inside, None) else f"{folder} is empty"
    except OSError as also:
        return os.strerror(also.errno or 0) if also.errno in AWAY else ""


def closed(folder: Path) -> str:
    """Why nothing in a folder is to be had: it may not be listed; empty where it may be.

    Raises:
        OSError: it cannot be listed, and not because it is forbidden.
    """
    try:
        with os.scandir(folder) as inside:
            next(inside, None)
        return ""
    except PermissionError as error:
        return f"{folder} may not be listed ({error.strerror})"


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
