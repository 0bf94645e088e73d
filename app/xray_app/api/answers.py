"""How errors are answered: a status and one sentence. Ours are said, others are logged.

The sentence comes as JSON, and as a page to whoever asked for one.
"""

import logging
import secrets

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from xray.errors import XrayError
from xray_app import logs
from xray_app.access.errors import NotSignedIn
from xray_app.api.painting import painted
from xray_app.cases import outage
from xray_app.cases.errors import Conflict, Full, NotFound
from xray_app.languages import told

STATUS = ((NotFound, 404), (Conflict, 409), (Full, 503), (NotSignedIn, 401))  # the rest: 422
NOTHING = "there is nothing at this address"
MOST_OF_A_NAME = 60  # letters of a field's name in an answer
AWAY_S, DISK_FULL_S = 5, 60  # when it is worth asking again

log = logging.getLogger("xray_app.api")


def install(app: FastAPI) -> None:
    """Answer every error in this way."""
    app.add_exception_handler(XrayError, _ours)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(SQLAlchemyError, _machine)
    app.add_exception_handler(OSError, _machine)
    app.add_exception_handler(Exception, _our_fault)


def answer_to(request: Request, error: Exception) -> Response:
    """The answer to an error outside of the routes, as they would give it."""
    known = request.app.exception_handlers
    kind = next(one for one in type(error).__mro__ if one in known)
    answer: Response = known[kind](request, error)
    return answer


async def of_desk(request: Request, error: Exception) -> Response:
    """What the desk's own framework refuses: a page of ours to whoever asked for one, else its."""
    assert isinstance(error, HTTPException)
    if not wants_page(request):
        return await http_exception_handler(request, error)
    if error.status_code == 404:
        error = HTTPException(404, NOTHING)
    return _refused(request, error)


def _ours(request: Request, error: Exception) -> Response:
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 422)
    headers = {"retry-after": str(error.retry_after_s)} if isinstance(error, Full) else {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return _answer(request, status, told(str(error)), headers)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _answer(request, error.status_code, told(str(error.detail)), dict(error.headers or {}))


def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    # A name is the sender's own text: cut, and never looked up.
    where = ".".join(str(part)[:MOST_OF_A_NAME] for part in first["loc"])
    return _answer(request, 422, f"{where}: {told(first['msg'])}")


def _machine(request: Request, error: Exception) -> Response:
    if outage.disk_full(error):
        return _disk_full(request)
    if outage.database_away(error):
        return _away(request, error)
    return _our_fault(request, error)


def _away(request: Request, error: Exception) -> Response:
    log.error("the database failed", exc_info=error)
    away = "the database cannot be reached; nothing was kept, try again"
    if isinstance(error, outage.InDoubt):
        away = "the database went away while this was being kept; it may be kept or not, look again"
    elif outage.took_too_long(error):
        away = "the database took too long over this; nothing was kept, try again or ask for less"
    return _answer(request, 503, told(away), {"retry-after": str(AWAY_S)})


def _disk_full(request: Request) -> Response:
    log.error("the disk is full")
    again = {"retry-after": str(DISK_FULL_S)}
    return _answer(request, 507, told("the disk is full; nothing was kept"), again)


def _our_fault(request: Request, error: Exception) -> Response:
    incident = secrets.token_hex(4)
    log.error("incident", exc_info=error, extra={"incident": incident})
    number = {"x-request-id": logs.about().get("request", "")}  # it is answered outside of Requests
    said = f"something failed on our side; incident {incident} is in the log"
    return _answer(request, 500, told(said), number)


def _answer(
    request: Request, status: int, said: str, headers: dict[str, str] | None = None
) -> Response:
    headers = headers or {}
    if not wants_page(request):
        return JSONResponse({"error": said}, status, headers)
    later = headers.get("retry-after")
    page = painted("problem.html", status, said=said, later=later)
    page.headers.update(headers)
    if later and request.method == "GET":
        page.headers["refresh"] = later
    return page


def wants_page(request: Request) -> bool:
    """Whether a browser asks, for somebody to read it."""
    return "text/html" in request.headers.get("accept", "")
