"""Officers at work: take a case, keep it, pass it on, decide it."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile

from xray_app.access.errors import AccessError
from xray_app.access.roles import RIGHTS, Actor, Right, Role
from xray_app.api.cases import CaseId, shown
from xray_app.api.shapes import (
    AtVersion,
    CaseOut,
    CorrectSearch,
    Decide,
    Escalate,
    HandOver,
    Hold,
    Name,
    Text,
    Version,
)
from xray_app.api.signing import Searches, Supervises, Works
from xray_app.api.signing import TheService as Service
from xray_app.cases import photos
from xray_app.cases.decisions import Decision, correct, decide
from xray_app.cases.searches import SearchResult, correct_search, record_search

router = APIRouter(tags=["work"])


@router.post("/queue/take", responses={204: {"description": "nothing waits"}})
def take(actor: Works, service: Service, response: Response) -> CaseOut | None:
    """The case that one has already, or the next."""
    case = service.queue.take(actor.officer())
    if case is None:
        response.status_code = 204
        return None
    return shown(case, actor)


@router.post("/cases/{case_id}/renew")
def renew(actor: Works, service: Service, case_id: CaseId, at: AtVersion) -> CaseOut:
    """A sign of life: the lease begins anew."""
    return shown(service.queue.renew(case_id, at.version, actor.officer()), actor)


@router.post("/cases/{case_id}/release")
def release(actor: Works, service: Service, case_id: CaseId, at: AtVersion) -> CaseOut:
    """Put a case back where it stood."""
    return shown(service.queue.release(case_id, at.version, actor.officer()), actor)


@router.post("/cases/{case_id}/hold")
def hold(actor: Works, service: Service, case_id: CaseId, said: Hold) -> CaseOut:
    """Set a case aside until a moment."""
    asked = (case_id, said.version, actor.officer(), said.until, said.why)
    return shown(service.queue.hold(*asked), actor)


@router.post("/cases/{case_id}/resume")
def resume(actor: Works, service: Service, case_id: CaseId, at: AtVersion) -> CaseOut:
    """Take up a case that was set aside."""
    return shown(service.queue.resume(case_id, at.version, actor.officer()), actor)


@router.post("/cases/{case_id}/escalate")
def escalate(actor: Works, service: Service, case_id: CaseId, said: Escalate) -> CaseOut:
    """Leave a case to a supervisor."""
    return shown(service.queue.escalate(case_id, said.version, actor.officer(), said.why), actor)


@router.post("/cases/{case_id}/hand-over")
def hand_over(actor: Works, service: Service, case_id: CaseId, said: HandOver) -> CaseOut:
    """Give a case to another officer: at once, or as the next that they take."""
    to = _colleague(service, said.to).officer()
    return shown(service.queue.hand_over(case_id, said.version, actor.officer(), to), actor)


@router.post("/cases/{case_id}/decision")
def decision(actor: Works, service: Service, case_id: CaseId, said: Decide) -> CaseOut:
    """Decide a case. Asked twice with the same words, it is decided once."""
    after = decide(service.queue, case_id, said.version, actor.officer(), _decision(said))
    return shown(after, actor)


@router.post("/cases/{case_id}/correction")
def correction(actor: Supervises, service: Service, case_id: CaseId, said: Decide) -> CaseOut:
    """Overrule a decision by a further entry."""
    after = correct(service.queue, case_id, said.version, actor.officer(), _decision(said))
    return shown(after, actor)


@router.post("/cases/{case_id}/search")
def search(
    actor: Searches,
    service: Service,
    case_id: CaseId,
    version: Annotated[Version, Form()],
    found: Annotated[bool, Form()],
    what: Annotated[list[Name], Form(max_length=50)] = [],  # noqa: B006 FastAPI copies it
    note: Annotated[Text, Form()] = "",
    photo: Annotated[UploadFile | None, File()] = None,
) -> CaseOut:
    """Close a case with what its search found. Asked twice with the same words, it is kept once."""
    kept = photos.stage(service.contents, photo.file) if photo else None
    result = SearchResult(found, tuple(what), note, kept)
    closed = record_search(service.queue, service.contents, case_id, version, actor.name, result)
    return shown(closed, actor)


@router.post("/cases/{case_id}/search-correction")
def search_correction(
    actor: Supervises, service: Service, case_id: CaseId, said: CorrectSearch
) -> CaseOut:
    """Overrule what a search is said to have found by a further entry: the newest counts."""
    result = SearchResult(said.found, tuple(said.what), said.note)
    after = correct_search(service.queue, case_id, said.version, actor.officer(), result)
    return shown(after, actor)


def _decision(said: Decide) -> Decision:
    marks = tuple(mark.model_dump() for mark in said.marks)
    return Decision(said.verdict, said.reason, marks, said.code)


def _colleague(service: Service, name: str) -> Actor:
    for person in service.people.names():
        role = Role(person["role"])
        if person["name"] == name and person["active"] and Right.WORK in RIGHTS[role]:
            return Actor(name, RIGHTS[role], role)
    raise AccessError(f"no officer is called {name}")
