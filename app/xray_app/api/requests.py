"""Each request as a line of the log: by its route, never by its address, which may hold names."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ELSEWHERE = "elsewhere"  # the desk's own, or none at all

log = logging.getLogger("xray_app.requests")


class Requests:
    """ASGI middleware that logs method, route, status and time, where logs of INFO are kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it was answered."""
        if scope["type"] != "http" or not log.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            said = {"method": scope["method"], "status": status}
            said["route"] = getattr(scope.get("route"), "path", ELSEWHERE)
            said["elapsed_ms"] = round(1000 * (time.monotonic() - began), 1)
            log.info("request", extra=said)
