"""The manager's page: people, API keys, the models and their terms, the profile in force."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from xray.card import Card
from xray.errors import XrayError
from xray.profile import Profile
from xray_app.access import people
from xray_app.access.errors import AccessError
from xray_app.access.roles import RIGHTS, SCOPES, Actor, Right, Role
from xray_app.api.signing import Manages
from xray_app.api.signing import TheService as Service
from xray_app.cases import profiles
from xray_app.cases.errors import Conflict
from xray_app.desk.navigation import ADMIN
from xray_app.desk.rooms import frame, models, operating, promotion, thresholds
from xray_app.desk.rooms.frame import Line
from xray_app.desk.rooms.thresholds import Asked
from xray_app.languages import problem as said_of
from xray_app.languages import say

Password = Annotated[str, Form(max_length=256)]
DONE: Mapping[str, str] = {
    "add": "The account is made.",
    "role": "The role is changed; they sign in anew.",
    "off": "Switched off; their sessions have ended.",
    "on": "Switched on again.",
    "password": "The password is changed; they sign in anew.",
    "revoke": "The key is worthless from now on.",
    "put": "In force: every inspection that begins from now on goes by it.",
    "card": "The card's own profile is in force for every inspection that begins from now on.",
}

router = APIRouter(include_in_schema=False)


@router.get(ADMIN.path)
def show(
    request: Request,
    actor: Manages,
    service: Service,
    done: Annotated[str, Query(pattern="^[a-z]*$", max_length=20)] = "",
) -> HTMLResponse:
    """Everything that is managed here."""
    return _page(request, actor, service, done=say(DONE[done]) if done in DONE else "")


@router.post(ADMIN.path + "/people", response_model=None)
def change_people(
    request: Request,
    actor: Manages,
    service: Service,
    act: Annotated[str, Form(pattern="^(add|role|off|on|password)$")],
    name: Line,
    role: Annotated[str, Form(pattern="^[a-z]*$")] = "",
    password: Password = "",
) -> HTMLResponse | RedirectResponse:
    """Make somebody, give another role or password, switch off or on."""
    people = service.people
    try:
        if act in ("role", "off") and name == actor.name:
            raise AccessError("nobody takes their own role away; another manager can")
        if act in ("add", "role") and role not in list(Role):
            raise AccessError("choose a role")
        if act == "add":
            people.add(actor.name, name, password, Role(role))
        elif act == "role":
            people.set_role(actor.name, name, Role(role))
        elif act == "password":
            people.set_password(actor.name, name, password)
        else:
            people.switch(actor.name, name, act == "on")
    except XrayError as error:
        return _page(request, actor, service, problem=said_of(error), typed=name)
    return RedirectResponse(f"{ADMIN.path}?done={act}", 303)


@router.post(ADMIN.path + "/keys", response_model=None)
def change_keys(
    request: Request,
    actor: Manages,
    service: Service,
    act: Annotated[str, Form(pattern="^(make|revoke)$")],
    name: Line = "",
    scope: Annotated[list[Right], Form(max_length=20)] = [],  # noqa: B006 FastAPI copies it
    until: Annotated[str, Form(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = "",
    key: Annotated[str, Form(pattern="^[0-9a-f]{0,32}$")] = "",
) -> HTMLResponse | RedirectResponse:
    """Make a key, which is shown in the answer and never again, or make one worthless."""
    try:
        if act == "revoke":
            service.keys.revoke(actor.name, key)
            return RedirectResponse(f"{ADMIN.path}?done=revoke", 303)
        made = service.keys.make(actor.name, name, scope, _end(until, service.now))
    except XrayError as error:
        return _page(request, actor, service, problem=said_of(error))
    return _page(request, actor, service, made=made)


@router.post(ADMIN.path + "/profile", response_model=None)
def change_profile(
    request: Request, actor: Manages, service: Service, said: Annotated[Asked, Form()]
) -> HTMLResponse | RedirectResponse:
    """Put a profile in force, or the card's own again; what lets more by is said first."""
    card: Card | None = request.app.state.card
    draft: Profile | None = None
    try:
        if card is None:
            raise Conflict("no model is loaded, so no profile can be put in force")
        with service.database.read() as connection:
            before = profiles.standing(connection, card)
        before.must_be(said.seen)
        draft = thresholds.profile_of(said, card, before.profile)
        putting = draft if said.act == "put" else None
        profiles.check(card, putting, said.reason)
        after = putting or card.profile
        differ = [
            one for one in profiles.changes(before.profile, after, card.labels) if one.lets_by
        ]
        if differ and said.confirmed != thresholds.seal(said, after):
            warned = list(thresholds.told(differ, card))
            said = said.model_copy(update={"confirmed": thresholds.seal(said, after)})
            return _page(request, actor, service, draft=draft, asked=said, warned=warned)
        wanted = (service.database, service.now, actor.name, card, putting, said.reason, said.seen)
        profiles.put(*wanted)
    except XrayError as error:
        kept = None if isinstance(error, Conflict) else said  # what was typed rests on what is over
        shown = draft if kept else None
        return _page(request, actor, service, problem=said_of(error), draft=shown, asked=kept)
    return RedirectResponse(f"{ADMIN.path}?done={said.act}", 303)


