"""Cutting a scan into what the network takes at once, and bringing boxes back.

A bag is seen whole, with as many pixels as the card's side asks for, whatever its shape: scaled to
one longer side, the objects on a wide belt view would be half as large as those in a single bag.
A container is seen at its own scale through overlapping tiles: an object up to the overlap in size
lies whole in one of them, and what the others see of it is left out.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.boxes import Boxes

STRIDE_PX = 32  # the network's coarsest stride: both sides of its input are multiples of it
ASPECT = 3 / 4  # of a common scan; the card's side is the longer side of such a one
EDGE_PX = 2  # a box that ends so near to the edge of a tile shows a thing that goes on beyond
MAX_ENLARGEMENT = 2.0  # a crop of 100 px blown up further shows the network only its own blur


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a scan and the scale at which the network sees it.

    Attributes:
        x_px, y_px: top left corner on the scan.
        width_px, height_px: size on the scan.
        scale: pixels of the network's input for a pixel of the scan.
    """

    x_px: int
    y_px: int
    width_px: int
    height_px: int
    scale: float

    @property
    def scaled_hw(self) -> tuple[int, int]:
        """Rows and columns at the network's scale, before padding."""
        return (
            max(1, round(self.height_px * self.scale)),
            max(1, round(self.width_px * self.scale)),
        )

    def cut(self, pixels: NDArray[Any]) -> NDArray[Any]:  # (H, W, C) -> (height_px, width_px, C)
        """The pixels of a scan that lie in this part of it, not copied."""
        return pixels[self.y_px : self.y_px + self.height_px, self.x_px : self.x_px + self.width_px]

    def to_scan(self, xyxy: Boxes) -> Boxes:  # (N, 4) in the network's input -> (N, 4) on the scan
        """Boxes of the network's input, on the whole scan."""
        corner = np.array([self.x_px, self.y_px, self.x_px, self.y_px], np.float32)
        rows, columns = self.scaled_hw
        step = np.array([self.width_px / columns, self.height_px / rows] * 2, np.float32)
        moved: Boxes = xyxy * step + corner
        return moved


def whole_scale(height_px: int, width_px: int, side_px: int) -> float:
    """Scale at which a scan has as many pixels as one of 4:3 whose longer side is `side_px`.

    >>> whole_scale(300, 400, 800)
    2.0
    """
    return float(side_px * (ASPECT / (height_px * width_px)) ** 0.5)


def whole(height_px: int, width_px: int, side_px: int) -> tuple[Tile, ...]:
    """The scan as one tile at `whole_scale`.

    >>> whole(600, 800, 400)[0].scaled_hw
    (300, 400)
    >>> whole(400, 1200, 400)[0].scaled_hw
    (200, 600)
    """
    scale = min(whole_scale(height_px, width_px, side_px), MAX_ENLARGEMENT)
    return (Tile(0, 0, width_px, height_px, scale),)


def native(height_px: int, width_px: int, side_px: int, overlap_px: int) -> tuple[Tile, ...]:
    """Overlapping tiles at the scan's own scale, row by row; the last ones are moved inwards.

    >>> [(t.x_px, t.width_px) for t in native(100, 250, 100, 20)]
    [(0, 100), (80, 100), (150, 100)]
    """
    rows = _starts(height_px, side_px, overlap_px)
    columns = _starts(width_px, side_px, overlap_px)
    size = min(side_px, width_px), min(side_px, height_px)
    return tuple(Tile(x, y, *size, 1.0) for y in rows for x in columns)


def seen_better(
    xyxy: Boxes, tile: Tile, height_px: int, width_px: int, overlap_px: int
) -> NDArray[np.bool_]:  # (N, 4) on the scan -> (N,)
    """Which boxes of a tile another one sees farther: they would be fragments of what is there.

    Such a box ends where the tile does, though the scan goes on, and reaches less deep than the
    overlap: all of it lies in the next tile, clear of that one's edge, with what is beyond.

    >>> left, right = native(100, 180, 100, 20)
    >>> seen_better(np.array([[90, 5, 100, 9], [10, 5, 100, 9.0]]), left, 100, 180, 20).tolist()
    [True, False]
    """
    found, deep = np.zeros(len(xyxy), bool), overlap_px - 4 * EDGE_PX
    for low, high, start, length, whole_px in (
        (xyxy[:, 0], xyxy[:, 2], tile.x_px, tile.width_px, width_px),
        (xyxy[:, 1], xyxy[:, 3], tile.y_px, tile.height_px, height_px),
    ):
        end = start + length
        if start > 0:
            found |= (low <= start + EDGE_PX) & (high <= start + deep)
        if end < whole_px:
            found |= (high >= end - EDGE_PX) & (low >= end - deep)
    return found


def _starts(length: int, side: int, overlap: int) -> list[int]:
    if length <= side:
        return [0]
    step = side - overlap
    return [*range(0, length - side, step), length - side]
