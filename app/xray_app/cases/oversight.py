"""What supervisors look after: what was left to them, and what was decided without them.

A second look that upholds a decision leaves the case as it is and an entry in the audit chain; one
that overrules it is a correction, as `decisions.correct` makes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from xray.report import Outcome
from xray_app.cases import audit, tables
from xray_app.cases.case import Case, load_version
from xray_app.cases.errors import Conflict, Refused
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.states import Disposition, Level, State

LOOKED = "looked again"  # the action in the audit chain
LISTED = 40
OPEN = (State.WAITING, State.TAKEN, State.PENDING, State.HELD)


@dataclass(frozen=True)
class Sample:
    """The machine's clear cases that people were given all the same.

    Attributes:
        waiting: for an officer.
        cleared, searched, found: of those that were decided; found is of those searched.
    """

    waiting: Sequence[Case]
    cleared: int
    searched: int
    found: int


def escalated(connection: Connection) -> list[Case]:
    """Open cases for supervisors, in the order of the queue."""
    table = tables.cases
    wanted = select(table).where(table.c.level == Level.SUPERVISOR, table.c.state.in_(OPEN))
    return _cases(connection, wanted.order_by(table.c.place_at, table.c.id))


def used_twice(connection: Connection) -> list[tuple[Case, Case]]:
    """A case with the earlier one that shows the same picture, the newest first."""
    link = tables.links
    newest = select(link).order_by(link.c.linked_at.desc(), link.c.case_id, link.c.other_id)
    pairs = [(row.case_id, row.other_id) for row in connection.execute(newest.limit(LISTED))]
    ids = {case_id for pair in pairs for case_id in pair}
    cases = {c.id: c for c in _cases(connection, _with(tables.cases.c.id.in_(ids)), len(ids))}
    return [(cases[one], cases[other]) for one, other in pairs]


def sample(connection: Connection) -> Sample:
    """The share of the machine's clear cases that people look at."""
    table = tables.cases.c
    mine = table.checks_machine.is_(True)
    waiting = _cases(connection, _with(mine & table.state.in_(OPEN)).order_by(table.place_at))
    ended = select(table.disposition, func.count()).where(mine, table.closed_at.is_not(None))
    counts = {row[0]: int(row[1]) for row in connection.execute(ended.group_by(table.disposition))}
    found, empty = counts.get(Disposition.FOUND, 0), counts.get(Disposition.NOT_FOUND, 0)
    return Sample(waiting, counts.get(Disposition.CLEARED, 0), found + empty, found)


def against_the_alarm(connection: Connection) -> list[Case]:
    """Cases that an officer cleared though the machine alarmed, and nobody looked at again."""
    table, entry = tables.cases.c, tables.audit.c
    looked = select(entry.seq).where(entry.subject == table.id, entry.action == LOOKED)
    wanted = (table.disposition == Disposition.CLEARED) & (table.outcome == Outcome.ALARM)
    wanted &= ~looked.exists() & table.emptied_at.is_(None)
    return _cases(connection, _with(wanted).order_by(table.closed_at.desc(), table.id))


def uphold(queue: Queue, case_id: str, version: int, officer: Officer) -> Case:
    """Note that a supervisor looked again and agrees.

    Raises:
        Refused: not a supervisor.
        Conflict: it has changed, or was not cleared.
    """
    if officer.level is not Level.SUPERVISOR:
        raise Refused("a second look is for supervisors")
    with queue.writing() as (connection, now):
        case = load_version(connection, case_id, version)
        if case.disposition is not Disposition.CLEARED:
            raise Conflict(f"case {case_id} is {case.state}; only a cleared one is looked at again")
        audit.append(connection, now, officer.name, LOOKED, case_id, {"upheld": True})
        return case


def _with(wanted: ColumnElement[bool]) -> Select[tuple[Any, ...]]:
    return select(tables.cases).where(wanted)


def _cases(
    connection: Connection, wanted: Select[tuple[Any, ...]], limit: int = LISTED
) -> list[Case]:
    return [Case.of(row) for row in connection.execute(wanted.limit(limit)).mappings()]
