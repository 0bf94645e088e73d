"""The search room: a thing lies on the table; what was marked in it, and what was found.

Somebody types or scans what stands on it, sees where to look, and says what was there.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from xray.errors import XrayError
from xray.labels import CONTAINER_LABELS, PARCEL_LABELS
from xray_app.access.roles import Actor, Right
from xray_app.api.shapes import Word
from xray_app.api.signing import Searches
from xray_app.api.signing import TheService as Service
from xray_app.cases import listing, lookup, photos, seen
from xray_app.cases.case import Case, load
from xray_app.cases.decisions import decisions_of
from xray_app.cases.errors import NotFound, Refused
from xray_app.cases.searches import (
    SEARCHED,
    SearchResult,
    correct_search,
    record_search,
    searches_of,
)
from xray_app.cases.states import State
from xray_app.desk import work
from xray_app.desk.navigation import SEARCH_ROOM
from xray_app.desk.rooms import frame, words
from xray_app.desk.rooms.frame import Line, Text
from xray_app.desk.rooms.spots import Picture, pictures
from xray_app.languages import problem as said_of
from xray_app.languages import say
from xray_app.wording import case_name, why

CASE = Query(max_length=40, pattern="^[0-9a-f]*$")

router = APIRouter(include_in_schema=False)


@router.get(SEARCH_ROOM.path)
def show(
    request: Request,
    actor: Searches,
    service: Service,
    code: Word = "",
    case: Annotated[str, CASE] = "",
    done: Annotated[str, CASE] = "",
) -> HTMLResponse:
    """The list, and the case that a code names or a link leads to."""
    return _page(request, actor, service, code, case, done)


@router.post(SEARCH_ROOM.path, response_model=None)
def record(
    request: Request,
    actor: Searches,
    service: Service,
    case: Annotated[str, Form(pattern="^[0-9a-f]{32}$")],
    version: Annotated[int, Form(ge=1, le=2**31 - 1)],
    found: Annotated[str, Form(pattern="^(yes|no)?$")] = "",
    what: Annotated[list[Line], Form(max_length=50)] = [],  # noqa: B006 FastAPI copies it
    other: Line = "",
    note: Text = "",
    photo: Annotated[UploadFile | None, File()] = None,
    corrects: Annotated[bool, Form()] = False,
) -> HTMLResponse | RedirectResponse:
    """Keep what the search found, and go on to the next; or what a supervisor says it found."""
    labels = tuple(dict.fromkeys(label.strip() for label in [*what, *other.split(",")]))
    said = {"found": found, "what": labels, "note": note}
    try:
        taken = None if corrects else photo
        result = _result(service, found, tuple(filter(None, labels)), note, taken)
        if corrects:
            correct_search(service.queue, case, version, actor.officer(), result)
        else:
            record_search(service.queue, service.contents, case, version, actor.name, result)
    except XrayError as error:
        return _page(request, actor, service, "", case, "", said_of(error), said)
    return RedirectResponse(f"{SEARCH_ROOM.path}?done={case}", 303)


@router.get(SEARCH_ROOM.path + "/photo")
def photo(actor: Searches, service: Service, case: Annotated[str, CASE], n: int = 0) -> Response:
    """The picture that was taken at a search."""
    with service.database.read() as connection:
        taken = [row["photo_sha256"] for row in searches_of(connection, case)]
    if not 0 <= n < len(taken) or not taken[n]:
        raise NotFound(f"case {case} has no such photo")
    content = service.contents.read(taken[n])
    kind = photos.kind_of(content)
    if kind is None:
        raise NotFound(f"the photo of case {case} is of a kind that is not shown")
    return Response(content, media_type=kind, headers={"cache-control": "private, no-store"})


def _page(
    request: Request,
    actor: Actor,
    service: Service,
    code: str,
    case_id: str,
    done: str,
    problem: str = "",
    said: dict[str, Any] | None = None,
) -> HTMLResponse:
    with service.database.read_at_length() as connection:
        waiting = lookup.to_search(connection)
        awaited = listing.counts(connection)[State.SEARCH]
        matches = lookup.by_code(connection, code) if code else []
        wanted = case_id or (matches[0].id if len(matches) == 1 else "")
        sheet = _sheet(connection, wanted)
        ended = _sheet(connection, done)
        listed = [*(one for one, _ in waiting), *matches]
        files = listing.first_files(connection, [one.id for one in listed])
    if sheet:
        seen.keep(service.database, actor.name, sheet["case"], service.now)
    if case_id and sheet is None:
        problem = problem or say("There is no such case.")
    if code and not matches:
        problem = say(
            "No case goes by {code}. Read the number again, or choose below.",
            code=repr(code.strip()),
        )
    values: dict[str, Any] = {"code": code}
    values["awaited"] = awaited
    values |= {"waiting": waiting, "files": files}
    values |= {
        "matches": matches if len(matches) > 1 else [],
        "sheet": sheet,
        "done": ended,
    }
    values["corrects"] = actor.may(Right.SUPERVISE) and bool(sheet and sheet["ended"])
    values |= {
        "problem": problem,
        "said": said or {"found": "", "what": (), "note": ""},
    }
    status = 422 if said else 200
    return frame.page(request, actor, SEARCH_ROOM, status, words=words, **values)


def _sheet(connection: Connection, case_id: str) -> dict[str, Any] | None:
    """Everything that the room shows of a case."""
    if not case_id:
        return None
    try:
        case = load(connection, case_id)
    except NotFound:
        return None
    said, searched = decisions_of(connection, case_id), searches_of(connection, case_id)
    shown = pictures(connection, case_id, said)
    return {
        "case": case,
        "name": case_name(case, listing.first_files(connection, [case.id]).get(case.id, "")),
        "stands": words.stands(case),
        "open": case.state is State.SEARCH,
        "ended": case.disposition in SEARCHED,
        "ordered": said[-1] if said else None,
        "why": why(said[-1]["code"], said[-1]["reason"]) if said else "",
        "searched": [(n, row, json.loads(row["what"])) for n, row in enumerate(searched)],
        "pictures": shown,
        "declared": work.declared(case),
        "labels": _labels(shown, case),
    }


def _labels(shown: tuple[Picture, ...], case: Case) -> tuple[list[str], list[str]]:
    """What is marked in this case, and whatever else there is a word for."""
    marked = [spot.label for picture in shown for spot in picture.spots]
    others = CONTAINER_LABELS if case.container else PARCEL_LABELS
    return list(dict.fromkeys(marked)), [label for label in others if label not in marked]


def _result(
    service: Service, found: str, what: tuple[str, ...], note: str, photo: UploadFile | None
) -> SearchResult:
    if not found:
        raise Refused("say first whether something was found")
    taken = photo if photo and photo.filename else None
    kept = photos.stage(service.contents, taken.file) if taken else None
    return SearchResult(found == "yes", what if found == "yes" else (), note, kept)
