"""The queue's page: every case, where it stands, who has it, how long it waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from xray.report import Outcome
from xray_app.access.roles import Actor, Right
from xray_app.api.shapes import Word
from xray_app.api.signing import TheService as Service
from xray_app.api.signing import needs
from xray_app.cases import listing
from xray_app.cases.case import Case
from xray_app.cases.listing import PAGE, Asked, Order
from xray_app.cases.states import Kind, Level, State
from xray_app.desk import doing, work
from xray_app.desk.navigation import AUDIT, CASE, QUEUE
from xray_app.desk.rooms import frame, words
from xray_app.languages import say
from xray_app.wording import case_name

Reads = Annotated[Actor, Depends(needs(Right.READ))]
CHOICES_OF = timedelta(days=30)
LATE = timedelta(minutes=30)  # of waiting for an officer; a working value, not measured
WAITS = frozenset({State.WAITING, State.RECEIVED, State.INSPECTING})
TABS = {
    "open": ("tab|All open", listing.OPEN),
    "waiting": ("tab|Waiting", WAITS),
    "taken": ("tab|With officers", frozenset({State.TAKEN, State.PENDING})),
    "held": ("tab|Set aside", frozenset({State.HELD})),
    "search": ("tab|To be searched", frozenset({State.SEARCH})),
    "closed": ("tab|Closed", frozenset({State.CLOSED})),
}
ORDERS = {
    Order.QUEUE: "order|as taken",
    Order.OLDEST: "order|oldest first",
    Order.NEWEST: "order|newest first",
    Order.SCORE: "order|strongest alarm first",
    Order.LANE: "order|by lane",
    Order.HOLDER: "order|by officer",
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    case: Case
    name: str
    about: str
    stands: str
    with_whom: str
    late: bool
    tags: tuple[str, ...]
    held_why: str


@router.get(QUEUE.path)
def show(
    request: Request,
    actor: Reads,
    service: Service,
    tab: Annotated[str, Query(pattern="^(open|waiting|taken|held|search|closed)$")] = "open",
    outcome: Annotated[str, Query(pattern="^(ALARM|UNKNOWN|CLEAR)?$")] = "",
    lane: Word = "",
    scanner: Word = "",
    holder: Word = "",
    text: Word = "",
    order: Order | None = None,
    page: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> HTMLResponse:
    """A page of the list."""
    chosen = {"lane": lane, "scanner": scanner, "holder": holder, "text": text}
    now = service.now
    with service.database.read_at_length() as connection:
        orders = dict(ORDERS)
        if doing.wants_scan_first(connection, actor):
            outcome = ""
            del orders[Order.SCORE]
        else:
            chosen = {"outcome": outcome, **chosen}
        plain = Order.NEWEST if tab == "closed" else Order.QUEUE
        sort = order if order in orders else plain
        said = Outcome(outcome) if outcome else None
        asked = Asked(TABS[tab][1], said, lane, scanner, holder, text, sort, page)
        found, count = listing.cases(connection, asked)
        counts = listing.counts(connection)
        files = listing.first_files(connection, [case.id for case in found])
        values: dict[str, Any] = {
            "rows": [_row(case, now, files.get(case.id, "")) for case in found],
            "blind": doing.blind_among(connection, actor, found),
            "choices": listing.choices(connection, now - CHOICES_OF),
        }
    tabs = [
        (name, say(title), sum(counts[state] for state in states))
        for name, (title, states) in TABS.items()
    ]
    link = {name: value for name, value in chosen.items() if value} | {
        "tab": tab,
        "order": sort,
    }
    values |= {
        "tabs": tabs,
        "tab": tab,
        "chosen": chosen,
        "orders": orders,
        "order": sort,
    }
    values |= {
        "count": count,
        "page": page,
        "pages": -(-count // PAGE),
        "leads": _leads(actor),
    }
    values |= {"link": urlencode(link), "filters": urlencode({**chosen, "order": sort})}
    return frame.page(request, actor, QUEUE, words=words, **values)


def _leads(actor: Actor) -> str:
    """Where a case's name leads this reader, its ID to be added; empty: nowhere."""
    if actor.may(CASE.right):
        return f"{CASE.path}?case="
    return f"{AUDIT.path}?subject=" if actor.may(AUDIT.right) else ""


def _row(case: Case, now: datetime, file: str) -> Row:
    waits = case.state in WAITS
    since = case.waiting_at or case.received_at
    declared = str((case.declaration or {}).get("description") or "")
    tags = (
        [say("tag|supervisor")]
        if case.level is Level.SUPERVISOR and case.state in listing.OPEN
        else []
    )
    tags += [say("tag|test")] if case.kind is Kind.TEST else []
    tags += [say("tag|flagged")] if case.flags else []
    return Row(
        case=case,
        name=case_name(case, file),
        about=declared,
        stands=words.stands(case),
        with_whom=_with_whom(case, now),
        late=waits and now - since > LATE,
        tags=tuple(tags),
        held_why=work.held_why(case),
    )


def _with_whom(case: Case, now: datetime) -> str:
    """Who has it, and for how long still.

    A lease that has run out is nobody's, though no sweep has said so yet.
    """
    if case.holder is None:
        return ""
    until = case.held_until if case.state is State.HELD else case.lease_until
    if until is None:
        return case.holder
    left = words.lasting((until - now).total_seconds())
    if until > now:
        return say("{name}, {time} left", name=case.holder, time=left)
    return say("{name}, ran out", name=case.holder)
