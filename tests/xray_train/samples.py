"""Made-up scans with truth and with what a detector said, for tests of figures."""

from collections.abc import Iterable

import numpy as np

from xray import Annotation, Detection, Encoding, Outcome, Profile, Scan
from xray.report import ModelId, Report
from xray_datasets.sample import Sample
from xray_train.judged import Judged

HERE, THERE = (10.0, 20.0, 50.0, 60.0), (200.0, 150.0, 240.0, 200.0)
PIXELS = np.full((240, 320, 3), 230, np.uint8)
PIXELS[20:60, 10:50] = (40, 60, 160)
SCAN = Scan("bag", PIXELS, Encoding.PSEUDOCOLOR)


def sample(
    *labels: str,
    ignored: Iterable[str] = (),
    group: str = "",
    id: str = "bag",
    scan: Scan = SCAN,
    judged: frozenset[str] | None = None,
    exhaustive: bool = True,
) -> Sample:
    """A scan whose objects all stand at HERE, which is where the stand-in finds its gun."""
    return Sample(
        id,
        lambda: scan,
        tuple(Annotation(label, HERE) for label in labels),
        tuple(Annotation(label, HERE) for label in ignored),
        group or id,
        judged=judged,
        exhaustive=exhaustive,
    )


def judged(
    truth: Sample,
    *found: tuple[str, float, tuple[float, float, float, float]],
    outcome: Outcome = Outcome.CLEAR,
) -> Judged:
    """The sample, and these detections of it."""
    detections = tuple(
        Detection(label, score, box) for label, score, box in sorted(found, key=lambda f: -f[1])
    )
    report = Report(
        truth.id,
        SCAN.width,
        SCAN.height,
        ModelId("standin", "1", "0" * 64),
        Profile(),
        detections,
        outcome=outcome,
    )
    return Judged(truth, report)
