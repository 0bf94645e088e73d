"""A scan's picture with its marked regions numbered, for paper."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

LONGEST_PX = 1600  # 18 cm of paper at 220 dots per inch
QUALITY = 88  # of the JPEG
COLOURS_BGR = {"alarm": (44, 44, 217), "finding": (0, 111, 185), "officer": (184, 127, 11)}
OPAQUE_BGR = (190, 60, 140)
FONT = cv2.FONT_HERSHEY_DUPLEX  # numbers and letters of the alphabet alone

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Mark:
    """A region: its number or letter, its style (alarm, finding or officer), its place."""

    number: str
    style: str
    xyxy_px: Box


def drawn(
    jpeg: bytes,
    width_px: int,
    marks: Sequence[Mark],
    opaque: Sequence[Sequence[Sequence[float]]] = (),
) -> bytes | None:
    """The picture as JPEG, no larger than paper can show.

    Args:
        jpeg: the picture as it is kept.
        width_px: of the scan, whose pixels the marks are in.
        marks: the strongest first.
        opaque: polygons that the beam did not get through.

    Returns:
        None where the picture cannot be read.
    """
    given = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if given is None:
        return None
    height, width = given.shape[:2]
    shrink = min(1.0, LONGEST_PX / max(height, width))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    picture: NDArray[np.uint8] = np.array(cv2.resize(given, size, interpolation=cv2.INTER_AREA))
    scale = size[0] / max(1, width_px)
    thick = max(1, round(max(size) / 500))
    for polygon in opaque:
        points = np.array(polygon, np.float64) * scale
        cv2.polylines(picture, [np.round(points).astype(np.int32)], True, OPAQUE_BGR, thick)
    for mark in reversed(marks):
        _draw(picture, mark, scale, thick)
    kept, out = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return out.tobytes() if kept else None


def _draw(picture: NDArray[np.uint8], mark: Mark, scale: float, thick: int) -> None:
    colour = COLOURS_BGR[mark.style]
    x1, y1, x2, y2 = (round(at * scale) for at in mark.xyxy_px)
    cv2.rectangle(
        picture, (x1, y1), (x2, y2), colour, thick if mark.style == "finding" else 2 * thick
    )
    size = max(picture.shape[:2]) / 1100
    (wide, tall), _ = cv2.getTextSize(mark.number, FONT, size, thick)
    pad = 3 * thick
    top = max(0, y1 - tall - 2 * pad)
    left = min(max(0, x1), max(0, picture.shape[1] - wide - 2 * pad))
    corner = (left + wide + 2 * pad, top + tall + 2 * pad)
    cv2.rectangle(picture, (left, top), corner, colour, cv2.FILLED)
    at = (left + pad, top + tall + pad)
    cv2.putText(picture, mark.number, at, FONT, size, (255, 255, 255), thick, cv2.LINE_AA)
