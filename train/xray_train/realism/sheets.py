"""Sheets of patches for the eye: those that a classifier is surest of, on either side."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from xray_train.realism.palettes import Picture
from xray_train.realism.patches import Patches

ZOOM = 2
COLUMNS = 12
ROWS = 2  # of each kind
GAP_PX = 4
LINE_PX = 20  # of writing
PAPER, INK = 255, 20


def save(path: Path, picture: Picture) -> Path:
    """The picture (H, W, 3) as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return path


def surest(patches: Patches, scores: NDArray[np.float64]) -> Picture:
    """Four strips: real and simulated patches known for sure, and those taken for the other.

    scores: (N,) log odds of real, by a network that did not see the bag. One patch a bag.
    """
    real = patches.real
    strips = [
        ("real, and surest of it", np.argsort(-scores), real),
        ("simulated, and surest of it", np.argsort(scores), ~real),
        ("real, taken for simulated", np.argsort(scores), real),
        ("simulated, taken for real", np.argsort(-scores), ~real),
    ]
    shown = [
        strip(words, [patches.pixels[k] for k in _spread(patches, order, side)])
        for words, order, side in strips
    ]
    return np.vstack(shown)


def _spread(patches: Patches, order: NDArray[np.int64], side: NDArray[np.bool_]) -> list[int]:
    """The first of each bag, as many as a strip holds."""
    first: dict[str, int] = {}
    for k in order.tolist():
        if side[k]:
            first.setdefault(patches.bags[k], k)
    return list(first.values())[: COLUMNS * ROWS]


def strip(words: str, pixels: Sequence[Picture]) -> Picture:
    """Pictures of one size in ROWS rows under a line of words."""
    side = (pixels[0].shape[0] if pixels else 1) * ZOOM
    width = COLUMNS * (side + GAP_PX) + GAP_PX
    canvas = np.full((LINE_PX + ROWS * (side + GAP_PX), width, 3), PAPER, np.uint8)
    write(canvas, words, (GAP_PX, LINE_PX - 6))
    for k, one in enumerate(pixels):
        y = LINE_PX + k // COLUMNS * (side + GAP_PX)
        x = GAP_PX + k % COLUMNS * (side + GAP_PX)
        canvas[y : y + side, x : x + side] = np.kron(one, np.ones((ZOOM, ZOOM, 1), np.uint8))
    return canvas


def write(canvas: Picture, words: str, at: tuple[int, int]) -> None:
    """Words on a picture, x and y of their lower left end."""
    cv2.putText(canvas, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (INK,) * 3, 1, cv2.LINE_AA)
