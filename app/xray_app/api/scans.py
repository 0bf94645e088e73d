"""Scans come in: inspected and forgotten, or kept as a case."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Response, UploadFile
from pydantic import ValidationError

from xray.formats.source import HEAD_BYTES, check_kind
from xray_app import logs
from xray_app.access.roles import Right
from xray_app.api.asking import asked
from xray_app.api.shapes import OUR_FAULT, About, Received
from xray_app.api.signing import Inspects, Submits
from xray_app.api.signing import TheService as Service
from xray_app.cases import register
from xray_app.cases.containers import container_number
from xray_app.cases.contents import Staged, discard
from xray_app.cases.errors import Refused
from xray_app.cases.register import NewView, Registered, Submission
from xray_app.cases.states import Kind
from xray_app.uploads import file_name

MAX_VIEWS = 8

router = APIRouter(tags=["scans"])
Files = Annotated[list[UploadFile], File(max_length=MAX_VIEWS)]
RequestKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$"),
]


@router.post("/inspect", responses=OUR_FAULT)
def inspect(
    actor: Inspects,
    service: Service,
    scan: Annotated[UploadFile, File()],
    high: Annotated[UploadFile | None, File()] = None,
    pixel_mm: Annotated[float | None, Form(gt=0, lt=1000)] = None,
) -> dict[str, Any]:
    """A scan in, a report out; nothing is kept. `high`: the high energy, where it is a file."""
    sent = [(file_name(one.filename or ""), one.file) for one in (scan, high) if one is not None]
    return asked(service, sent, {"pixel_mm": pixel_mm, "id": sent[0][0]})


@router.post("/scans", status_code=202)
def submit(
    actor: Submits,
    service: Service,
    response: Response,
    scan: Files,
    high: Annotated[list[UploadFile], File(max_length=MAX_VIEWS)] = [],  # noqa: B006 FastAPI copies it
    about: Annotated[str, Form(max_length=65_536, description="JSON: `About`")] = "{}",
    idempotency_key: RequestKey = None,
) -> Received:
    """Keep a scan as a case. 202: it is on the disk and will be inspected.

    One `scan` for each view, and as many `high` where the high energy is a file of its own.
    """
    said = read_about(about)
    if high and len(high) != len(scan):
        raise Refused(f"{len(scan)} files came as scan and {len(high)} as high; send pairs")
    if len(said.views) > len(scan):
        raise Refused(f"{len(said.views)} views are described, {len(scan)} came")
    room = (service.database, service.queue.rules, actor.name, idempotency_key)
    register.check_room(*room)
    if actor.may(Right.WORK):  # a scanner sends scans; a person may drop anything
        _check_kinds([*scan, *high])
    views = _staged(service, scan, high)
    kept = keep_scan(service, said, views, actor.name, idempotency_key)
    response.headers["Location"] = f"/api/v1/cases/{kept.case.id}"
    return Received(
        id=kept.case.id, state=kept.case.state, new=kept.new, flags=list(kept.case.flags)
    )


def read_about(text: str) -> About:
    """What a sender says of a scan.

    Raises:
        Refused: it is not JSON, or says something that we do not know.
    """
    try:
        about = About.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "about"
        raise Refused(f"about: {where}: {first['msg']}") from None
    if about.kind in (Kind.DEMO, Kind.PROJECTED):
        raise Refused(f"about: kind: {about.kind} cases are made by the service itself")
    number = container_number(about.container) if about.container else None
    return about.model_copy(update={"container": number})


def keep_scan(
    service: Service, about: About, views: Sequence[NewView], sender: str, key: str | None = None
) -> Registered:
    """Register staged views with what their sender says of them, and have them inspected.

    Raises:
        Full: too many scans wait for inspection; nothing was kept.
        KeyReused: this request key came before with something else.
    """
    sent = _submission(about, views, sender, key)
    kept = register.register(
        service.database, service.contents, sent, service.now, service.queue.rules
    )
    logs.of_case(kept.case.id)
    service.dispatch.wake()
    return kept


def _submission(about: About, views: Sequence[NewView], sender: str, key: str | None) -> Submission:
    told = [
        replace(view, name=said.name, pixel_mm=said.pixel_mm)
        for view, said in zip(views, about.views, strict=False)
    ]
    return Submission(
        views=(*told, *views[len(told) :]),
        submitted_by=sender,
        kind=about.kind,
        scanner=about.scanner,
        lane=about.lane,
        container=about.container,
        consignment=about.consignment,
        declaration=about.declaration.model_dump(exclude_none=True),
        request_key=key,
    )


def _check_kinds(uploads: Sequence[UploadFile]) -> None:
    """Stop where a file is no picture at all: as a case it would end on a search's table.

    Raises:
        ScanError: it is of no kind that is read.
    """
    for one in uploads:
        check_kind(one.file.read(HEAD_BYTES), file_name(one.filename or ""))
        one.file.seek(0)


def _staged(service: Service, scan: list[UploadFile], high: list[UploadFile]) -> list[NewView]:
    """Each upload, or pair of them, as a view; nothing stays behind where one fails."""
    kept: list[Staged] = []

    def stage(upload: UploadFile) -> tuple[Staged, str]:
        name = file_name(upload.filename or "")
        one = service.contents.stage(upload.file, name, service.settings.max_upload_bytes)
        kept.append(one)
        return one, name

    try:
        return [
            NewView(*stage(upload), *(stage(high[number]) if high else (None, None)))
            for number, upload in enumerate(scan)
        ]
    except BaseException:
        discard(*kept)
        raise
