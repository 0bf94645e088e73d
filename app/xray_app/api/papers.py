"""A case on paper, as an answer: a page to print, or a PDF."""

from datetime import tzinfo
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from xray_app.access.roles import Actor
from xray_app.cases.errors import Refused
from xray_app.paper import facts, page
from xray_app.paper.facts import Asked
from xray_app.paper.tables import Known
from xray_app.service import Service


def answer(
    request: Request, service: Service, actor: Actor, of: Known, as_pdf: bool, zone: str
) -> Response:
    """All of a case, drawn after its transaction has ended.

    Args:
        request: of an application that may know the model's card.
        service: keeps the case.
        actor: who asks; has been let through.
        of: all that is known of it, in the zone of `zone_of`.
        as_pdf: else the page.
        zone: as it was asked for.
    """
    card = getattr(request.app.state, "card", None)
    asked = Asked(actor.name, service.now, card)
    paper = facts.paper(service.contents, of, asked)
    kept = {"cache-control": "private, no-store"}
    if as_pdf:
        from xray_app.paper import pdf  # reportlab takes a moment to come

        kept["content-disposition"] = f'inline; filename="case-{of.case.id}.pdf"'
        return Response(pdf.pdf(paper), media_type="application/pdf", headers=kept)
    kept["content-security-policy"] = page.policy()
    link = "?" + urlencode({"format": "pdf", "zone": zone})
    return HTMLResponse(page.page(paper, link), headers=kept)


def zone_of(name: str) -> tzinfo | None:
    """A zone by its IANA name; None, this machine's, where it is empty.

    Raises:
        Refused: there is no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Refused(f"there is no time zone {name!r}") from None
