"""The audit chain, for those who check it."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from xray_app.api.cases import CaseId
from xray_app.api.shapes import content
from xray_app.api.signing import Audits
from xray_app.api.signing import TheService as Service
from xray_app.cases import audit, integrity, looks
from xray_app.exchange import dossier

router = APIRouter(prefix="/audit", tags=["audit"])


class HeadOut(BaseModel):
    """The newest entry, to be kept elsewhere as an anchor."""

    seq: int
    hash: str


class VerifiedOut(BaseModel):
    """What became of a check."""

    entries: int
    problem: str | None


@router.get("/head")
def read_head(actor: Audits, service: Service) -> HeadOut:
    """The newest entry."""
    with service.database.read() as connection:
        return HeadOut(**vars(audit.head(connection)))


@router.post("/verify")
def verify(actor: Audits, service: Service) -> VerifiedOut:
    """Check the whole chain and what it seals."""
    with service.database.read() as connection:
        return VerifiedOut(**vars(integrity.verify(connection)))


@router.get("/cases/{case_id}")
def read_entries(actor: Audits, service: Service, case_id: CaseId) -> list[dict[str, Any]]:
    """What was done to one case, oldest first."""
    with service.database.read() as connection:
        return [vars(entry) for entry in audit.of(connection, case_id)]


@router.get(
    "/cases/{case_id}/dossier", response_class=Response, responses=content("application/zip")
)
def read_dossier(actor: Audits, service: Service, case_id: CaseId) -> Response:
    """Everything of one case as a signed ZIP."""
    key = dossier.signing_key(service.settings.signing_key)
    packed = dossier.write(service.database, service.contents, case_id, key)
    looks.keep(service.database, service.now, actor.name, case_id, seen_as="dossier")
    said = f'attachment; filename="case-{case_id}.zip"'
    return Response(packed, media_type="application/zip", headers={"content-disposition": said})
