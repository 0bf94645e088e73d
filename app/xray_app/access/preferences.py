"""What people choose for themselves, by name, as JSON: it goes with them to whichever screen."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from xray_app.cases import tables
from xray_app.cases.canonical import canonical
from xray_app.cases.database import Database

LANGUAGE = "language"  # a code of `xray_app.languages`
THEME = "theme"  # of `xray_app.api.style`
DESK = "desk"  # keys of one's own, and a sound for alarms
SCANNERS = "scanners"  # how each scanner's scans were last looked at, the newest at the end
SCAN_FIRST = "scan first"  # the scan without the machine's opinion, until one's own is given


def get(connection: Connection, person: str, name: str, otherwise: Any = None) -> Any:
    """What somebody chose; `otherwise` where they chose nothing."""
    table = tables.preferences
    found = select(table.c.body).where(table.c.user_name == person, table.c.name == name)
    body = connection.execute(found).scalar_one_or_none()
    return otherwise if body is None else json.loads(body)


def put(database: Database, person: str, name: str, value: Any) -> None:
    """Keep what somebody chose, in place of what they chose before."""
    change(database, person, name, lambda _: value)


def change(
    database: Database, person: str, name: str, become: Callable[[Any], Any], otherwise: Any = None
) -> None:
    """Keep what becomes of what somebody chose, or of `otherwise`; nobody comes between."""
    table = tables.preferences
    mine = (table.c.user_name == person, table.c.name == name)
    with database.write() as connection:
        value = become(get(connection, person, name, otherwise))
        connection.execute(delete(table).where(*mine))
        row = {"user_name": person, "name": name, "body": canonical(value)}
        connection.execute(insert(table).values(**row))
