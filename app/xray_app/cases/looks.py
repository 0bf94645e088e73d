"""Who looked at what, and what left the house: entries of the audit chain.

Reading a report, a dossier or the figures leaves one entry for each person, thing and day (UTC):
a page that is loaded again tells nothing new, and a chain that only grows must not grow by it. What
is taken out leaves an entry each time.
"""

from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Connection, select

from xray_app.cases import audit, tables
from xray_app.cases.canonical import canonical, moment
from xray_app.cases.database import Database

LOOKED, TAKEN_OUT = "looked at", "taken out"
EXPORT = "export"  # what the entry of something taken out is of, where it is of no one case


def keep(database: Database, now: datetime, actor: str, subject: str, **what: Any) -> None:
    """Somebody looks at something.

    Args:
        subject: a case's ID, or the name of a page.
        what: as what they see it; another way of looking is another entry.
    """
    wanted = (now, actor, subject, canonical(what))
    with database.read() as connection:  # mostly it is known, and writers wait for each other
        if _known(connection, *wanted):
            return
    with database.write() as connection:
        if not _known(connection, *wanted):
            audit.append(connection, now, actor, LOOKED, subject, what)


def take_out(database: Database, now: datetime, actor: str, what: str) -> None:
    """Somebody takes a table or a folder out of the house."""
    with database.write() as connection:
        audit.append(connection, now, actor, TAKEN_OUT, EXPORT, {"what": what})


def _known(connection: Connection, now: datetime, actor: str, subject: str, body: str) -> bool:
    entry = tables.audit.c
    today = moment(datetime.combine(now.astimezone(UTC).date(), time.min, UTC))
    mine = (entry.subject == subject) & (entry.actor == actor) & (entry.action == LOOKED)
    since = mine & (entry.body == body) & (entry.at >= today)
    return connection.execute(select(entry.seq).where(since).limit(1)).first() is not None
