"""Scans and declarations go when their time is over; what was said of them stays.

Only closed cases are emptied: whatever waits for a decision or a search is kept, and whatever is
linked to such a case because both show one picture. Decisions, reports and the audit chain hold no
picture and no consignee, and stay for ever.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update

from xray_app.cases import audit, leaps, tables
from xray_app.cases.case import Case, change
from xray_app.cases.contents import VIEW_CONTENTS, Contents
from xray_app.cases.database import Database
from xray_app.cases.patience import at_length, unhurried
from xray_app.cases.states import State

AT_ONCE = 100  # cases in one transaction: nobody must wait long for their turn to write
ACTOR = "retention"


def empty_old(database: Database, contents: Contents, now: datetime, keep: timedelta) -> int:
    """Empty cases that were closed longer ago than `keep`, oldest first; how many.

    They are sought, which may take long, in nobody's turn to write. None where the clock may have
    leapt: what goes by a wrong clock never comes back.
    """
    table = tables.cases
    old = (
        select(table)
        .where(table.c.state == State.CLOSED, table.c.emptied_at.is_(None))
        .where(table.c.closed_at <= now - keep, ~_linked_to_an_open_one())
        .order_by(table.c.closed_at, table.c.id)
    )
    with database.read() as connection:
        unhurried(connection)
        ids = connection.execute(old.with_only_columns(table.c.id).limit(AT_ONCE)).scalars().all()
    if not ids:
        return 0
    with database.write() as connection:
        at_length(connection)
        still = old.where(table.c.id.in_(ids))
        cases = [Case.of(row) for row in connection.execute(still).mappings().all()]
        if cases and leaps.may_have_leapt(connection, now):
            return 0
        gone = _empty(connection, cases, now)
    _remove(database, contents, gone)
    return len(cases)


def empty_without(
    database: Database, contents: Contents, gone: Collection[str], now: datetime
) -> int:
    """Empty the closed cases that name one of these files, which went by their age; how many.

    A copy of the database may be older than that: it knows the cases as they were before. Such a
    file went when no case needed it any more, so whichever names it was emptied.
    """
    table, found = tables.cases, set[str]()
    wanted = (table.c.state == State.CLOSED) & table.c.emptied_at.is_(None)
    with database.read() as connection:
        unhurried(connection)
        for columns in (VIEW_CONTENTS, (tables.search_results.c.photo_sha256,)):
            owner = columns[0].table.c.case_id
            named = select(owner, *columns).join(table, table.c.id == owner).where(wanted)
            found |= {
                row[0] for row in connection.execute(named) if not set(row[1:]).isdisjoint(gone)
            }
    ids = sorted(found)
    for first in range(0, len(ids), AT_ONCE):
        some = table.c.id.in_(ids[first : first + AT_ONCE])
        with database.write() as connection:
            at_length(connection)
            rows = connection.execute(select(table).where(some).order_by(table.c.id)).mappings()
            left = _empty(connection, [Case.of(row) for row in rows.all()], now)
        _remove(database, contents, left)
    return len(ids)


def _remove(database: Database, contents: Contents, gone: Sequence[str]) -> None:
    """Delete files whose rows are gone for good: only now; whoever brings the same scan in again
    has made a new row by then, within a transaction like this one. If we are ended before, the
    sweep of the next start deletes them.
    """
    if gone:
        with database.write() as connection:
            contents.remove(connection, gone)


def _empty(connection: Connection, cases: Sequence[Case], now: datetime) -> list[str]:
    """Empty these cases; the contents that no row names any more."""
    for case in cases:
        change(connection, case, declaration=None, consignee=None, emptied_at=now)
        audit.append(connection, now, ACTOR, "emptied", case.id)
        mine = tables.views.c.case_id == case.id
        learned = tables.clearances.c.case_id == case.id
        connection.execute(delete(tables.clearances).where(learned))
        connection.execute(update(tables.views).where(mine).values(dicom=None))
    gone = _unused(connection, [case.id for case in cases])
    connection.execute(delete(tables.contents).where(tables.contents.c.sha256.in_(gone)))
    return gone


def _linked_to_an_open_one() -> ColumnElement[bool]:
    """Whether it shows a picture of a case that is not closed, or such a case one of its own."""
    link, other = tables.links.c, tables.cases.alias()
    waits = select(other.c.id).where(other.c.state != State.CLOSED)
    later = select(link.other_id).where(link.case_id.in_(waits))
    earlier = select(link.case_id).where(link.other_id.in_(waits))
    return tables.cases.c.id.in_(later) | tables.cases.c.id.in_(earlier)


def _unused(connection: Connection, case_ids: list[str]) -> list[str]:
    """Contents of these cases that no case with its time still to come needs."""
    return sorted(_contents(connection, case_ids) - _needed(connection, case_ids))


def _contents(connection: Connection, case_ids: Iterable[str]) -> set[str]:
    view, search, ids = tables.views, tables.search_results, list(case_ids)
    found = connection.execute(select(*VIEW_CONTENTS).where(view.c.case_id.in_(ids))).all()
    photos = select(search.c.photo_sha256).where(search.c.case_id.in_(ids))
    hashes = {sha256 for row in found for sha256 in row} | set(connection.execute(photos).scalars())
    return {sha256 for sha256 in hashes if sha256}


def _needed(connection: Connection, case_ids: list[str]) -> set[str]:
    """Of the contents of these cases, those that others still need."""
    mine = _contents(connection, case_ids)
    search, case = tables.search_results, tables.cases
    kept = select(case.c.id).where(case.c.emptied_at.is_(None))
    needed: set[str] = set()
    for column in (*VIEW_CONTENTS, search.c.photo_sha256):
        used = select(column).where(column.table.c.case_id.in_(kept), column.in_(mine))
        needed |= set(connection.execute(used).scalars())
    return needed
