"""How long a PostgreSQL may take to answer. One that is frozen, or behind a network that drops
everything, takes what it is sent and says nothing: without a limit, each request would wait for it
with a thread in hand, and each write with the turn of all others.

The server itself ends a statement that takes too long, or waits too long for a lock; its silence
ends the connection. What may take long by its nature says so by `unhurried`. Of SQLite, which is
this process, nothing here is needed.
"""

import socket
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import ExceptionContext

ANSWER_S = 6.0  # of silence; well under what a scanner or an officer waits for a 503
STATEMENT_MS = 5000  # less than that: ended by the server, a connection stays good
# A host that is gone says nothing for ever; who is unhurried learns it after 30 s and 3 times 10 s.
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


def limit(engine: Engine) -> None:
    """Have every transaction of an engine of PostgreSQL limited, unless it says otherwise."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "checkin", _on_checkin)
    event.listen(engine, "handle_error", _on_error)


def unhurried(connection: Connection) -> None:
    """Let what is left of this transaction take as long as it takes: migrations, checks, copies."""
    if connection.dialect.name != "postgresql":
        return
    for name in ("statement_timeout", "lock_timeout"):
        connection.execute(text(f"SET LOCAL {name} = 0"))
    _socket(connection.connection.dbapi_connection).settimeout(None)


def _on_connect(connection: Any, _: Any) -> None:
    asked = connection.cursor()
    for name in ("statement_timeout", "lock_timeout"):
        asked.execute(f"SET SESSION {name} = {STATEMENT_MS}")
    connection.commit()
    if _socket(connection).family != socket.AF_UNIX:
        for name, value in KEEPALIVE.items():
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
