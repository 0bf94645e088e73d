"""Scans with their truth and with what the detector said of them: what every figure starts from.

A label counts only in the scans whose annotators looked for it. Where a region is marked as
ignored, the scan neither holds the label for certain nor is free of it.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xray.annotation import Annotation
from xray.boxes import Boxes, coverage, iou
from xray.detector import Detector
from xray.errors import ScanError
from xray.report import Detection, Report
from xray.scan import Encoding
from xray_datasets.sample import Sample

EVERY_CANDIDATE = 0.0  # as min_score: all that the network proposes, down to noise
MOST = 100  # detections of a label and scan, as COCO counts; weaker ones are forgotten
HIT_IOU = 0.5  # overlap from which an object counts as found


@dataclass(frozen=True)
class Judged:
    """One scan with its truth and what the detector said of it.

    Attributes:
        sample: the truth; its pixels are read anew at each use.
        report: every candidate, whatever the thresholds.
        scanner: as the scan says it.
        encoding: what kind of scan it is.
    """

    sample: Sample
    report: Report
    scanner: str | None = None
    encoding: Encoding = Encoding.PSEUDOCOLOR

    @property
    def group(self) -> str:
        """The physical bag; a scan without a group is a bag of its own."""
        return self.sample.bag


@dataclass(frozen=True, slots=True)
class Match:
    """A detection against the truth.

    Attributes:
        detection: what the model said.
        object: the place of the object that it found among the annotations; None: of none.
        counts: False: in an ignored region, so neither right nor wrong.
    """

    detection: Detection
    object: int | None = None
    counts: bool = True


def judge(
    detector: Detector, samples: Iterable[Sample], unread: list[str] | None = None
) -> list[Judged]:
    """Every sample inspected, in order.

    Args:
        detector: that inspects.
        samples: the scans with their truth.
        unread: is told of each scan that cannot be read, which is left out; None: one ends it.

    Raises:
        ScanError: a scan cannot be read, where nobody is to be told, or none can.
    """
    judged, wrong = list[Judged](), unread if unread is not None else []
    for sample in samples:
        try:
            judged.append(_one(detector, sample))
        except ScanError as error:
            if unread is None:
                raise
            wrong.append(str(error))
    if wrong and not judged:
        raise ScanError(f"none of {len(wrong)} scans can be read; the first: {wrong[0]}")
    return judged


def _one(detector: Detector, sample: Sample) -> Judged:
    scan = sample.scan
    report = detector.inspect(scan, min_score=EVERY_CANDIDATE)
    seen, kept = Counter[str](), []
    for detection in report.detections:  # strongest first
        seen[detection.label] += 1
        if seen[detection.label] <= MOST:
            kept.append(detection)
    return Judged(sample, replace(report, detections=tuple(kept)), scan.scanner, scan.encoding)


def looked_for(judged: Iterable[Judged], label: str) -> list[Judged]:
    """The scans whose annotators looked for this label."""
    return [j for j in judged if j.sample.judged is None or label in j.sample.judged]


def marked(one: Judged, *labels: str) -> bool:
    """One of these labels is there for certain."""
    return any(a.label in labels for a in one.sample.annotations)


def counted(judged: Iterable[Judged], labels: Iterable[str]) -> dict[str, int]:
    """Those of the labels that are in the scans → how many objects of each."""
    found = Counter(a.label for j in judged for a in j.sample.annotations)
    return {label: found[label] for label in labels if found[label]}


def hinted(one: Judged, *labels: str) -> bool:
    """One of these labels is there, or may be: an ignored region says so."""
    return marked(one, *labels) or any(a.label in labels for a in one.sample.ignored)


def strongest(one: Judged, labels: Collection[str]) -> float:
    """The highest probability of these labels anywhere in the scan, 0 for none."""
    return max((d.score for d in one.report.detections if d.label in labels), default=0.0)


def strongest_hit(one: Judged, label: str) -> float:
    """The highest probability of this label on an object that is there, 0 for none."""
    true = np.array([a.xyxy_px for a in one.sample.annotations if a.label == label], np.float32)
    mine = [d for d in one.report.detections if d.label == label]
    if not mine:
        return 0.0
    overlap = iou(np.array([d.xyxy_px for d in mine], np.float32), true).max(1)  # (N,)
    return max((d.score for d, o in zip(mine, overlap, strict=True) if o >= HIT_IOU), default=0.0)


def match(one: Judged, label: str, least: float = HIT_IOU) -> list[Match]:
    """Its detections of one label, strongest first, each against the objects as COCO does.

    A detection takes the object that it overlaps most of those not taken yet; what takes none and
    lies in an ignored region counts neither for nor against.

    Args:
        one: the scan.
        label: of detections and objects.
        least: overlap from which an object counts as found.
    """
    mine = [d for d in one.report.detections if d.label == label][:MOST]
    boxes = np.array([d.xyxy_px for d in mine], np.float32).reshape(-1, 4)
    places = [i for i, a in enumerate(one.sample.annotations) if a.label == label]
    true = _boxes(a for a in one.sample.annotations if a.label == label)
    crowds = _boxes(a for a in one.sample.ignored if a.label == label)
    overlap = iou(boxes, true)  # (N, M)
    in_crowd = coverage(boxes, crowds).max(1, initial=0.0) >= least  # (N,)
    found: list[Match] = []
    for k, detection in enumerate(mine):
        best = int(overlap[k].argmax()) if len(places) else 0
        if len(places) and overlap[k, best] >= least:
            overlap[:, best] = 0.0  # taken
            found.append(Match(detection, places[best]))
        else:
            found.append(Match(detection, counts=not in_crowd[k]))
    return found


def _boxes(annotations: Iterable[Annotation]) -> Boxes:  # (N, 4)
    return np.array([a.xyxy_px for a in annotations], np.float32).reshape(-1, 4)


def one_per_group(judged: Sequence[Judged], seed: int) -> list[Judged]:
    """A scan of each group, drawn by chance, because views of one bag are no new evidence."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(one.group, []).append(one)
    rng = np.random.default_rng(seed)
    return [mine[int(rng.integers(len(mine)))] for _, mine in sorted(groups.items())]


def wilson(hits: float, trials: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); hits need not be whole where rows are not trials.

    >>> tuple(round(v, 3) for v in wilson(9, 10))
    (0.596, 0.982)
    """
    if trials == 0:
        return 0.0, 1.0
    z, share = 1.96, hits / trials
    middle = share + z * z / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
    whole = 1 + z * z / trials
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
