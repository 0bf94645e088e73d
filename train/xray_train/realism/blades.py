"""Pixels of blades in scans of two energies, by boxes alone, background taken off.

The same rule serves real and simulated blades, and looks at the low energy alone, so that it cannot
choose by what is compared. Simulated ones lie alone in the beam, for simulated bags are so full
that hardly any box has even surroundings. A box of a knife or scissors counts where what surrounds
it is thin and even: the medians of a frame around the box are then taken off both energies. What
attenuates more than METAL beyond that is metal rather than a plastic handle; the largest piece of
it in the box is the blade, less its edge, where a pixel holds blade and background. Behind the
little background that is let pass, hardening makes a difference of less than 0.01 to the ratio
(calculated).
"""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.annotation import Annotation
from xray_train.realism.display import Pixels, Values, joined

LABELS = ("knife", "scissors")
FRAME = 0.1  # width of the frame around a box, of the box's longer side
FRAME_PX = 5  # at least
THIN = 0.5  # low attenuation of the frame: a bag's walls and a layer of clothes
EVEN = 0.15  # between its quartiles
METAL = 0.7  # low attenuation beyond the background: 0.8 mm of steel, 35 mm of plastic
LEAST_PX = 40  # of a blade


def blades(
    planes: NDArray[np.floating],  # (H, W, 2)
    marks: Iterable[Annotation],
    group: int,
) -> Pixels:
    """Attenuation by blades alone.

    Args:
        planes: attenuation, low and high.
        marks: whose boxes of knives and scissors count.
        group: number of the bag.
    """
    found = [_blade(planes, m.xyxy_px, group) for m in marks if m.label in LABELS]
    return joined([one for one in found if one is not None])


def _blade(
    planes: NDArray[np.floating], box: tuple[float, float, float, float], group: int
) -> Pixels | None:
    height, width = planes.shape[:2]
    x1, y1 = (max(0, int(v)) for v in box[:2])
    x2, y2 = min(width, int(np.ceil(box[2]))), min(height, int(np.ceil(box[3])))
    wide = max(FRAME_PX, round(FRAME * max(x2 - x1, y2 - y1)))
    left, top = max(0, x1 - wide), max(0, y1 - wide)
    around = planes[top : y2 + wide, left : x2 + wide]  # (h, w, 2)
    outside = np.ones(around.shape[:2], bool)
    inside = (slice(y1 - top, y2 - top), slice(x1 - left, x2 - left))
    outside[inside] = False
    frame = around[outside]  # (n, 2)
    if len(frame) < LEAST_PX or min(x2 - x1, y2 - y1) < FRAME_PX:
        return None
    behind = np.median(frame, axis=0)
    low_quartile, high_quartile = np.percentile(frame[:, 0], (25, 75))
    if behind[0] > THIN or high_quartile - low_quartile > EVEN:
        return None
    alone = around[inside] - behind
    piece = _largest(alone[..., 0] > METAL)
    if piece.sum() < LEAST_PX:
        return None
    taken: Values = alone[piece].astype(np.float64)
    return Pixels(taken[:, 0], taken[:, 1], np.full(len(taken), group, np.int64))


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:  # (h, w)
    """The largest piece, less its edge."""
    count, places, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return np.zeros_like(mask)
    piece = places == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    inner = cv2.erode(piece.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0)
    return np.asarray(inner > 0)
