"""From a source's own words and boxes to annotations.

Sources disagree in spelling, box their objects a little past the edge, and slip. Words go
through `labels`; boxes are clipped to the picture, and dropped where nothing is left. Both are
counted in the sample's `meta`, so that `xray-data check` can tell.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xray.annotation import Annotation
from xray.errors import DataError
from xray_datasets import labels
from xray_datasets.findings import Findings

LEAST_PX = 1.0  # a box that is thinner holds no object
SLACK_PX = 1.0  # rounding puts boxes this far outside; that is not worth counting


@dataclass(frozen=True)
class Mark:
    """One object as the source has it.

    Attributes:
        name: the class in the source's spelling.
        xyxy_px: x1, y1, x2, y2, unchecked.
        ignored: the region counts neither for nor against (COCO's iscrowd, VOC's difficult).
        rejected: no such object is in the region, though somebody thought so.
        visible_fraction: share of the object that changes the picture, where the source knows.
    """

    name: str
    xyxy_px: tuple[float, float, float, float]
    ignored: bool = False
    rejected: bool = False
    visible_fraction: float | None = None


@dataclass(frozen=True)
class Marked:
    """What `Sample` wants to know.

    Attributes:
        annotations, ignored, rejected: as in `Sample`.
        meta: how many boxes were clipped and how many dropped, and the visible fraction of
            every annotation where all are known.
    """

    annotations: tuple[Annotation, ...]
    ignored: tuple[Annotation, ...]
    rejected: tuple[Annotation, ...]
    meta: dict[str, object]


def annotate(
    marks: Iterable[Mark],
    height: int,
    width: int,
    labels_map: Mapping[str, str | None] | None,
    where: str,
    findings: Findings | None = None,
) -> Marked:
    """Annotations in our words, on the picture.

    Args:
        marks: as the source has them.
        height, width: of the picture.
        labels_map: class → our label, or None to leave it out.
        where: for errors and findings.
        findings: where given, a class that nobody knows is left out and noted there; otherwise
            it is an error.

    >>> marks = [Mark("Gun", (-5, 2, 4, 9)), Mark("Gun", (20, 2, 24, 9))]
    >>> found = annotate(marks, 10, 10, None, "the example")
    >>> found.annotations, found.meta
    ((Annotation(label='gun', xyxy_px=(0, 2, 4, 9)),), {'clipped': 1, 'dropped': 1})
    """
    sure: list[Annotation] = []
    ignored: list[Annotation] = []
    rejected: list[Annotation] = []
    shares: list[float | None] = []
    clipped = dropped = 0
    for mark in marks:
        label = label_of(mark.name, labels_map, where, findings)
        if label is None:
            continue
        box = clip(mark.xyxy_px, height, width)
        if box is None:
            dropped += 1
            continue
        clipped += max(abs(a - b) for a, b in zip(box, mark.xyxy_px, strict=True)) > SLACK_PX
        kind = rejected if mark.rejected else ignored if mark.ignored else sure
        kind.append(Annotation(label, box))
        shares += [mark.visible_fraction] if kind is sure else []
    meta: dict[str, object] = {"clipped": clipped, "dropped": dropped}
    if shares and None not in shares:
        meta["visible_fraction"] = shares
    return Marked(tuple(sure), tuple(ignored), tuple(rejected), meta)


def label_of(
    name: str, labels_map: Mapping[str, str | None] | None, where: str, findings: Findings | None
) -> str | None:
    """Our label, or None; with findings also for a class that nobody knows, which is noted."""
    try:
        return labels.translate(name, labels_map, where)
    except DataError:
        if findings is None:
            raise
        findings.add(f"boxes left out, for nobody knows their class {name!r}", where)
        return None


def clip(
    xyxy_px: tuple[float, float, float, float], height: int, width: int
) -> tuple[float, float, float, float] | None:
    """The part of the box on the picture; None where hardly anything is, or it is no box."""
    if not all(math.isfinite(v) for v in xyxy_px):
        return None
    x1, y1, x2, y2 = xyxy_px
    x1, x2 = max(x1, 0), min(x2, width)
    y1, y2 = max(y1, 0), min(y2, height)
    return None if x2 - x1 < LEAST_PX or y2 - y1 < LEAST_PX else (x1, y1, x2, y2)
