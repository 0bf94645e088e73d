"""Turns away what a stranger's web page could make a browser send to the desk.

A page elsewhere can let its own name point at 127.0.0.1 (DNS rebinding) and then read answers as
if they were its own; the Host header gives it away, because a browser cannot fake it. It can also
post blindly; the Origin header gives that away. Every answer carries headers that keep the page
from loading anything from elsewhere and from being framed.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xray_app.settings import is_loopback

# Gradio builds the page from inline scripts, styles and functions made from text; everything
# still comes from the desk itself.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# Our own pages are stricter than Gradio's: no script and no style but our own files.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {"content-security-policy": PAGE_POLICY, "cache-control": "no-store"}
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with no-referrer, forms would be sent with Origin: null
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """ASGI middleware that checks Host and Origin and adds the headers.

    Args:
        app: what is guarded.
        host: the address that the desk listens on.
        names: names that browsers may call it by, besides its address and localhost.
    """

    def __init__(self, app: ASGIApp, host: str, names: tuple[str, ...] = ()) -> None:
        self._app = app
        self._host = host
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope))
        if refusal:
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                said = headers.get("content-security-policy")
                headers.update(HEADERS)
                if said:  # our own pages ask for a stricter one
                    headers["content-security-policy"] = said
            await send(message)

        await self._app(scope, receive, with_headers)

    def _refusal(self, headers: Headers) -> str | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._knows(hostname(host)):
            return (
                f"The desk does not answer to the name {hostname(host)!r}. "
                "If it should, start it with --name NAME.\n"
            )
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return "The desk takes no requests from other sites' pages.\n"
        return None

    def _knows(self, name: str) -> bool:
        if name == "localhost" or name in self._names or name == self._host.lower():
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        # An address cannot be pointed elsewhere. Loopback needs no other, the network may come
        # by any of the machine's.
        return is_loopback(name) or not is_loopback(self._host)


def hostname(host: str) -> str:
    """The name or address in a Host header, without the port.

    >>> hostname("127.0.0.1:7860"), hostname("[::1]:7860"), hostname("Desk.Example")
    ('127.0.0.1', '::1', 'desk.example')
    """
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
