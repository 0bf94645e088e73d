"""Scans laid over scans: what Beer and Lambert allow with pictures that someone else took.

Transmissions at one energy multiply, so in pseudo-colour a second scan, its air brought to
white, darkens what lies behind it: a * b / 255. Over a spectrum and through a console's colours
this is an approximation; it teaches overlap, not physics (Bhowmik et al.,
arXiv 1909.11508).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.boxes import clip
from xray_train.item import Item, Picture

EMPTY = 0.93  # transmission from which a pixel of a crop counts as air
CLEAN = 0.85  # share of a crop's rim that must be air for it to be cut out without a mask
HIDDEN = 0.12  # mean transmission behind which nobody could see the object


@dataclass(frozen=True, eq=False)
class Threat:
    """A real object cut from its background, as transmission per colour, 8 bits."""

    label: int
    transmission: Picture  # (h, w, 3), 255 is air
    grey: bool  # taken at one energy: wants a tint


def over(front: Item, back: Item) -> Item:
    """Both scans in one picture of one size, with the objects of both."""
    ramp = np.arange(256, dtype=np.float32)[:, None]  # (256, 1)
    whiter = np.minimum(ramp * (255 / np.array(back.air, np.float32)), 255).astype(np.uint8)
    white = cv2.LUT(back.planes, whiter[:, None])  # (H, W, 3)
    return replace(
        front,
        planes=np.asarray(cv2.multiply(front.planes, white, scale=1 / 255), np.uint8),
        xyxy_px=np.concatenate((front.xyxy_px, back.xyxy_px)),
        labels=np.concatenate((front.labels, back.labels)),
        ignored_xyxy_px=np.concatenate((front.ignored_xyxy_px, back.ignored_xyxy_px)),
        ignored_labels=np.concatenate((front.ignored_labels, back.ignored_labels)),
        judged=front.judged & back.judged,
        exhaustive=front.exhaustive and back.exhaustive,
    )


def project(item: Item, threats: Sequence[Threat], rng: np.random.Generator) -> Item:
    """One threat, turned, scaled and tinted, multiplied in where the load is (TIP)."""
    side = item.planes.shape[0]
    threat = threats[int(rng.integers(len(threats)))]
    long_px = side * float(np.exp(rng.uniform(np.log(0.10), np.log(0.5))))
    crop = _turned(_looked(threat, rng), long_px, rng)  # (h, w, 3)
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


def clean_crop(item: Item, index: int) -> Threat | None:
    """The object of this index, if it lies on nearly nothing and needs no mask."""
    x1, y1, x2, y2 = np.rint(item.xyxy_px[index]).astype(int)
    crop = item.planes[y1:y2, x1:x2] / np.array(item.air, np.float32)
    if min(crop.shape[:2]) < 24:
        return None
    grey = np.minimum(crop, 1).mean(2)
    rim = np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))
    if np.mean(rim > 0.85) < CLEAN:
        return None
    bright = np.where(grey[..., None] > 0.9, 1.0, np.minimum(crop, 1))  # faint folds go
    return Threat(int(item.labels[index]), np.rint(bright * 255).astype(np.uint8), grey=False)


def from_grey(label: int, grey: NDArray[np.uint8]) -> Threat:
    """A threat from a grey picture of one object on white."""
    air = max(float(np.percentile(grey, 95)), 128.0)
    transmission = np.minimum(grey / np.float32(air), 1)
    bright = np.where(transmission > EMPTY, 1.0, transmission)
    levels = np.rint(bright * 255).astype(np.uint8)
    return Threat(label, np.repeat(levels[..., None], 3, axis=2), grey=True)


def _looked(threat: Threat, rng: np.random.Generator) -> Picture:
    """Thinner or thicker, and in a console's blue for metal where the source was grey."""
    power = np.full(3, rng.uniform(0.5, 1.4))
    if threat.grey:  # consoles let blue through behind metal, red least
        tint = rng.uniform((1.2, 0.7, 0.25), (2.2, 1.2, 0.6))
        power *= tint * rng.uniform(0.6, 1.2)
    ramp = np.arange(256)[:, None] / 255  # (256, 1)
    curves = np.rint(255 * ramp**power).astype(np.uint8)  # (256, 3)
    return np.asarray(cv2.LUT(threat.transmission, curves[:, None]), np.uint8)


def _turned(crop: Picture, long_px: float, rng: np.random.Generator) -> Picture:
    height, width = crop.shape[:2]
    scale = long_px / max(height, width)
    reach = int(np.ceil(np.hypot(height, width) * scale))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(0, 360), scale)
    matrix[:, 2] += (reach - width) / 2, (reach - height) / 2
    mirrored = crop[:, ::-1] if rng.random() < 0.5 else crop
    turned = cv2.warpAffine(
        np.ascontiguousarray(mirrored), matrix, (reach, reach), borderValue=(255, 255, 255)
    )
    return np.asarray(turned, np.uint8)


def _multiplied(item: Item, crop: Picture, label: int, x: int, y: int) -> Item:
    planes: Picture = item.planes.copy()
    height, width = crop.shape[:2]
    part = planes[y : y + height, x : x + width]
    planes[y : y + height, x : x + width] = cv2.multiply(part, crop, scale=1 / 255)
    margin = 0.04 * np.array((width, height))  # real boxes are 4-5 % wider on each side
    box = np.array([[x, y, x + width, y + height]], np.float32)
    box += np.concatenate((-margin, margin)).astype(np.float32)
    return replace(
        item,
        planes=planes,
        xyxy_px=np.concatenate((item.xyxy_px, clip(box, *planes.shape[:2]))),
        labels=np.append(item.labels, label),
    )
