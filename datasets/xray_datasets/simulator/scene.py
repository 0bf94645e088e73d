"""One simulated scan: pack, paint path lengths, send the beam through, read the detector."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from . import beam as beams
from . import packing
from .canvas import Box, Canvas, Physics, physics
from .fan import Fan
from .materials import MATERIALS, METALS
from .scanner import Detector
from .truth import Seen, SimulatedObject, tell

_IS_METAL = np.array([name in METALS for name in MATERIALS])
KINDS = tuple(packing.MANNERS)


@dataclass(frozen=True, slots=True)
class Simulated:
    """A scan with everything that is known of it; transmissions (H, W) float32, air = 1."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    objects: tuple[SimulatedObject, ...]
    group: str
    seed: int
    pixel_mm: float
    parameters: dict[str, float | int | str] = field(default_factory=dict)


@lru_cache(maxsize=8)
def _tube(kv: int) -> Physics:
    return physics(beams.reduced(kv))


def _factors(thing: packing.Placed) -> NDArray[np.float32]:  # (P,)
    """By how much the attenuation of each part is multiplied, lest darkness give a label away."""
    metal = _IS_METAL[thing.item.material_rows()]
    return np.where(metal, thing.metal_factor, thing.soft_factor).astype(np.float32)


def blank(side_px: int, width_mm: float, kv: int) -> Canvas:
    """Nothing in the beam of this tube voltage; the source stands over the middle."""
    return Canvas.blank(_tube(kv), Fan.square(side_px, width_mm))


def paint(
    rng: np.random.Generator, thing: packing.Placed, canvas: Canvas, outline: bool = False
) -> Box | None:
    """Add a thing; what it touched, None where it is out of the picture. outline: as of Canvas."""
    at_mm = (thing.x_mm, thing.y_mm, thing.z_mm)
    return canvas.paint(rng, thing.item, thing.turn, at_mm, _factors(thing), outline)


def _fan(rng: np.random.Generator, side_px: int, packed: packing.Packed) -> Fan:
    """A scanner with a tunnel of about a metre, its source a little off the middle.

    The belt's speed is not quite what the picture takes it for.
    """
    return Fan.square(
        side_px,
        packed.width_mm,
        stretch=float(rng.uniform(0.96, 1.04)),
        source_mm=float(rng.uniform(800, 1300)),
        source_y_mm=float(rng.uniform(-150, 150)),
        middle_y_mm=packed.middle_y_mm,
    )


def simulate(kind: str, seed: int, side_px: int = 416, outlines: bool = False) -> Simulated:
    """Simulate one scan of any of KINDS: the same seed gives the same bytes.

    outlines: of unlabelled things, too.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: expected one of {', '.join(KINDS)}")
    rng = np.random.default_rng([seed, 20])
    packed = packing.pack(rng, kind)
    kv = int(rng.choice(beams.TUBE_KV, p=(0.08, 0.3, 0.2, 0.32, 0.1)))
    detector = Detector.draw(rng, _tube(kv).beam.high_photons)
    fan = _fan(rng, side_px, packed)
    canvas = Canvas.blank(_tube(kv), fan)
    drawn, labelled = [], []
    for thing in packed.things:
        at = paint(rng, thing, canvas, outlines)
        if at is None:
            continue
        own = canvas.taken(at) if outlines or thing.item.label else None
        drawn.append(Seen(thing.item, thing.z_mm, at, own))
        labelled += [thing] if thing.item.label else []
    low, high, *quanta = canvas.passed()
    objects = tell(drawn, canvas, low, high, detector)
    low, high = detector.read([low, high], rng, quanta)
    labelled.sort(key=lambda thing: -thing.z_mm)
    parameters: dict[str, float | int | str] = {
        "kv": kv,
        "bags": len(packed.goods),
        "goods": "+".join(map(str, packed.goods)),
        "theme": packed.theme,
        "metal_factors": "+".join(f"{thing.metal_factor:.3f}" for thing in labelled),
        "soft_factors": "+".join(f"{thing.soft_factor:.3f}" for thing in labelled),
        "width_mm": packed.width_mm,
        "source_mm": fan.source_mm,
        "source_y_mm": fan.source_y_mm,
        "middle_y_mm": packed.middle_y_mm,
        "stretch": fan.stretch,
        **detector.parameters(),
    }
    return Simulated(
        low, high, objects, f"sim-{kind}-{seed}", seed, packed.width_mm / side_px, parameters
    )
