"""Whether each open case lies where the audit chain left it: with whom, set aside until when, at
which turn; and whether what was written down, or can still be taken back, is what an officer said,
by whom and when.

A lease is in no entry: it begins anew with every sign of life, and one that ends later than any
made now is over at once, so whoever lengthens it gains nothing. That there is one is looked at:
without a lease only a hold with a sealed end brings a case back. Entries of older versions seal
neither turns nor the end of a hold: what they do not say is not compared.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from xray_app.cases import tables
from xray_app.cases.again import ESCALATED, HANDED
from xray_app.cases.audit import Entry
from xray_app.cases.canonical import moment
from xray_app.cases.decisions import DECIDED, SAID, TAKEN_BACK
from xray_app.cases.inspection import BROKE_OFF
from xray_app.cases.leaps import PLACED
from xray_app.cases.register import RECEIVED
from xray_app.cases.sealed import hold_of, turn_of
from xray_app.cases.states import State

ENDS = (State.SEARCH, State.CLOSED)
HELD = "held"
ENDING = (DECIDED, "corrected", "searched")  # where those leave a case, `consistency` says

_BEFORE = (State.RECEIVED, State.INSPECTING)  # a worker claims a case without an entry
LEADS: Mapping[str, tuple[State, ...]] = {
    RECEIVED: _BEFORE,
    BROKE_OFF: (*_BEFORE, State.WAITING),  # the entry says which
    "inspected": (State.WAITING,),
    **dict.fromkeys(("taken", "resumed", TAKEN_BACK), (State.TAKEN,)),
    **dict.fromkeys(("released", "ran out", ESCALATED, PLACED), (State.WAITING,)),
    HELD: (State.HELD,),
    HANDED: (State.TAKEN, State.HELD),
    SAID: (State.PENDING,),
}
HOLDS = ("taken", "resumed", TAKEN_BACK, HELD, SAID)  # after which their actor has it

Problem = tuple[float, str]  # as in `consistency`


@dataclass
class Told:
    """What the chain tells of an open case: the last move of it, its turn, what was said of it."""

    moved: Entry | None = None
    turn: Entry | None = None
    said: Entry | None = None


def problems(connection: Connection) -> Iterator[Problem]:
    """What does not hold, in no order. Cases that no entry tells of are `consistency`'s."""
    told: dict[str, Told] = {}
    wanted = tables.audit.c.action.in_([*LEADS, *ENDING])
    entries = select(tables.audit).where(wanted).order_by(tables.audit.c.seq)
    for row in connection.execute(entries).mappings():
        entry = Entry(**row)
        yield from _followed(told.setdefault(entry.subject, Told()), entry)
    pending = {row["case_id"]: row for row in connection.execute(select(tables.pending)).mappings()}
    table = tables.cases
    still = select(table).where(table.c.state.not_in(ENDS))
    for case in connection.execute(still).mappings():
        one = told.get(case["id"], Told())
        yield from _moved(case, one)
        yield from _said(case, one.said, pending.pop(case["id"], None))
        yield from _sealed(
            case, one.turn, "turn", lambda c: turn_of(c["place_at"], c["waiting_at"])
        )
    for case_id in pending:
        yield _slipped_in(case_id)


def _followed(one: Told, entry: Entry) -> Iterator[Problem]:
    """Take an entry in; whether it writes down what was said before it."""
    body = json.loads(entry.body)
    if entry.action in (DECIDED, ESCALATED):
        wrote = [str(body.get("verdict", "escalate")), f"by {entry.actor}", f"at {entry.at}"]
        if one.said is not None:  # an escalation has a moment of its own
            yield from _compared(entry, one.said, wrote[: 3 if entry.action == DECIDED else 2])
    if entry.action in (DECIDED, ESCALATED, SAID, TAKEN_BACK):
        one.said = entry if entry.action == SAID else None
    one.moved = entry
    if "turn" in body:
        one.turn = entry


def _compared(entry: Entry, said: Entry, wrote: Sequence[str]) -> Iterator[Problem]:
    """Whether what was written down is what the entry `said` says; `entry` is named if not."""
    intent = str(json.loads(said.body)["intent"])
    pairs = zip((intent, f"by {said.actor}", f"at {said.at}"), wrote, strict=False)
    if other := [(before, after) for before, after in pairs if before != after]:
        was, now = (", ".join(words) for words in zip(*other, strict=True))
        yield entry.seq, f"{entry.where}: what was said is {was}, and not {now}"


def _said(case: RowMapping, said: Entry | None, row: RowMapping | None) -> Iterator[Problem]:
    """Whether what can still be taken back is kept, as it was said, and nothing else is."""
    if row is None:
        if said is not None and case["state"] == State.PENDING:
            yield said.seq, f"{said.where}: what was said of its case is gone"
    elif said is None:
        yield _slipped_in(case["id"])
    else:
        kept = (row["intent"], f"by {row['said_by']}", f"at {moment(row['said_at'])}")
        yield from _compared(said, said, kept)


def _slipped_in(case_id: str) -> Problem:
    row = f"a row of {tables.pending.name} of case {case_id}"
    return float("inf"), f"{row} is in no entry of the chain: it was slipped in"


def _moved(case: RowMapping, one: Told) -> Iterator[Problem]:
    entry = one.moved
    if entry is None or entry.action in ENDING:
        return
    body = json.loads(entry.body)
    holder = entry.actor if entry.action in HOLDS else body.get("to")
    leads = LEADS[entry.action]
    if entry.action == BROKE_OFF:
        leads = _BEFORE if body["state"] == State.RECEIVED else (State.WAITING,)
    if case["state"] not in leads or case["holder"] != holder:
        yield entry.seq, f"{entry.where}: its case is {_stands(case)}, which nothing led to"
        return
    if entry.action == HELD:
        yield from _sealed(case, entry, "hold", lambda c: hold_of(c["held_until"], c["held_why"]))
    # Older versions, which sealed no turn, set a case aside without sealing until when.
    may_end = "hold" in body or (entry.action == HELD and one.turn is None)
    yield from _comes_back(case, entry, may_end)


def _comes_back(case: RowMapping, entry: Entry, may_end: bool) -> Iterator[Problem]:
    """Whether a case that an officer has, or that waits for one, comes back by itself.

    Args:
        may_end: somebody set it aside until a moment.
    """
    if case["state"] == State.HELD and case["held_until"] is not None:
        if not may_end:
            what = "is set aside until a moment that nobody named"
            yield entry.seq, f"{entry.where}: its case {what}"
    elif case["state"] in (State.TAKEN, State.HELD) and case["lease_until"] is None:
        yield entry.seq, f"{entry.where}: its case is {_stands(case)}, until no moment"


def _stands(case: RowMapping) -> str:
    return f"{case['state']}, with {case['holder']}" if case["holder"] else str(case["state"])


def _sealed(
    case: RowMapping, entry: Entry | None, name: str, seal: Callable[[RowMapping], str]
) -> Iterator[Problem]:
    body: dict[str, Any] = json.loads(entry.body) if entry else {}
    if entry and name in body and body[name] != seal(case):
        yield entry.seq, f"{entry.where}: its case was changed since ({name})"
