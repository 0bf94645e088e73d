"""The colours of all pages: dark as consoles are, light, or as the reader's system has them.

Every page loads `/colours.css`, which ends with the theme that its reader chose: the colours stand
before anything is painted, and no script is needed for it.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from xray_app.access import preferences
from xray_app.access.errors import NotSignedIn
from xray_app.access.preferences import THEME
from xray_app.access.roles import Actor
from xray_app.api.pages import whence
from xray_app.api.signing import TheService as Service
from xray_app.api.signing import actor_of

HERE = Path(__file__).parent
COLOURS, PAGES = HERE / "colours.css", HERE / "pages.css"

router = APIRouter(include_in_schema=False)


class Theme(StrEnum):
    """What the pages look like."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


SCHEMES = {Theme.DARK: "dark", Theme.LIGHT: "light", Theme.SYSTEM: "light dark"}


def theme_of(service: Service, actor: Actor) -> Theme:
    """What somebody chose; dark where they chose nothing."""
    with service.database.read() as connection:
        return Theme(preferences.get(connection, actor.name, THEME, otherwise=Theme.DARK))


@router.get("/colours.css")
def colours(service: Service, request: Request) -> Response:
    """The palette, with the reader's theme; dark for whoever is not signed in and in an outage."""
    try:
        theme = theme_of(service, actor_of(request))
    except (NotSignedIn, SQLAlchemyError):  # the page that tells of an outage has its colours
        theme = Theme.DARK
    text = COLOURS.read_text(encoding="utf-8")
    chosen = f"{text}:root {{ color-scheme: {SCHEMES[theme]}; }}\n"
    return Response(chosen, media_type="text/css", headers={"cache-control": "no-store"})


@router.get("/pages.css")
def pages() -> Response:
    """The style of signing in, the first run and people."""
    stay = {"cache-control": "no-cache"}
    return Response(PAGES.read_bytes(), media_type="text/css", headers=stay)


@router.post("/theme")
def choose(service: Service, request: Request, theme: Annotated[Theme, Form()]) -> RedirectResponse:
    """Look like this from now on, to this person wherever they sign in."""
    actor = actor_of(request)
    if actor.role is not None:  # a key is nobody whose choices are kept
        preferences.put(service.database, actor.name, THEME, theme)
    return whence(request)
