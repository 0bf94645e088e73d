"""The REST interface over one service: its routes and its health."""

from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException
from sqlalchemy import select

import xray
from xray_app.api import (
    answers,
    cases,
    chain,
    exports,
    kserve,
    metrics,
    oidc,
    opinions,
    own,
    pages,
    people,
    personas,
    scans,
    style,
    work,
)
from xray_app.api.requests import Requests
from xray_app.api.shapes import PROBLEMS
from xray_app.api.signing import Observes
from xray_app.api.signing import TheService as GivenService
from xray_app.api.speaking import Speaking
from xray_app.service import Service

PREFIX = "/api/v1"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SPARE_BYTES = 2**20  # over the largest upload, for the rest of a form

health = APIRouter(prefix="/health", tags=["health"])
readiness = APIRouter(prefix="/health", tags=["health"])


def build(service: Service) -> FastAPI:
    """The application. Whoever builds it also starts and stops the service."""
    app = FastAPI(
        title="xray-cargo",
        version=xray.__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
        max_body_size=service.settings.max_upload_bytes + SPARE_BYTES,
    )
    app.state.service = service
    for module in (scans, work, opinions, own, cases, people, chain, exports):
        app.include_router(module.router, prefix=PREFIX)
    app.include_router(health)
    app.include_router(kserve.router)
    app.include_router(metrics.router)
    app.include_router(readiness)
    if service.settings.demo:
        app.include_router(personas.router)  # its sign-in page comes before the usual one
    app.include_router(pages.router)
    app.include_router(style.router)
    app.include_router(oidc.router)

    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    def description(actor: Observes) -> dict[str, Any]:
        return app.openapi()

    for beneath in ("/api", "/health", "/v2"):  # the desk is mounted under everything else
        app.add_api_route(
            beneath + "/{rest:path}", _nothing, methods=METHODS, include_in_schema=False
        )
    answers.install(app)
    app.add_middleware(Speaking)
    app.add_middleware(Requests)
    return app


def _nothing(rest: str) -> None:
    raise HTTPException(404, "there is nothing at this address")


@health.get("/live")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@readiness.get("/ready")
def ready(service: GivenService) -> dict[str, str]:
    """The database answers, and so does the desk; it works without a model too."""
    with service.database.read() as connection:
        connection.execute(select(1))
    return {"status": "ready"}
