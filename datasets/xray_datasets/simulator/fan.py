"""The geometry of a container scanner: the container rolls through a fan of rays.

World, in mm: x along the way the container rolls, y downwards with the ground at 0, z towards the
source, 0 in the middle of the container. Columns of the picture are moments, so nothing is
magnified along x; rows are detectors on a tall arm, so what lies nearer to the source is taller.
Rays run across in the y-z plane alone: a path is its depth along z times the slant of its row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fan:
    """Where the source stands and what the picture covers.

    Attributes:
        size_hw: of the picture, in pixels.
        pixel_mm: in the middle plane of the container.
        stretch: pixels along x are narrower by this factor: the speed was not as assumed.
        source_mm: from the source to the middle plane.
        source_y_mm: of the source; negative, above the ground.
        below_mm: how much of the ground the picture shows.
    """

    size_hw: tuple[int, int]
    pixel_mm: float
    stretch: float = 1.0
    source_mm: float = 5200.0
    source_y_mm: float = -1800.0
    below_mm: float = 150.0

    def seen(self, points: NDArray[np.floating]) -> NDArray[np.float32]:  # (..., 3) -> (..., 3)
        """Column, row and depth in mm of points of the world."""
        height, width = self.size_hw
        x, y, z = np.moveaxis(np.asarray(points, np.float64), -1, 0)
        grown = self.source_mm / (self.source_mm - z)
        rows = (self.source_y_mm + (y - self.source_y_mm) * grown - self.below_mm) / self.pixel_mm
        columns = x * self.stretch / self.pixel_mm
        return np.stack([columns + width / 2, rows + height, z], -1).astype(np.float32)

    def slant(self) -> NDArray[np.float32]:  # (H,)
        """By how much the rays of each row are longer than their depth along z."""
        height, _ = self.size_hw
        rows = np.arange(height) - height + 0.5
        rise = rows * self.pixel_mm + self.below_mm - self.source_y_mm
        return np.sqrt(1 + (rise / self.source_mm) ** 2).astype(np.float32)