def _end(until: str, now: datetime) -> datetime | None:
    """The end of a day.

    Raises:
        AccessError: there is no such day, or it is over.
    """
    if not until:
        return None
    try:
        end = datetime.combine(date.fromisoformat(until), time.max, UTC)
    except ValueError:
        raise AccessError(f"there is no day {until}") from None
    if end <= now:
        raise AccessError(f"a key cannot end on {until}: that is over")
    return end


def _page(
    request: Request,
    actor: Actor,
    service: Service,
    done: str = "",
    problem: str = "",
    typed: str = "",
    made: str = "",
    draft: Profile | None = None,
    asked: Asked | None = None,
    warned: Sequence[str] = (),
) -> HTMLResponse:
    now, card = service.now, request.app.state.card
    values: dict[str, Any] = {
        "people": [_person(row, now) for row in service.people.names()],
        "roles": [(role, sorted(map(_right, RIGHTS[role]))) for role in Role],
        "keys": [_key(row, now) for row in service.keys.list()],
        "scopes": [(one, _right(one)) for one in sorted(SCOPES)],
        "card": card,
        "models": models.shipped(card),
        "promotion": promotion.of(card) if card else None,
        "settings": service.settings,
        "asked": asked,
        "warned": warned,
        **_rules(service, card, draft),
    }
    said = {"done": done, "problem": problem, "typed": typed, "made": made, "me": actor.name}
    return frame.page(request, actor, ADMIN, 422 if problem else 200, **said, **values)


def _rules(service: Service, card: Card | None, draft: Profile | None) -> dict[str, Any]:
    """What is in force, and what was before; the sliders stand where `draft` has them."""
    with service.database.read() as connection:
        earlier = profiles.history(connection)
        standing = profiles.standing(connection, card) if card else None
    if card is None or standing is None:
        return {"standing": None, "lines": [], "opaque": ("", ""), "earlier": earlier}
    shown = draft or standing.profile
    lines = operating.lines(card, shown, standing.profile)
    base = {**standing.profile.to_dict(), "shown": thresholds.opaque(standing.profile)}
    values = {"lines": lines, "opaque": thresholds.opaque(shown), "base": json.dumps(base)}
    return {"standing": standing, "earlier": earlier, **values}


def _person(row: Any, now: datetime) -> dict[str, Any]:
    return {**row, "locked": people.locked(row, now)}


def _key(row: Any, now: datetime) -> dict[str, Any]:
    over = row["ends_at"] is not None and row["ends_at"] <= now
    good = row["revoked_at"] is None and not over
    return {**row, "scopes": [_right(one) for one in json.loads(row["scopes"])], "good": good}


def _right(right: str) -> str:
    """A right in words."""
    return say(f"right|{right.replace('_', ' ')}")
