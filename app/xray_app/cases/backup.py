"""A copy of everything, made while the service runs, and the way back.

    BACKUP/cases.sqlite3   one moment of the database; cases.dump, by pg_dump, of PostgreSQL
    BACKUP/contents/…      every file that the database of that moment names
    BACKUP/models/…        weights and calibrations by their hash, to make reports again by
    BACKUP/anchor.json     the head of the audit chain
    BACKUP/gone.json       the hashes of files that went by their age while the copy was made

The key that signs dossiers is not part of it: whoever holds a copy could sign in our name.
"""

import contextlib
import json
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect

from xray.card import verified_bytes
from xray.errors import DataError, ModelError
from xray_app.cases import audit, integrity, postgresql, schema
from xray_app.cases.contents import Contents, needed
from xray_app.cases.database import Database
from xray_app.cases.retention import empty_without

DATABASE, DUMP, ANCHOR, GONE = "cases.sqlite3", "cases.dump", "anchor.json", "gone.json"
CONTENTS, MODELS = "contents", "models"
HASH_LETTERS = 64
UNFINISHED = ".part"  # how the name of a model ends while it is written


def write(database: Database, contents: Contents, out: Path) -> int:
    """Make a copy in a folder that is not there yet; how many files it holds.

    Args:
        database: as it stands: the tables may be of an older version.
        contents: the scans; weights and calibrations lie beside their folder.

    Raises:
        DataError: the folder is there already, there are no tables, pg_dump is not installed, or a
            file is missing or was changed.
    """
    if out.exists():
        raise DataError(f"{out} is there already; name a new folder for each copy")
    if schema.current(database) is None:
        raise DataError("the database holds no tables; there is nothing to copy")
    out.mkdir(parents=True, mode=0o700)
    head, hashes = (_sqlite if database.is_sqlite else _postgresql)(database, out)
    kept = Contents(out / CONTENTS)
    missing = []
    for sha256 in hashes:
        source, target = contents.path(sha256), kept.path(sha256)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(source, target)
        if not kept.is_whole(sha256):
            target.unlink(missing_ok=True)
            missing.append(sha256)
    if contents.installation.exists():
        shutil.copyfile(contents.installation, kept.installation)
    models, changed = _copy_models(contents.folder.parent / MODELS, out / MODELS)
    said = {"seq": head.seq, "hash": head.hash}
    (out / ANCHOR).write_text(json.dumps(said) + "\n", encoding="utf-8")
    lost = set(missing) & set(_hashes(database)) if missing else set()
    gone = sorted(set(missing) - lost)  # by their age
    (out / GONE).write_text(json.dumps(gone) + "\n", encoding="utf-8")
    if lost:
        raise DataError(
            f"{len(lost)} of {len(hashes)} files that the database names are not in "
            f"{contents.folder}, or were changed there: {', '.join(sorted(lost)[:3])}; {out} holds "
            "all the rest. Put them back from an older copy"
        )
    if changed:
        raise DataError(
            f"{', '.join(changed)} in {MODELS} were changed since they were kept; {out} holds all "
            "the rest. Start the service anew, which keeps them again if they are still in use"
        )
    return len(hashes) - len(gone) + models


def _copy_models(kept: Path, out: Path) -> tuple[int, Sequence[str]]:
    """How many were copied, and the names of those that are no longer what their names say."""
    out.mkdir(mode=0o700)
    hashed = kept.glob("?" * HASH_LETTERS + ".*")
    files = sorted(file for file in hashed if file.suffix != UNFINISHED)
    whole = [file for file in files if _is_whole(file)]
    for file in whole:
        shutil.copyfile(file, out / file.name)
    return len(whole), [file.name for file in files if file not in whole]


def _is_whole(model: Path) -> bool:
    try:
        verified_bytes(model, model.name.partition(".")[0])
    except ModelError:
        return False
    return True


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
    before = _hashes(database)
    postgresql.dump(database.url, out / DUMP)
    # What it names was there before it or is there after it: what came meanwhile does not go yet.
    return head, sorted({*before, *_hashes(database)})


def _hashes(database: Database) -> Sequence[str]:
    with database.read() as connection:
        return needed(connection)


def restore(copy: Path, data_dir: Path, url: str, now: datetime) -> int:
    """Put a copy back where there are no cases, and check it; how many files.

    Cases whose files went by their age while the copy was made are emptied anew.

    Args:
        url: of the database: an empty one of the kind that was copied.
        now: as of which those cases are emptied.

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
        if (copy / MODELS).exists():  # copies of older versions hold none
            shutil.copytree(copy / MODELS, data_dir / MODELS, dirs_exist_ok=True)
        said = json.loads((copy / ANCHOR).read_text(encoding="utf-8"))
        with database.read() as connection:
            checked = integrity.verify(connection, [audit.Head(said["seq"], said["hash"])])
        contents, gone = Contents(data_dir / CONTENTS), _gone(copy)
        if gone and not checked.problem:
            empty_without(database, contents, gone, now)
        hashes = _hashes(database)
    finally:
        database.dispose()
    missing = [one for one in hashes if not contents.is_whole(one)]
    broken = [one for one in missing if one not in gone]
    models = list((copy / MODELS).glob("*"))
    broken += [one.name for one in models if not _is_whole(data_dir / MODELS / one.name)]
    if checked.problem or broken:
        what = checked.problem or f"{len(broken)} files are missing or changed: {broken[0][:12]}…"
        raise DataError(f"{copy} was put back, but does not hold: {what}")
    return len(hashes) - len(missing) + len(models)


def _gone(copy: Path) -> set[str]:
    """What is not in a copy though its database names it: its time was over."""
    said = copy / GONE
    return set(json.loads(said.read_text(encoding="utf-8"))) if said.exists() else set()


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
