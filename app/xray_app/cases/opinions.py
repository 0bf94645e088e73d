"""What officers say of the machine's findings, and the boxes that they draw for what it missed.

An opinion stands beside the machine's report, which stays as it was. Each is a further entry:
of those about one finding, or about one drawn box, the newest stands, and `withdrawn` takes back
what stood. Boxes are x1, y1, x2, y2 in pixels of the whole upright scan.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from xray.labels import CONTAINER_LABELS, PARCEL_LABELS
from xray_app.cases import audit, reading, tables
from xray_app.cases.boxes import check_boxes
from xray_app.cases.canonical import canonical, sha256_of
from xray_app.cases.case import Case, prolong
from xray_app.cases.decisions import seal_of
from xray_app.cases.errors import Refused
from xray_app.cases.queue import Queue, held_by
from xray_app.cases.rules import Officer
from xray_app.cases.states import Says

MOST = 2000  # entries of one case: far over what an officer draws, far under what fills a disk
OF_FINDING = (Says.CONFIRMED, Says.REJECTED, Says.WITHDRAWN)
OF_DRAWN = (Says.DRAWN, Says.WITHDRAWN)

Xyxy = tuple[float, float, float, float]
Target = tuple[int, int | None, str | None, str | None]


@dataclass(frozen=True)
class Opinion:
    """What an officer says of one finding, or of one box of their own.

    Attributes:
        position: of the view.
        says: drawn for a box of one's own, confirmed or rejected for a finding, withdrawn for both.
        finding: its number in the report of the view, from 1; None for a drawn box.
        drawn: what the drawn box is known by; None for a finding.
        label: what it is; None: what the machine called it, or what was said before.
        xyxy_px: the drawn box; None where it stays where it was.
    """

    position: int
    says: Says
    finding: int | None = None
    drawn: str | None = None
    label: str | None = None
    xyxy_px: Xyxy | None = None


def say(
    queue: Queue, case_id: str, version: int, officer: Officer, said: Opinion
) -> Sequence[RowMapping]:
    """Keep an opinion of the officer who holds the case; what stands then.

    A sign of life too: the lease begins anew, the version stays. Said twice, it is kept once.

    Raises:
        NotFound: there is no such case.
        Conflict: it has changed, the lease ran out, or it is with another.
        Refused: there is no such finding or view, or the box cannot be.
    """
    with queue.writing() as (connection, now):
        case = held_by(connection, case_id, version, officer)
        row = _row(connection, case, officer, said, now)
        before = [o for o in _newest(connection, case_id) if _target(o) == _target(row)]
        if _is_new(row, before[0] if before else None):
            connection.execute(insert(tables.opinions).values(**row))
            seal = {"says": said.says, "sha256": seal_of(row)}
            audit.append(connection, now, officer.name, "marked", case_id, seal)
        prolong(connection, case, now + queue.rules.lease)
        return standing(connection, case_id)


def opinions_of(connection: Connection, case_id: str) -> Sequence[RowMapping]:
    """The rows of everything that was ever said of it, oldest first."""
    table = tables.opinions
    found = select(table).where(table.c.case_id == case_id).order_by(table.c.id)
    return connection.execute(found).mappings().all()


def drawn_on(connection: Connection, case_id: str) -> list[str]:
    """What every box is known by that officers drew on a case, the first drawn first.

    Those that were taken away too: the letter of one is never another's.
    """
    names = (row["drawn"] for row in opinions_of(connection, case_id))
    return list(dict.fromkeys(name for name in names if name))


def standing(
    connection: Connection, case_id: str, until: int | None = None
) -> Sequence[RowMapping]:
    """The rows that stand, in the order in which each thing was first spoken of.

    Args:
        until: version of the case; what was said later does not count.
    """
    newest = _newest(connection, case_id, until)
    return [row for row in newest if row["says"] != Says.WITHDRAWN]


def decided_boxes(connection: Connection, decision: RowMapping) -> list[dict[str, Any]]:
    """The boxes that a decision rests on, as `decisions.marks` has them: label, xyxy_px, view.

    Those that came with it, then, with what it `says`, each that was confirmed or drawn; `by` is
    the officer of each. A correction says its boxes itself: whoever overrules a decision does not
    speak for whom they overrule.
    """
    marks: list[dict[str, Any]] = json.loads(decision["marks"])
    boxes = [{**mark, "by": decision["decided_by"]} for mark in marks]
    if decision["corrects"] is not None:
        return boxes
    for row in standing(connection, decision["case_id"], decision["case_version"]):
        if row["says"] in (Says.CONFIRMED, Says.DRAWN):
            box = {"label": row["label"], "xyxy_px": json.loads(row["xyxy_px"])}
            said = {"view": row["position"], "says": row["says"], "by": row["said_by"]}
            boxes.append({**box, **said})
    return boxes


def labels_for(connection: Connection, case_id: str) -> list[str]:
    """The labels to choose from: those of the machine's kind of scan first."""
    known: set[str] = set()
    for said in reading.reports(connection, case_id).values():
        known |= {*said.get("profile", {}).get("thresholds", {})}
        known |= {found["label"] for found in said["detections"]}
    both = (PARCEL_LABELS, CONTAINER_LABELS)
    if len(known & {*CONTAINER_LABELS}) > len(known & {*PARCEL_LABELS}):
        both = (CONTAINER_LABELS, PARCEL_LABELS)
    return list(dict.fromkeys([*both[0], *sorted(known), *both[1]]))


