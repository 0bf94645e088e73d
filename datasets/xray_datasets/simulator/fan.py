"""The geometry of a line scanner: a row of detectors, past which the goods move.

World, in mm: x along the way the goods move (a belt, or a container on wheels), y along the row of
detectors, z towards the source, 0 in the middle of the goods, which is the plane that pixel_mm
speaks of. Columns of the picture are moments, so nothing is magnified along x; rows are detectors,
over which the rays fan out from the source, so what lies nearer to it is taller by source /
(source - z). Rays run in the y-z plane alone: a path is its depth along z times the slant of its
row. Containers have y downwards with the ground at 0; of bags, y is 0 in the middle of the belt.
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
        pixel_mm: in the plane z = 0.
        stretch: pixels along x are narrower by this factor: the speed was not as assumed.
        source_mm: from the source to the plane z = 0.
        source_y_mm: of the source; negative, above the ground.
        below_mm: y of the picture's lower edge, in the plane z = 0.
    """

    size_hw: tuple[int, int]
    pixel_mm: float
    stretch: float = 1.0
    source_mm: float = 5200.0
    source_y_mm: float = -1800.0
    below_mm: float = 150.0

    @staticmethod
    def square(
        side_px: int,
        width_mm: float,
        stretch: float = 1.0,
        source_mm: float = 1000.0,
        source_y_mm: float = 0.0,
        middle_y_mm: float = 0.0,
    ) -> Fan:
        """A square picture that is width_mm wide about x = 0 and y = middle_y_mm, as of bags."""
        size_hw, pixel_mm = (side_px, side_px), width_mm / side_px
        below_mm = width_mm / 2 + middle_y_mm
        return Fan(size_hw, pixel_mm, stretch, source_mm, source_y_mm, below_mm)

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
