"""A database and a folder of contents that belong together know each other by a random number.

Without it, a service that was started with another database would take every kept scan for what a
crash left. The number stands in the table `installation` and in the file `contents/installation`.
Where one of them is missing, after an upgrade, a way back or a power cut, the newest files that
the database names tell: they are in the folder, or the two are strangers and are refused.
"""

import os
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from xray.errors import RecipeError
from xray_app.cases import tables
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database

NEWEST = 8  # files that must be in the folder: more than a coincidence, and soon looked up


def pair(database: Database, contents: Contents) -> None:
    """See to it that the two belong together; where a half says nothing, they may be joined.

    Raises:
        RecipeError: the contents are another database's.
    """
    with database.write() as connection:
        known = connection.execute(select(tables.installation.c.id)).scalar_one_or_none()
        there, newest = _read(contents), _newest(connection)
        if known and known == there:
            return
        belong = _belong(contents, newest, known, there)
        new = known or (there if belong else None) or secrets.token_hex(16)
        if known is None:  # of those refused too: so that there is something to write into the file
            connection.execute(insert(tables.installation).values(id=new))
        if belong and there != new:
            _write(contents, new)
    if not belong:
        raise RecipeError(_refusal(contents, new, bool(newest)))


def _belong(
    contents: Contents, newest: Sequence[str], known: str | None, there: str | None
) -> bool:
    holds = contents.holds_any()
    if known and there:
        return not newest and not holds
    if newest and all(contents.holds(sha256) for sha256 in newest):
        return True
    return not holds and not (newest and known)


def _newest(connection: Connection) -> Sequence[str]:
    table = tables.contents.c
    newest = select(table.sha256).order_by(table.kept_at.desc(), table.sha256).limit(NEWEST)
    return connection.execute(newest).scalars().all()


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


def _refusal(contents: Contents, known: str, names: bool) -> str:
    join = f"write {known} into {contents.installation}" if names else "move the files elsewhere"
    return (
        f"{contents.folder} and the database do not belong together; no file was touched. Name in "
        "XRAY_DATABASE_URL the database that these scans were kept with (unset: SQLite in "
        "XRAY_DATA_DIR), or choose an empty XRAY_DATA_DIR. If you know that they do belong "
        f"together, {join}"
    )
