"""The kinds of scans: one door to simulate each, and to show it as its consoles do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from . import cargo, cargo_palette, scene
from .consoles import Console
from .palettes import paint

KINDS = (*scene.KINDS, "container")
SIDE_PX = 416  # of bags and parcels, when nothing is asked for


def simulate(
    kind: str, seed: int, side_px: int | None = None, outlines: bool = False
) -> scene.Simulated:
    """Simulate one scan; the same seed gives the same bytes.

    Args:
        kind: one of KINDS.
        seed: of everything that is drawn.
        side_px: bags and parcels are square, 416 by default; containers are that wide and two
            fifths as high, 2000 by default.
        outlines: of unlabelled things, too, which takes longer.

    Raises:
        ValueError: no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: expected one of {', '.join(KINDS)}")
    if kind == "container":
        return cargo.simulate(seed, side_px, outlines)
    return scene.simulate(kind, seed, side_px or SIDE_PX, outlines)


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
    return shown(made, rng)[0]


def shown(
    made: Planes, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], dict[str, object]]:  # (H, W, 3)
    """As show, with what was drawn for the console."""
    if "mv" in made.parameters:
        cargo_console = cargo_palette.CargoConsole.draw(rng)
        mv = str(made.parameters["mv"])
        picture = cargo_palette.paint(made.low, made.high, cargo_console, mv)
        return picture, cargo_console.parameters()
    console = Console.draw(rng)
    picture = paint(made.low, made.high, console, int(made.parameters["kv"]))
    return picture, console.parameters()
