"""The supervisor's page: what was left to them, what was decided without them, what came twice."""

from datetime import timedelta
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from xray.errors import XrayError
from xray_app.access.roles import Actor
from xray_app.api.signing import Supervises
from xray_app.api.signing import TheService as Service
from xray_app.cases import listing, oversight
from xray_app.cases.case import Case
from xray_app.cases.decisions import Decision, correct, decisions_of
from xray_app.cases.oversight import Listed, Sample
from xray_app.cases.states import Verdict
from xray_app.desk import doing
from xray_app.desk.navigation import SUPERVISOR
from xray_app.desk.rooms import frame, rates, words
from xray_app.desk.rooms.frame import Text
from xray_app.languages import problem as said_of
from xray_app.languages import say
from xray_app.wording import flag, why

LOT_OF = timedelta(days=30)  # before today; what nobody looked at by then leaves the list

router = APIRouter(include_in_schema=False)


@router.get(SUPERVISOR.path)
def show(
    request: Request,
    actor: Supervises,
    service: Service,
    done: Annotated[str, Query(pattern="^(upheld|overruled)?$")] = "",
) -> HTMLResponse:
    """Everything that waits for a supervisor's eyes."""
    return _page(request, actor, service, done)


@router.post(SUPERVISOR.path, response_model=None)
def look_again(
    request: Request,
    actor: Supervises,
    service: Service,
    case: Annotated[str, Form(pattern="^[0-9a-f]{32}$")],
    version: Annotated[int, Form(ge=1, le=2**31 - 1)],
    verdict: Annotated[str, Form(pattern="^(uphold|search)$")],
    reason: Text = "",
) -> HTMLResponse | RedirectResponse:
    """Uphold a decision, or order the search that it spared."""
    asked = (service.queue, case, version, actor.officer())
    try:
        if verdict == "uphold":
            oversight.uphold(*asked)
        else:
            correct(*asked, Decision(Verdict.SEARCH, reason))
    except XrayError as error:
        return _page(request, actor, service, problem=said_of(error))
    done = "upheld" if verdict == "uphold" else "overruled"
    return RedirectResponse(f"{SUPERVISOR.path}?done={done}", 303)


def _page(
    request: Request, actor: Actor, service: Service, done: str = "", problem: str = ""
) -> HTMLResponse:
    with service.database.read_at_length() as connection:
        sample = oversight.sample(connection)
        values: dict[str, Any] = {
            "escalated": oversight.escalated(connection),
            "cleared": _with_decisions(connection, oversight.against_the_alarm(connection)),
            "lot": _with_decisions(connection, oversight.by_lot(connection, service.now - LOT_OF)),
            "one_in": round(1 / oversight.BY_LOT),
            "twice": oversight.used_twice(connection),
            "sample": sample,
            "finding": _finding(sample),
        }
        twice, _ = values["twice"]
        # That a case is in the sample says that the machine clears it.
        values["names_sample"] = not doing.wants_scan_first(connection, actor)
        open_ones = [*values["escalated"].cases, *chain(*twice)]
        listed = [*open_ones, *values["sample"].waiting.cases]
        listed += [case for name in ("cleared", "lot") for case, _, _ in values[name][0]]
        values["files"] = listing.first_files(connection, [case.id for case in listed])
        values["blind"] = doing.blind_among(connection, actor, open_ones)
    status = 422 if problem else 200
    said = {"done": done, "problem": problem, "words": words, "flagged": flag, "me": actor.name}
    return frame.page(request, actor, SUPERVISOR, status, **said, **values)


def _with_decisions(
    connection: Connection, listed: Listed
) -> tuple[list[tuple[Case, str, str]], int]:
    """Each case with who decided it, and why; and how many there are in all."""
    said = [(case, decisions_of(connection, case.id)[-1]) for case in listed.cases]
    rows = [(case, row["decided_by"], why(row["code"], row["reason"])) for case, row in said]
    return rows, listed.count


def _finding(sample: Sample) -> str:
    """What the sample says of the machine, in a sentence."""
    looked_at = sample.cleared + sample.searched
    if not looked_at:
        return say("None has been decided yet, so nothing can be said of what the machine clears.")
    most = 100 * rates.interval(sample.found, looked_at)[1]
    return say(
        "Of {decided} that people decided, {searched} were searched and {found} held something: "
        "at most {most} % of what the machine clears, with 95 % confidence, as far as people "
        "saw it.",
        **{"decided": looked_at, "searched": sample.searched},
        **{"found": sample.found, "most": f"{most:.1f}"},
    )
