"""In which language a request is answered: the one that was chosen, or else the browser's own."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from xray_app.languages import COOKIE, Language, chosen, speak


class Speaking:
    """ASGI middleware that has everything behind it speak the reader's language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the language and pass the request on."""
        if scope["type"] == "http":
            speak(asked(Request(scope)))
        await self._app(scope, receive, send)


def asked(request: Request) -> Language:
    """The language that a request is to be answered in."""
    accepted = request.headers.get("accept-language", "")
    return chosen(request.cookies.get(COOKIE), accepted)
