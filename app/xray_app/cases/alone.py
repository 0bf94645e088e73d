"""One service at a time over a database: two would take each other's cases out of inspection.

The lock goes with the process: PostgreSQL's belongs to a connection that stays open, SQLite's to an
open file beside the database. What a killed service held is free at once.
"""

import fcntl
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from xray.errors import RecipeError
from xray_app.cases.database import Database

SERVICE_LOCK = 0x78726173  # "xras": the key of PostgreSQL's advisory lock; writers use another
PATIENCE_S, BETWEEN_S = 10.0, 0.25  # PostgreSQL may take a moment to see that a process is gone
WHO = "SELECT pid || ' ' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
END_OURS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid || ' ' || backend_start = :ours AND pid IN "
    "(SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND granted)"
)
REFUSAL = (
    "another service uses this database; end it, or choose another XRAY_DATABASE_URL or "
    "XRAY_DATA_DIR: two services would take each other's cases"
)

log = logging.getLogger("xray_app.alone")


class Alone:
    """Holds a database for this service, from entering to leaving.

    Args:
        database: what is held.
        lost: called when the connection was gone and another service was quicker.
        patience_s: how long to wait for a service that is just ending.

    Raises:
        RecipeError: on entering: another service holds it.
    """

    def __init__(
        self, database: Database, lost: Callable[[], object], patience_s: float = PATIENCE_S
    ) -> None:
        self._database, self._lost, self._patience_s = database, lost, patience_s
        self._connection: Connection | None = None
        self._ours = ""  # what the server knows the connection by that held the lock last
        self._file: BinaryIO | None = None

    def __enter__(self) -> "Alone":
        ends = time.monotonic() + self._patience_s
        while not self._take():
            if time.monotonic() >= ends:
                raise RecipeError(REFUSAL)
            time.sleep(BETWEEN_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go()
        if self._file is not None:
            self._file.close()

    def check(self) -> None:
        """Take the lock again where the connection that held it is gone.

        A server that was frozen or cut off may still hold it for that very connection: then it is
        told to end it, and the next check takes the lock.
        """
        if self._database.is_sqlite:
            return
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return
        except (SQLAlchemyError, OSError):  # pg8000 lets a reset connection's error through
            log.warning("the connection that holds the database is gone; taking another")
            self._let_go()
        if not (self._take() or self._end_ours() or self._take()):  # it may end by itself meanwhile
            log.critical("another service has taken the database meanwhile")
            self._lost()

    def _end_ours(self) -> bool:
        """Whether the connection that held the lock last holds it still; it is ended then."""
        with self._database.engine.connect() as connection:
            asked = {"ours": self._ours, "lock": SERVICE_LOCK}
            return connection.execute(text(END_OURS), asked).first() is not None

    def _take(self) -> bool:
        if self._database.is_sqlite:
            return self._take_file()
        connection = self._database.engine.connect()
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            ours = str(connection.execute(text(WHO)).scalar_one())
            asked = text(f"SELECT pg_try_advisory_lock({SERVICE_LOCK})")
            if connection.execute(asked).scalar_one():
                self._connection, self._ours = connection, ours
        finally:
            if self._connection is not connection:
                connection.close()
        return self._connection is connection

    def _take_file(self) -> bool:
        file = Path(f"{self._database.url.database}.service").open("ab")  # noqa: SIM115
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # closed, not given back to the pool: the lock ends with it
            connection.close()
