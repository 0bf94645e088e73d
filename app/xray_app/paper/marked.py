"""A scan's picture with its marked regions numbered, for paper.

The one picture that the service itself decodes. It is no file that came from outside: an inspecting
process wrote it, as a JPEG. A process that a file took over could write another, so its size is
read from its head before a decoder sees it, and no more of it is decoded than paper can show. It
stays here because a report must not wait for a process that inspects for minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MOST_PX = 400_000_000  # no larger scan is read (xray.formats)
SMALLER = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4}
SMALLER |= {2: cv2.IMREAD_REDUCED_COLOR_2, 1: cv2.IMREAD_COLOR}
STARTS, SEGMENT = b"\xff\xd8", 0xFF  # ITU-T T.81, B.1.1.3
FRAMES = frozenset(range(0xC0, 0xC4))  # SOF0 to SOF3: they hold the size
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
    size_px = size_of(jpeg)
    if size_px is None or size_px[0] * size_px[1] > MOST_PX:
        return None
    fold = next(n for n in SMALLER if n == 1 or max(size_px) >= n * LONGEST_PX)
    given = cv2.imdecode(np.frombuffer(jpeg, np.uint8), SMALLER[fold])
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


def size_of(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height as the head of a JPEG has them; None: it is none."""
    at = len(STARTS)
    while jpeg.startswith(STARTS) and len(jpeg) >= at + 9 and jpeg[at] == SEGMENT:
        if jpeg[at + 1] in FRAMES:
            height, width = (int.from_bytes(jpeg[n : n + 2], "big") for n in (at + 5, at + 7))
            return width, height
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return None


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
