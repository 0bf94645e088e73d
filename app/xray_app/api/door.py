"""Everything but the interface itself is for people who are signed in: the desk and all its routes.

Gradio answers some of its routes to anybody, so the door stands before all of it.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xray_app.access.errors import NotSignedIn
from xray_app.access.roles import Right
from xray_app.api.signing import actor_of

# These check for themselves.
OPEN_PAGES = frozenset({"/sign-in", "/sign-out", "/first-run", "/people", "/metrics", "/v2"})
OPEN_PAGES |= {"/oidc/begin", "/oidc/end"}
OPEN_BENEATH = ("/api/", "/health/", "/v2/")  # whatever is not there is 404 in `app`, not the desk


class Door:
    """ASGI middleware that lets officers in and sends others to sign in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with where to go."""
        if scope["type"] not in ("http", "websocket") or _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            return  # the desk uses none
        request = Request(scope)
        try:
            actor = await run_in_threadpool(actor_of, request)
        except NotSignedIn as error:
            answer: Response = RedirectResponse("/sign-in", 303)
            if "text/html" not in request.headers.get("accept", ""):
                answer = JSONResponse({"error": str(error)}, 401)
            await answer(scope, receive, send)
            return
        if not actor.may(Right.WORK):
            said = JSONResponse({"error": f"{actor.name} has no right to work at the desk"}, 403)
            lost = scope["path"] == "/" and actor.may(Right.MANAGE)
            await (RedirectResponse("/people", 303) if lost else said)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_open(path: str) -> bool:
    return path in OPEN_PAGES or path.startswith(OPEN_BENEATH)
