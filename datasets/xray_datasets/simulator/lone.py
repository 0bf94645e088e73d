"""One threat alone in the beam: what is laid over scans to show it in more surroundings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import packing, threats
from .scene import blank, paint

MARGIN_PX = 2  # of air around the object
KV = 140  # tube voltage: the middle of those that scanners use
ROOM_MM = 640.0  # no threat is longer


@dataclass(frozen=True, slots=True)
class Lone:
    """A threat without surroundings or noise; transmissions (h, w) float32, air = 1."""

    label: str
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    pixel_mm: float


def lone(label: str, seed: int, pixel_mm: float = 1.2) -> Lone | None:
    """A threat of this label in any pose; the same seed gives the same bytes.

    Returns:
        None where the pose leaves nothing to see, such as a blade exactly along the beam.
    """
    rng = np.random.default_rng([seed, 21])
    side_px = int(ROOM_MM / pixel_mm)
    canvas = blank(side_px, ROOM_MM, KV)
    scene = float(np.exp(rng.uniform(np.log(0.3), np.log(1.1))))  # as in packing.pack
    thing = packing.lie(rng, threats.of(label, rng), 0.0, 0.0, scene, threat=True)
    at = paint(rng, thing, canvas)
    if at is None or min(at[2] - at[0], at[3] - at[1]) < 4:
        return None
    x0, y0, x1, y1 = (max(0, at[0] - MARGIN_PX), max(0, at[1] - MARGIN_PX),
                      at[2] + MARGIN_PX, at[3] + MARGIN_PX)  # fmt: skip
    low, high = (plane[y0:y1, x0:x1].copy() for plane in canvas.passed()[:2])
    return Lone(label, low, high, pixel_mm)
