"""What the viewer in the browser is told of a case, as JSON: views, marks, where the pixels are.

Text from outside goes as text: the viewer never makes markup of it.
"""

import json
from collections.abc import Sequence
from typing import Any

from xray import atomic
from xray.report import Report
from xray.scan import Encoding
from xray_app import planes
from xray_app.desk import tables
from xray_app.languages import say
from xray_app.shown import Case

NOTHING = ""  # no case is open, or none that can be shown
MOST_AHEAD_BYTES = 2**28  # in a browser's memory: two containers of two views, beside the open one
WITH_SMALLER = 4 / 3  # a plane and its means of 2 x 2, of 4 x 4 and so on


def scene(
    views: Sequence[tuple[str, Case]],
    current: int,
    case_id: str,
    version: int,
    scanner: str = "",
    ahead: Sequence[Case] = (),
    *,
    officer: str = "",
) -> str:
    """The open case.

    Args:
        views: name and case of each view; the names are shown where there are several. One that
            has no picture is only counted: nobody can see it.
        current: the view that is open.
        case_id: where the service keeps it, with what officers say of it.
        version: of that case; the viewer asks again whether it is the officer's when it changes.
        scanner: that the case came from; how its scans are looked at is kept by it.
        ahead: views of the cases that may come next, to be fetched meanwhile.
        officer: who has the page open; what waits in the browser of another's marks is not theirs.
    """
    if not views or not views[current][1].picture:
        return NOTHING
    seen = [(name, case) for name, case in views if case.picture]
    said = {
        "current": sum(bool(case.picture) for _, case in views[:current]),
        "unseen": len(views) - len(seen),
        "tables": tables.address(),
        "opinions": f"api/v1/cases/{case_id}/opinions",
        "version": version,
        "case": case_id,
        "name": views[current][1].name,
        "officer": officer,
        "scanner": scanner,
        "ahead": sources(ahead),
        "views": [_view(case, name if len(views) > 1 else "") for name, case in seen],
    }
    return json.dumps(said)


def sources(views: Sequence[Case]) -> list[dict[str, Any]]:
    """Where the pixels of those views are that have a picture."""
    return [_source(case) for case in views if case.picture]


def near(cases: Sequence[Sequence[Case]]) -> list[Case]:
    """Of the views of cases that may come next, those of the nearest that a browser has room for.

    The first case is fetched whatever its size: it is opened next, most likely, and is as large
    then. The rest are, in their order, while all together stay within `MOST_AHEAD_BYTES`.
    """
    held, views = 0.0, list[Case]()
    for case in cases:
        held += sum(map(_bytes, case))
        if views and held > MOST_AHEAD_BYTES:
            break
        views += case
    return views


def _bytes(case: Case) -> float:
    """What a view takes in the browser, as `viewer/planes.js` unpacks it."""
    if not case.picture:
        return 0.0
    pixels = case.width_px * case.height_px
    if not case.planes:
        return WITH_SMALLER * pixels * 3  # red, green, blue
    count = 2 if case.encoding is Encoding.DUAL else 1
    return WITH_SMALLER * min(pixels, planes.MOST_PX) * count * 2  # uint16


def _view(case: Case, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "position": _position(case.key),
        "alt": say("Scan {name}", name=f"{case.name} {name}".strip()),
        **_source(case),
        "beam": atomic.beam(case.width_px, case.height_px, case.pixel_mm),
        "marks": _marks(case.report),
        "opaque": [region.polygon_px for region in case.report.opaque] if case.report else [],
    }


def _source(case: Case) -> dict[str, Any]:
    """Where the viewer has the pixels from."""
    return {
        "case": case.key.partition("-")[0],
        "planes": f"planes/{case.key}" if case.planes else "",
        "picture": f"pictures/{case.key}/full",
        "pixelMm": case.pixel_mm,
    }


def _position(key: str) -> int:
    """The number at the end of a view's key, as officers' desks write them."""
    number = key.rpartition("-")[2]
    return int(number) if number.isdecimal() and len(number) < 4 else 0


def _marks(report: Report | None) -> list[dict[str, Any]]:
    """Numbered as the table of findings is."""
    if report is None:
        return []
    return [
        {
            "number": number,
            "label": found.label.replace("_", " "),
            "percent": round(100 * found.score),
            "style": "alarm" if found.alarming else "finding",
            "xyxy": found.xyxy_px,
        }
        for number, found in enumerate(report.detections, start=1)
    ]
