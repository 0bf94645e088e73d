"""A copy of everything, made while the service runs, and the way back.

    BACKUP/cases.sqlite3   one moment of the database
    BACKUP/contents/…      every file that the database of that moment names
    BACKUP/anchor.json     the head of the audit chain

PostgreSQL has better tools of its own (pg_dump, or continuous archiving): there, only the contents
are copied. The signing key and the weights are not part of it; they lie beside the database.
"""

import hashlib
import json
import shutil
from pathlib import Path

from sqlalchemy import select

from xray.errors import DataError
from xray_app.cases import audit, integrity, tables
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database

DATABASE, CONTENTS, ANCHOR = "cases.sqlite3", "contents", "anchor.json"


def write(database: Database, contents: Contents, out: Path) -> int:
    """Make a copy in a folder that is not there yet; how many files it holds.

    Raises:
        DataError: the folder is there already.
    """
    if out.exists():
        raise DataError(f"{out} is there already; name a new folder for each copy")
    out.mkdir(parents=True, mode=0o700)
    copied = database
    if database.is_sqlite:
        with database.engine.connect() as connection:
            raw = connection.connection.cursor()
            raw.execute("VACUUM INTO ?", (str(out / DATABASE),))
        copied = Database(f"sqlite:///{out / DATABASE}")
    try:
        with copied.read() as connection:
            hashes = connection.execute(select(tables.contents.c.sha256)).scalars().all()
            head = audit.head(connection)
    finally:
        if copied is not database:
            copied.dispose()
    kept = Contents(out / CONTENTS)
    for sha256 in hashes:
        source, target = contents.path(sha256), kept.path(sha256)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        if source.exists():  # or it went by its age while we copied
            shutil.copyfile(source, target)
    said = {"seq": head.seq, "hash": head.hash}
    (out / ANCHOR).write_text(json.dumps(said) + "\n", encoding="utf-8")
    return len(hashes)


def restore(copy: Path, data_dir: Path) -> int:
    """Put a copy with SQLite back into a data folder that has no cases; how many files.

    Raises:
        DataError: there are cases already, or the copy does not hold what it should.
    """
    if (data_dir / DATABASE).exists() or (data_dir / CONTENTS).exists():
        raise DataError(f"{data_dir} holds cases already; restore into an empty folder")
    if not (copy / DATABASE).is_file():
        raise DataError(f"{copy} holds no {DATABASE}; PostgreSQL is restored by its own tools")
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(copy / DATABASE, data_dir / DATABASE)
    shutil.copytree(copy / CONTENTS, data_dir / CONTENTS)
    said = json.loads((copy / ANCHOR).read_text(encoding="utf-8"))
    database = Database(f"sqlite:///{data_dir / DATABASE}")
    try:
        with database.read() as connection:
            checked = integrity.verify(connection, [audit.Head(said["seq"], said["hash"])])
            hashes = connection.execute(select(tables.contents.c.sha256)).scalars().all()
    finally:
        database.dispose()
    broken = [sha256 for sha256 in hashes if not _holds(Contents(data_dir / CONTENTS), sha256)]
    if checked.problem or broken:
        what = checked.problem or f"{len(broken)} files are missing or changed: {broken[0][:12]}…"
        raise DataError(f"{copy} was put back, but does not hold: {what}")
    return len(hashes)


def _holds(contents: Contents, sha256: str) -> bool:
    path = contents.path(sha256)
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
