"""Cases as their readers may see them. Whoever reads only their own finds no others."""

import io
import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from sqlalchemy import Connection, RowMapping

from xray import tdr
from xray_app.access.roles import Actor, Right, Role
from xray_app.api import papers
from xray_app.api.shapes import (
    NO_NUL,
    CaseFile,
    CaseOut,
    CasePage,
    OpinionOut,
    Progress,
    Said,
    Searched,
    ViewOut,
    bounded,
    content,
)
from xray_app.api.signing import Reads
from xray_app.api.signing import TheService as Service
from xray_app.cases import looks, reading, register, seen
from xray_app.cases.case import Case, load
from xray_app.cases.decisions import decisions_of
from xray_app.cases.errors import NotFound, Refused
from xray_app.cases.inspection import views_of
from xray_app.cases.opinions import opinions_of
from xray_app.cases.reading import Wanted
from xray_app.cases.reports import read_report
from xray_app.cases.searches import searches_of
from xray_app.cases.states import Kind, Level, ReportRole, State
from xray_app.exchange.threat_reports import source_of
from xray_app.paper.tables import known

DAY_SECONDS = 86_400
MOST_ASKED = 50  # cases in one question
SEES_KINDS = (Role.MANAGER, Role.AUDITOR, Role.SUPERVISOR)  # others must not know a test from life

router = APIRouter(prefix="/cases", tags=["cases"])
CaseId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Position = Annotated[int, Query(ge=0, le=7)]
REPORTS = content("application/json", "application/dicom", "text/html", "application/pdf")


@router.get("")
def list_cases(
    actor: Reads,
    service: Service,
    state: State | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[
        str | None, Query(max_length=80, pattern=NO_NUL, description="`next` of a page")
    ] = None,
) -> CasePage:
    """Cases, newest first."""
    own = None if actor.may(Right.READ) else actor.name
    with service.database.read() as connection:
        cases = reading.newest(connection, Wanted(state, own, _cursor(after), limit + 1))
    page = cases[:limit]
    more = len(cases) > limit
    following = f"{page[-1].received_at.isoformat()}~{page[-1].id}" if more else None
    return CasePage(cases=[shown(case, actor) for case in page], next=following)


@router.get("/progress")
def read_progress(
    actor: Reads,
    service: Service,
    id: Annotated[list[CaseId], Query(min_length=1, max_length=MOST_ASKED)],
) -> list[Progress]:
    """How far some cases are, in the order asked; of another's, nothing.

    What the machine says of them is not told here, so whoever asks can still give a first verdict.
    """
    found = list[Progress]()
    with service.database.read() as connection:
        for case_id in id:
            with suppress(NotFound):
                case = visible(connection, actor, case_id)
                found.append(Progress(id=case.id, state=case.state, problem=case.problem))
    return found


@router.get("/{case_id}")
def read_case(actor: Reads, service: Service, case_id: CaseId) -> CaseFile:
    """A case with everything that was said of it."""
    with service.database.read() as connection:
        case = visible(connection, actor, case_id)
        file = CaseFile(
            **shown(case, actor).model_dump(),
            views=_views(connection, case_id),
            decisions=[
                Said(
                    **{**row, "marks": json.loads(row["marks"])},
                    is_correction=bool(row["corrects"]),
                )
                for row in decisions_of(connection, case_id)
            ],
            searches=[
                Searched(**{**row, "what": json.loads(row["what"])}, is_correction=n > 0)
                for n, row in enumerate(searches_of(connection, case_id))
            ],
            opinions=[opinion(row) for row in opinions_of(connection, case_id)],
            links=reading.linked(connection, case_id) if actor.may(Right.READ) else [],
            clearance=reading.clearance(connection, case_id) if actor.may(Right.READ) else None,
        )
    _keep_seen(service, actor, case)
    return file


