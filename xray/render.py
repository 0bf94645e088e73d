"""What eyes see: pseudo-colour by material, and findings drawn over it.

Only here may a picture be stretched to please; what the network sees never is.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from xray import atomic, palettes
from xray.report import Report
from xray.scan import Encoding, Scan
from xray.tensors import FLOOR

Picture = NDArray[np.uint8]  # (H, W, 3) RGB

GAMMA = 0.6  # of transmission; under 1: dense things gain contrast, as consoles show them

ALARM_RGB = (255, 59, 48)
FINDING_RGB = (255, 176, 32)
OPAQUE_RGB = (190, 60, 200)


def pseudocolor(scan: Scan, palette: palettes.Palette = palettes.PALETTES[0]) -> Picture:
    """The scan as a console would show it, (H, W, 3) RGB.

    Pseudo-colour scans come back as they are, single-energy ones in grey, dual-energy ones by
    material: hue from the effective atomic number, lightness from the low energy. The viewer on
    the desk draws the same, from the same tables.
    """
    if scan.encoding is Encoding.PSEUDOCOLOR:
        return np.ascontiguousarray(scan.pixels)
    level = np.rint(np.clip(scan.low, 0, 1) ** np.float32(GAMMA) * 255).astype(np.uint8)  # (H, W)
    if scan.encoding is Encoding.SINGLE:
        return np.repeat(level[..., None], 3, axis=2)
    # The mean over 3 x 3 pixels: the ratio of two noisy numbers is noisier than either.
    low, high = (cv2.blur(-np.log(np.maximum(t, FLOOR)), (3, 3)) for t in (scan.low, scan.high))
    beam = atomic.beam(scan.width, scan.height, scan.pixel_mm)
    return palettes.colours(palette)[atomic.codes(low, high, beam), level]


def overlay(picture: Picture, report: Report) -> Picture:
    """The picture with opaque regions hatched and findings boxed, numbered as in the report.

    Args:
        picture: (H, W, 3) RGB, of the size that the report speaks of.
        report: what to draw. Alarms are red with a thick line, findings amber with a thin one.
    """
    canvas = picture.copy()
    _hatch(canvas, report)
    unit = max(1, round(max(canvas.shape[:2]) / 700))  # line width in pixels
    for number, detection in reversed(list(enumerate(report.detections, start=1))):
        colour = ALARM_RGB if detection.alarming else FINDING_RGB
        x1, y1, x2, y2 = (round(v) for v in detection.xyxy_px)
        cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, unit * (2 if detection.alarming else 1))
        _tag(canvas, f"{number} {detection.label} {detection.score:.0%}", (x1, y1), colour, unit)
    return canvas


def _hatch(canvas: Picture, report: Report) -> None:
    if not report.opaque:
        return
    height, width = canvas.shape[0], canvas.shape[1]
    inside = np.zeros((height, width), np.uint8)
    for region in report.opaque:
        cv2.fillPoly(inside, [np.array(region.polygon_px, np.int32)], 1)
    diagonal = np.arange(height)[:, None] + np.arange(width)
    canvas[(inside > 0) & (diagonal % 12 < 2)] = OPAQUE_RGB


def _tag(
    canvas: Picture, text: str, corner: tuple[int, int], colour: tuple[int, int, int], unit: int
) -> None:
    scale, font = 0.45 * unit, cv2.FONT_HERSHEY_SIMPLEX
    (width, height), below = cv2.getTextSize(text, font, scale, unit)
    x = min(max(corner[0], 0), max(0, canvas.shape[1] - width - 6 * unit))
    bottom = corner[1] if corner[1] > height + below + 4 * unit else corner[1] + height + below
    bottom = min(max(bottom, height + below), canvas.shape[0] - 1)
    top_left = (x, bottom - height - below - 2 * unit)
    cv2.rectangle(canvas, top_left, (x + width + 6 * unit, bottom), colour, cv2.FILLED)
    where = (x + 3 * unit, bottom - below)
    cv2.putText(canvas, text, where, font, scale, (16, 16, 16), unit, cv2.LINE_AA)
