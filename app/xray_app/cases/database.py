"""The database of the cases: SQLite in one file by default, PostgreSQL where its URL says so.

One writer at a time on both: the audit chain needs an order anyway, and whoever writes sees
everything that was written before. Readers wait for nobody.

A commit is on the disk before `write` returns (SQLite: WAL with synchronous=FULL). A database that
does not answer is as good as away: whoever waits for it, or for their turn to write, is told so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from xray.errors import MissingExtra, RecipeError
from xray_app.cases import outage, patience
from xray_app.cases.errors import Full
from xray_app.cases.line import Line

WRITER_LOCK = 0x78726179  # "xray": the key of PostgreSQL's advisory lock
ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
BUSY_MS = 30_000  # how long SQLite waits for another process's write
TURN_S = 10.0  # how long one waits to write to PostgreSQL: more than one answer, less than two
LISTS = 6  # read at once, of what takes the longer the more there is: no more of the 40 threads
LIST_S, LISTS_FULL_S = 1.0, 15  # how long one waits for a turn to; when it is worth asking again
CACHE_KIB = 128  # of SQLite, for each connection; the system keeps the file in memory anyway
CONNECTIONS = 5, 45  # kept open, and at most more; PostgreSQL takes 100 by default
DRIVERS = {"postgresql": "postgresql+pg8000", "postgres": "postgresql+pg8000"}


class Database:
    """Connections to one database, made when first needed.

    Args:
        url: as SQLAlchemy writes it: sqlite:///file, or postgresql://user:password@host/name.

    Raises:
        RecipeError: the URL cannot be read, or names another kind of database.
        MissingExtra: PostgreSQL's driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = _url(url)
        self.engine = _engine(self.url)
        self._writer = Line(["turn"])  # a lock may leave one of many officers out for long
        self._turn_s = BUSY_MS / 1000 if self.is_sqlite else TURN_S
        self._lists = BoundedSemaphore(LISTS)

    @property
    def is_sqlite(self) -> bool:
        """Whether one file holds it all."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is alone in writing; committed at the end, undone on an error.

        Raises:
            NoConnection: others took too long; the error of a database that is away, to everybody.
            InDoubt: it went away within the commit, and what was written may be kept.
        """
        with self._turn(), self.engine.connect() as connection:
            writing = connection.execution_options(xray_writes=True)
            with _committed(in_process=self.is_sqlite) as at_its_end, writing.begin():
                if not self.is_sqlite:
                    writing.execute(text(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})"))
                yield writing
                at_its_end()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One moment of the database, whatever is written meanwhile."""
        with self.engine.connect() as connection, connection.begin():
            if not self.is_sqlite:  # SQLite's transactions are like this by themselves
                connection.execute(text(ONE_MOMENT))
            yield connection

    @contextmanager
    def read_at_length(self) -> Iterator[Connection]:
        """As `read`, for a page of lists out of everything: statements may take long, and few pages
        are read at once, so that the others' work goes on.

        Raises:
            Full: as many are read already.
        """
        if not self._lists.acquire(timeout=LIST_S):
            raise Full("too many long lists are being read; ask again shortly", LISTS_FULL_S)
        try:
            with self.read() as connection:
                patience.at_length(connection)
                yield connection
        finally:
            self._lists.release()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            turn = self._writer.take(self._turn_s)
        except TimeoutError:
            said = f"no turn to write within {self._turn_s:g} s: another write hangs"
            raise NoConnection(said) from None
        try:
            yield
        finally:
            self._writer.give(turn)

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def is_there(url: str) -> bool:
    """Whether SQLite's file is there: it is made by whoever opens it. Of a server, always.

    Raises:
        RecipeError: as by `Database`.
    """
    read = _url(url)
    return read.get_backend_name() != "sqlite" or Path(str(read.database)).exists()


@contextmanager
def _committed(*, in_process: bool) -> Iterator[Callable[[], None]]:
    """Around a transaction: what fails after its last statement, which is told by a call, is its
    COMMIT. A database within this process knows what became of that.
    """
    ended = False

    def at_its_end() -> None:
        nonlocal ended
        ended = True

    try:
        yield at_its_end
    except (SQLAlchemyError, OSError) as error:
        if ended and not in_process and outage.leaves_doubt(error):
            raise outage.InDoubt(error) from error
        raise


def _url(given: str) -> URL:
    try:
        url = make_url(given)
    except ArgumentError:
        raise RecipeError(
            "XRAY_DATABASE_URL cannot be read; expected sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/NAME"
        ) from None
    if url.drivername in DRIVERS:
        url = url.set(drivername=DRIVERS[url.drivername])
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise RecipeError(
            f"XRAY_DATABASE_URL names {url.drivername}; SQLite and PostgreSQL are known"
        )
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise RecipeError("XRAY_DATABASE_URL names no file; write sqlite:///FILE")
    return url


def _engine(url: URL) -> Engine:
    kept, more = CONNECTIONS
    pool: dict[str, Any] = {"pool_size": kept, "max_overflow": more, "pool_pre_ping": True}
    pool["hide_parameters"] = True  # what a statement was filled with may be a declaration
    pool["pool_use_lifo"] = True  # few connections do the work, so few have caches to fill
    try:
        if url.get_backend_name() != "sqlite":
            engine = create_engine(url, connect_args={"timeout": patience.ANSWER_S}, **pool)
            patience.limit(engine)
            return engine
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, **pool)
    except ModuleNotFoundError:
        raise MissingExtra("a database in PostgreSQL", "postgres") from None
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late to be IMMEDIATE
    settings = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
    for setting in (*settings, f"cache_size=-{CACHE_KIB}"):
        connection.execute(f"PRAGMA {setting}")


def _on_begin(connection: Connection) -> None:
    # A transaction that reads first and then writes fails when another wrote in between.
    writes = connection.get_execution_options().get("xray_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
