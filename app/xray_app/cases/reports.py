"""A report as the value that it was before it was kept."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from xray.profile import Profile
from xray.report import Clearance, Detection, ModelId, Opaque, Outcome, Report

LATELY = 8  # reports: a page is painted in parts, and each asks for those of its case

_READ: Mapping[str, Callable[[Any], Any]] = {
    "model": lambda said: ModelId(**said),
    "profile": Profile.from_dict,
    "detections": lambda said: tuple(
        Detection(**{**found, "xyxy_px": tuple(found["xyxy_px"])}) for found in said
    ),
    "opaque": lambda said: tuple(
        Opaque(tuple((x, y) for x, y in region["polygon_px"]), region["area_px"]) for region in said
    ),
    "outcome": Outcome,
    "reasons": tuple,
    "assumed": tuple,
    "clearance": lambda said: Clearance(**said),
    "embedding": tuple,
    "made_at": datetime.fromisoformat,
}


def read_report(body: Mapping[str, Any]) -> Report:
    """The report that `Report.to_dict` wrote, also where an older version wrote it."""
    names = {field.name for field in fields(Report)} & set(body)
    return Report(**{name: _READ.get(name, lambda said: said)(body[name]) for name in names})


@lru_cache(LATELY)
def kept_report(body: str) -> Report:
    """The report of a row, of which the text does not change; read once while it is shown."""
    return read_report(json.loads(body))
