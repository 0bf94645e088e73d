"""The REST interface over one service: its routes and its health."""

from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException

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
from xray_app.api.bodies import Bodies
from xray_app.api.requests import Requests
from xray_app.api.routers import routes_of
from xray_app.api.shapes import PROBLEMS
from xray_app.api.signing import Observes
from xray_app.api.signing import TheService as GivenService
from xray_app.api.speaking import Speaking
from xray_app.cases import schema
from xray_app.cases.errors import CaseError
from xray_app.service import Service
from xray_app.tallies import Tally

PREFIX = "/api/v1"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

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
        max_body_size=service.settings.max_request_bytes,
    )
    app.state.service = service
    app.state.answers = Tally()
    app.state.counted = metrics.Counted(service)
    app.include_router(kserve.router, max_body_size=kserve.most_bytes(service.settings))
    app.router.routes += ROUTES
    if service.settings.demo:
        app.router.routes += PERSONAS  # its sign-in page comes before the usual one
    app.router.routes += PAGES

    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    def description(actor: Observes) -> dict[str, Any]:
        return app.openapi()

    for beneath in ("/api", "/health", "/v2"):  # the desk is mounted under everything else
        app.add_api_route(
            beneath + "/{rest:path}", _nothing, methods=METHODS, include_in_schema=False
        )
    answers.install(app)
    app.add_middleware(Bodies)
    app.add_middleware(Speaking)
    app.add_middleware(Requests, answers=app.state.answers)
    return app


def _nothing(rest: str) -> None:
    raise HTTPException(404, answers.NOTHING)


@health.get("/live")
async def live() -> dict[str, str]:
    """The process answers, also while every thread is at work."""
    return {"status": "live"}


@readiness.get("/ready")
def ready(service: GivenService) -> dict[str, str]:
    """The database answers with the tables of this version; the desk works without a model too."""
    try:
        schema.check(service.database)
    except CaseError:
        raise HTTPException(503, "the database's tables are not those of this version") from None
    return {"status": "ready"}


VERSIONED = (scans, work, opinions, own, cases, people, chain, exports)
ROUTES = [
    *routes_of(*(module.router for module in VERSIONED), prefix=PREFIX),
    *routes_of(health, metrics.router, readiness),
]
PERSONAS = routes_of(personas.router)
PAGES = routes_of(pages.router, style.router, oidc.router)
