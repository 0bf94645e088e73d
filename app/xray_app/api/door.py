"""Everything but the interface itself is for people who are signed in: the desk and all its routes.

Gradio answers some of its routes to anybody, so the door stands before all of it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xray_app.access.errors import NotSignedIn
from xray_app.access.roles import Actor, Right
from xray_app.api.answers import answer_to, wants_page
from xray_app.api.signing import actor_of
from xray_app.api.speaking import asked
from xray_app.languages import speak

# These check for themselves.
OPEN_PAGES = frozenset({"/sign-in", "/sign-out", "/first-run", "/people", "/metrics", "/v2"})
OPEN_PAGES |= {"/oidc/begin", "/oidc/end", "/language"}
OPEN_PAGES |= {"/theme", "/colours.css", "/pages.css"}
NO_ROOMS: Mapping[str, Right | None] = MappingProxyType({})
OPEN_BENEATH = ("/api/", "/health/", "/v2/")  # whatever is not there is 404 in `app`, not the desk


class Door:
    """ASGI middleware that lets officers in and sends others to sign in.

    Args:
        app: what stands behind it.
        rooms: first part of an address → the right that opens it, None: whoever is signed in. All
            else needs the right to work.
    """

    def __init__(self, app: ASGIApp, rooms: Mapping[str, Right | None] = NO_ROOMS) -> None:
        self._app = app
        self._rooms = rooms

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
            speak(asked(request))
            answer: Response = RedirectResponse("/sign-in" + self._next(request), 303)
            if not wants_page(request):
                answer = answer_to(request, error)
            await answer(scope, receive, send)
            return
        except Exception as error:  # the database is away: `answer_to` has one for each
            speak(asked(request))
            await answer_to(request, error)(scope, receive, send)
            return
        right = self._rooms.get("/" + scope["path"].split("/")[1], Right.WORK)
        if right is None or actor.may(right):
            await self._app(scope, receive, send)
            return
        home = self._home(actor)
        if scope["path"] == "/" and home:
            await RedirectResponse(home, 303)(scope, receive, send)
            return
        said = f"{actor.name} has no right to {right}"
        said += " at the desk" if right is Right.WORK else ""
        speak(asked(request))
        await answer_to(request, HTTPException(403, said))(scope, receive, send)

    def _next(self, request: Request) -> str:
        """What the sign-in page is told of where somebody wanted to go: a page, with its query."""
        path, query = request.url.path, request.url.query
        if request.method != "GET" or path not in self._rooms or (path == "/" and not query):
            return ""
        return "?" + urlencode({"next": f"{path}?{query}" if query else path})

    def _home(self, actor: Actor) -> str | None:
        """The page that they begin on: people, for who manages them; else the first open one."""
        mine = [path for path, right in self._rooms.items() if right and actor.may(right)]
        first = [path for path in mine if self._rooms[path] is Right.MANAGE]
        return next(iter(first + mine), "/people" if actor.may(Right.MANAGE) else None)


def _is_open(path: str) -> bool:
    return path in OPEN_PAGES or path.startswith(OPEN_BENEATH)
