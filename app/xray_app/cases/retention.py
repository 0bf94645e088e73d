"""Scans and declarations go when their time is over; what was said of them stays.

Only closed cases are emptied: whatever waits for a decision or a search is kept, and whatever is
linked to such a case because both show one picture. Decisions, reports and the audit chain hold no
picture and no consignee, and stay for ever.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update

from xray_app.cases import audit, leaps, tables
from xray_app.cases.case import Case, change
from xray_app.cases.contents import VIEW_CONTENTS, Contents
from xray_app.cases.database import Database
from xray_app.cases.patience import unhurried
from xray_app.cases.states import State

AT_ONCE = 100  # cases in one transaction: nobody must wait long for their turn to write
ACTOR = "retention"


def empty_old(database: Database, contents: Contents, now: datetime, keep: timedelta) -> int:
    """Empty cases that were closed longer ago than `keep`, oldest first; how many.

    None where the clock may have leapt: what goes by a wrong clock never comes back.
    """
    table = tables.cases
    old = (
        select(table)
        .where(table.c.state == State.CLOSED, table.c.emptied_at.is_(None))
        .where(table.c.closed_at <= now - keep, ~_linked_to_an_open_one())
        .order_by(table.c.closed_at, table.c.id)
    )
    with database.write() as connection:
        unhurried(connection)
        cases = [Case.of(row) for row in connection.execute(old.limit(AT_ONCE)).mappings().all()]
        if cases and leaps.may_have_leapt(connection, now):
            return 0
        for case in cases:
            change(connection, case, declaration=None, consignee=None, emptied_at=now)
            audit.append(connection, now, ACTOR, "emptied", case.id)
            mine = tables.views.c.case_id == case.id
            learned = tables.clearances.c.case_id == case.id
            connection.execute(delete(tables.clearances).where(learned))
            connection.execute(update(tables.views).where(mine).values(dicom=None))
        gone = _unused(connection, [case.id for case in cases])
        connection.execute(delete(tables.contents).where(tables.contents.c.sha256.in_(gone)))
    if gone:
        # Only now that the rows are gone for good; whoever brings the same scan in again has made
        # a new row by then, within a transaction like this one. If we are ended before, the sweep
        # of the next start deletes them.
        with database.write() as connection:
            contents.remove(connection, gone)
    return len(cases)


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
