"""Pictures of a case with what was marked on them: by the model, and by the officer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping

from xray_app.cases import opinions, reading
from xray_app.cases.inspection import views_of
from xray_app.cases.states import Says
from xray_app.desk.view import where
from xray_app.languages import percent, say
from xray_app.wording import view_name

LABEL_SHARE = 1 / 46  # height of a box's label, of the longer side of the picture


@dataclass(frozen=True)
class Spot:
    """One marked place.

    Attributes:
        number: counts through all views of the case.
        label: what it is thought to be.
        style: alarm, finding or officer.
        said: by whom, how surely, in words.
        where: on the picture, in words.
        xyxy_px: on the upright scan.
    """

    number: int
    label: str
    style: str
    said: str
    where: str
    xyxy_px: tuple[float, float, float, float]


@dataclass(frozen=True)
class Picture:
    """One view: where its picture is, its size, and its spots."""

    name: str
    address: str
    width_px: int
    height_px: int
    spots: tuple[Spot, ...]

    @property
    def label_px(self) -> float:
        """Height of the labels."""
        return max(self.width_px, self.height_px) * LABEL_SHARE


def pictures(
    connection: Connection, case_id: str, decisions: Sequence[RowMapping]
) -> tuple[Picture, ...]:
    """Each view that has a picture. What the officer drew comes first."""
    reports = reading.reports(connection, case_id)
    boxes = opinions.decided_boxes(connection, decisions[-1]) if decisions else []
    drawn = [box for box in boxes if box.get("says") != Says.CONFIRMED]
    of_finding = {
        (row["position"], row["finding"]): row for row in opinions.standing(connection, case_id)
    }
    made: list[Picture] = []
    for row in views_of(connection, case_id):
        if not row["picture_sha256"] or not row["width_px"] or not row["height_px"]:
            continue
        position, size = row["position"], (row["width_px"], row["height_px"])
        marks = [_drawn(box) for box in drawn if box.get("view", 0) == position]
        found = reports.get(position, {}).get("detections", [])
        marks += [
            _found(one, of_finding.get((position, n))) for n, one in enumerate(found, start=1)
        ]
        first = 1 + sum(len(one.spots) for one in made)
        spots = tuple(
            Spot(number, *mark, where(box, *size), (box[0], box[1], box[2], box[3]))
            for number, (mark, box) in enumerate(marks, start=first)
        )
        address = f"/api/v1/cases/{case_id}/image?view={position}"
        made.append(Picture(view_name(row["name"], position), address, *size, spots))
    return tuple(made)


def _drawn(box: dict[str, Any]) -> tuple[tuple[str, str, str], list[float]]:
    return (str(box["label"]), "officer", say("drawn by the officer")), box["xyxy_px"]


def _found(
    found: dict[str, Any], opinion: RowMapping | None
) -> tuple[tuple[str, str, str], list[float]]:
    style = "alarm" if found.get("alarming") else "finding"
    said = say("spot|Alarm" if style == "alarm" else "spot|Finding")
    said += f", {percent(round(100 * found['score']))}"
    if opinion is not None:
        said += ", " + say(f"spot|{opinion['says']} by the officer")
    return (opinion["label"] if opinion else found["label"], style, said), found["xyxy_px"]
