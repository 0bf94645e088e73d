"""Whether each open case lies where the audit chain left it: with whom, set aside until when, at
which turn; and whether what was written down is what an officer said.

A lease is in no entry: it begins anew with every sign of life, and one that ends later than any
made now is over at once, so whoever lengthens it gains nothing. Entries of older versions seal
neither turns nor the end of a hold: what they do not say is not compared.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from xray_app.cases import tables
from xray_app.cases.audit import Entry
from xray_app.cases.inspection import BROKE_OFF
from xray_app.cases.queue import ESCALATED, HANDED
from xray_app.cases.register import RECEIVED
from xray_app.cases.sealed import hold_of, turn_of
from xray_app.cases.states import State

ENDS = (State.SEARCH, State.CLOSED)
SAID, TAKEN_BACK, DECIDED = "said", "taken back", "decided"
ENDING = (DECIDED, "corrected", "searched")  # where those leave a case, `consistency` says

_BEFORE = (State.RECEIVED, State.INSPECTING)  # a worker claims a case without an entry
LEADS: Mapping[str, tuple[State, ...]] = {
    RECEIVED: _BEFORE,
    BROKE_OFF: (*_BEFORE, State.WAITING),
    "inspected": (State.WAITING,),
    **dict.fromkeys(("taken", "resumed", TAKEN_BACK), (State.TAKEN,)),
    **dict.fromkeys(("released", "ran out", ESCALATED), (State.WAITING,)),
    "held": (State.HELD,),
    HANDED: (State.TAKEN, State.HELD),
    SAID: (State.PENDING,),
}
HOLDS = ("taken", "resumed", TAKEN_BACK, "held", SAID)  # after which their actor has it

Problem = tuple[float, str]  # as in `consistency`


@dataclass
class Told:
    """What the chain tells of an open case: the last move of it, its turn, what was said of it."""

    moved: Entry | None = None
    turn: Entry | None = None
    said: str | None = None


def problems(connection: Connection) -> Iterator[Problem]:
    """What does not hold, in no order. Cases that no entry tells of are `consistency`'s."""
    told: dict[str, Told] = {}
    wanted = tables.audit.c.action.in_([*LEADS, *ENDING])
    entries = select(tables.audit).where(wanted).order_by(tables.audit.c.seq)
    for row in connection.execute(entries).mappings():
        entry = Entry(**row)
        yield from _followed(told.setdefault(entry.subject, Told()), entry)
    table = tables.cases
    still = select(table).where(table.c.state.not_in(ENDS))
    for case in connection.execute(still).mappings():
        one = told.get(case["id"], Told())
        yield from _moved(case, one.moved)
        yield from _sealed(
            case, one.turn, "turn", lambda c: turn_of(c["place_at"], c["waiting_at"])
        )


def _followed(one: Told, entry: Entry) -> Iterator[Problem]:
    """Take an entry in; whether it writes down what was said before it."""
    body = json.loads(entry.body)
    if entry.action in (DECIDED, ESCALATED):
        wrote = str(body.get("verdict", "escalate"))
        if one.said not in (None, wrote):
            yield entry.seq, f"{entry.where}: what was said is {one.said}, and not {wrote}"
        one.said = None
    if entry.action in (SAID, TAKEN_BACK):
        one.said = body.get("intent")
    one.moved = entry
    if "turn" in body:
        one.turn = entry


def _moved(case: RowMapping, entry: Entry | None) -> Iterator[Problem]:
    if entry is None or entry.action in ENDING:
        return
    holder = entry.actor if entry.action in HOLDS else json.loads(entry.body).get("to")
    if case["state"] not in LEADS[entry.action] or case["holder"] != holder:
        whose = f", with {case['holder']}" if case["holder"] else ""
        said = f"{case['state']}{whose}"
        yield entry.seq, f"{entry.where}: its case is {said}, which nothing led to"
    elif case["state"] == State.HELD and entry.action == "held":
        yield from _sealed(case, entry, "hold", lambda c: hold_of(c["held_until"], c["held_why"]))


def _sealed(
    case: RowMapping, entry: Entry | None, name: str, seal: Callable[[RowMapping], str]
) -> Iterator[Problem]:
    body: dict[str, Any] = json.loads(entry.body) if entry else {}
    if entry and name in body and body[name] != seal(case):
        yield entry.seq, f"{entry.where}: its case was changed since ({name})"
