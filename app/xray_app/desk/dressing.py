"""Gradio's page wears the reader's colours from its first paint on.

Gradio brings styles in by script, once the page stands: until then it would be white, or dark for
somebody who chose light. So its HTML is given our palette first.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD = b"<head>"
COLOURS = HEAD + b'<link rel="stylesheet" href="/colours.css">'


class Dressed:
    """ASGI middleware around the desk; all but its one page goes through as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the page's answer is held until all of it is there."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        began: list[Message] = []
        held = bytearray()

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                began.append(message)
                return
            held.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            body = bytes(held).replace(HEAD, COLOURS, 1)
            headers = MutableHeaders(scope=began[0])
            if scope["method"] != "HEAD" and "content-length" in headers:
                headers["content-length"] = str(len(body))
            await send(began[0])
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, dressed)
