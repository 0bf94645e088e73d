"""Pages of signing in by OpenID Connect; where none is configured, they are not there."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from xray_app.access.errors import NotSignedIn
from xray_app.access.oidc import BACK, PATIENCE, Provider
from xray_app.api.answers import NOTHING
from xray_app.api.pages import ours, sign_in_again
from xray_app.api.people import set_session
from xray_app.api.signing import Peer
from xray_app.api.signing import TheService as Service
from xray_app.cases.errors import Full

COOKIE = "xray_oidc"
# The browser comes from another site: only a page of our own makes it send the strict cookie.
ONWARD = Markup(
    '<!doctype html><meta http-equiv="refresh" content="0;url={0}"><a href="{0}">Go on</a>'
)

router = APIRouter(include_in_schema=False)


@router.get("/oidc/begin", response_model=None)
def begin(
    service: Service, peer: Peer, next: Annotated[str, Query(max_length=500)] = ""
) -> HTMLResponse | RedirectResponse:
    """On to the provider; `next`: where they want to go once they are signed in."""
    try:
        address, key = _provider(service).begin(ours(next), peer)
    except (NotSignedIn, Full) as error:
        return sign_in_again(service, error, next=next)
    answer = RedirectResponse(address, 303)
    kept = {"httponly": True, "secure": service.settings.secure_cookies, "path": BACK}
    # Lax: it must come back when the provider sends the browser here.
    seconds = int(PATIENCE.total_seconds())
    answer.set_cookie(COOKIE, key, max_age=seconds, samesite="lax", **kept)  # type: ignore[arg-type]
    return answer


@router.get(BACK, response_model=None)
def end(
    service: Service, peer: Peer, request: Request, state: str = "", code: str = ""
) -> HTMLResponse:
    """Back from the provider."""
    key = request.cookies.get(COOKIE, "")
    try:
        name, wanted = _provider(service).end(key, state[:500], code[:4000], peer)
        token = service.people.sign_in_outside(name)
    except (NotSignedIn, Full) as error:
        return sign_in_again(service, error)
    answer = HTMLResponse(ONWARD.format(wanted), headers={"cache-control": "no-store"})
    set_session(service, answer, token)
    answer.delete_cookie(COOKIE, path=BACK)
    return answer


def _provider(service: Service) -> Provider:
    if service.oidc is None:
        raise HTTPException(404, NOTHING)
    return service.oidc
