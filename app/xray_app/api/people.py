"""Sessions, people and keys."""

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from xray_app import languages
from xray_app.access import preferences
from xray_app.access.preferences import LANGUAGE
from xray_app.access.roles import Right, Role
from xray_app.api.shapes import ChangePerson, Name, NewKey, NewPerson, SignIn
from xray_app.api.signing import Manages, Peer, cookie_of
from xray_app.api.signing import TheService as Service

YEAR_SECONDS = 365 * 86_400

router = APIRouter(tags=["people"])


class PersonOut(BaseModel):
    """Somebody."""

    name: str
    role: Role
    active: bool
    locked_until: datetime | None


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: str
    name: str
    scopes: list[Right]
    made_by: str
    made_at: datetime
    ends_at: datetime | None
    revoked_at: datetime | None


class MadeKey(BaseModel):
    """A new key, shown this once."""

    key: str


@router.post("/session", status_code=204)
def sign_in(service: Service, peer: Peer, response: Response, said: SignIn) -> None:
    """Sign in: the answer sets a cookie."""
    set_session(service, response, service.people.sign_in(said.name, said.password, peer))


@router.delete("/session", status_code=204)
def sign_out(service: Service, request: Request, response: Response) -> None:
    """Sign out."""
    end_session(service, request, response)


@router.get("/people")
def list_people(actor: Manages, service: Service) -> list[PersonOut]:
    """Everybody."""
    return [PersonOut(**row) for row in service.people.names()]


@router.post("/people", status_code=201)
def add_person(actor: Manages, service: Service, said: NewPerson) -> dict[str, str]:
    """Make a person."""
    service.people.add(actor.name, said.name, said.password, said.role)
    return {"name": said.name}


@router.patch("/people/{name}", status_code=204)
def change_person(actor: Manages, service: Service, name: Name, said: ChangePerson) -> None:
    """Give another role or password, switch off or on. Ends their sessions."""
    if said.password is not None:
        service.people.set_password(actor.name, name, said.password)
    if said.role is not None:
        service.people.set_role(actor.name, name, said.role)
    if said.active is not None:
        service.people.switch(actor.name, name, said.active)


@router.get("/keys")
def list_keys(actor: Manages, service: Service) -> list[KeyOut]:
    """Every key, without its secret."""
    return [KeyOut(**_key(row)) for row in service.keys.list()]


@router.post("/keys", status_code=201)
def make_key(actor: Manages, service: Service, said: NewKey) -> MadeKey:
    """A new key, shown this once. To replace one, revoke it first: its name is who sends."""
    return MadeKey(key=service.keys.make(actor.name, said.name, said.scopes, said.ends_at))


@router.delete("/keys/{key_id}", status_code=204)
def revoke_key(actor: Manages, service: Service, key_id: Name) -> None:
    """Make a key worthless from now on."""
    service.keys.revoke(actor.name, key_id)


def set_session(service: Service, response: Response, token: str) -> None:
    """Give a browser its session: for this site's own pages alone, out of scripts' reach.

    With it goes the language that its owner chose, at whichever screen that was.
    """
    kept = {"httponly": True, "secure": service.settings.secure_cookies}
    response.set_cookie(cookie_of(service), token, samesite="strict", **kept)  # type: ignore[arg-type]
    name = service.people.signed_in(token).name
    with service.database.read() as connection:
        language = preferences.get(connection, name, LANGUAGE)
    if language:
        set_language(service, response, language)


def end_session(service: Service, request: Request, response: Response) -> None:
    """Sign out, and leave nothing of whoever it was in their browser.

    Pages that have a script empty their tab's storage themselves. The header does it for those
    that have none, and for other tabs; over plain HTTP, browsers heed it on this machine alone.
    """
    service.people.sign_out(request.cookies.get(cookie_of(service), ""))
    response.delete_cookie(cookie_of(service))
    response.delete_cookie(languages.COOKIE)  # the next one here may read another
    response.headers["clear-site-data"] = '"storage"'


def set_language(service: Service, response: Response, code: str) -> None:
    """Have a browser remember its reader's language."""
    kept = {"max_age": YEAR_SECONDS, "secure": service.settings.secure_cookies}
    response.set_cookie(languages.COOKIE, code, httponly=True, samesite="strict", **kept)  # type: ignore[arg-type]


def _key(row: Any) -> dict[str, Any]:
    return {**row, "scopes": json.loads(row["scopes"])}
