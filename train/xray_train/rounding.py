"""What rounding to integers changes: boxes and scores of an integer file beside its float file.

A candidate is a box of one label, of those that a detector would keep of the overlapping ones.
The other file's answer to it is its strongest box of that label there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from xray.boxes import Boxes, iou, nms
from xray.errors import ModelError
from xray_train.item import Picture

LEAST_SCORE = 0.3  # weaker candidates are mostly noise, of which rounding makes other noise
SAME_IOU = 0.5  # overlap from which two boxes are about the same thing
MAX_IOU = 0.6  # of two candidates of one label
# Of parcel and parcel-sim, over simulated and real scans, ranges of 96 pictures change scores by
# 0.00 to 0.04 and boxes by 0.00 to 0.19; those of blank pictures change them by 0.09 to 0.49 and by
# 0.08 to 0.31; ranges averaged over the pictures, not the widest, change scores by up to 0.22.
MOST_SCORE, MOST_BOX = 0.15, 0.25

Scores = NDArray[np.float32]
Answer = tuple[Boxes, Scores]  # (N, 4), (N, C)


def compare(floating: Path, integer: Path, pictures: Iterable[Picture]) -> None:
    """Refuse an integer file that answers otherwise than the float one it was made of.

    Raises:
        ModelError: scores or boxes change by more than MOST_SCORE or MOST_BOX.
    """
    score, box = changes(floating, integer, pictures)
    if score > MOST_SCORE or box > MOST_BOX:
        raise ModelError(
            f"{floating}: as integers, the scores of its candidates change by {score:.3f} and "
            f"their boxes by {box:.3f} (1 - IoU), expected at most {MOST_SCORE} and {MOST_BOX}; "
            "give calibration pictures as the scanner will show them"
        )


def changes(floating: Path, integer: Path, pictures: Iterable[Picture]) -> tuple[float, float]:
    """Mean change of score, and mean lack of overlap (1 - IoU), over the candidates of both.

    One that the other file has no box for changes by all of its score, and lacks all overlap. Where
    there is no candidate, as of a network that has learned nothing, there is no change.
    """
    sessions = [
        onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        for path in (floating, integer)
    ]
    rows = []
    for picture in pictures:
        one, other = (_answer(session, picture) for session in sessions)
        rows += [*_changes(one, other), *_changes(other, one)]
    if not rows:
        return 0.0, 0.0
    score, box = np.mean(rows, axis=0)
    return float(score), float(box)


def _answer(session: onnxruntime.InferenceSession, picture: Picture) -> Answer:
    boxes, scores = session.run(["boxes", "scores"], {"image": picture[None]})
    return boxes[0], scores[0]


def _changes(one: Answer, other: Answer) -> Iterator[tuple[float, float]]:
    """Of each candidate of one: change of score, lack of overlap."""
    boxes, scores = one
    place, label = np.nonzero(scores >= LEAST_SCORE)
    order = np.argsort(-scores[place, label], kind="stable")
    place, label = place[order], label[order]
    kept = nms(boxes[place], scores[place, label], label, MAX_IOU)
    place, label = place[kept], label[kept]
    overlaps = iou(boxes[place], other[0])  # (K, N)
    for overlap, score, column in zip(overlaps, scores[place, label], label, strict=True):
        there = np.where(overlap >= SAME_IOU, other[1][:, column], 0.0)  # (N,)
        best = int(there.argmax())
        found = there[best] > 0
        yield abs(float(score - there[best])), 1 - float(overlap[best]) if found else 1.0
