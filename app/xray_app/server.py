"""One process, one port: the desk's page, and under it the service.

Gradio is imported by `build`, after it was told to stay quiet: importing this module is cheap.
"""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from xray.card import Card
from xray.card import read as read_card
from xray.errors import ModelError, ScanError
from xray_app.api import answers
from xray_app.api import app as api
from xray_app.api.door import Door
from xray_app.api.signing import Works
from xray_app.desk import navigation, routes
from xray_app.desk.dressing import Dressed
from xray_app.desk.officer import OfficerDesk
from xray_app.desk.rooms import routes as rooms
from xray_app.guard import Guard
from xray_app.languages import problem
from xray_app.service import Service, keep_model
from xray_app.settings import Settings
from xray_app.uploads import Inbox, TooLarge

if TYPE_CHECKING:
    import gradio as gr

DAY_SECONDS = 86_400


def build(settings: Settings, temporary: Path, service: Service) -> FastAPI:
    """The application.

    Args:
        settings: what it was told.
        temporary: private folder where uploads lie until they are read.
        service: what keeps cases and asks people to sign in.
    """
    app = api.build(service)
    card = _card(settings)
    rooms.add(app, card)
    if settings.desk:
        _add_desk(app, settings, temporary, service, card)
    app.add_middleware(Door, rooms=navigation.rights())
    app.add_middleware(Guard, host=settings.host, names=settings.names)
    return app


def private_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that only this user may enter, gone when the desk ends."""
    return tempfile.TemporaryDirectory(prefix="xray-desk-", ignore_cleanup_errors=True)


def _keep_gradio_quiet(temporary: Path) -> None:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Gradio gives away every file of this folder: it must hold nothing of ours.
    os.environ["GRADIO_TEMP_DIR"] = str(temporary / "gradio")
    os.environ["HF_HUB_OFFLINE"] = "1"  # comes with Gradio; the desk asks the internet nothing


def _add_desk(
    app: FastAPI, settings: Settings, temporary: Path, service: Service, card: Card | None
) -> None:
    _keep_gradio_quiet(temporary)
    from xray_app.desk import officer_page

    desk = OfficerDesk(service, Inbox(temporary, settings.max_upload_bytes), card)
    _add_routes(app, desk)
    _mount_page(app, officer_page.build(desk), settings)
    app.add_middleware(Dressed)


def _card(settings: Settings) -> Card | None:
    try:
        kept = keep_model(settings)
        return read_card(kept) if kept else None
    except ModelError:
        return None  # who inspects says why


def _add_routes(app: FastAPI, desk: OfficerDesk) -> None:
    @app.post("/uploads")
    async def upload(request: Request, actor: Works, name: str) -> JSONResponse:
        try:
            return JSONResponse({"upload": await desk.inbox.receive(name, request.stream())})
        except ScanError as error:
            status = 413 if isinstance(error, TooLarge) else 415
            return JSONResponse({"refused": problem(error)}, status)

    @app.api_route("/gradio_api/upload", methods=["POST", "GET"])
    def no_second_door() -> Response:
        return Response("uploads go to /uploads", 404, media_type="text/plain")

    @app.get("/pictures/{key}/{size}")
    def picture(actor: Works, key: str, size: str) -> Response:
        content = desk.picture(key, size)
        if not content:
            return Response("no such picture", 404, media_type="text/plain")
        # A key's picture never changes; "private" keeps it out of shared caches.
        stay = {"cache-control": f"private, max-age={DAY_SECONDS}, immutable"}
        return Response(content, media_type="image/jpeg", headers=stay)

    routes.add(app, desk)


def _mount_page(app: FastAPI, blocks: "gr.Blocks", settings: Settings) -> None:
    import gradio as gr

    from xray_app.desk import look

    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        app_kwargs={
            "openapi_url": None,
            "exception_handlers": {HTTPException: answers.of_desk},
        },
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        favicon_path=look.FAVICON,
        theme=look.theme(),
        css_paths=look.STYLESHEETS,
        js=look.PAGE_SCRIPT.read_text(encoding="utf-8"),
    )
