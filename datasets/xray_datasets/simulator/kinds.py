"""The kinds of scans: one door to simulate each, and to show it as its consoles do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from . import cargo, cargo_palette, scene
from .palettes import colour

KINDS = (*scene.KINDS, "container")
SIDE_PX = 416  # of bags and parcels, when nothing is asked for


def simulate(kind: str, seed: int, side_px: int | None = None) -> scene.Simulated:
    """Simulate one scan; the same seed gives the same bytes.

    Args:
        kind: one of KINDS.
        seed: of everything that is drawn.
        side_px: bags and parcels are square, 416 by default; containers are that wide and two
            fifths as high, 2000 by default.

    Raises:
        ValueError: no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: expected one of {', '.join(KINDS)}")
    if kind == "container":
        return cargo.simulate(seed, side_px)
    return scene.simulate(kind, seed, side_px or SIDE_PX)


class Planes(Protocol):
    """What consoles show: transmissions (H, W), air = 1, and how they were made."""

    @property
    def low(self) -> NDArray[np.float32]:
        """Low energy."""
        ...

    @property
    def high(self) -> NDArray[np.float32]:
        """High energy."""
        ...

    @property
    def parameters(self) -> Mapping[str, float | int | str]:
        """Those of Simulated."""
        ...


def show(made: Planes, rng: np.random.Generator) -> NDArray[np.uint8]:  # (H, W, 3)
    """The scan, new or from a pool, in the colours of some console, drawn from rng."""
    if "mv" in made.parameters:
        return cargo_palette.colour(made.low, made.high, rng, str(made.parameters["mv"]))
    return colour(made.low, made.high, rng, int(made.parameters["kv"]))
