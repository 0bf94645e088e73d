"""What leaves the house for research and statistics."""

from fastapi import APIRouter, Response

from xray_app.api.shapes import content
from xray_app.api.signing import Exports
from xray_app.api.signing import TheService as Service
from xray_app.exchange import export

router = APIRouter(prefix="/export", tags=["export"])


@router.get("/cases.csv", response_class=Response, responses=content("text/csv"))
def cases_as_csv(actor: Exports, service: Service) -> Response:
    """Live cases that officers decided, a row each."""
    named = {"content-disposition": 'attachment; filename="cases.csv"'}
    return Response(export.as_csv(service.database), media_type="text/csv", headers=named)
