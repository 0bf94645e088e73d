"""A database and a folder of contents that belong together know each other by a random number.

Without it, a service that was started with another database would take every kept scan for what a
crash left. The number stands in the table `installation` and in the file `contents/installation`;
either half alone is refused, unless nothing is kept in either.
"""

import os
import secrets

from sqlalchemy import Connection, insert, select

from xray.errors import RecipeError
from xray_app.cases import tables
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database


def pair(database: Database, contents: Contents) -> None:
    """See to it that the two belong together; those of a new or older installation are joined.

    Raises:
        RecipeError: the contents are another database's.
    """
    with database.write() as connection:
        known = connection.execute(select(tables.installation.c.id)).scalar_one_or_none()
        there = _read(contents)
        if known and known == there:
            return
        names, holds = _names_any(connection), contents.holds_any()
        if ((known or there) and (names or holds)) or (holds and not names):
            raise RecipeError(_refusal(contents, known, there))
        new = known or there or secrets.token_hex(16)
        if known is None:
            connection.execute(insert(tables.installation).values(id=new))
        if there != new:
            _write(contents, new)


def _names_any(connection: Connection) -> bool:
    return connection.execute(select(tables.contents.c.sha256).limit(1)).first() is not None


def _read(contents: Contents) -> str | None:
    try:
        return contents.installation.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def _write(contents: Contents, number: str) -> None:
    unfinished = contents.installation.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as out:
        out.write(number + "\n")
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(contents.installation)


def _refusal(contents: Contents, known: str | None, there: str | None) -> str:
    file = contents.installation
    join = f"write {known} into {file}" if known else f"remove {file}"
    join = join if known or there else "move the files elsewhere"
    return (
        f"{contents.folder} and the database do not belong together; nothing was changed. Name in "
        "XRAY_DATABASE_URL the database that these scans were kept with (unset: SQLite in "
        "XRAY_DATA_DIR), or choose an empty XRAY_DATA_DIR. If you know that they do belong "
        f"together, {join}"
    )
