"""What supervisors look after: what was left to them, and what was decided without them.

A second look that upholds a decision leaves the case as it is and an entry in the audit chain; one
that overrules it is a correction, as `decisions.correct` makes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from xray.report import Outcome
from xray_app.cases import audit, tables
from xray_app.cases.case import Case, load_version
from xray_app.cases.decisions import CORRECTED, DECIDED, decisions_of
from xray_app.cases.errors import Conflict, Refused
from xray_app.cases.patience import at_length
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.states import Disposition, Level, State

LOOKED = "looked again"  # the action in the audit chain
LISTED = 40  # cases that a list shows at most
BY_LOT = 1 / 50  # of what officers clear without an alarm; a working value, not measured
OPEN = (State.WAITING, State.TAKEN, State.PENDING, State.HELD)


@dataclass(frozen=True)
class Listed:
    """The first LISTED of a list, and how many there are in all."""

    cases: Sequence[Case]
    count: int


@dataclass(frozen=True)
class Look:
    """That somebody looked at a cleared case again, and agreed."""

    at: datetime
    by: str


@dataclass(frozen=True)
class Sample:
    """The machine's clear cases that people were given all the same.

    Attributes:
        waiting: for an officer.
        cleared, searched, found: of those that were decided; found is of those searched.
    """

    waiting: Listed
    cleared: int
    searched: int
    found: int


def escalated(connection: Connection) -> Listed:
    """Open cases for supervisors, in the order of the queue."""
    table = tables.cases.c
    wanted = (table.level == Level.SUPERVISOR) & table.state.in_(OPEN)
    return _listed(connection, wanted, table.place_at)


def used_twice(connection: Connection) -> tuple[list[tuple[Case, Case]], int]:
    """A case with the earlier one that shows the same picture, the newest first; and how many.

    The link of a case that was inspected after a later one points the other way. Two that are
    linked both ways are one pair.
    """
    at_length(connection)
    link, back = tables.links, tables.links.alias().c
    both = (back.case_id == link.c.other_id) & (back.other_id == link.c.case_id)
    once = ~select(back.why).where(both, back.case_id < link.c.case_id).exists()
    newest = select(link).where(once)
    newest = newest.order_by(link.c.linked_at.desc(), link.c.case_id, link.c.other_id)
    pairs = [(row.case_id, row.other_id) for row in connection.execute(newest.limit(LISTED))]
    ids = {case_id for pair in pairs for case_id in pair}
    shown = connection.execute(select(tables.cases).where(tables.cases.c.id.in_(ids))).mappings()
    cases = {case.id: case for case in map(Case.of, shown)}
    count = connection.execute(select(func.count()).select_from(link).where(once)).scalar_one()
    linked = [(cases[one], cases[other]) for one, other in pairs]
    return [
        (other, one) if one.received_at < other.received_at else (one, other)
        for one, other in linked
    ], int(count)


def sample(connection: Connection) -> Sample:
    """The share of the machine's clear cases that people look at."""
    table = tables.cases.c
    mine = table.checks_machine.is_(True)
    waiting = _listed(connection, mine & table.state.in_(OPEN), table.place_at)
    ended = select(table.disposition, func.count()).where(mine, table.closed_at.is_not(None))
    counts = {row[0]: int(row[1]) for row in connection.execute(ended.group_by(table.disposition))}
    found, empty = counts.get(Disposition.FOUND, 0), counts.get(Disposition.NOT_FOUND, 0)
    return Sample(waiting, counts.get(Disposition.CLEARED, 0), found + empty, found)


def against_the_alarm(connection: Connection) -> Listed:
    """Cases that an officer cleared though the machine alarmed, and nobody looked at again."""
    table = tables.cases.c
    return _cleared(connection, table.outcome == Outcome.ALARM)


def by_lot(connection: Connection, since: datetime) -> Listed:
    """Of the cases that officers cleared since then and that did not alarm, some at random, unless
    somebody looked at them again.

    The lot is the hash that the audit chain gave to the decision: it hangs on everything before it
    and on the microsecond, so that nobody knows it before they decide; afterwards it is the same
    for everyone, and an auditor can draw it again.
    """
    table, entry = tables.cases.c, tables.audit.c
    below = f"{min(round(BY_LOT * 2**32), 2**32 - 1):08x}"
    drawn = select(entry.seq).where(
        entry.subject == table.id,
        entry.action == DECIDED,
        func.substr(entry.hash, 1, 8) < below,
    )
    quiet = table.outcome.is_(None) | (table.outcome != Outcome.ALARM)
    return _cleared(connection, quiet & (table.closed_at >= since) & drawn.exists())


def uphold(queue: Queue, case_id: str, version: int, officer: Officer) -> Case:
    """Note that a supervisor looked again and agrees. Asked twice, it is noted once.

    Raises:
        Refused: not a supervisor, or whoever made the decision: a second look is another's.
        Conflict: it has changed, or was not cleared.
    """
    if officer.level is not Level.SUPERVISOR:
        raise Refused("a second look is for supervisors")
    with queue.writing() as (connection, now):
        case = load_version(connection, case_id, version)
        if case.disposition is not Disposition.CLEARED:
            raise Conflict(f"case {case_id} is {case.state}; only a cleared one is looked at again")
        if decisions_of(connection, case_id)[-1]["decided_by"] == officer.name:
            raise Refused(f"{officer.name} cleared this case; another person must look again")
        if _upheld_before(connection, case_id, officer):
            return case
        audit.append(connection, now, officer.name, LOOKED, case_id, {"upheld": True})
        return case


def _upheld_before(connection: Connection, case_id: str, officer: Officer) -> bool:
    """Whether they upheld the decision that stands."""
    for entry in reversed(audit.of(connection, case_id)):
        if entry.action in (DECIDED, CORRECTED):
            return False
        if (entry.action, entry.actor) == (LOOKED, officer.name):
            return True
    return False


def looks_of(connection: Connection, case_id: str) -> list[Look]:
    """The second looks that upheld its decision, oldest first."""
    entries = audit.of(connection, case_id)
    return [Look(datetime.fromisoformat(e.at), e.actor) for e in entries if e.action == LOOKED]


def _cleared(connection: Connection, wanted: ColumnElement[bool]) -> Listed:
    """Cleared by an officer, not looked at again, and still with its scan; the newest first."""
    table, entry = tables.cases.c, tables.audit.c
    looked = select(entry.seq).where(entry.subject == table.id, entry.action == LOOKED)
    wanted &= (table.disposition == Disposition.CLEARED) & table.emptied_at.is_(None)
    return _listed(connection, wanted & ~looked.exists(), table.closed_at.desc())


def _listed(
    connection: Connection, wanted: ColumnElement[bool], order: ColumnElement[Any]
) -> Listed:
    at_length(connection)
    table = tables.cases
    found = select(table).where(wanted).order_by(order, table.c.id).limit(LISTED)
    cases = [Case.of(row) for row in connection.execute(found).mappings()]
    if len(cases) < LISTED:
        return Listed(cases, len(cases))
    count = select(func.count()).select_from(table).where(wanted)
    return Listed(cases, int(connection.execute(count).scalar_one()))
