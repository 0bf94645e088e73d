"""Signing in to a demo, in place of name and password: a visitor is one of the demo's people."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from xray_app.access.errors import NotSignedIn
from xray_app.api.pages import onward, sign_in_again
from xray_app.api.shapes import Word
from xray_app.api.signing import TheService as Service
from xray_app.demo.people import PERSONAS, Persona, persona

router = APIRouter(include_in_schema=False)


@router.get("/sign-in", response_model=None)
def begin(
    service: Service, next: Annotated[str, Query(max_length=500)] = ""
) -> HTMLResponse | RedirectResponse:
    """A visitor who has just come is the first of them."""
    return _be(service, PERSONAS[0], next)


@router.post("/sign-in", response_model=None)
def become(service: Service, name: Annotated[Word, Form()]) -> HTMLResponse | RedirectResponse:
    """Another of them, on the page where they begin."""
    chosen = persona(name)
    return _be(service, chosen, chosen.page)


def _be(service: Service, chosen: Persona, wanted: str) -> HTMLResponse | RedirectResponse:
    try:
        token = service.people.sign_in_outside(chosen.name)
    except NotSignedIn as error:  # a visitor switched them off, as a manager may
        return sign_in_again(service, NotSignedIn(f"{chosen.name}: {error}; start the demo anew"))
    return onward(service, token, wanted)
