"""Large bodies are read from those whom we know alone.

A form is written to the disk as it comes in, before a route asks who sends it. Who sends it stands
in the head already: a stranger's large body is refused there. What they may do is left to routes.
"""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from xray_app.api.answers import answer_to
from xray_app.api.signing import actor_of

STRANGERS_BYTES = 2**16  # a name, a password and the page that they want take under 2 KB


class Bodies:
    """ASGI middleware that answers strangers who send more than a sign-in, without reading it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why its sender is not known."""
        if scope["type"] == "http" and not is_small(Headers(scope=scope)):
            request = Request(scope)
            try:
                await run_in_threadpool(actor_of, request)
            except Exception as error:  # ours too: `answer_to` has one for each
                await answer_to(request, error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_small(head: Headers) -> bool:
    """Whether a head promises no more than a stranger may send, if anything.

    >>> is_small(Headers({})), is_small(Headers({"content-length": "70000"}))
    (True, False)
    >>> is_small(Headers({"transfer-encoding": "chunked", "content-length": "1"}))
    False
    """
    length = head.get("content-length", "0")
    if "transfer-encoding" in head or not length.isdecimal():
        return False
    return int(length) <= STRANGERS_BYTES
