"""Decisions that can still be taken back.

An officer's decision stands as PENDING for UNDO_FOR: the case is out of their hands, the next one
may be taken, and yet one key brings it back. What was said lies in the database in the same
transaction, so that a browser that goes away or a service that ends loses nothing: when its time
is over it holds, and whoever calls `settle` next writes it down. Nothing else ends it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select

from xray_app.cases import again, audit, outbox, tables
from xray_app.cases.again import ESCALATED, RELEASED, SET_ASIDE, handed_by
from xray_app.cases.canonical import canonical
from xray_app.cases.case import Case, change, load
from xray_app.cases.decisions import (
    DECIDED,
    SAID,
    TAKEN_BACK,
    Decision,
    check_why,
    decided,
    keep_decision,
    said_before,
)
from xray_app.cases.errors import Conflict
from xray_app.cases.queue import NOBODY, Queue, check_escalated, escalate, held_by, waiting_for
from xray_app.cases.rules import Officer
from xray_app.cases.sealed import hold_of
from xray_app.cases.states import Intent, Reason, State, Verdict

UNDO_FOR = timedelta(seconds=10)
SAID_OR_OVER = (SAID, TAKEN_BACK, DECIDED, ESCALATED)
# A flag as `_why` and `queue.escalate` write it, where a code was chosen.
_CODES = "|".join(one.replace("_", " ") for one in Reason)
_CODED = re.compile(rf"(?P<by>.+?): (?P<code>{_CODES})(?:, (?P<note>.+))?", re.DOTALL)


@dataclass(frozen=True)
class Proposal:
    """What an officer's key says.

    Attributes:
        intent: what is to become of the case.
        code: why, where it is not cleared.
        note: in the officer's words; may be empty where there is a code.
        marks: what the officer drew: label and xyxy_px each.
    """

    intent: Intent
    code: Reason | None = None
    note: str = ""
    marks: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Escalated:
    """Why a case was left to a supervisor: by whom, the code, and what was written; may be ""."""

    by: str
    code: Reason
    note: str


@dataclass(frozen=True)
class Pending:
    """A decision that can still be taken back."""

    case: Case
    intent: Intent
    holds_at: datetime


def propose(queue: Queue, case_id: str, version: int, officer: Officer, said: Proposal) -> Case:
    """Decide a case that the officer holds, until it is taken back or its time is over.

    Raises:
        Conflict: it has changed, the lease ran out, or it is with another.
        Refused: neither a code nor a note says why it is not cleared.
    """
    with queue.writing() as (connection, now):
        before = _row(connection, case_id)
        if before and _same(before, officer, said):
            return load(connection, case_id)
        if before is None and _holds(connection, case_id, version, officer, said):
            return load(connection, case_id)
        case = held_by(connection, case_id, version, officer)
        if said.intent is not Intent.CLEAR:
            check_why(said.code, said.note)
        if said.intent is Intent.ESCALATE:
            check_escalated(case, _why(said.code, said.note))
        row = {
            **{"case_id": case_id, "intent": said.intent, "code": said.code},
            **{"reason": said.note, "marks": canonical(said.marks), "said_by": officer.name},
            **{"said_at": now, "holds_at": now + UNDO_FOR},
        }
        connection.execute(insert(tables.pending).values(**row))
        audit.append(connection, now, officer.name, SAID, case_id, {"intent": said.intent})
        return change(connection, case, state=State.PENDING, lease_until=None)


def undo(queue: Queue, case_id: str, version: int, officer: Officer) -> Case:
    """Take a decision back: the case is the officer's again.

    Another that they have by now waits where it did: in the queue, or for them alone if it was
    handed to them.

    Raises:
        Conflict: its time is over, it was taken back already, or it is another's.
    """
    with queue.writing() as (connection, now):
        row, case = _row(connection, case_id), load(connection, case_id)
        asked_before = (case.state, case.holder, case.version)
        if row is None and asked_before == (State.TAKEN, officer.name, version + 1):
            return case
        if row is None or row["said_by"] != officer.name or _is_over(row, now):
            raise Conflict(f"case {case_id}: the time to take the decision back is over")
        if case.version != version:
            raise Conflict(f"case {case_id} has changed since version {version}; read it again")
        for other in queue.held(connection, officer):
            _put_back(queue, connection, other, officer, now)
        connection.execute(_delete(case_id))
        audit.append(connection, now, officer.name, TAKEN_BACK, case_id)
        again = {"state": State.TAKEN, "lease_until": now + queue.rules.lease}
        return change(connection, case, **again)


def settle(queue: Queue) -> int:
    """Write down the decisions whose time to be taken back is over; how many."""
    table, settled = tables.pending, 0
    with queue.database.read() as connection:
        now = queue.clock()
        over = select(table).order_by(table.c.holds_at, table.c.case_id)
        rows = [row for row in connection.execute(over).mappings() if _is_over(row, now)]
    for row in rows:
        with queue.writing() as (connection, now):
            still = _row(connection, row["case_id"])
            if still and _is_over(still, now) and _was_said(connection, still["case_id"]):
                _settle(queue, connection, still, now)
                settled += 1
    return settled


def pending_of(connection: Connection, officer: Officer) -> Sequence[Pending]:
    """What this officer can still take back, the newest first."""
    table = tables.pending
    mine = select(table).where(table.c.said_by == officer.name)
    rows = connection.execute(mine.order_by(table.c.said_at.desc(), table.c.case_id)).mappings()
    return [
        Pending(load(connection, row["case_id"]), Intent(row["intent"]), row["holds_at"])
        for row in rows.all()
    ]


def _put_back(
    queue: Queue, connection: Connection, case: Case, officer: Officer, now: datetime
) -> None:
    by = handed_by(connection, case, officer)
    until = now + queue.rules.lease
    waits = waiting_for(officer, by, until) if by else {**NOBODY, "state": State.WAITING}
    seal = {"hold": hold_of(waits["held_until"], waits["held_why"])} if by else {}
    audit.append(connection, now, officer.name, SET_ASIDE if by else RELEASED, case.id, seal)
    change(connection, case, **waits)


def _settle(queue: Queue, connection: Connection, row: RowMapping, now: datetime) -> None:
    case, officer = load(connection, row["case_id"]), Officer(row["said_by"])
    code = Reason(row["code"]) if row["code"] else None
    connection.execute(_delete(case.id))
    if row["intent"] == Intent.ESCALATE:
        escalate(connection, case, officer, _why(code, row["reason"]), now)
        return
    verdict = Verdict(row["intent"])
    said = Decision(verdict, row["reason"], tuple(json.loads(row["marks"])), code)
    keep_decision(connection, case, officer, said, None, row["said_at"])
    after = change(connection, case, **NOBODY, **decided(verdict, row["said_at"]))
    outbox.put(connection, now, queue.rules.tells, "case.decided", after, verdict=verdict)


def _was_said(connection: Connection, case_id: str) -> bool:
    """Whether the audit chain says so too; a row that was slipped in waits for whoever verifies."""
    done = [entry.action for entry in audit.of(connection, case_id)]
    return next((act for act in reversed(done) if act in SAID_OR_OVER), None) == SAID


def _why(code: Reason | None, note: str) -> str:
    return ", ".join(part for part in ((code or "").replace("_", " "), note.strip()) if part)


def escalated_for(flag: str) -> Escalated | None:
    """Who escalated a case, and why, by the flag that it was given; None: no code stands in it.

    >>> escalated_for("kim: not as declared, lead foil")
    Escalated(by='kim', code=<Reason.NOT_AS_DECLARED: 'not_as_declared'>, note='lead foil')
    """
    fits = _CODED.fullmatch(flag)
    if fits is None:
        return None
    return Escalated(fits["by"], Reason(fits["code"].replace(" ", "_")), fits["note"] or "")


def _is_over(row: RowMapping, now: datetime) -> bool:
    # One that would hold later than any made now was made before the clock was set back.
    return bool(row["holds_at"] <= now or row["holds_at"] > now + UNDO_FOR)


def _same(row: RowMapping, officer: Officer, said: Proposal) -> bool:
    asked = {"said_by": officer.name, "intent": said.intent, "code": said.code}
    return all(row[name] == value for name, value in {**asked, "reason": said.note}.items())


def _holds(
    connection: Connection, case_id: str, version: int, officer: Officer, said: Proposal
) -> bool:
    """Whether this very decision, made at this version, is written down: its time was over."""
    if said.intent is Intent.ESCALATE:
        why = _why(said.code, said.note)
        return again.escalated(connection, case_id, version, officer, why)
    asked = Decision(Verdict(said.intent), said.note, said.marks, said.code)
    return said_before(connection, case_id, version + 1, officer, asked)  # it was pending between


def _row(connection: Connection, case_id: str) -> RowMapping | None:
    table = tables.pending
    found = select(table).where(table.c.case_id == case_id)
    return connection.execute(found).mappings().one_or_none()


def _delete(case_id: str) -> Any:
    return delete(tables.pending).where(tables.pending.c.case_id == case_id)
