"""Files on the disk, named by their SHA-256: scans as they came, and their pictures.

A file is written under `incoming/`, synced, and only then renamed to its place, so that nothing
half-written ever stands under a hash. Adopting happens within the write transaction that also
keeps the row, the only writer at a time: a file without a row is what a crash left. It is set
aside under `quarantine/`, not deleted: a mistake about the database must cost no scan.
"""

import hashlib
import io
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, insert, select

from xray_app.cases import tables
from xray_app.cases.errors import NotFound, Refused

CHUNK_BYTES = 2**20


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

    def adopt(self, connection: Connection, staged: Staged, at: object) -> None:
        """Move it to its place and keep its row, within a write transaction."""
        table, place = tables.contents, self.path(staged.sha256)
        if not place.parent.exists():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self.folder)
        staged.path.replace(place)
        _sync_folder(place.parent)
        known = select(table.c.sha256).where(table.c.sha256 == staged.sha256)
        if connection.execute(known).one_or_none() is None:
            row = {"sha256": staged.sha256, "size_bytes": staged.size_bytes, "kept_at": at}
            connection.execute(insert(table).values(**row))

    def path(self, sha256: str) -> Path:
        """Where a file with this hash stands."""
        return self.folder / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """A file's bytes.

        Raises:
            NotFound: it is not here: gone by its age, or lost.
        """
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"no content {sha256[:12]}: deleted by its age, or lost") from None

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

    def sweep(self, connection: Connection) -> int:
        """Within a write transaction, remove what never came in whole, and set aside files that
        have no row; how many those were.
        """
        known = set(connection.execute(select(tables.contents.c.sha256)).scalars())
        for path in self.incoming.iterdir():
            path.unlink()
        left = [path for path in self.folder.glob("??/*") if path.name not in known]
        if left:
            self.quarantine.mkdir(exist_ok=True, mode=0o700)
        for path in left:
            path.replace(self.quarantine / path.name)
        return len(left)


def discard(*staged: Staged) -> None:
    """Delete files that found no place; those that did are left alone."""
    for one in staged:
        one.path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
