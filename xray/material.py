"""From transmission to what can be said of matter: attenuation and where nothing can be said.

For a raw scan, a pixel is opaque when its transmission does not stand clear of noise and scatter
(`scatter.floor`). A pseudo-colour picture holds no transmission: there the palette's saturated dark
counts.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from xray import scatter
from xray.report import Opaque
from xray.scan import Encoding, Scan

OPAQUE_TRANSMISSION = 0.003  # about 200 counts of 65,535 over the scatter: noise drowns the rest
CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
OPAQUE_BRIGHTNESS = 48  # of 255, brightest channel: every palette ends in near-black
AIR_TRANSMISSION = 0.97  # brighter is the empty tunnel
BELT_SPREAD = 24  # of 255, on each channel: how far the belt's colour varies
STRIP_PX = 64  # rows whose load is counted at once
MIN_REGION_PX = 64  # smaller specks are rivets, of which nobody asks
MAX_REGIONS = 32  # the largest; a report is read by people


def opaque_mask(scan: Scan) -> NDArray[np.bool_]:  # -> (H, W)
    """Pixels that the beam did not get through, at the energy that penetrates best."""
    if scan.encoding is Encoding.PSEUDOCOLOR:
        return _within(scan.pixels, np.zeros(3), np.full(3, OPAQUE_BRIGHTNESS - 1))
    floor = scatter.floor(scan.pixels, OPAQUE_TRANSMISSION)
    if floor is None:
        return np.zeros((scan.height, scan.width), bool)
    calm = cv2.medianBlur(np.ascontiguousarray(scan.high), 3)  # no pixel stands for itself
    dark = cv2.compare(calm, floor, cv2.CMP_LT)
    dark = np.asarray(cv2.dilate(dark, CROSS))  # gives back what the detector's blur brightened
    return np.bitwise_and(dark, 1, out=dark).view(bool)


def load_mask(scan: Scan) -> NDArray[np.bool_]:  # -> (H, W)
    """Pixels with anything in them: not the empty tunnel, not the belt's plain colour."""
    return np.concatenate(list(_load(scan, scan.height)))


def load_px(scan: Scan, opaque: NDArray[np.bool_], enough: float) -> int:
    """Pixels with anything in them, opaque ones too; counted until they are more than `enough`.

    Args:
        scan: the scan.
        opaque: (H, W) from `opaque_mask`.
        enough: pixels beyond which nobody asks how many there are: a few rows of most scans.
    """
    count = 0
    for k, strip in enumerate(_load(scan, STRIP_PX)):
        hidden = opaque[k * STRIP_PX : (k + 1) * STRIP_PX]
        count += int(np.count_nonzero(strip | hidden))
        if count > enough:
            break
    return count


def largest_px(opaque: NDArray[np.bool_]) -> int:  # (H, W)
    """Pixels of the largest opaque region: what hides nothing alone hides nothing beside others."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(opaque.view(np.uint8), connectivity=8)
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))  # the first is what is not opaque


def _load(scan: Scan, rows: int) -> Iterator[NDArray[np.bool_]]:
    """The mask of the load in strips of so many rows, (rows, W) each."""
    strips = range(0, scan.height, rows)
    if scan.encoding is not Encoding.PSEUDOCOLOR:
        yield from (scan.low[at : at + rows] < AIR_TRANSMISSION for at in strips)
        return
    border = np.concatenate([scan.pixels[0], scan.pixels[-1]])
    belt = np.floor(np.median(border, axis=0))
    for at in strips:
        strip = scan.pixels[at : at + rows]
        yield ~_within(strip, belt - BELT_SPREAD, belt + BELT_SPREAD)


def opaque_regions(mask: NDArray[np.bool_]) -> tuple[Opaque, ...]:
    """Outlines of the opaque regions through their outermost pixels, largest first, no specks."""
    if not mask.any():
        return ()
    dots = mask.view(np.uint8)
    left, top, width, height = cv2.boundingRect(dots)
    contours, _ = cv2.findContours(
        dots[top : top + height, left : left + width],
        cv2.RETR_EXTERNAL,
        cv2.CHAIN_APPROX_SIMPLE,
        offset=(left, top),
    )
    regions = []
    for contour in contours:
        _, _, across, down = cv2.boundingRect(contour)
        if across * down < MIN_REGION_PX:  # most are specks: no more is asked of them
            continue
        outline = cv2.approxPolyDP(contour, 1.5, True).reshape(-1, 2)
        # Contours run through pixel centres; half a pixel around them belongs to the region.
        area_px = cv2.contourArea(contour) + cv2.arcLength(contour, True) / 2 + 1
        if area_px >= MIN_REGION_PX and len(outline) >= 3:
            polygon = tuple((float(x), float(y)) for x, y in outline)
            regions.append(Opaque(polygon, float(area_px)))
    regions.sort(key=lambda region: (-region.area_px, region.polygon_px))
    return tuple(regions[:MAX_REGIONS])


def _within(
    pixels: NDArray[np.uint8], least: NDArray[np.float64], most: NDArray[np.float64]
) -> NDArray[np.bool_]:  # (H, W, 3), (3,), (3,) -> (H, W)
    """Pixels all of whose channels lie from `least` to `most`, both included.

    By OpenCV, since numpy takes 18 ms for the greatest of three channels of 640×640 pixels.
    """
    lowest, highest = (tuple(np.clip(end, 0, 255).tolist()) for end in (least, most))
    inside = np.asarray(cv2.inRange(np.ascontiguousarray(pixels), lowest, highest))
    return np.bitwise_and(inside, 1, out=inside).view(bool)  # 255 is no bool; a copy costs as much
