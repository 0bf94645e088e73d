"""The worst misses and the boldest false boxes as pictures, small enough to stand in a page."""

import base64
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import cv2
import numpy as np

from xray.render import pseudocolor
from xray_train.curves import Thing
from xray_train.judged import Judged, looked_for, match

SIDE_PX = 360  # long side of a picture
QUALITY = 80  # of its JPEG, 0 to 100
MOST = 12  # pictures of a kind
TRUE_RGB, SAID_RGB = (0, 200, 90), (255, 59, 48)

Box = tuple[float, float, float, float]
T = TypeVar("T")


class Exhibit(NamedTuple):
    """A picture as a data URI, and what it shows."""

    uri: str
    caption: str


def misses(objects: Sequence[Thing]) -> list[Exhibit]:
    """Objects that were not found, those with the least score first, one of each group."""
    missed = sorted((t for t in objects if not t.found), key=lambda t: (t.score, -t.size))
    chosen = _spread((t.one.group, t) for t in missed)
    return [
        Exhibit(
            _picture(t.one, true=[t.one.sample.annotations[t.place].xyxy_px]),
            f"{t.one.sample.annotations[t.place].label}, "
            + (f"{t.score:.1%}" if t.score else "nothing said")
            + f" · {t.one.sample.id}",
        )
        for t in chosen
    ]


def false_boxes(judged: Sequence[Judged], labels: Sequence[str]) -> list[Exhibit]:
    """Detections of nothing, the surest first, one of each group."""
    found = [
        (one, m.detection)
        for label in labels
        for one in looked_for(judged, label)
        for m in match(one, label)
        if m.counts and m.object is None
    ]
    found.sort(key=lambda pair: -pair[1].score)
    return [
        Exhibit(
            _picture(one, [a.xyxy_px for a in one.sample.annotations], [d.xyxy_px]),
            f"{d.label}, {d.score:.1%} · {one.sample.id}",
        )
        for one, d in _spread((pair[0].group, pair) for pair in found)
    ]


def _spread(keyed: Iterable[tuple[str, T]]) -> list[T]:
    """The first of each key, MOST of them."""
    first: dict[str, T] = {}
    for key, value in keyed:
        first.setdefault(key, value)
    return list(first.values())[:MOST]


def _picture(one: Judged, true: Sequence[Box] = (), said: Sequence[Box] = ()) -> str:
    picture = pseudocolor(one.sample.scan)
    scale = min(1.0, SIDE_PX / max(picture.shape[:2]))
    canvas = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for boxes, colour in ((true, TRUE_RGB), (said, SAID_RGB)):
        for box in boxes:
            x1, y1, x2, y2 = (round(v * scale) for v in box)
            cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, 2)
    _, jpeg = cv2.imencode(
        ".jpg", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    return "data:image/jpeg;base64," + base64.b64encode(np.asarray(jpeg).tobytes()).decode("ascii")
