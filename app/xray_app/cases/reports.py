"""A report as the value that it was before it was kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xray.profile import Profile
from xray.report import Clearance, Detection, ModelId, Opaque, Outcome, Report


def read_report(body: Mapping[str, Any]) -> Report:
    """The report that `Report.to_dict` wrote."""
    return Report(
        scan_id=body["scan_id"],
        width_px=body["width_px"],
        height_px=body["height_px"],
        model=ModelId(**body["model"]),
        profile=Profile.from_dict(body["profile"]),
        detections=tuple(
            Detection(**{**found, "xyxy_px": tuple(found["xyxy_px"])})
            for found in body["detections"]
        ),
        opaque=tuple(
            Opaque(tuple((x, y) for x, y in region["polygon_px"]), region["area_px"])
            for region in body["opaque"]
        ),
        outcome=Outcome(body["outcome"]),
        reasons=tuple(body["reasons"]),
        assumed=tuple(body["assumed"]),
        clearance=Clearance(**body["clearance"]),
        embedding=tuple(body["embedding"]),
        made_at=datetime.fromisoformat(body["made_at"]),
        elapsed_ms=body["elapsed_ms"],
    )
