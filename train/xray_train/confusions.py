"""What objects are taken for: at the profile's thresholds, and at any score."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from xray.boxes import iou
from xray.profile import Profile
from xray.report import Detection
from xray_datasets.sample import Sample
from xray_train.judged import HIT_IOU, Judged, match

MISSED, NOTHING = "missed", "nothing there"
LEAST = 0.01  # probability under which a box says nothing


def confusion(judged: Sequence[Judged], profile: Profile) -> dict[str, dict[str, int]]:
    """What lies there → what was said of it → how often, at the profile's thresholds.

    An object takes the strongest detection of any label that overlaps it by half.
    """
    table: dict[str, Counter[str]] = {}
    for one in judged:
        said = [d for d in one.report.detections if d.score >= profile.threshold(d.label)]
        true = one.sample.annotations
        boxes = np.array([d.xyxy_px for d in said], np.float32).reshape(-1, 4)
        marks = np.array([a.xyxy_px for a in true], np.float32).reshape(-1, 4)
        overlap, left = iou(boxes, marks), set(range(len(true)))
        excused = {id(m.detection) for a in one.sample.ignored for m in match(one, a.label)
                   if not m.counts}  # fmt: skip
        for k, detection in enumerate(said):
            best = max(left, key=lambda m: (overlap[k, m], -m), default=-1)
            if best >= 0 and overlap[k, best] >= HIT_IOU:
                left.remove(best)
                table.setdefault(true[best].label, Counter())[detection.label] += 1
            elif _judged(one.sample, detection.label) and id(detection) not in excused:
                table.setdefault(NOTHING, Counter())[detection.label] += 1
        for m in left:
            table.setdefault(true[m].label, Counter())[MISSED] += 1
    return {truth: dict(row) for truth, row in table.items()}


def called(judged: Sequence[Judged]) -> dict[str, dict[str, int]]:
    """What lies there → the label of the most probable box on it → how often.

    Whatever the thresholds, from LEAST on. It tells what a low average precision comes of: objects
    without a box of any label are not seen, others are seen and called something else.
    """
    table: dict[str, Counter[str]] = {}
    for one in judged:
        said = [d for d in one.report.detections if d.score >= LEAST]
        boxes = np.array([d.xyxy_px for d in said], np.float32).reshape(-1, 4)
        for mark in one.sample.annotations:
            there = iou(boxes, np.array([mark.xyxy_px], np.float32))[:, 0] >= HIT_IOU  # (N,)
            on_it: list[Detection] = [d for d, hit in zip(said, there, strict=True) if hit]
            best = max(on_it, key=lambda d: d.score, default=None)
            table.setdefault(mark.label, Counter())[best.label if best else MISSED] += 1
    return {truth: dict(row) for truth, row in table.items()}


def _judged(sample: Sample, label: str) -> bool:
    return sample.judged is None or label in sample.judged
