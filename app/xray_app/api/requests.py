"""Each request as a line of the log, and counted by how it was answered.

The line says its route, never its address, which may hold names.

A request has a number of its own: every line that is logged while it is answered holds it, and so
does the answer, as X-Request-ID, for whoever asks what became of it.
"""

import logging
import re
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xray_app import logs
from xray_app.tallies import Tally

HEADER = "X-Request-ID"
OF_CASE = re.compile(r"(?:/cases/|[?&]case=)([0-9a-f]{32})(?![0-9a-f])")
ELSEWHERE = "elsewhere"  # the desk's own, or none at all

log = logging.getLogger("xray_app.requests")


class Requests:
    """ASGI middleware that numbers requests and logs method, route, status and time of each.

    Args:
        app: what answers.
        answers: counts the answers by the class of their status: 2xx, 4xx and so on.
    """

    def __init__(self, app: ASGIApp, answers: Tally) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, number = time.monotonic(), 500, secrets.token_hex(8)
        # Until the end of its task, not of this call: who answers what went wrong stands outside.
        logs.begin(request=number)
        named = OF_CASE.search(f"{scope['path']}?{scope['query_string'].decode('latin-1')}")
        if named:
            logs.of_case(named.group(1))

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = number
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._answers.add(f"{status // 100}xx")
            said = {"method": scope["method"], "status": status}
            said["route"] = getattr(scope.get("route"), "path", ELSEWHERE)
            said["elapsed_ms"] = round(1000 * (time.monotonic() - began), 1)
            log.info("request", extra=said)
