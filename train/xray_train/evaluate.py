"""Scores of an exported file, through `xray.Detector`: what ships is what is scored.

COCO's average precision per label, ignored regions honoured; and what screening asks for: the
probability of detection (Pd) at a fixed share of clean scans that alarm (Pfa), with Wilson's
95 % interval. A label counts only in the scans whose annotators looked for it.
"""

import contextlib
import io
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.card import Card
from xray.detector import Detector
from xray_datasets.sample import Sample
from xray_train import curves, reliability
from xray_train.curves import Thing
from xray_train.judged import (
    Judged,
    hinted,
    judge,
    looked_for,
    marked,
    strongest,
    strongest_hit,
    wilson,
)

PFAS = (0.01, 0.05)  # shares of clean scans that alarm
HEADLINE = ("gun", "knife", "wrench")  # labels with enough real scans to mean something


def evaluate(model: str | Path, samples: Iterable[Sample], name: str) -> dict[str, Any]:
    """All figures of one model on one set of scans, as plain values."""
    detector = Detector(model, threads=1)
    return figures(detector.card, judge(detector, samples), name)


def figures(card: Card, judged: Sequence[Judged], name: str) -> dict[str, Any]:
    """The same of scans that were inspected already."""
    present = {a.label for j in judged for a in j.sample.annotations}
    labels = [label for label in card.labels if label in present]
    headline = [label for label in HEADLINE if label in labels] or labels
    reach = curves.intervals(judged, labels)
    mean_reach = curves.intervals(judged, headline)
    per_label = {
        label: {**_scores(judged, label), "ap50_interval": reach.get(label)} for label in labels
    }
    return {
        "model": f"{card.name}@{card.version}",
        "sha256": card.sha256,
        "set": name,
        "scans": len(judged),
        "groups": len({j.group for j in judged}),
        "mean_over": headline,
        "map50": _mean([per_label[label]["ap50"] for label in headline]),
        "map50_interval": mean_reach.get(""),
        "map50_95": _mean([per_label[label]["ap50_95"] for label in headline]),
        "labels": per_label,
        "ms_per_scan": _mean([sum(j.report.elapsed_ms.values()) for j in judged]),
    }


def details(card: Card, judged: Sequence[Judged]) -> dict[str, Any]:
    """What the page shows beside: FROC, confusion, probabilities, and who is found by kind."""
    present = {a.label for j in judged for a in j.sample.annotations}
    labels = [label for label in card.labels if label in present]
    return {
        "froc": {label: curves.froc(judged, label) for label in labels},
        "confusion": curves.confusion(judged, card.profile),
        "reliability": reliability.measure(judged, labels),
        "found_by": curves.shares(objects(card, judged)),
    }


def objects(card: Card, judged: Sequence[Judged]) -> list[Thing]:
    """Every object, found where its score alarms on at most 5 % of the scans without its label.

    Where every scan holds the label, the profile's threshold stands in.
    """
    present = {a.label for j in judged for a in j.sample.annotations}
    thresholds = {}
    for label in card.labels:
        if label in present:
            point = screening(looked_for(judged, label), label, PFAS[-1])
            own = card.profile.threshold(label)
            thresholds[label] = point["threshold"] if point["clean_scans"] else own
    return curves.things(judged, thresholds)


def save(figures: dict[str, Any], path: Path) -> None:
    """Write them as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _scores(judged: Sequence[Judged], label: str) -> dict[str, Any]:
    known = looked_for(judged, label)
    ap50, ap50_95 = average_precision(known, label)
    return {
        "objects": sum(a.label == label for j in known for a in j.sample.annotations),
        "ap50": round(ap50, 4),
        "ap50_95": round(ap50_95, 4),
        "screening": [screening(known, label, pfa) for pfa in PFAS],
    }


def average_precision(judged: Sequence[Judged], label: str) -> tuple[float, float]:
    """COCO's AP at IoU 0.5, and over 0.5 to 0.95, of one label."""
    from faster_coco_eval import COCO, COCOeval_faster

    images: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for image, one in enumerate(judged, 1):
        images.append({"id": image, "width": one.report.width_px, "height": one.report.height_px})
        for crowd, annotations in enumerate((one.sample.annotations, one.sample.ignored)):
            marks.extend(_mark(image, a.xyxy_px, crowd) for a in annotations if a.label == label)
        found.extend(
            {**_mark(image, d.xyxy_px, 0), "score": d.score}
            for d in one.report.detections
            if d.label == label
        )
    if not found:
        return 0.0, 0.0
    numbered = [{**mark, "id": number} for number, mark in enumerate(marks, 1)]
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO({"images": images, "annotations": numbered,
                      "categories": [{"id": 1, "name": label}]})  # fmt: skip
        scorer = COCOeval_faster(truth, truth.loadRes(found), "bbox")
        scorer.evaluate()
        scorer.accumulate()
        scorer.summarize()
    return float(scorer.stats[1]), float(scorer.stats[0])


def screening(judged: Sequence[Judged], label: str, pfa: float) -> dict[str, Any]:
    """Pd at the lowest threshold that alarms on at most this share of scans without the label."""
    clean = [strongest(j, (label,)) for j in judged if not hinted(j, label)]
    held = [strongest_hit(j, label) for j in judged if marked(j, label)]
    threshold = lowest_threshold(np.array(clean), pfa)
    hits = int(np.sum(np.array(held) >= threshold))
    low, high = wilson(hits, len(held))
    return {
        "pfa": pfa,
        "clean_scans": len(clean),
        "threshold": round(threshold, 6),
        "pd": round(hits / max(len(held), 1), 4),
        "pd_95": [round(low, 4), round(high, 4)],
        "scans_with": len(held),
    }


def lowest_threshold(clean: NDArray[np.float64], pfa: float) -> float:
    """Just above the score that may no longer alarm; with few clean scans none may.

    >>> lowest_threshold(np.array([0.1, 0.2, 0.3, 0.9]), 0.25) > 0.3
    True
    >>> lowest_threshold(np.array([0.1, 0.2, 0.3, 0.9]), 0.25) < 0.31
    True
    """
    allowed = math.floor(pfa * len(clean))
    if allowed >= len(clean):
        return 0.0
    return float(np.nextafter(np.sort(clean)[::-1][allowed], np.inf))


def _mark(image: int, xyxy: tuple[float, ...], crowd: int) -> dict[str, Any]:
    x1, y1, x2, y2 = xyxy
    return {
        "image_id": image,
        "category_id": 1,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": (x2 - x1) * (y2 - y1),
        "iscrowd": crowd,
    }


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if len(values) else 0.0
