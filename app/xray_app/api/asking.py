"""Files are inspected and forgotten: they lie in a folder of their own until there is a report."""

import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import HTTPException

from xray_app.cases import profiles
from xray_app.cases.contents import CHUNK_BYTES
from xray_app.cases.errors import Refused
from xray_app.inspectors.pool import RETRY_AFTER_S
from xray_app.inspectors.process import BrokeOff
from xray_app.service import Service
from xray_app.shown import Blame

WAIT_SECONDS = 10.0  # for an idle process, before the caller is told to come back
STATUS = {Blame.FILE: 422, Blame.MODEL: 503, Blame.US: 500}  # where there is no report


def asked(
    service: Service, sent: Iterable[tuple[str, BinaryIO]], said: dict[str, Any]
) -> dict[str, Any]:
    """The report of an inspecting process on files that are not kept.

    Args:
        service: what inspects.
        sent: what people call each file, and the file: one, or the low- and the high-energy one.
        said: what the sender says of the scan.

    Raises:
        Refused: a file is larger than is taken.
        Full: every process is busy, for as long as we wait.
        HTTPException: there is none, with the status of whose fault that is.
    """
    with tempfile.TemporaryDirectory(prefix="xray-scan-") as folder:
        names, files = list[str](), list[str]()
        for name, stream in sent:
            file = Path(folder) / secrets.token_hex(16)  # no word of an error, as a number would be
            _copy(stream, file, name, service.settings.max_upload_bytes)
            names.append(name)
            files.append(str(file))
        answer = _answer(service, files, names, said)
    report: dict[str, Any] | None = answer["report"]
    if report is None:
        status = STATUS[answer["blame"]]
        later = {"retry-after": str(RETRY_AFTER_S)} if status == 503 else None
        raise HTTPException(status, answer["problem"], later)
    return report


def _answer(
    service: Service, files: list[str], names: list[str], said: dict[str, Any]
) -> dict[str, Any]:
    with service.pool.lend(WAIT_SECONDS) as process:
        with service.database.read() as connection:
            in_force = profiles.in_force(connection)
        try:
            return process.ask(files, names, said, in_force)
        except BrokeOff as error:
            raise HTTPException(500, f"{names[0]}: {error}") from None


def _copy(stream: BinaryIO, file: Path, name: str, most_bytes: int) -> None:
    """As `Contents.stage`, for a moment."""
    with file.open("xb") as out:
        while chunk := stream.read(CHUNK_BYTES):
            out.write(chunk)
            if out.tell() > most_bytes:
                raise too_large(name, most_bytes)


def too_large(name: str, most_bytes: int) -> Refused:
    """The refusal of a file."""
    return Refused(f"{name} is larger than the {most_bytes / 2**20:.0f} MB taken")
