"""Findings as COCO results: the list that `pycocotools` and its kin load with `loadRes`."""

from collections.abc import Sequence
from typing import Any

from xray.report import Report


def results(
    reports: Sequence[Report], labels: Sequence[str], images: Sequence[tuple[int, str]]
) -> list[dict[str, Any]]:
    """A result for every detection: box as x, y, width, height in pixels.

    Categories are numbered from 1, in the order of the labels; `file_name` and `category` carry
    the names, which COCO results leave to the annotations.

    Args:
        reports: one for each image.
        labels: the model's, from its card.
        images: image_id and file name of each.
    """
    number = {label: n for n, label in enumerate(labels, start=1)}
    return [
        {
            "image_id": image_id,
            "category_id": number[found.label],
            "bbox": _xywh(found.xyxy_px),
            "score": round(found.score, 4),
            "file_name": name,
            "category": found.label,
        }
        for report, (image_id, name) in zip(reports, images, strict=True)
        for found in report.detections
    ]


def _xywh(xyxy: tuple[float, float, float, float]) -> list[float]:
    x1, y1, x2, y2 = xyxy
    return [round(v, 1) for v in (x1, y1, x2 - x1, y2 - y1)]
