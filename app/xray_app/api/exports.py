"""What leaves the house for research and statistics."""

from fastapi import APIRouter, Response

from xray_app.access.roles import Actor
from xray_app.api.shapes import content
from xray_app.api.signing import Exports
from xray_app.api.signing import TheService as Service
from xray_app.cases import looks
from xray_app.exchange import export
from xray_app.exchange.export import CASES, Table
from xray_app.exchange.findings import FINDINGS
from xray_app.service import Service as ThisService

router = APIRouter(prefix="/export", tags=["export"])


@router.get("/cases.csv", response_class=Response, responses=content("text/csv"))
def cases_as_csv(actor: Exports, service: Service) -> Response:
    """Live cases that officers decided, a row each."""
    return _csv(actor, service, CASES, "cases.csv")


@router.get("/findings.csv", response_class=Response, responses=content("text/csv"))
def findings_as_csv(actor: Exports, service: Service) -> Response:
    """The findings of these cases, a row each, with officers' words and the search's truth."""
    return _csv(actor, service, FINDINGS, "findings.csv")


def _csv(actor: Actor, service: ThisService, table: Table, name: str) -> Response:
    text = export.as_csv(service.database, table)
    looks.take_out(service.database, service.now, actor.name, name)
    named = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv", headers=named)
