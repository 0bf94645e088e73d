"""Decided cases for spreadsheets, and what all exports of them start from. Live cases alone: a
demo, a test or a projected threat must never teach a model or enter a statistic.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from xray_app.cases import reading, tables
from xray_app.cases.canonical import moment
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.decisions import decisions_of
from xray_app.cases.opinions import decided_boxes, standing
from xray_app.cases.patience import unhurried
from xray_app.cases.searches import searches_of
from xray_app.cases.states import Disposition, Kind, State

BY_OFFICERS = (Disposition.CLEARED, Disposition.FOUND, Disposition.NOT_FOUND)
# A cell that begins so is run by spreadsheets, with letters of full width in some countries' too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
COLUMNS = (
    *("case", "received_at", "state", "disposition", "outcome", "score", "labels"),
    *("verdict", "found", "what", "scanner", "lane", "container", "hs_code", "origin"),
)


@dataclass(frozen=True)
class Reviewed:
    """A decided case with what was said of it.

    Attributes:
        decision: the row of its last one.
        marks: the boxes that it rests on: drawn or confirmed by officers.
        opinions: the rows of what officers said of the machine's findings and drew, rejected ones
            too.
        found: by the last search; None: nobody searched.
        what: labels of that.
    """

    case: Case
    reports: dict[int, dict[str, Any]]
    decision: RowMapping
    marks: list[dict[str, Any]]
    opinions: Sequence[RowMapping]
    found: bool | None
    what: list[str]


@dataclass(frozen=True)
class Table:
    """A table that leaves: its columns, and the rows that a decided case has in it."""

    columns: tuple[str, ...]
    rows: Callable[[Reviewed], Iterable[list[Any]]]


def reviewed(connection: Connection) -> Iterator[Reviewed]:
    """Live cases that officers closed, oldest first."""
    unhurried(connection)
    table = tables.cases
    rows = connection.execute(
        select(table)
        .where(table.c.kind == Kind.LIVE, table.c.state == State.CLOSED)
        .where(table.c.disposition.in_(BY_OFFICERS))
        .order_by(table.c.received_at, table.c.id)
    )
    for case in [Case.of(row) for row in rows.mappings()]:
        said, searched = decisions_of(connection, case.id), searches_of(connection, case.id)
        yield Reviewed(
            case=case,
            reports=reading.reports(connection, case.id),
            decision=said[-1],
            marks=decided_boxes(connection, said[-1]),
            opinions=standing(connection, case.id, said[-1]["case_version"]),
            found=searched[-1]["found"] if searched else None,
            what=json.loads(searched[-1]["what"]) if searched else [],
        )


def as_csv(database: Database, table: Table) -> str:
    """A table of the decided cases; cells that a spreadsheet would run are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    with database.read() as connection:
        for one in reviewed(connection):
            writer.writerows(map(cell, row) for row in table.rows(one))
    return out.getvalue()


def cell(value: Any) -> str:
    """A cell as text that no spreadsheet runs.

    >>> cell("=1+1"), cell(None), cell(0.5)
    ("'=1+1", '', '0.5')
    """
    if isinstance(value, datetime):
        return moment(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def rows_of(one: Reviewed) -> Iterator[list[Any]]:
    """The one row of a case: the values of COLUMNS, in their order."""
    case, declared = one.case, one.case.declaration or {}
    labels = {found["label"] for said in one.reports.values() for found in said["detections"]}
    yield [
        *(case.id, case.received_at, case.state, case.disposition, case.outcome),
        *(
            case.score,
            " ".join(sorted(labels)),
            one.decision["verdict"],
            one.found,
            " ".join(one.what),
        ),
        *(case.scanner, case.lane, case.container),
        *(declared.get("hs_code"), declared.get("origin")),
    ]


CASES = Table(COLUMNS, rows_of)
