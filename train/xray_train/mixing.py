"""Scans laid over scans: what Beer and Lambert allow with pictures that someone else took.

Transmissions at one energy multiply, so in pseudo-colour a second scan, its air brought to
white, darkens what lies behind it: a * b / 255. Over a spectrum and through a console's colours
this is an approximation; it teaches overlap, not physics (Bhowmik et al.,
arXiv 1909.11508).
"""

from dataclasses import replace

import cv2
import numpy as np

from xray.boxes import clip
from xray_train.item import Item, Picture
from xray_train.stock import EMPTY, Stock, looked

HIDDEN = 0.12  # mean transmission behind which nobody could see the object
WIDTH_MM = (350.0, 1100.0)  # what a square shows: part of a bag, or a bag and belt around it
LONGEST = 0.7  # of the square's side
MARGIN = 0.04  # real boxes are 4-5 % wider on each side than the object


def over(front: Item, back: Item) -> Item:
    """Both scans in one picture of one size, with the objects of both.

    What was rejected in one is still no such object where the other was searched for the label.
    """
    ramp = np.arange(256, dtype=np.float32)[:, None]  # (256, 1)
    whiter = np.minimum(ramp * (255 / np.array(back.air, np.float32)), 255).astype(np.uint8)
    white = cv2.LUT(back.planes, whiter[:, None])  # (H, W, 3)
    rejected = [
        (one.rejected_xyxy_px[sure], one.rejected_labels[sure])
        for one, other in ((front, back), (back, front))
        for sure in [other.judged[one.rejected_labels]]
    ]
    return replace(
        front,
        planes=np.asarray(cv2.multiply(front.planes, white, scale=1 / 255), np.uint8),
        xyxy_px=np.concatenate((front.xyxy_px, back.xyxy_px)),
        labels=np.concatenate((front.labels, back.labels)),
        ignored_xyxy_px=np.concatenate((front.ignored_xyxy_px, back.ignored_xyxy_px)),
        ignored_labels=np.concatenate((front.ignored_labels, back.ignored_labels)),
        rejected_xyxy_px=np.concatenate([boxes for boxes, _ in rejected]),
        rejected_labels=np.concatenate([labels for _, labels in rejected]),
        judged=front.judged & back.judged,
        exhaustive=front.exhaustive and back.exhaustive,
    )


def project(item: Item, stock: Stock, rng: np.random.Generator) -> Item:
    """One threat, turned, scaled and tinted, multiplied in where the load is (TIP)."""
    side = item.planes.shape[0]
    threat = stock.draw(rng)
    shown_mm = float(np.exp(rng.uniform(*np.log(WIDTH_MM))))
    long_px = side * min(threat.long_mm / shown_mm, LONGEST)
    crop = _turned(looked(threat, rng), long_px, threat.alone, rng)  # (h, w, 3)
    inked = cv2.transform(crop, np.full((1, 3), 1 / 3)) < 255 * EMPTY  # (h, w)
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    if len(rows) < 4 or len(columns) < 4:
        return item
    crop = crop[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = crop.shape[:2]
    for _ in range(4):
        x, y = (int(rng.integers(max(side - n, 0) + 1)) for n in (width, height))
        behind = item.planes[y : y + height, x : x + width]
        level = float(behind.mean()) / float(np.mean(item.air))
        if HIDDEN < level < EMPTY:  # on the load, and not behind a wall
            return _multiplied(item, crop[: side - y, : side - x], threat.label, x, y)
    return item


def _turned(crop: Picture, long_px: float, freely: bool, rng: np.random.Generator) -> Picture:
    """Mirrored, scaled, and turned: by quarters, or any way where only the object will show."""
    height, width = crop.shape[:2]
    scale = long_px / max(height, width)
    mirrored = np.ascontiguousarray(crop[:, ::-1] if rng.random() < 0.5 else crop)
    if not freely:
        shrunk = cv2.resize(mirrored, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(np.rot90(shrunk, int(rng.integers(4))))
    reach = int(np.ceil(np.hypot(height, width) * scale))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(0, 360), scale)
    matrix[:, 2] += (reach - width) / 2, (reach - height) / 2
    turned = cv2.warpAffine(mirrored, matrix, (reach, reach), borderValue=(255, 255, 255))
    return np.asarray(turned, np.uint8)


def _multiplied(item: Item, crop: Picture, label: int, x: int, y: int) -> Item:
    planes: Picture = item.planes.copy()
    height, width = crop.shape[:2]
    part = planes[y : y + height, x : x + width]
    planes[y : y + height, x : x + width] = cv2.multiply(part, crop, scale=1 / 255)
    margin = MARGIN * np.array((width, height))
    box = np.array([[x, y, x + width, y + height]], np.float32)
    box += np.concatenate((-margin, margin)).astype(np.float32)
    return replace(
        item,
        planes=planes,
        xyxy_px=np.concatenate((item.xyxy_px, clip(box, *planes.shape[:2]))),
        labels=np.append(item.labels, label),
    )
