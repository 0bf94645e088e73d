"""All rooms in one application, and the files that their pages load."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Response

from xray.card import Card
from xray_app.api.routers import routes_of
from xray_app.desk import navigation
from xray_app.desk import routes as desk
from xray_app.desk.rooms import admin, audit, insight, queue, search_room, supervisor

ROOMS = (queue, search_room, supervisor, insight, audit, admin)
ROUTES = routes_of(*(room.router for room in ROOMS))
HERE, DESK = Path(__file__).parent, Path(__file__).parent.parent
FILES = {
    "desk.css": (DESK / "desk.css", "text/css"),
    "navigation.css": (DESK / "navigation.css", "text/css"),
    "rooms.css": (HERE / "rooms.css", "text/css"),
    "rooms.js": (HERE / "rooms.js", "text/javascript"),
    "away.js": (DESK / "viewer" / "away.js", "text/javascript"),
    "once.js": (DESK / "viewer" / "once.js", "text/javascript"),
    "words.js": (DESK / "viewer" / "words.js", "text/javascript"),
    "favicon.png": (DESK / "favicon.png", "image/png"),
}


def add(app: FastAPI, card: Card | None) -> None:
    """Add the rooms, before anything is mounted under "/".

    Args:
        app: an application over a service.
        card: of the model that inspects, where it is known.
    """
    app.state.card = card
    app.router.routes += ROUTES
    app.add_api_route(f"{navigation.STATIC}/words.json", desk.words, include_in_schema=False)
    for name, (file, kind) in FILES.items():
        app.add_api_route(
            f"{navigation.STATIC}/{name}", _giving(file, kind), include_in_schema=False
        )


def _giving(file: Path, kind: str) -> Callable[[], Response]:
    def give() -> Response:
        return Response(file.read_bytes(), media_type=kind, headers={"cache-control": "no-cache"})

    return give
