"""Decided cases as a COCO folder to learn from; `xray_datasets.reviews` reads it.

    images/              the scans' pixels: 8-bit PNG in colour, transmission as float TIFF, an
                         energy a file; nothing that a header said goes along
    annotations.json     COCO; what COCO does not know stands under `review` of each image

Annotations are what officers drew, and what they confirmed of the machine's findings, under the
label that they gave it; what they rejected is none. `review` holds what the model, the officers
and the search said, each apart from the others: an opinion is no truth. Nobody is named: officers
and scans of one consignment are known by numbers that stay the same from export to export.
"""

import json
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from xray.errors import DataError
from xray_app.cases import tables
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.inspection import views_of
from xray_app.cases.patience import unhurried
from xray_app.cases.states import Disposition, Kind
from xray_app.exchange import pixels
from xray_app.exchange.export import Reviewed, reviewed

SCHEMA = "xray.reviews/1"

log = logging.getLogger("xray_app.reviews")

_BY_MACHINE = (  # 0: officers saw every case, so that no alarm chose which ones they cleared
    select(func.count())
    .select_from(tables.cases)
    .where(tables.cases.c.kind == Kind.LIVE)
    .where(tables.cases.c.disposition == Disposition.CLEARED_BY_MACHINE)
)


@dataclass(frozen=True)
class Names:
    """What stands for names that stay here.

    Attributes:
        officers: name → number, from 1.
        groups: case → the oldest case of the same consignment, or that shows the same picture.
        consignments: case → the oldest case of the same consignment, which never changes, whatever
            shows the same picture later.
    """

    officers: dict[str, int]
    groups: dict[str, str]
    consignments: dict[str, str]


def as_coco(database: Database, contents: Contents, out: Path, ask: pixels.Ask) -> int:
    """Write the live cases that officers closed; how many images.

    Scans that went by their age, that cannot be opened, and those that are no scan without their
    header, are left out and counted under `info`.

    Args:
        ask: what `inspectors.bare` answers, from a process of its own: it opens the scans.

    Raises:
        DataError: the folder is there already.
    """
    if out.exists():
        raise DataError(f"{out} is there already; name a new folder")
    (out / "images").mkdir(parents=True)
    labels: dict[str, int] = {}
    images: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    left_out = Counter[str]()
    with database.read() as connection:
        unhurried(connection)
        names = Names(officers(connection), groups(connection), consignments(connection))
        for one in reviewed(connection):
            for view in views_of(connection, one.case.id):
                number, position = len(images) + 1, view["position"]
                stem = f"{one.case.id}-{position}"
                try:
                    files = pixels.write(view, contents, out / "images", stem, ask)
                except pixels.LeftOut as why:
                    log.warning("view %d of case %s is left out: %s", position, one.case.id, why)
                    left_out[str(why)] += 1
                    continue
                images.append(_image(one, view, number, names) | files)
                for mark in one.marks:
                    if mark.get("view", 0) == position:
                        label = labels.setdefault(mark["label"], len(labels) + 1)
                        boxes.append(_box(mark, number, label, len(boxes) + 1, names))
        by_machine = connection.execute(_BY_MACHINE).scalar_one()
    info = {"schema": SCHEMA, "left_out": left_out, "cleared_by_machine": by_machine}
    categories = [{"id": number, "name": label} for label, number in labels.items()]
    said = {"info": info, "images": images, "annotations": boxes, "categories": categories}
    (out / "annotations.json").write_text(json.dumps(said, indent=1), encoding="utf-8")
    return len(images)


def officers(connection: Connection) -> dict[str, int]:
    """Everybody who ever marked or decided → a number, in the order in which they began to."""
    first: dict[str, datetime] = {}
    for table, by, at in (
        (tables.opinions, "said_by", "said_at"),
        (tables.decisions, "decided_by", "decided_at"),
    ):
        for name, moment in connection.execute(select(table.c[by], table.c[at])):
            first[name] = min(moment, first.get(name, moment))
    ordered = sorted(first, key=lambda name: (first[name], name))
    return {name: number for number, name in enumerate(ordered, start=1)}


def groups(connection: Connection) -> dict[str, str]:
    """Case → the oldest one that shows the same things.

    Cases of one consignment do, and cases with a picture in common: what one of them teaches must
    not examine what was learned from another.
    """
    table, link = tables.cases.c, tables.links.c
    others: dict[str, list[str]] = {}
    for case_id, other_id in connection.execute(select(link.case_id, link.other_id)):
        others.setdefault(case_id, []).append(other_id)
    age: dict[str, int] = {}  # smaller is older
    parent: dict[str, str] = {}
    first: dict[str, str] = {}  # of each consignment

    def root(case_id: str) -> str:
        while parent[case_id] != case_id:
            case_id = parent[case_id]
        return case_id

    rows = select(table.id, table.consignment).order_by(table.received_at, table.id)
    for number, (case_id, consignment) in enumerate(connection.execute(rows)):
        age[case_id], parent[case_id] = number, case_id
        same = [other for other in others.get(case_id, ()) if other in parent]
        if consignment:
            same.append(first.setdefault(consignment, case_id))
        for other in same:
            older, younger = sorted((root(case_id), root(other)), key=age.__getitem__)
            parent[younger] = older
    return {case_id: root(case_id) for case_id in parent}


def consignments(connection: Connection) -> dict[str, str]:
    """Case → the oldest one of the same consignment; itself where it has none."""
    table = tables.cases.c
    rows = connection.execute(
        select(table.id, table.consignment).order_by(table.received_at, table.id)
    )
    first: dict[str, str] = {}
    return {
        case_id: first.setdefault(consignment, case_id) if consignment else case_id
        for case_id, consignment in rows
    }


def _image(one: Reviewed, view: RowMapping, number: int, names: Names) -> dict[str, Any]:
    return {
        "id": number,
        **{"width": view["width_px"], "height": view["height_px"]},
        **{"group": names.groups[one.case.id], "case": one.case.id},
        "consignment": names.consignments[one.case.id],
        **{"pixel_mm": view["read_pixel_mm"] or view["pixel_mm"], "view": view["name"]},
        "scanner": one.case.scanner,
        "review": _review(one, view["position"], names),
    }


def _review(one: Reviewed, position: int, names: Names) -> dict[str, Any]:
    report, decision = one.reports.get(position, {}), one.decision
    taken, decided = decision["taken_at"], decision["decided_at"]
    return {
        "model": report.get("detections", []),
        "alarming": report.get("profile", {}).get("alarming", []),
        "officer": [_opinion(row, names) for row in one.opinions if row["position"] == position],
        **{"verdict": decision["verdict"], "by": names.officers[decision["decided_by"]]},
        "overruled": decision["corrects"] is not None,
        "looked_s": (decided - taken).total_seconds() if taken else None,
        **{"found": one.found, "what": one.what},
    }


def _opinion(row: RowMapping, names: Names) -> dict[str, Any]:
    said = {"view": row["position"], "says": row["says"], "finding": row["finding"]}
    said |= {"label": row["label"], "xyxy_px": json.loads(row["xyxy_px"])}
    return said | {"by": names.officers[row["said_by"]]}


def _box(mark: dict[str, Any], image: int, label: int, number: int, names: Names) -> dict[str, Any]:
    x1, y1, x2, y2 = mark["xyxy_px"]
    size = {"bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1), "iscrowd": 0}
    said = {"says": mark.get("says", "drawn"), "by": names.officers[mark["by"]]}
    return {"id": number, "image_id": image, "category_id": label, **size, **said}
