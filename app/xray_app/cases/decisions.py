"""What officers decide. Said once; corrected only by a further entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, select

from xray_app.cases import audit, outbox, tables
from xray_app.cases.boxes import check_boxes
from xray_app.cases.canonical import canonical, moment, sha256_of
from xray_app.cases.case import Case, change, load, load_version
from xray_app.cases.errors import Conflict, Refused
from xray_app.cases.queue import NOBODY, Queue, held_by
from xray_app.cases.rules import Officer
from xray_app.cases.states import Disposition, Level, Reason, State, Verdict

LATER_COLUMNS = ("code", "taken_at")
DECIDED, CORRECTED = "decided", "corrected"  # the actions in the audit chain
SAID, TAKEN_BACK = "said", "taken back"  # likewise, of one that does not hold yet


@dataclass(frozen=True)
class Decision:
    """What an officer says.

    Attributes:
        verdict: clear it, or search it, now or later.
        reason: in the officer's words; may be empty where there is a code, but not in a
            correction.
        marks: what the officer drew: label, xyxy_px and view each; without a view, the first.
        code: why, where it is not cleared.
    """

    verdict: Verdict
    reason: str = ""
    marks: tuple[dict[str, Any], ...] = ()
    code: Reason | None = None


def decide(queue: Queue, case_id: str, version: int, officer: Officer, said: Decision) -> Case:
    """Decide a case that the officer holds.

    Raises:
        NotFound: there is no such case.
        Conflict: it has changed, the lease ran out, or it is with another.
        Refused: neither a code nor a reason says why it is not cleared, or a mark cannot be.
    """
    with queue.writing() as (connection, now):
        if said_before(connection, case_id, version, officer, said):
            return load(connection, case_id)
        case = held_by(connection, case_id, version, officer)
        _check(connection, case, said)
        keep_decision(connection, case, officer, said, None, now)
        after = change(connection, case, **NOBODY, **decided(said.verdict, now))
        outbox.put(connection, now, queue.rules.tells, "case.decided", after, verdict=said.verdict)
        return after


def correct(queue: Queue, case_id: str, version: int, officer: Officer, said: Decision) -> Case:
    """Overrule a decision: a supervisor's further entry, the first one stays.

    Raises:
        Refused: not a supervisor, no reason, or a mark that cannot be.
        Conflict: it has changed, or is past correcting: a search has ended.
    """
    if officer.level is not Level.SUPERVISOR or not said.reason.strip():
        raise Refused("only a supervisor corrects a decision, and only with a reason")
    with queue.writing() as (connection, now):
        if said_before(connection, case_id, version, officer, said):
            return load(connection, case_id)
        case = load_version(connection, case_id, version)
        cleared = case.disposition in (Disposition.CLEARED, Disposition.CLEARED_BY_MACHINE)
        if not (cleared or case.state is State.SEARCH):
            raise Conflict(f"case {case_id} is {case.state}; only a decision can be corrected")
        _check(connection, case, said)
        before = decisions_of(connection, case_id)
        corrects = before[-1]["id"] if before else None
        keep_decision(connection, case, officer, said, corrects, now)
        after = change(connection, case, **decided(said.verdict, now))
        outbox.put(
            connection, now, queue.rules.tells, "case.corrected", after, verdict=said.verdict
        )
        return after


def decisions_of(connection: Connection, case_id: str) -> Sequence[RowMapping]:
    """The rows of its decisions, oldest first."""
    return rows_of(connection, tables.decisions, case_id)


def rows_of(connection: Connection, table: Table, case_id: str) -> Sequence[RowMapping]:
    """What one table holds of a case, oldest first."""
    found = select(table).where(table.c.case_id == case_id).order_by(table.c.id)
    return connection.execute(found).mappings().all()


def check_why(code: Reason | None, note: str) -> None:
    """Stop where nothing says why a case is not cleared.

    Raises:
        Refused: neither a code nor a note does.
    """
    if not (code or note.strip()):
        raise Refused("say why it is not cleared: choose a reason or write a note")


def decided(verdict: Verdict, now: datetime) -> dict[str, Any]:
    """What changes of a case by a verdict."""
    if verdict is not Verdict.CLEAR:
        return {"state": State.SEARCH, "disposition": None, "closed_at": None}
    return {"state": State.CLOSED, "disposition": Disposition.CLEARED, "closed_at": now}


def keep_decision(
    connection: Connection,
    case: Case,
    officer: Officer,
    said: Decision,
    corrects: int | None,
    now: datetime,
) -> None:
    """Write down a decision on the case as it stands, and seal it in the audit chain."""
    row = {
        **{"case_id": case.id, "case_version": case.version, "corrects": corrects},
        **{"verdict": said.verdict, "reason": said.reason, "marks": canonical(said.marks)},
        **{"decided_by": officer.name, "decided_at": now},
        **{"code": said.code, "taken_at": case.taken_at},
    }
    connection.execute(insert(tables.decisions).values(**row))
    action = DECIDED if corrects is None else CORRECTED
    seal = {"verdict": said.verdict, "sha256": seal_of(row)}
    audit.append(connection, now, officer.name, action, case.id, seal)


def _check(connection: Connection, case: Case, said: Decision) -> None:
    if said.verdict is not Verdict.CLEAR:
        check_why(said.code, said.reason)
    boxes = [(mark.get("view", 0), mark["xyxy_px"]) for mark in said.marks]
    check_boxes(connection, case.id, boxes)


def seal_of(row: RowMapping | dict[str, Any]) -> str:
    """The hash of a kept decision or search result, which its audit entry carries.

    A column that came later counts only where it says something, so that older seals still hold.
    """
    plain = {
        name: moment(value) if isinstance(value, datetime) else value
        for name, value in row.items()
        if name != "id" and not (name in LATER_COLUMNS and value is None)
    }
    return sha256_of(plain)


def said_before(
    connection: Connection, case_id: str, version: int, officer: Officer, said: Decision
) -> bool:
    """Whether this officer made this very decision on this version of the case."""
    for row in decisions_of(connection, case_id):
        if row["case_version"] == version and row["decided_by"] == officer.name:
            same = (row[name] == getattr(said, name) for name in ("verdict", "reason", "code"))
            return all(same) and row["marks"] == canonical(said.marks)
    return False
