"""A case on paper, as an answer: a page to print, or a PDF."""

from datetime import tzinfo
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from xray_app.access.roles import Actor
from xray_app.cases.case import Case
from xray_app.cases.errors import Refused
from xray_app.paper import facts, page
from xray_app.paper.facts import Asked
from xray_app.service import Service


def answer(
    request: Request, service: Service, actor: Actor, case: Case, as_pdf: bool, zone: str
) -> Response:
    """All of a case.

    Args:
        request: of an application that may know the model's card.
        service: keeps the case.
        actor: who asks; has been let through.
        case: what is asked for.
        as_pdf: else the page.
        zone: IANA name of the reader's; empty: this machine's.

    Raises:
        Refused: there is no such zone.
    """
    card = getattr(request.app.state, "card", None)
    asked = Asked(actor.name, service.now, _zone(zone), card)
    with service.database.read() as connection:
        paper = facts.paper(connection, service.contents, case, asked)
    kept = {"cache-control": "private, no-store"}
    if as_pdf:
        from xray_app.paper import pdf  # reportlab takes a moment to come

        kept["content-disposition"] = f'inline; filename="case-{case.id}.pdf"'
        return Response(pdf.pdf(paper), media_type="application/pdf", headers=kept)
    kept["content-security-policy"] = page.policy()
    link = "?" + urlencode({"format": "pdf", "zone": zone})
    return HTMLResponse(page.page(paper, link), headers=kept)


def _zone(name: str) -> tzinfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Refused(f"there is no time zone {name!r}") from None
