"""A copy of everything, made while the service runs, and the way back.

    BACKUP/cases.sqlite3   one moment of the database; cases.dump, by pg_dump, of PostgreSQL
    BACKUP/contents/…      every file that the database of that moment names
    BACKUP/anchor.json     the head of the audit chain

The signing key and the weights are not part of it; they lie beside the database.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import inspect

from xray.errors import DataError
from xray_app.cases import audit, integrity, postgresql, schema
from xray_app.cases.contents import Contents, needed
from xray_app.cases.database import Database

DATABASE, DUMP, CONTENTS, ANCHOR = "cases.sqlite3", "cases.dump", "contents", "anchor.json"


def write(database: Database, contents: Contents, out: Path) -> int:
    """Make a copy in a folder that is not there yet; how many files it holds.

    Raises:
        DataError: the folder is there already, pg_dump is not installed, or a file is missing or
            was changed.
    """
    if out.exists():
        raise DataError(f"{out} is there already; name a new folder for each copy")
    out.mkdir(parents=True, mode=0o700)
    head, hashes = (_sqlite if database.is_sqlite else _postgresql)(database, out)
    kept = Contents(out / CONTENTS)
    missing = []
    for sha256 in hashes:
        source, target = contents.path(sha256), kept.path(sha256)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        if source.exists():
            shutil.copyfile(source, target)
        if not kept.is_whole(sha256):
            target.unlink(missing_ok=True)
            missing.append(sha256)
    if contents.installation.exists():
        shutil.copyfile(contents.installation, kept.installation)
    said = {"seq": head.seq, "hash": head.hash}
    (out / ANCHOR).write_text(json.dumps(said) + "\n", encoding="utf-8")
    lost = set(missing) & set(_hashes(database)) if missing else set()  # others went by their age
    if lost:
        raise DataError(
            f"{len(lost)} of {len(hashes)} files that the database names are not in "
            f"{contents.folder}, or were changed there: {', '.join(sorted(lost)[:3])}; {out} holds "
            "all the rest. Put them back from an older copy"
        )
    return len(hashes)


def _sqlite(database: Database, out: Path) -> tuple[audit.Head, Sequence[str]]:
    with database.engine.connect() as connection:
        raw = connection.connection.cursor()
        raw.execute("VACUUM INTO ?", (str(out / DATABASE),))
    copied = Database(f"sqlite:///{out / DATABASE}")
    try:
        with copied.read() as connection:
            return audit.head(connection), _hashes(copied)
    finally:
        copied.dispose()


def _postgresql(database: Database, out: Path) -> tuple[audit.Head, Sequence[str]]:
    with database.read() as connection:
        head = audit.head(connection)  # before the dump, so that it holds this entry in any case
    postgresql.dump(database.url, out / DUMP)
    return head, _hashes(database)  # after it, so that no file is missing that it names


def _hashes(database: Database) -> Sequence[str]:
    with database.read() as connection:
        return needed(connection)


def restore(copy: Path, data_dir: Path, url: str) -> int:
    """Put a copy back where there are no cases, and check it; how many files.

    Args:
        url: of the database: an empty one of the kind that was copied.

    Raises:
        DataError: there are cases already, or the copy does not hold what it should.
    """
    if (data_dir / CONTENTS).exists():
        raise DataError(f"{data_dir} holds cases already; restore into an empty folder")
    database = Database(url)
    try:
        _fill(copy, database)
        schema.upgrade(database)  # the copy may be of an older version
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copytree(copy / CONTENTS, data_dir / CONTENTS)
        said = json.loads((copy / ANCHOR).read_text(encoding="utf-8"))
        with database.read() as connection:
            checked = integrity.verify(connection, [audit.Head(said["seq"], said["hash"])])
        hashes = _hashes(database)
    finally:
        database.dispose()
    broken = [one for one in hashes if not Contents(data_dir / CONTENTS).is_whole(one)]
    if checked.problem or broken:
        what = checked.problem or f"{len(broken)} files are missing or changed: {broken[0][:12]}…"
        raise DataError(f"{copy} was put back, but does not hold: {what}")
    return len(hashes)


def _fill(copy: Path, database: Database) -> None:
    kind, name = ("SQLite", DATABASE) if database.is_sqlite else ("PostgreSQL", DUMP)
    if not (copy / name).is_file():
        raise DataError(f"{copy} holds no {name}; XRAY_DATABASE_URL asks for {kind}")
    if database.is_sqlite:
        place = Path(str(database.url.database))
        if place.exists():
            raise DataError(f"{place} holds cases already; restore into an empty folder")
        shutil.copyfile(copy / name, place)
    elif inspect(database.engine).get_table_names():
        raise DataError("the database holds tables already; restore into an empty one")
    else:
        postgresql.load(database.url, copy / name)
