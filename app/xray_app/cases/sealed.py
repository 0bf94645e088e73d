"""What an inspection left in the tables, as the hashes that its entry of the audit chain holds.

They are read from the tables when they are sealed, as they are when they are verified: pictures,
sizes and pixel planes that the officer is shown, the hash of the pixels by which other cases are
compared, what the file's header said, each report with its view and its role, and what the case
says of itself. Then what the queue goes by: a case's turn, and until when it is set aside.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from xray_app.cases import tables
from xray_app.cases.canonical import moment, sha256_of

HEADER = "header"  # emptied by its age, unlike the rest
_JUDGED = ("score", "problem", "checks_machine")
_SHOWN = ("picture_sha256", "thumbnail_sha256", "planes_sha256", "width_px", "height_px")
_READ = ("encoding", "read_pixel_mm")
_COMPARED = ("pixels_sha256",)
_REPORT = ("position", "role", "model", "model_sha256", "outcome")

Row = Mapping[Any, Any]
Reports = list[list[Any]]  # what is sealed of each report of a case


def seals(case: Row, views: Sequence[Row], reports: Reports) -> dict[str, str]:
    """The seals of the rows of one case; views in their order."""
    return {
        "judged": _hash([case], _JUDGED),
        "shown": _hash(views, ("position", *_SHOWN, *_READ)),
        "compared": _hash(views, ("position", *_COMPARED)),
        HEADER: _hash(views, ("position", "dicom")),
        "reports": sha256_of(sorted(reports)),
    }


def seals_of(connection: Connection, case_id: str) -> dict[str, str]:
    """The seals of one case, as it stands in this transaction."""
    table = tables.cases
    case = connection.execute(select(table).where(table.c.id == case_id)).mappings().one()
    views = views_by_case(connection, case_id).get(case_id, [])
    return seals(case, views, reports_by_case(connection, case_id).get(case_id, []))


def views_by_case(
    connection: Connection, case_id: str | None = None
) -> Mapping[str, list[RowMapping]]:
    """Case → the rows of its views in their order; of one case, or of all."""
    table, found = tables.views, defaultdict[str, list[RowMapping]](list)
    wanted = select(table).order_by(table.c.case_id, table.c.position)
    wanted = wanted if case_id is None else wanted.where(table.c.case_id == case_id)
    for row in connection.execute(wanted).mappings():
        found[row["case_id"]].append(row)
    return found


def reports_by_case(connection: Connection, case_id: str | None = None) -> Mapping[str, Reports]:
    """Case → what is sealed of its reports; of one case, or of all."""
    table, found = tables.reports, defaultdict[str, Reports](list)
    wanted = select(table) if case_id is None else select(table).where(table.c.case_id == case_id)
    for row in connection.execute(wanted).mappings():
        body = hashlib.sha256(row["body"].encode()).hexdigest()
        sealed = [*(row[name] for name in _REPORT), moment(row["made_at"]), body]
        found[row["case_id"]].append(sealed)
    return found


def turn_of(place_at: datetime, waiting_at: datetime | None) -> str:
    """The hash of a case's place in the queue, and of since when it waits."""
    return sha256_of([moment(place_at), waiting_at and moment(waiting_at)])


def hold_of(until: datetime | None, why: str | None) -> str:
    """The hash of until when a case is set aside, and why."""
    return sha256_of([until and moment(until), why])


def _hash(rows: Iterable[Row], names: Sequence[str]) -> str:
    return sha256_of([[row[name] for name in names] for row in rows])
