"""Decided cases for research and for spreadsheets. Live cases alone: a demo, a test or a projected
threat must never teach a model or enter a statistic.
"""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from xray.errors import DataError
from xray_app.cases import reading, tables
from xray_app.cases.canonical import moment
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.decisions import decisions_of, searches_of
from xray_app.cases.inspection import views_of
from xray_app.cases.opinions import decided_boxes, standing
from xray_app.cases.states import Disposition, Kind, State

BY_OFFICERS = (Disposition.CLEARED, Disposition.FOUND, Disposition.NOT_FOUND)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by spreadsheets
COLUMNS = (
    *("case", "received_at", "state", "disposition", "outcome", "score", "labels"),
    *("verdict", "found", "what", "scanner", "lane", "container", "hs_code", "origin"),
)


@dataclass(frozen=True)
class Reviewed:
    """A decided case with what was said of it.

    Attributes:
        marks: the boxes that its last decision rests on: drawn or confirmed by officers.
        opinions: what officers said of the machine's findings and drew, rejected ones too.
    """

    case: Case
    reports: dict[int, dict[str, Any]]
    verdict: str
    marks: list[dict[str, Any]]
    opinions: list[dict[str, Any]]
    found: bool | None
    what: list[str]


def reviewed(connection: Connection) -> Iterator[Reviewed]:
    """Live cases that officers closed, oldest first."""
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
            verdict=said[-1]["verdict"],
            marks=decided_boxes(connection, said[-1]),
            opinions=[_opinion(row) for row in standing(connection, case.id)],
            found=searched[-1]["found"] if searched else None,
            what=json.loads(searched[-1]["what"]) if searched else [],
        )


def as_csv(database: Database) -> str:
    """Decided cases as a table, a row each; cells that a spreadsheet would run are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    with database.read() as connection:
        for one in reviewed(connection):
            writer.writerow([cell(value) for value in row_of(one)])
    return out.getvalue()


def as_coco(database: Database, contents: Contents, out: Path) -> int:
    """Decided cases as a COCO folder: the scans as they came, and the officers' boxes.

    Annotations are what officers drew, and what they confirmed of the machine's findings, under
    the label that they gave it; what they rejected is none. `images[].review` holds what the
    model, the officer and the search said, each apart from the others: an opinion is no truth.

    Returns:
        How many images were written; those that went by their age are left out.

    Raises:
        DataError: the folder is there already.
    """
    if out.exists():
        raise DataError(f"{out} is there already; name a new folder")
    (out / "images").mkdir(parents=True)
    labels: dict[str, int] = {}
    images: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    with database.read() as connection:
        for one in reviewed(connection):
            for view in views_of(connection, one.case.id):
                if not contents.path(view["sha256"]).exists():
                    continue
                number, position = len(images) + 1, view["position"]
                images.append(_image(one, dict(view), number, contents, out / "images"))
                for mark in one.marks:
                    if mark.get("view", 0) == position:
                        label = labels.setdefault(mark["label"], len(labels) + 1)
                        boxes.append(_box(mark["xyxy_px"], number, label, len(boxes) + 1))
    categories = [{"id": number, "name": label} for label, number in labels.items()]
    said = {"images": images, "annotations": boxes, "categories": categories}
    (out / "annotations.json").write_text(json.dumps(said, indent=1), encoding="utf-8")
    return len(images)


def cell(value: Any) -> str:
    """A cell as text that no spreadsheet runs.

    >>> cell("=1+1"), cell(None), cell(0.5)
    ("'=1+1", '', '0.5')
    """
    if isinstance(value, datetime):
        return moment(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def row_of(one: Reviewed) -> list[Any]:
    """The values of COLUMNS, in their order."""
    case, declared = one.case, one.case.declaration or {}
    labels = {found["label"] for said in one.reports.values() for found in said["detections"]}
    return [
        *(case.id, case.received_at, case.state, case.disposition, case.outcome),
        *(case.score, " ".join(sorted(labels)), one.verdict, one.found, " ".join(one.what)),
        *(case.scanner, case.lane, case.container),
        *(declared.get("hs_code"), declared.get("origin")),
    ]


def _image(
    one: Reviewed, view: dict[str, Any], number: int, contents: Contents, folder: Path
) -> dict[str, Any]:
    stem = f"{one.case.id}-{view['position']}"
    name = stem + _ending(view["file_name"])
    shutil.copyfile(contents.path(view["sha256"]), folder / name)
    said = {
        **{"id": number, "file_name": name, "group": one.case.id},
        **{"width": view["width_px"], "height": view["height_px"]},
        "review": {
            "model": one.reports.get(view["position"], {}).get("detections", []),
            "officer": [o for o in one.opinions if o["view"] == view["position"]],
            **{"verdict": one.verdict, "found": one.found, "what": one.what},
        },
    }
    if view["high_sha256"]:
        said["high_file_name"] = f"{stem}-high" + _ending(view["high_file_name"] or "")
        shutil.copyfile(contents.path(view["high_sha256"]), folder / said["high_file_name"])
    return said


def _opinion(row: RowMapping) -> dict[str, Any]:
    """Without who said it: what leaves for training names nobody."""
    said = {"view": row["position"], "says": row["says"], "finding": row["finding"]}
    return said | {"label": row["label"], "xyxy_px": json.loads(row["xyxy_px"])}


def _ending(name: str) -> str:
    ending = PurePosixPath(name).suffix.lower()
    return ending if ending[1:].isalnum() and len(ending) < 8 else ""


def _box(xyxy_px: list[float], image: int, label: int, number: int) -> dict[str, Any]:
    x1, y1, x2, y2 = xyxy_px
    size = {"bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1), "iscrowd": 0}
    return {"id": number, "image_id": image, "category_id": label, **size}