def _newest(connection: Connection, case_id: str, until: int | None = None) -> Sequence[RowMapping]:
    """The newest row of each thing that was ever spoken of."""
    newest: dict[Target, RowMapping] = {}
    for row in opinions_of(connection, case_id):
        if until is None or row["case_version"] <= until:
            newest[_target(row)] = row  # a dict keeps the place of the first
    return list(newest.values())


def _target(row: RowMapping | dict[str, Any]) -> Target:
    return row["position"], row["finding"], row["report_sha256"], row["drawn"]


def _is_new(row: dict[str, Any], before: RowMapping | None) -> bool:
    if before is None:
        return bool(row["says"] != Says.WITHDRAWN)
    return any(row[name] != before[name] for name in ("says", "label", "xyxy_px", "said_by"))


def _row(
    connection: Connection, case: Case, officer: Officer, said: Opinion, now: datetime
) -> dict[str, Any]:
    if (said.finding is None) == (said.drawn is None):
        raise Refused("an opinion is of one finding or of one drawn box")
    of_drawn = said.drawn is not None
    if said.says not in (OF_DRAWN if of_drawn else OF_FINDING):
        what = "a drawn box" if of_drawn else "a finding of the machine"
        raise Refused(f"{what} cannot be {said.says}")
    if len(opinions_of(connection, case.id)) >= MOST:
        raise Refused(f"case {case.id} has {MOST} opinions already")
    of = _of_drawn if of_drawn else _of_finding
    label, xyxy_px, report_sha256 = of(connection, case, said)
    return {
        **{"case_id": case.id, "case_version": case.version, "position": said.position},
        **{"finding": said.finding, "report_sha256": report_sha256, "drawn": said.drawn},
        **{"says": said.says, "label": label, "xyxy_px": canonical(xyxy_px)},
        **{"said_by": officer.name, "said_at": now},
    }


def _of_finding(
    connection: Connection, case: Case, said: Opinion
) -> tuple[str, Sequence[float], str | None]:
    report = reading.reports(connection, case.id).get(said.position)
    found = report["detections"] if report else []
    if said.finding is None or not 1 <= said.finding <= len(found):
        raise Refused(
            f"view {said.position} of case {case.id} has {len(found)} findings, "
            f"there is no number {said.finding}"
        )
    of = found[said.finding - 1]
    return said.label or of["label"], of["xyxy_px"], sha256_of(report)


def _of_drawn(
    connection: Connection, case: Case, said: Opinion
) -> tuple[str, Sequence[float], str | None]:
    mine = (said.position, None, None, said.drawn)
    before = next((row for row in _newest(connection, case.id) if _target(row) == mine), None)
    label = said.label or (before and before["label"])
    xyxy_px = said.xyxy_px or (before and json.loads(before["xyxy_px"]))
    if not label or not xyxy_px:
        raise Refused("a drawn box needs a label and its corners")
    check_boxes(connection, case.id, [(said.position, xyxy_px)])
    return label, [round(float(at), 1) for at in xyxy_px], None
