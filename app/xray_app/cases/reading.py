"""Reading cases: lists, and everything that belongs to one."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from xray.report import Report
from xray_app.cases import tables
from xray_app.cases.case import Case
from xray_app.cases.errors import NotFound
from xray_app.cases.reports import kept_report
from xray_app.cases.states import Kind, ReportRole, State


@dataclass(frozen=True)
class Wanted:
    """Which cases a list shows.

    Attributes:
        state: only those that stand there.
        submitted_by: only those of one sender.
        before: only those received before this one: moment and id, as the last page ended.
        limit: how many at most.
    """

    state: State | None = None
    submitted_by: str | None = None
    before: tuple[datetime, str] | None = None
    limit: int = 50


def newest(connection: Connection, wanted: Wanted) -> list[Case]:
    """Cases, newest first."""
    table = tables.cases
    found = select(table).order_by(table.c.received_at.desc(), table.c.id.desc())
    if wanted.state is not None:
        found = found.where(table.c.state == wanted.state)
    if wanted.submitted_by is not None:
        found = found.where(table.c.submitted_by == wanted.submitted_by)
    if wanted.before is not None:
        at, case_id = wanted.before
        earlier = (table.c.received_at < at) | (
            (table.c.received_at == at) & (table.c.id < case_id)
        )
        found = found.where(earlier)
    return [Case.of(row) for row in connection.execute(found.limit(wanted.limit)).mappings()]


@dataclass(frozen=True)
class Earlier:
    """An earlier case of the same consignee.

    Attributes:
        case: as it stands now.
        found: labels of what a search found in it.
    """

    case: Case
    found: tuple[str, ...] = ()


def earlier(connection: Connection, case: Case, limit: int = 6) -> list[Earlier]:
    """Earlier cases of the same consignee, newest first.

    Tests and demos keep to themselves; a projected threat has the history of the live scan that
    it pretends to be.
    """
    if case.consignee is None:
        return []
    table, search = tables.cases, tables.search_results
    kind = Kind.LIVE if case.kind is Kind.PROJECTED else case.kind
    rows = connection.execute(
        select(table)
        .where(table.c.consignee == case.consignee, table.c.kind == kind)
        .where(table.c.received_at <= case.received_at, table.c.id != case.id)
        .order_by(table.c.received_at.desc(), table.c.id)
        .limit(limit)
    )
    before = [Case.of(row) for row in rows.mappings().all()]
    said = select(search.c.case_id, search.c.what).order_by(search.c.id)
    found = connection.execute(said.where(search.c.case_id.in_([one.id for one in before])))
    what = {row.case_id: tuple(json.loads(row.what)) for row in found}
    return [Earlier(one, what.get(one.id, ())) for one in before]


def linked(connection: Connection, case_id: str) -> list[str]:
    """Cases that this one is linked to, either way."""
    table = tables.links
    rows = connection.execute(
        select(table.c.case_id, table.c.other_id)
        .where((table.c.case_id == case_id) | (table.c.other_id == case_id))
        .order_by(table.c.linked_at, table.c.case_id, table.c.other_id)
    )
    return [row.other_id if row.case_id == case_id else row.case_id for row in rows]


def reports(
    connection: Connection, case_id: str, role: ReportRole = ReportRole.PRIMARY
) -> dict[int, dict[str, Any]]:
    """View → what a model said of it, the newest."""
    return {n: json.loads(body) for n, body in _bodies(connection, case_id, role).items()}


def said(connection: Connection, case_id: str) -> dict[int, Report]:
    """View → the report of the model in use, the newest, in the order of the views."""
    bodies = _bodies(connection, case_id, ReportRole.PRIMARY)
    return {n: kept_report(bodies[n]) for n in sorted(bodies)}


def _bodies(connection: Connection, case_id: str, role: ReportRole) -> dict[int, str]:
    table = tables.reports.c
    of_case = select(table.position, table.body).where(table.case_id == case_id, table.role == role)
    return {row.position: row.body for row in connection.execute(of_case.order_by(table.id))}


def clearance(connection: Connection, case_id: str) -> dict[str, Any] | None:
    """What the clearance system said of its cargo; None: nothing, or not yet."""
    table = tables.clearances
    found = connection.execute(select(table).where(table.c.case_id == case_id)).mappings().first()
    return json.loads(found["body"]) if found else None


def picture(connection: Connection, case_id: str, position: int, column: str) -> str:
    """The content hash of a view's picture.

    Raises:
        NotFound: there is no such view, or no picture of it.
    """
    table = tables.views
    found = select(table.c[column]).where(table.c.case_id == case_id, table.c.position == position)
    sha256 = connection.execute(found).scalar_one_or_none()
    if sha256 is None:
        raise NotFound(f"case {case_id} has no picture of view {position}")
    return str(sha256)
