"""The kinds of scans: one door to simulate each, and to show it as its consoles do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import scene
from .palettes import colour

KINDS = ("baggage", "parcel")
SIDE_PX = 416  # of bags and parcels, when nothing is asked for


def simulate(kind: str, seed: int, side_px: int | None = None) -> scene.Simulated:
    """Simulate one scan; the same seed gives the same bytes.

    Raises:
        ValueError: no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: expected one of {', '.join(KINDS)}")
    return scene.simulate(kind, seed, side_px or SIDE_PX)


def show(made: scene.Simulated, rng: np.random.Generator) -> NDArray[np.uint8]:  # (H, W, 3)
    """The scan in the colours of some console, drawn from rng."""
    return colour(made.low, made.high, rng, int(made.parameters["kv"]))
