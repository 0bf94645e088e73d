"""Scores of an exported file, through `xray.Detector`: what ships is what is scored.

COCO's average precision per label, ignored regions honoured; what screening asks for
(`screening`); and intervals of all of it (`bootstrap`). A label counts only in the scans whose
annotators looked for it.
"""

import contextlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.card import Card
from xray.detector import Detector
from xray_datasets.sample import Sample
from xray_train import confusions, containers, curves, reliability, screening, sets
from xray_train.bootstrap import interval
from xray_train.curves import Thing
from xray_train.judged import Judged, counted, judge, looked_for
from xray_train.screening import Tuning

# Figures of its own profile or probabilities.
OF_ONE_MODEL = ("outcomes", "confusion", "called", "reliability", "found_by")


def evaluate(model: str | Path, samples: Iterable[Sample], name: str) -> dict[str, Any]:
    """All figures of one model on one set of scans, as plain values."""
    detector = Detector(model, threads=1)
    return figures(detector.card, judge(detector, samples), name)


def figures(
    card: Card, judged: Sequence[Judged], name: str, tuning: Tuning | None = None
) -> dict[str, Any]:
    """The same of scans that were inspected already.

    Args:
        card: of the model.
        judged: the scans, with every candidate.
        name: of the set, which says what the mean is over (`sets.headline`).
        tuning: scans that set thresholds; None: they are chosen on the scored scans themselves.
    """
    objects = counted(judged, card.labels)
    labels, headline = list(objects), sets.headline(name, objects)
    draws = curves.drawn(judged, labels)  # (2, R, L)
    per_label = {
        label: {
            **_scores(judged, label, tuning),
            "ap50_interval": interval(draws[0, :, k]),
            "ap50_95_interval": interval(draws[1, :, k]),
        }
        for k, label in enumerate(labels)
    }
    weapons = containers.measure(judged, tuning)
    spans = [interval(m) for m in means(draws[:, :, [labels.index(name) for name in headline]])]
    return {
        "model": f"{card.name}@{card.version}",
        "sha256": card.sha256,
        "set": name,
        "scans": len(judged),
        "groups": len({j.group for j in judged}),
        "mean_over": headline,
        "map50": _mean([per_label[label]["ap50"] for label in headline]),
        "map50_interval": spans[0],
        "map50_95": _mean([per_label[label]["ap50_95"] for label in headline]),
        "map50_95_interval": spans[1],
        "labels": per_label,
        "tuning_left_out": tuning.left_out if tuning else 0,
        "outcomes": screening.outcomes(judged, card.profile.alarming),
        "ms_per_scan": _mean([sum(j.report.elapsed_ms.values()) for j in judged]),
        **({} if weapons is None else {"weapons": weapons}),
    }


def pooled(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Figures of several models together, without what only one model has.

    Each has probabilities and a profile of its own: outcomes, confusions and the like are of none.
    """
    return {name: value for name, value in figures.items() if name not in OF_ONE_MODEL}


def details(
    card: Card, judged: Sequence[Judged], labels: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """What the page shows beside: FROC, confusion, probabilities, and who is found by kind.

    Args:
        card: of the model.
        judged: the scans.
        labels: the part of the figures that goes by label.
    """
    return {
        "froc": {label: curves.froc(judged, label) for label in labels},
        "confusion": confusions.confusion(judged, card.profile),
        "called": confusions.called(judged),
        "reliability": reliability.measure(judged, list(labels)),
        "found_by": curves.shares(objects(card, judged, labels)),
    }


def objects(
    card: Card, judged: Sequence[Judged], labels: Mapping[str, Mapping[str, Any]]
) -> list[Thing]:
    """Every object, found where its score reaches the threshold of the larger Pfa.

    Where no scan is free of the label, the profile's threshold stands in.
    """
    points = {label: row["screening"][-1] for label, row in labels.items()}
    thresholds = {
        label: point["threshold"] if point["set_on_clean"] else card.profile.threshold(label)
        for label, point in points.items()
    }
    return curves.things(judged, thresholds)


def save(figures: dict[str, Any], path: Path) -> None:
    """Write them as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _scores(judged: Sequence[Judged], label: str, tuning: Tuning | None) -> dict[str, Any]:
    known = looked_for(judged, label)
    ap50, ap50_95 = average_precision(known, label)
    return {
        "objects": sum(a.label == label for j in known for a in j.sample.annotations),
        "ap50": round(ap50, 4),
        "ap50_95": round(ap50_95, 4),
        "screening": screening.points(judged, label, tuning),
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


def _mark(image: int, xyxy: tuple[float, ...], crowd: int) -> dict[str, Any]:
    x1, y1, x2, y2 = xyxy
    return {
        "image_id": image,
        "category_id": 1,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": (x2 - x1) * (y2 - y1),
        "iscrowd": crowd,
    }


def means(draws: NDArray[np.float64]) -> NDArray[np.float64]:  # (2, R, L) -> (2, R)
    """Over the labels that a draw holds; nan where it holds none."""
    held = ~np.isnan(draws)
    counts = held.sum(2)
    sums = np.where(held, draws, 0.0).sum(2)
    return np.where(counts, sums / np.maximum(counts, 1), np.nan)


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if len(values) else 0.0
