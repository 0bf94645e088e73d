"""What the viewer's scripts ask for by address: themselves, their tables, a scan's planes."""

import hashlib
import json
from typing import Protocol

from fastapi import FastAPI, Request, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from xray_app.api.signing import Works
from xray_app.desk import tables, work
from xray_app.desk.look import VIEWER
from xray_app.languages import spoken
from xray_app.planes import is_gzipped

DAY_SECONDS = 86_400


class Shows(Protocol):
    """Either desk."""

    def planes(self, key: str) -> bytes | None:
        """The planes of a view, as they were packed."""


class Scripts(StaticFiles):
    """The viewer's modules; a browser asks each time whether they have changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A module, to be kept until it changes."""
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "no-cache"
        return answer


def words(request: Request) -> Response:
    """What the scripts say, in the reader's language, to be kept until it changes."""
    language = spoken()
    said = {name: text for name, text in language.words.items() if isinstance(text, str)}
    about = {"code": language.code, "direction": language.direction, "words": said}
    body = json.dumps(about, ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    stay = {"etag": tag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=stay)
    return Response(body, media_type="application/json", headers=stay)


def add(app: FastAPI, desk: Shows) -> None:
    """Add the routes, and say which keys the page has."""
    app.state.usual_keys = frozenset((*(key for key, _ in work.by_key()), *work.VIEWER_KEYS))
    app.add_api_route("/viewer/words.json", words, include_in_schema=False)
    app.mount("/viewer", Scripts(directory=VIEWER))

    @app.get("/viewer-tables/{version}")
    def viewer_tables(actor: Works, version: str) -> Response:
        kept = {"cache-control": f"private, max-age={DAY_SECONDS}", "content-encoding": "gzip"}
        return Response(tables.packed(), media_type="application/json", headers=kept)

    @app.get("/planes/{key}")
    def planes(actor: Works, key: str) -> Response:
        content = desk.planes(key)
        if not content:
            return Response("no such planes", 404, media_type="text/plain")
        # A key's planes never change; "private" keeps them out of shared caches.
        headers = {"cache-control": f"private, max-age={DAY_SECONDS}, immutable"}
        if is_gzipped(content):
            headers["content-encoding"] = "gzip"
        return Response(content, media_type="application/octet-stream", headers=headers)
