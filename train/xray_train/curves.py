"""What one number hides: intervals, free-response curves, and who is found by kind.

Average precision here is COCO's at IoU 0.5 with a weight for each scan, so that groups can be
drawn again and again (bootstrap); with weights of one it gives what COCO gives.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xray_train.bootstrap import resamples, share_interval
from xray_train.judged import HIT_IOU, Judged, looked_for, match

IOUS = np.linspace(0.5, 0.95, 10)  # overlaps that COCO means over
RECALLS = np.linspace(0, 1, 101)  # where COCO reads precision
FALSE_PER_SCAN = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)  # where FROC is read (LUNA16's points, and 4)
POINTS = 160  # of a drawn curve
SIZES = (0.05, 0.10, 0.20)  # long side of an object as a share of the scan's
VISIBLE = (0.5, 0.7, 0.9)  # share of an object that changes the transmission


class Hits(NamedTuple):
    """Detections of one label, strongest first, and the objects there."""

    scores: NDArray[np.float64]  # (N,)
    right: NDArray[np.bool_]  # (N,)
    scan: NDArray[np.intp]  # (N,) places among all scans
    objects: NDArray[np.int64]  # (S,) of each scan


def hits(judged: Sequence[Judged], label: str, least: float = HIT_IOU) -> Hits:
    """Of all scans whose annotators looked for the label; `least` is the overlap of a hit."""
    rows, objects = [], np.zeros(len(judged), np.int64)
    known = {id(j) for j in looked_for(judged, label)}
    for place, one in enumerate(judged):
        if id(one) in known:
            objects[place] = sum(a.label == label for a in one.sample.annotations)
            rows += [
                (m.detection.score, m.object is not None, place)
                for m in match(one, label, least)
                if m.counts
            ]
    rows.sort(key=lambda row: -row[0])
    scores, right, scan = zip(*rows, strict=True) if rows else ((), (), ())
    return Hits(
        np.array(scores, np.float64), np.array(right, bool), np.array(scan, np.intp), objects
    )


def weighted_ap(found: Hits, weights: NDArray[np.float64]) -> float:
    """AP at IoU 0.5 with a weight for each scan (S,); nan where no object has any."""
    total = float(found.objects @ weights)
    if total == 0:
        return float("nan")
    if not len(found.scores):
        return 0.0
    mine = weights[found.scan]
    hit, false = np.cumsum(mine * found.right), np.cumsum(mine * ~found.right)
    precision = hit / np.maximum(hit + false, 1e-12)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    place = np.searchsorted(hit / total, RECALLS)
    return float(np.append(envelope, 0.0)[np.minimum(place, len(envelope))].mean())


def drawn(judged: Sequence[Judged], labels: Sequence[str]) -> NDArray[np.float64]:
    """AP50 and AP50:95 of each label in each draw of groups: (2, R, L), nan where no object is."""
    weights = resamples([j.group for j in judged])
    table = np.array(
        [
            [weighted_ap(found, row) for row in weights]
            for least in IOUS
            for found in _to_last_hit(judged, labels, float(least))
        ]
    ).reshape(len(IOUS), len(labels), len(weights))  # (T, L, R)
    return np.stack([table[0], table.mean(0)]).swapaxes(1, 2)


def _to_last_hit(judged: Sequence[Judged], labels: Sequence[str], least: float) -> list[Hits]:
    """No precision is read behind the last hit, so what lies there is left out."""
    every = []
    for label in labels:
        found = hits(judged, label, least)
        end = int(np.max(np.flatnonzero(found.right), initial=-1)) + 1
        shown = (found.scores[:end], found.right[:end], found.scan[:end])
        every.append(Hits(*shown, found.objects))
    return every


def froc(judged: Sequence[Judged], label: str) -> dict[str, Any]:
    """Share of objects found over false boxes per scan, from the strictest threshold down."""
    known, found = looked_for(judged, label), hits(judged, label)
    false = np.cumsum(~found.right) / max(len(known), 1)
    share = np.cumsum(found.right) / max(int(found.objects.sum()), 1)
    at = np.searchsorted(false, FALSE_PER_SCAN, side="right") - 1
    read = [float(share[k]) if k >= 0 else 0.0 for k in at]
    shown = int(np.searchsorted(false, FALSE_PER_SCAN[-1], side="right"))
    few = np.unique(np.linspace(0, shown - 1, POINTS).astype(int)) if shown else np.zeros(0, int)
    return {
        "at": {str(f): round(r, 4) for f, r in zip(FALSE_PER_SCAN, read, strict=True)},
        "false_per_scan": [round(float(false[k]), 4) for k in few],
        "found": [round(float(share[k]), 4) for k in few],
    }


@dataclass(frozen=True)
class Thing:
    """One object and how it was found.

    Attributes:
        one: its scan.
        place: its place among the annotations.
        score: of the detection that found it, 0 for none.
        found: that score reaches the label's threshold.
    """

    one: Judged
    place: int
    score: float
    found: bool

    @property
    def size(self) -> float:
        """Its long side as a share of the scan's."""
        x1, y1, x2, y2 = self.one.sample.annotations[self.place].xyxy_px
        report = self.one.report
        return max(x2 - x1, y2 - y1) / max(report.width_px, report.height_px)

    @property
    def visible(self) -> float | None:
        """The share of it that changes the picture, where the sample knows."""
        shares: Any = self.one.sample.meta.get("visible_fraction")
        return None if shares is None else float(shares[self.place])


def things(judged: Sequence[Judged], thresholds: Mapping[str, float]) -> list[Thing]:
    """Every object of these labels."""
    found = []
    for one in judged:
        score = {
            m.object: m.detection.score
            for label in thresholds
            for m in match(one, label)
            if m.object is not None
        }
        found += [
            Thing(one, k, score.get(k, 0.0), score.get(k, -1.0) >= thresholds[a.label])
            for k, a in enumerate(one.sample.annotations)
            if a.label in thresholds
        ]
    return found


def shares(objects: Sequence[Thing]) -> dict[str, dict[str, Any]]:
    """Found by scanner (or origin, where scans name none), by size and by visible share."""
    kinds: dict[str, Callable[[Thing], str | None]] = {
        "scanner": lambda t: t.one.scanner or t.one.sample.origin,
        "size": lambda t: _bin(t.size, SIZES),
        "visible": lambda t: None if t.visible is None else _bin(t.visible, VISIBLE),
    }
    return {name: _by(objects, key) for name, key in kinds.items()}


def _bin(value: float, edges: Sequence[float]) -> str:
    place = int(np.searchsorted(edges, value, side="right"))
    if place == 0:
        return f"under {edges[0]:.0%}"
    if place == len(edges):
        return f"{edges[-1]:.0%} and over"
    return f"{edges[place - 1]:.0%} to {edges[place]:.0%}"


def _by(objects: Sequence[Thing], key: Callable[[Thing], str | None]) -> dict[str, Any]:
    kinds: dict[str, list[Thing]] = {}
    for thing in sorted(objects, key=lambda t: (t.size, t.visible or 0.0)):
        name = key(thing)
        if name is not None:
            kinds.setdefault(name, []).append(thing)
    return {
        name: {
            "objects": len(mine),
            "found": round(sum(t.found for t in mine) / len(mine), 4),
            "found_95": share_interval([t.one.group for t in mine], [t.found for t in mine]),
        }
        for name, mine in kinds.items()
    }
