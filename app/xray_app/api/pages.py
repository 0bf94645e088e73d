"""Pages beside the desk: signing in, the first run, people. No scripts, nothing from elsewhere."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from xray_app import languages
from xray_app.access import preferences
from xray_app.access.errors import AccessError, NotSignedIn
from xray_app.access.preferences import LANGUAGE
from xray_app.access.roles import Role
from xray_app.api.painting import painted
from xray_app.api.people import end_session, set_language, set_session
from xray_app.api.shapes import NO_NUL
from xray_app.api.signing import Manages, Peer, actor_of
from xray_app.api.signing import TheService as Service
from xray_app.cases.errors import Full, Refused

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form(max_length=256, pattern=NO_NUL)]


@router.get("/sign-in")
def sign_in_page(
    service: Service, next: Annotated[str, Query(max_length=500)] = ""
) -> HTMLResponse:
    """Name and password, and the provider where there is one."""
    return painted("sign_in.html", oidc=service.oidc is not None, next=next)


@router.post("/sign-in", response_model=None)
def sign_in(
    service: Service,
    peer: Peer,
    name: Field,
    password: Field,
    next: Annotated[str, Form(max_length=500)] = "",
) -> HTMLResponse | RedirectResponse:
    """On to where they wanted to go, or once more."""
    try:
        token = service.people.sign_in(name, password, peer)
    except (NotSignedIn, Full) as error:
        return sign_in_again(service, error, name, next)
    return onward(service, token, next)


def sign_in_again(
    service: Service, error: NotSignedIn | Full, name: str = "", next: str = ""
) -> HTMLResponse:
    """The sign-in page with what went wrong."""
    said = {"name": name, "oidc": service.oidc is not None, "next": next}
    return _once_more("sign_in.html", 401, error, **said)


@router.post("/language")
def choose_language(
    service: Service, request: Request, language: Annotated[str, Form(max_length=20)]
) -> RedirectResponse:
    """Speak another language from now on, to this person wherever they sign in."""
    if language not in languages.languages():
        raise Refused(f"there is no language {language!r} here")
    answer = whence(request)
    set_language(service, answer, language)
    try:
        actor = actor_of(request)
    except NotSignedIn:
        return answer
    if actor.role is not None:  # a key is nobody whose choices are kept
        preferences.put(service.database, actor.name, LANGUAGE, language)
    return answer


@router.post("/sign-out")
def sign_out(service: Service, request: Request) -> RedirectResponse:
    """Out, and back to signing in."""
    answer = RedirectResponse("/sign-in", 303)
    end_session(service, request, answer)
    return answer


@router.get("/first-run")
def first_run_page(key: str = "") -> HTMLResponse:
    """The first manager chooses a name and a password."""
    return painted("first_run.html", key=key[:256])


@router.post("/first-run", response_model=None)
def first_run(
    service: Service, peer: Peer, key: Field, name: Field, password: Field
) -> HTMLResponse | RedirectResponse:
    """Make the first manager, once."""
    try:
        service.people.accept(key, name, password, peer)
    except (AccessError, Full) as error:
        return _once_more("first_run.html", 422, error, key=key, name=name)
    try:
        return onward(service, service.people.sign_in(name, password, peer))
    except Full:  # the link is used up, but the manager is made
        return RedirectResponse("/sign-in", 303)


@router.get("/people")
def people_page(actor: Manages, service: Service) -> HTMLResponse:
    """Everybody, and a form for somebody new."""
    return painted("people.html", **_everybody(service))


@router.post("/people", response_model=None)
def add_person(
    actor: Manages, service: Service, name: Field, password: Field, role: Field
) -> HTMLResponse | RedirectResponse:
    """Make somebody new."""
    try:
        if role not in list(Role):
            raise AccessError("choose a role")
        service.people.add(actor.name, name, password, Role(role))
    except (AccessError, Full) as error:
        return _once_more("people.html", 422, error, name=name, **_everybody(service))
    return RedirectResponse("/people", 303)


def _everybody(service: Service) -> dict[str, Any]:
    return {"people": service.people.names(), "roles": list(Role)}


def onward(service: Service, token: str, wanted: str = "") -> RedirectResponse:
    """Signed in, and on to a page of this desk."""
    answer = _back(wanted)
    set_session(service, answer, token)
    return answer


def whence(request: Request) -> RedirectResponse:
    """Back to the page of this desk that a form was sent from."""
    came = urlsplit(request.headers.get("referer", ""))
    return _back(f"{came.path}?{came.query}" if came.query else came.path)


def ours(wanted: str) -> str:
    """An address that somebody wants to go to, if it is a page of this desk; else the first."""
    # Never an address elsewhere: browsers read // and /\\ as another site.
    return wanted if re.fullmatch(r"/([a-z][a-z-]*)?(\?[\x21-\x7e]*)?", wanted) else "/"


def _back(wanted: str) -> RedirectResponse:
    return RedirectResponse(ours(wanted), 303)


def _once_more(
    template: str, status: int, error: AccessError | Full, **values: Any
) -> HTMLResponse:
    """The page with what went wrong; with another status where they can come again as they are."""
    if not isinstance(error, Full):
        return painted(template, status, problem=str(error), **values)
    page = painted(template, 503, problem=str(error), **values)
    page.headers["retry-after"] = str(error.retry_after_s)
    return page
