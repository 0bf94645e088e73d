"""Files on the disk, named by their SHA-256: scans as they came, and their pictures.

A file is written under `incoming/`, synced, and only then renamed to its place, so that nothing
half-written ever stands under a hash. Adopting happens within the write transaction that also
keeps the row, the only writer at a time; where that fails, `bringing` takes it out again. A file
that no table names is what a crash left. It is set aside under `quarantine/`, not deleted, and
comes back when a row names it: a mistake about the database must cost no scan.
"""

import hashlib
import io
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, insert, select

from xray.errors import RecipeError
from xray_app.cases import tables
from xray_app.cases.errors import NotFound, Refused
from xray_app.cases.patience import unhurried

CHUNK_BYTES = 2**20
LEFT_BY_A_CRASH = 24  # files that one transaction adopts at most: of 8 views, 3 each
VIEW_CONTENTS = tuple(
    tables.views.c[name]
    for name in ("sha256", "high_sha256", "picture_sha256", "thumbnail_sha256", "planes_sha256")
)


@dataclass(frozen=True)
class Staged:
    """A file that has come in whole and has no place yet."""

    path: Path
    sha256: str
    size_bytes: int


class Contents:
    """The files of one installation.

    Args:
        folder: ours alone; made when it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"
        self.quarantine = folder / "quarantine"
        self.installation = folder / "installation"  # whose contents these are
        self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    def stage(self, source: BinaryIO | bytes, name: str, max_bytes: int) -> Staged:
        """Take a stream in; on the disk when this returns.

        Raises:
            Refused: it is larger than max_bytes, or empty.
            OSError: the disk is full.
        """
        stream = io.BytesIO(source) if isinstance(source, bytes) else source
        path = self.incoming / secrets.token_hex(16)
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("xb") as out:
                while chunk := stream.read(CHUNK_BYTES):
                    size += len(chunk)
                    if size > max_bytes:
                        raise Refused(f"{name} is larger than the {max_bytes / 2**20:.0f} MB taken")
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            if not size:
                raise Refused(f"{name} is empty; expected a scan")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Staged(path, digest.hexdigest(), size)

    def adopt(self, connection: Connection, files: Iterable[Staged], at: datetime) -> None:
        """Move them to their places and keep their rows, within a write transaction."""
        table, new, touched = tables.contents, {f.sha256: f for f in files}, set[Path]()
        if not new:
            return
        for sha256, file in new.items():
            place = self.path(sha256)
            if not place.parent.exists():
                place.parent.mkdir(mode=0o700, exist_ok=True)
                touched.add(self.folder)
            file.path.replace(place)
            touched.add(place.parent)
        for folder in touched:  # once all lie there: the disk's journal goes out with the first
            _sync_folder(folder)
        known = select(table.c.sha256).where(table.c.sha256.in_(new))
        there = set(connection.execute(known).scalars())
        rows = [
            {"sha256": file.sha256, "size_bytes": file.size_bytes, "kept_at": at}
            for file in new.values()
            if file.sha256 not in there
        ]
        if rows:
            connection.execute(insert(table), rows)

    def path(self, sha256: str) -> Path:
        """Where a file with this hash stands."""
        return self.folder / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """A file's bytes.

        Raises:
            NotFound: it is not here: gone by its age, lost, or no longer what was kept.
        """
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"no content {sha256[:12]}: deleted by its age, or lost") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise NotFound(f"content {sha256[:12]} was changed on the disk; put a copy back")
        return data

    def is_whole(self, sha256: str) -> bool:
        """Whether the file with this hash is here, and what was kept."""
        try:
            with self.path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def remove(self, connection: Connection, hashes: Sequence[str]) -> None:
        """Delete files that have no row any more, within a write transaction."""
        table = tables.contents
        there = set(
            connection.execute(select(table.c.sha256).where(table.c.sha256.in_(hashes))).scalars()
        )
        for sha256 in set(hashes) - there:
            self.path(sha256).unlink(missing_ok=True)

    def holds_any(self) -> bool:
        """Whether a file stands under its hash here."""
        return next(self.folder.glob("??/*"), None) is not None

    def holds(self, sha256: str) -> bool:
        """Whether a file with this hash is here, if only set aside."""
        return self.path(sha256).exists() or (self.quarantine / sha256).exists()

    def sweep(self, connection: Connection) -> int:
        """Within a write transaction, make disk and tables agree; how many files were set aside.

        What never came in whole goes, and what only emptied cases name: their time is over. What a
        row names comes back from where it was set aside; what no table knows is set aside.

        Raises:
            RecipeError: most files would be set aside; nothing was touched.
        """
        unhurried(connection)
        rows = set(connection.execute(select(tables.contents.c.sha256)).scalars())
        named, emptied = _named(connection, emptied=False), _named(connection, emptied=True)
        here = list(self.folder.glob("??/*"))
        strange = [path for path in here if path.name not in rows | named | emptied]
        if len(strange) > LEFT_BY_A_CRASH and 2 * len(strange) > len(here):
            raise RecipeError(_most(self.folder, len(strange), len(here)))
        for path in self.incoming.iterdir():
            path.unlink()
        aside = list(self.quarantine.iterdir()) if self.quarantine.exists() else []
        for path in [*here, *aside]:
            if path.name in emptied - rows - named:
                path.unlink()
        for path in aside:
            self._take_back(path, rows)
        if strange:
            self.quarantine.mkdir(exist_ok=True, mode=0o700)
        for path in strange:
            path.replace(self.quarantine / path.name)
        return len(strange)

    def _take_back(self, path: Path, rows: set[str]) -> None:
        place = self.path(path.name)
        if path.name in rows and not place.exists():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            path.replace(place)


def needed(connection: Connection) -> list[str]:
    """The hashes of the files that must be here: those with a row, and those that cases name."""
    unhurried(connection)
    rows = connection.execute(select(tables.contents.c.sha256)).scalars()
    return sorted({*rows, *_named(connection, emptied=False)})


def discard(*staged: Staged) -> None:
    """Delete files that found no place; those that did are left alone."""
    for one in staged:
        one.path.unlink(missing_ok=True)


def _named(connection: Connection, emptied: bool) -> set[str]:
    """What the views and searches of cases name: of those emptied by their age, or the others."""
    case, search, named = tables.cases, tables.search_results, set[str]()
    gone = case.c.emptied_at.is_not(None) if emptied else case.c.emptied_at.is_(None)
    for column in (*VIEW_CONTENTS, search.c.photo_sha256):
        asked = select(column).where(column.is_not(None))
        of_these = asked.where(column.table.c.case_id.in_(select(case.c.id).where(gone)))
        named |= set(connection.execute(of_these).scalars())
    return named


def _most(folder: Path, strange: int, count: int) -> str:
    return (
        f"{strange} of {count} files in {folder} are named by no case: the database is older than "
        "they are, or another one; no file was touched. Name in XRAY_DATABASE_URL the database "
        "that they were kept with. If it is lost, restore the last copy of both into a new "
        "XRAY_DATA_DIR and keep this folder: what that copy does not know is in it alone"
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
