"""Errors that are the machine's and no case's: a full disk, no handle left, a database away.

They pass. Whoever meets one keeps what they have in hand, and tries again later.
"""

import errno
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NO_HANDLE = (errno.EMFILE, errno.ENFILE)
DRIVER = "pg8000"
SQLITE_FULL = "database or disk is full"  # sqlite3.c, SQLITE_FULL
# PostgreSQL's appendix A: 53100 disk_full; connections, rollbacks, resources, interventions.
# 55P03: others hold what is needed; 57014: a statement was ended, as one that takes too long is.
DISK_FULL, LATER, ENDED = "53100", ("08", "40", "53", "55P03", "57"), ("FATAL", "PANIC")
TOO_LONG = "57014"
UNDONE = "ERROR"  # the severity of what a server says that it has rolled back

log = logging.getLogger("xray_app.cases")


class InDoubt(OperationalError):
    """The connection broke within COMMIT: what was written is kept, or is not.

    Args:
        error: what broke it.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__("COMMIT", None, getattr(error, "orig", None) or error)


def passes(error: Exception) -> bool:
    """Whether the machine is at fault, and no scan."""
    no_handle = getattr(error, "errno", None) in NO_HANDLE
    return no_handle or disk_full(error) or database_away(error)


@contextmanager
def forgiven(what: str) -> Iterator[None]:
    """Go on where the machine is at fault, by what only follows on something that is kept.

    Args:
        what: was not done, for the log.
    """
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        if not passes(error):
            raise
        log.error(what, exc_info=error)


def disk_full(error: Exception) -> bool:
    """Whether there was no room on a disk, the database's too."""
    _, state = _said_by_postgresql(error)
    full = state == DISK_FULL or SQLITE_FULL in str(getattr(error, "orig", ""))
    return full or getattr(error, "errno", None) in NO_ROOM


def database_away(error: Exception) -> bool:
    """Whether the database cannot be reached, or cannot do it now."""
    if isinstance(error, OSError):  # pg8000 lets the error of a reset connection through
        return _came_through(error, DRIVER)
    severity, state = _said_by_postgresql(error)
    gone = isinstance(error, OperationalError | InterfaceError | NoConnection)
    gone |= isinstance(error, DBAPIError) and error.connection_invalidated
    return gone or severity in ENDED or state.startswith(LATER)


def leaves_doubt(error: Exception) -> bool:
    """Whether nobody said that a COMMIT which ended so has kept nothing."""
    return database_away(error) and _said_by_postgresql(error)[0] != UNDONE


def took_too_long(error: Exception) -> bool:
    """Whether the database is there, and ended what took too long. It counts as away all the same:
    the same may be done sooner another time.
    """
    return _said_by_postgresql(error)[1] == TOO_LONG


def _said_by_postgresql(error: Exception) -> tuple[str, str]:
    """Severity and SQLSTATE, as pg8000 hands on the server's message; empty where it is none."""
    said = next(iter(getattr(getattr(error, "orig", None), "args", ())), None)
    if not isinstance(said, dict):
        return "", ""
    return str(said.get("S", "")), str(said.get("C", ""))


def _came_through(error: Exception, package: str) -> bool:
    steps = traceback.walk_tb(error.__traceback__)
    return any(str(f.f_globals.get("__name__")).split(".")[0] == package for f, _ in steps)
