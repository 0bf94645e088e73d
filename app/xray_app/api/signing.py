"""Who asks, by a session's cookie or an API key, and whether they may."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from xray_app.access.errors import NotSignedIn
from xray_app.access.roles import Actor, Right
from xray_app.service import Service
from xray_app.settings import is_loopback

COOKIE = "xray_session"
FETCHED = ("/pictures/", "/planes/", "/api/v1/cases/progress")  # by pages, also where nobody sits
DEMO_COOKIE = "xray_demo"  # cookies know hosts, not ports: a real desk beside it keeps its own


def service_of(request: Request) -> Service:
    """The service that answers this request."""
    service: Service = request.app.state.service
    return service


def cookie_of(service: Service) -> str:
    """The name of the cookie that a session of this service is in."""
    return DEMO_COOKIE if service.settings.demo else COOKIE


def peer_of(request: Request) -> str:
    """The address that asks; empty where it is this machine's, which a proxy here lends to all.

    uvicorn takes it from the X-Forwarded-For of proxies that FORWARDED_ALLOW_IPS names.
    """
    host = request.client.host if request.client else ""
    return "" if is_loopback(host) else host


def actor_of(request: Request) -> Actor:
    """Who asks.

    Raises:
        NotSignedIn: nobody we know.
    """
    service = service_of(request)
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return service.keys.holder(key.strip())
    token = request.cookies.get(cookie_of(service))
    if not token:
        raise NotSignedIn("sign in, or send an API key: Authorization: Bearer KEY")
    return service.people.signed_in(token, not request.url.path.startswith(FETCHED))


def needs(right: Right) -> Callable[[Request], Actor]:
    """A dependency that lets those through who have this right, and says who they are."""

    def check(request: Request) -> Actor:
        actor = actor_of(request)
        if not actor.may(right):
            raise HTTPException(403, f"{actor.name} has no right to {right.replace('_', ' ')}")
        return actor

    return check


TheService = Annotated[Service, Depends(service_of)]
Peer = Annotated[str, Depends(peer_of)]
Inspects = Annotated[Actor, Depends(needs(Right.INSPECT))]
Submits = Annotated[Actor, Depends(needs(Right.SUBMIT))]
Reads = Annotated[Actor, Depends(needs(Right.READ_OWN))]
Works = Annotated[Actor, Depends(needs(Right.WORK))]
Supervises = Annotated[Actor, Depends(needs(Right.SUPERVISE))]
Searches = Annotated[Actor, Depends(needs(Right.SEARCH))]
Audits = Annotated[Actor, Depends(needs(Right.AUDIT))]
Manages = Annotated[Actor, Depends(needs(Right.MANAGE))]
Exports = Annotated[Actor, Depends(needs(Right.EXPORT))]
Observes = Annotated[Actor, Depends(needs(Right.OBSERVE))]
