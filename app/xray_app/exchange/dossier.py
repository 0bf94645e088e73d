"""A case's dossier: one ZIP that proves itself elsewhere, with the public key alone.

    manifest.json   the case, its views and reports, what officers said of each finding and drew,
                    decisions, search results, audit entries, and the SHA-256 of every other file
    manifest.sig    Ed25519 over the bytes of manifest.json
    scans/…         the files as they came in
    pictures/…      what the officers saw
    photos/…        of the search

The same case gives the same bytes: no times of packing, names in order.
"""

import hashlib
import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, RowMapping

from xray.errors import DataError
from xray_app.cases import audit, first_verdicts, reading
from xray_app.cases.canonical import canonical, moment
from xray_app.cases.case import load
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.decisions import decisions_of
from xray_app.cases.inspection import views_of
from xray_app.cases.opinions import opinions_of
from xray_app.cases.searches import searches_of

SCHEMA = "xray.dossier/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the oldest time that a ZIP can hold
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MAX_BYTES = 4 * 2**30  # unpacked, of a dossier that somebody sent us
MAX_MANIFEST_BYTES = 2**28  # likewise; of 8 views with 10,000 findings each, 16 MB
UNREADABLE = (  # what zipfile raises on what is none, or is damaged or encrypted
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError),
    *(OSError, NotImplementedError, RuntimeError),
)


@dataclass(frozen=True)
class Dossier:
    """A dossier whose signature and files hold.

    Attributes:
        manifest: what it says.
        files: name → bytes.
    """

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]


def write(database: Database, contents: Contents, case_id: str, key: Ed25519PrivateKey) -> bytes:
    """The dossier of a case, as a file's bytes.

    Raises:
        NotFound: there is no such case, or its scans are gone by their age.
    """
    with database.read() as connection:
        said, wanted = _case(connection, case_id)
    files = {name: contents.read(sha256) for name, sha256 in wanted.items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    manifest = canonical({"schema": SCHEMA, **said, "files": hashes}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in [
            *((MANIFEST, manifest), (SIGNATURE, key.sign(manifest))),
            *sorted(files.items()),
        ]:
            packed.writestr(zipfile.ZipInfo(name, LONG_AGO), data)
    return out.getvalue()


def verify(packed: bytes | Path, key: Ed25519PublicKey) -> Dossier:
    """The dossier, if its signature fits the key and every file is what was signed.

    Raises:
        DataError: it is no dossier, or something in it was changed; says what.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed) if isinstance(packed, bytes) else packed) as there:
            _check_methods(there)
            _check_size(there, (MANIFEST, SIGNATURE), MAX_MANIFEST_BYTES)
            manifest, signed = _unpacked(there, MANIFEST), _unpacked(there, SIGNATURE)
            key.verify(signed, manifest)  # before anything else of it is unpacked
            names = there.namelist()
            if len(set(names)) != len(names):
                raise DataError("dossier: two files have one name")
            _check_size(there, names, MAX_BYTES)
            others = [name for name in names if name not in (MANIFEST, SIGNATURE)]
            files = {name: _unpacked(there, name) for name in others}
    except InvalidSignature:
        raise DataError("dossier: the manifest was changed, or signed with another key") from None
    except UNREADABLE as error:
        raise DataError(f"dossier: cannot be read ({type(error).__name__}: {error})") from None
    said = json.loads(manifest)
    for name in sorted(said["files"].keys() | files.keys()):
        found = hashlib.sha256(files[name]).hexdigest() if name in files else None
        if found != said["files"].get(name):
            raise DataError(f"dossier: {name} was changed, is missing or was added")
    return Dossier(said, files)


def _check_methods(there: zipfile.ZipFile) -> None:
    """Stop at what zipfile can only unpack whole, however long it says that it is."""
    for info in there.infolist():
        if info.compress_type not in METHODS:
            raise DataError(f"dossier: expected files stored or deflated; {info.filename} is not")


def _unpacked(there: zipfile.ZipFile, name: str) -> bytes:
    with there.open(name) as file:  # told no length, it unpacks all before it cuts that off
        return file.read(there.getinfo(name).file_size + 1)


def _check_size(there: zipfile.ZipFile, names: Iterable[str], most: int) -> None:
    """Stop before unpacking more than is taken; no file is read further than it says it goes."""
    if sum(there.getinfo(name).file_size for name in names) > most:
        raise DataError(f"dossier: unpacks to over {most / 2**30:g} GB")


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key that signs, made when there is none; nobody else may read its file.

    Raises:
        DataError: others may read it, or it is no such key.
    """
    if not path.exists():
        _make_key(path)
    if path.stat().st_mode & 0o077:
        raise DataError(f"{path}: others may read this key; run: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError):
        raise DataError(f"{path}: expected an Ed25519 key in PEM") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise DataError(f"{path}: expected an Ed25519 key in PEM")
    return key


def _make_key(path: Path) -> None:
    """Make a key: on the disk and whole before it has its name, which the first of several gets."""
    made = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.") as out:  # for this user alone
        out.write(made)
        out.flush()
        os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(out.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def public_key(path: Path) -> Ed25519PublicKey:
    """A public key that `public_pem` wrote.

    Raises:
        DataError: it is no such key.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise DataError(f"{path}: expected a public Ed25519 key in PEM")
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """The public half, to be given to whoever verifies."""
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _case(connection: Connection, case_id: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the manifest says, and name → content hash of what lies beside it."""
    case, views = load(connection, case_id), views_of(connection, case_id)
    searches = searches_of(connection, case_id)
    wanted: dict[str, str] = {}
    for view in views:
        number = view["position"]
        wanted[f"scans/{number}"] = view["sha256"]
        if view["high_sha256"]:
            wanted[f"scans/{number}-high"] = view["high_sha256"]
        if view["picture_sha256"]:
            wanted[f"pictures/{number}.jpg"] = view["picture_sha256"]
    for number, row in enumerate(searches):
        if row["photo_sha256"]:
            wanted[f"photos/{number}.jpg"] = row["photo_sha256"]
    said = {
        "case": _plain(asdict(case)),
        "views": [_plain(row) for row in views],
        "reports": {str(n): body for n, body in reading.reports(connection, case_id).items()},
        "opinions": [_plain(row) for row in opinions_of(connection, case_id)],
        "first_verdicts": [_plain(row) for row in first_verdicts.of(connection, case_id)],
        "decisions": [_plain(row) for row in decisions_of(connection, case_id)],
        "searches": [_plain(row) for row in searches],
        "audit": [vars(entry) for entry in audit.of(connection, case_id)],
    }
    return said, wanted


def _plain(row: RowMapping | dict[str, Any]) -> dict[str, Any]:
    return {
        name: moment(value) if isinstance(value, datetime) else value for name, value in row.items()
    }
