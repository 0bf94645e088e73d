"""How long a PostgreSQL may take to answer. One that is frozen, or behind a network that drops
everything, takes what it is sent and says nothing: without a limit, each request would wait for it
with a thread in hand, and each write with the turn of all others.

The server itself ends a statement that takes too long, or waits too long for a lock; its silence
ends the connection. What takes the longer the more there is says so by `at_length`, and what may
take as long as it takes by `unhurried`. Of SQLite, which is this process, nothing here is needed.
"""

import socket
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import ExceptionContext

ANSWER_S = 6.0  # of silence; well under what a scanner or an officer waits for a 503
TIMEOUTS = ("statement_timeout", "lock_timeout")  # the server's own settings
STATEMENT_MS = 5000  # less than that: ended by the server, a connection stays good
LONG_ANSWER_S, LONG_MS = 61.0, 60_000  # for a list out of millions, which somebody waits for
# A host that is gone says nothing for ever. Who is unhurried learns it after 30 s and 3 times 10 s;
# where it was sent something last, after 60 s: Linux would go on sending that for 15 minutes.
GONE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 60_000}


def limit(engine: Engine) -> None:
    """Have every transaction of an engine of PostgreSQL limited, unless it says otherwise."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "checkin", _on_checkin)
    event.listen(engine, "handle_error", _on_error)


def unhurried(connection: Connection) -> None:
    """Let what is left of this transaction take as long as it takes: migrations, checks, copies."""
    _allow(connection, 0, None)


def at_length(connection: Connection) -> None:
    """Let each statement that is left of this transaction take LONG_MS: lists that grow, deleting
    what is old.
    """
    _allow(connection, LONG_MS, LONG_ANSWER_S)


def _allow(connection: Connection, statement_ms: int, silence_s: float | None) -> None:
    if connection.dialect.name != "postgresql":
        return
    limits = (f"set_config('{name}', '{statement_ms}', true)" for name in TIMEOUTS)
    connection.execute(text(f"SELECT {', '.join(limits)}"))
    _socket(connection.connection.dbapi_connection).settimeout(silence_s)


def _on_connect(connection: Any, _: Any) -> None:
    asked = connection.cursor()
    for name in TIMEOUTS:
        asked.execute(f"SET SESSION {name} = {STATEMENT_MS}")
    connection.commit()
    if _socket(connection).family != socket.AF_UNIX:
        for name, value in GONE.items():
            if hasattr(socket, name):  # Linux has them
                option = getattr(socket, name)
                _socket(connection).setsockopt(socket.IPPROTO_TCP, option, value)


def _on_checkin(connection: Any, _: Any) -> None:
    if connection is not None and _socket(connection) is not None:
        _socket(connection).settimeout(ANSWER_S)


def _on_error(context: ExceptionContext) -> None:
    # pg8000 lets what its socket says through: SQLAlchemy would keep a connection half-way through
    # an answer
    if isinstance(context.original_exception, OSError):
        context.is_disconnect = True


def _socket(connection: Any) -> Any:
    return connection._usock  # pg8000 takes a limit for connecting alone, and shows no other way
