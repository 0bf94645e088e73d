"""Where a threat could lie in a scan: within the load, not in the air beside it or in a wall."""

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.material import AIR_TRANSMISSION, load_mask, opaque_mask
from xray.scan import Encoding, Scan

WALL = 0.02  # of the load's shorter side: what encloses it, and where no threat is put
INSIDE = 0.98  # share of the threat that must lie within the load
DARK = 0.3  # share of the threat that may lie where nothing can be seen
TRIES = 60


def place(
    scan: Scan,
    mask: NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    empty: float = AIR_TRANSMISSION,
    tries: int = TRIES,
) -> tuple[int, int] | None:
    """Where the threat could lie: within the load, clear of its wall, not where all is opaque.

    Args:
        scan: to project onto.
        mask: (h, w), where there is any of the threat, at the scan's scale.
        rng: draws the places that are tried.
        empty: transmission of what encloses the load; 0.97 of a bag, less of a container's walls.
        tries: places that are drawn.

    Returns:
        column and row of the mask's top left corner; None where it fits nowhere.
    """
    inside, opaque = _inside(scan, empty), opaque_mask(scan)
    height, width = mask.shape
    rows, columns = np.nonzero(inside)
    if not len(rows) or height > scan.height or width > scan.width:
        return None
    for k in rng.integers(0, len(rows), tries):
        x, y = int(columns[k]) - width // 2, int(rows[k]) - height // 2
        if x < 0 or y < 0 or x + width > scan.width or y + height > scan.height:
            continue
        window = np.s_[y : y + height, x : x + width]
        if inside[window][mask].mean() >= INSIDE and opaque[window][mask].mean() <= DARK:
            return x, y
    return None


def _inside(scan: Scan, empty: float) -> NDArray[np.bool_]:  # -> (H, W)
    """The load without its rim: gaps are closed, then as much as a wall is taken off."""
    if scan.encoding is Encoding.PSEUDOCOLOR or empty == AIR_TRANSMISSION:
        load = load_mask(scan)
    else:
        load = scan.low < empty
    if not load.any():
        return load
    rows, columns = np.flatnonzero(load.any(1)), np.flatnonzero(load.any(0))
    shorter = min(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    wall = max(1, round(WALL * shorter))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * wall + 1, 2 * wall + 1))
    padded = np.pad(load.astype(np.uint8), 2 * wall)
    closed = cv2.erode(cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disc), disc)
    return np.asarray(closed[2 * wall : -2 * wall, 2 * wall : -2 * wall] > 0)