@router.get("/{case_id}/report", response_class=Response, responses=REPORTS)
def read_report_of(
    actor: Reads,
    service: Service,
    request: Request,
    case_id: CaseId,
    view: Position = 0,
    format: Literal["json", "tdr", "html", "pdf"] = "json",
    role: ReportRole = ReportRole.PRIMARY,
    zone: Annotated[
        str, Query(max_length=64, pattern=NO_NUL, description="of paper's times: Asia/Seoul")
    ] = "",
) -> Response:
    """What the model says of one view: `xray.report/1`, or a DICOS threat detection report.

    As html or pdf: all of the case, to be printed, in the language that the reader asks for. It
    says what officers thought and how the audit chain stands: for whoever may read every case.
    """
    if format in ("html", "pdf"):
        if not actor.may(Right.READ):
            raise HTTPException(403, f"{actor.name} has no right to {Right.READ}")
        there = papers.zone_of(zone)
        with service.database.read() as connection:
            case = visible(connection, actor, case_id)
        _keep_seen(service, actor, case)
        _keep_looked(service, actor, case, format)  # first: the paper states the newest seal
        with service.database.read() as connection:
            of = known(connection, replace(case, kind=shown(case, actor).kind), there)
        return papers.answer(request, service, actor, of, format == "pdf", zone)
    with service.database.read() as connection:
        case = visible(connection, actor, case_id)
        body = reading.reports(connection, case_id, role).get(view)
        sources = [source_of(row) for row in views_of(connection, case_id)]
    if body is None:
        raise NotFound(f"case {case_id} has no report of view {view}, or not yet")
    _keep_seen(service, actor, case)
    _keep_looked(service, actor, case, format)
    if format == "json":
        return Response(json.dumps(body), media_type="application/json")
    out = io.BytesIO()
    tdr.write(read_report(body), out, source=sources[view])
    return Response(out.getvalue(), media_type="application/dicom")


@router.get("/{case_id}/image", response_class=Response, responses=content("image/jpeg"))
def read_image(
    actor: Reads,
    service: Service,
    request: Request,
    case_id: CaseId,
    view: Position = 0,
    size: Literal["full", "small"] = "full",
) -> Response:
    """A view in pseudo-colour, as JPEG."""
    column = {"full": "picture_sha256", "small": "thumbnail_sha256"}[size]
    with service.database.read() as connection:
        visible(connection, actor, case_id)
        sha256 = reading.picture(connection, case_id, view, column)
    stay = {"etag": f'"{sha256}"', "cache-control": f"private, max-age={DAY_SECONDS}"}
    if request.headers.get("if-none-match") == stay["etag"]:
        return Response(status_code=304, headers=stay)
    return Response(service.contents.read(sha256), media_type="image/jpeg", headers=stay)


def visible(connection: Connection, actor: Actor, case_id: str) -> Case:
    """The case, if this reader may see it.

    Raises:
        NotFound: there is none, or it is another's: the two answers are the same.
    """
    case = load(connection, case_id)
    if not actor.may(Right.READ) and not register.brought(connection, case, actor.name):
        raise NotFound(f"there is no case {case_id}")
    return case


def shown(case: Case, actor: Actor) -> CaseOut:
    """A case without what this reader must not know."""
    hides = case.kind is Kind.PROJECTED and actor.role not in SEES_KINDS
    kind = Kind.LIVE if hides and case.state is not State.CLOSED else case.kind
    # Who brought the same in after another sees what became of it, not what the other declared.
    others = not actor.may(Right.READ) and case.submitted_by != actor.name
    declared = {} if others else case.declaration or {}
    return CaseOut(
        **{name: getattr(case, name) for name in CaseOut.model_fields if hasattr(case, name)}
        | {"kind": kind, "flags": list(case.flags), "declaration": declared},
        for_supervisor=case.level is Level.SUPERVISOR,
    )


def opinion(row: RowMapping) -> OpinionOut:
    """An opinion as it goes out."""
    return OpinionOut(**{**row, "view": row["position"], "xyxy_px": json.loads(row["xyxy_px"])})


def _views(connection: Connection, case_id: str) -> list[ViewOut]:
    reported = reading.reports(connection, case_id)
    return [
        ViewOut(**row, has_report=row["position"] in reported)
        for row in views_of(connection, case_id)
    ]


def _keep_seen(service: Service, actor: Actor, case: Case) -> None:
    """An officer who reads here what the machine says cannot give a first verdict any more."""
    if actor.may(Right.WORK):
        seen.keep(service.database, actor.name, case, service.now)


def _keep_looked(service: Service, actor: Actor, case: Case, format: str) -> None:
    """People who read a report stand in the audit chain; keys fetch what they brought in."""
    if actor.role is not None:
        looks.keep(service.database, service.now, actor.name, case.id, seen_as=format)


def _cursor(after: str | None) -> tuple[datetime, str] | None:
    if after is None:
        return None
    at, _, case_id = after.partition("~")
    try:
        moment = bounded(datetime.fromisoformat(at))
        if moment.tzinfo is None:
            raise ValueError
    except ValueError:
        raise Refused("after: pass what `next` of a page said") from None
    return moment, case_id
