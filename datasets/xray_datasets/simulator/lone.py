"""One threat alone in the beam: what is laid over scans to show it in more surroundings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from . import contraband, electronics, hardware, linac, packing, threats, tools, vessels
from . import shapes as s
from .canvas import Box, Canvas, Physics, physics
from .fan import Fan
from .scene import blank, paint

MARGIN_PX = 2  # of air around the object
KV = 140  # tube voltage: the middle of those that scanners use
ROOM_MM = 640.0  # no threat is longer
PAIR_MV = (4, 6)  # pulses: the middle of those that scanners of containers use
CARGO_ROOM_MM = 1400.0  # no rifle is longer
ALIKE = {  # ordinary things that networks take for threats, by name
    "ratchet": hardware.ratchet,
    "bar": hardware.bar,
    "rods": hardware.rods,
    "sockets": hardware.sockets,
    "hex_keys": tools.hex_keys,
    "flask": vessels.flask,
    "drive": electronics.drive,
}
TILT = 0.4  # standard deviation of how far a weapon leans out of the picture's plane, radians


@dataclass(frozen=True, slots=True)
class Lone:
    """A threat without surroundings or noise; transmissions (h, w) float32, air = 1."""

    label: str
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    pixel_mm: float


def lone(label: str, seed: int, pixel_mm: float = 1.2, kind: str = "baggage") -> Lone | None:
    """A threat, or a thing of ALIKE, in any pose; the same seed gives the same bytes.

    Args:
        label: any that threats are made of, or a name of ALIKE.
        seed: 0 or more.
        pixel_mm: pitch.
        kind: of the scenes that it lies and attenuates as in, of scene.KINDS.

    Returns:
        None where the pose leaves nothing to see, such as a blade exactly along the beam.
    """
    rng = np.random.default_rng([seed, 21])
    side_px = int(ROOM_MM / pixel_mm)
    canvas = blank(side_px, ROOM_MM, KV)
    manner = packing.MANNERS[kind]
    scene = packing.metal_of_scene(rng, manner)
    item = ALIKE[label](rng) if label in ALIKE else threats.of(label, rng)
    thing = packing.lie(rng, item, 0.0, 0.0, scene, True, manner)
    return _cut(label, canvas, paint(rng, thing, canvas), pixel_mm)


def lone_weapon(seed: int, pixel_mm: float = 4.0) -> Lone | None:
    """A weapon as training hides them in containers, in any pose, before pulses of PAIR_MV.

    Returns:
        as lone.
    """
    rng = np.random.default_rng([seed, 24])
    canvas = Canvas.blank(_linac(), Fan.square(int(CARGO_ROOM_MM / pixel_mm), CARGO_ROOM_MM))
    item = contraband.weapons(rng)[0]
    meshes = [part.mesh for part in item.parts if part.mesh is not None]
    corners = np.concatenate([mesh.reshape(-1, 3) for mesh in meshes])
    item.shifted(*(-(corners.min(0) + corners.max(0)) / 2).tolist())
    turn = s.rotation(rng.uniform(0, 2 * np.pi), *rng.normal(0, TILT, 2))
    return _cut("weapon", canvas, canvas.paint(rng, item, turn), pixel_mm)


@lru_cache(maxsize=1)
def _linac() -> Physics:
    return physics(linac.reduced(*PAIR_MV))


def _cut(label: str, canvas: Canvas, at: Box | None, pixel_mm: float) -> Lone | None:
    if at is None or min(at[2] - at[0], at[3] - at[1]) < 4:
        return None
    x0, y0, x1, y1 = (max(0, at[0] - MARGIN_PX), max(0, at[1] - MARGIN_PX),
                      at[2] + MARGIN_PX, at[3] + MARGIN_PX)  # fmt: skip
    low, high = (plane[y0:y1, x0:x1].copy() for plane in canvas.passed()[:2])
    return Lone(label, low, high, pixel_mm)
