"""Findings as the `Detections` of roboflow's supervision, both ways.

    import supervision as sv
    from xray.supervision import detections, fields

    found = sv.Detections(**fields(report, detector.card.labels))
    sv.BoxAnnotator().annotate(picture, found)
    report = dataclasses.replace(report, detections=detections(found))

supervision itself is not imported, so that any version that takes these fields will do (tried:
0.31). Boxes are x1, y1, x2, y2 in pixels there, too.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from xray.annotation import Annotation
from xray.errors import DataError
from xray.report import Detection, Report

NAMES = "class_name"  # where supervision keeps the words (sv.config.CLASS_NAME_DATA_FIELD)


class Detections(Protocol):
    """As much of supervision's `Detections` as is read."""

    xyxy: Any
    confidence: Any
    class_id: Any
    data: Mapping[str, Any]


def fields(report: Report, labels: Sequence[str]) -> dict[str, Any]:
    """What `sv.Detections` takes by name: xyxy, confidence, class_id, data.

    Args:
        report: of one scan.
        labels: the model's, from its card; a class_id is a place among them.

    Raises:
        DataError: the report has a label that is not among them.
    """
    number = {label: k for k, label in enumerate(labels)}
    found = report.detections
    strange = [d.label for d in found if d.label not in number]
    if strange:
        raise DataError(f"{report.scan_id}: {strange[0]!r} is no label of {', '.join(labels)}")
    return {
        "xyxy": np.array([d.xyxy_px for d in found], np.float32).reshape(-1, 4),
        "confidence": np.array([d.score for d in found], np.float32),
        "class_id": np.array([number[d.label] for d in found], np.int64),
        "data": {
            NAMES: np.array([d.label for d in found], np.str_),
            "alarming": np.array([d.alarming for d in found], np.bool_),
        },
    }


def detections(found: Detections, labels: Sequence[str] = ()) -> tuple[Detection, ...]:
    """What a model says, in the order in which it stands there.

    Args:
        found: from any model that supervision reads.
        labels: names of the classes, where `found` does not bring its own.

    Raises:
        DataError: a box has no confidence, or its class no name.
    """
    names = _names(found, labels)
    if len(names) and found.confidence is None:
        raise DataError("these boxes have no confidence; take them as annotations")
    alarming = found.data.get("alarming", [False] * len(names))
    rows = zip(names, found.confidence if len(names) else (), found.xyxy, alarming, strict=True)
    return tuple(Detection(n, float(score), _box(box), bool(loud)) for n, score, box, loud in rows)


def annotations(found: Detections, labels: Sequence[str] = ()) -> tuple[Annotation, ...]:
    """What a human says, in the order in which it stands there; see `detections`."""
    names = _names(found, labels)
    return tuple(Annotation(n, _box(box)) for n, box in zip(names, found.xyxy, strict=True))


def _names(found: Detections, labels: Sequence[str]) -> list[str]:
    if NAMES in found.data:
        return [str(name) for name in found.data[NAMES]]
    if found.class_id is None and len(found.xyxy):
        raise DataError("these boxes have no class_id")
    numbers = [int(k) for k in (() if found.class_id is None else found.class_id)]
    unknown = [k for k in numbers if not 0 <= k < len(labels)]
    if unknown:
        raise DataError(f"class {unknown[0]} has no name; pass labels, of at least so many classes")
    return [labels[k] for k in numbers]


def _box(xyxy: Any) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(at) for at in xyxy)
    return x1, y1, x2, y2
