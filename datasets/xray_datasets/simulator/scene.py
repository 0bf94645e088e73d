"""One simulated scan: pack, paint path lengths, send the beam through, read the detector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from . import beam as beams
from . import packing, paths
from .materials import MATERIALS, METALS, attenuation_per_mm, attenuation_table, factorise
from .scanner import Detector
from .textures import textures
from .transmission import RANK, transmit_all
from .truth import Seen, SimulatedObject, tell

_IS_METAL = np.array([name in METALS for name in MATERIALS])
_SOURCE_MM = 1100.0  # source to belt
KINDS = ("baggage", "parcel")


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


@dataclass(frozen=True, slots=True)
class Physics:
    """A beam, and every material's attenuation in it as coordinates."""

    beam: beams.Beam
    basis: NDArray[np.float32]  # (RANK, K)
    rows: NDArray[np.float32]  # (M, RANK + 2): coordinates, then attenuation at two energies


def physics(beam: beams.Beam) -> Physics:
    """What painting needs to know of a beam."""
    table = attenuation_table(tuple(beam.energies_kev))
    coordinates, basis = factorise(table, np.stack([beam.low, beam.high]), RANK)
    # the energies that stand for each signal behind 5 mm of steel, for visibility alone
    passed = np.exp(-attenuation_per_mm("steel", beam.energies_kev) * 5)
    means = [(beam.energies_kev @ (w * passed)) / (w @ passed) for w in (beam.low, beam.high)]
    middle = [int(np.argmin(np.abs(beam.energies_kev - mean))) for mean in means]
    return Physics(beam, basis, np.hstack([coordinates, table[:, middle]]))


@lru_cache(maxsize=8)
def _tube(kv: int) -> Physics:
    return physics(beams.reduced(kv))


def _pose(thing: packing.Placed, width_mm: float, side_px: int) -> NDArray[np.float64]:
    """Mm to pixels and path length: the ray through the thing's centre stands for all of them."""
    px = side_px / width_mm
    slope_x, slope_y = thing.x_mm / _SOURCE_MM, 0.12 * thing.y_mm / _SOURCE_MM
    grow = 1.0 + thing.z_mm / _SOURCE_MM
    turn = thing.turn
    pose = np.zeros((3, 4))
    pose[0, :3] = (turn[0] + slope_x * turn[2]) * px * grow
    pose[1, :3] = (turn[1] + slope_y * turn[2]) * px * grow
    pose[0, 3] = side_px / 2 + thing.x_mm * px
    pose[1, 3] = side_px / 2 + thing.y_mm * px
    pose[2, :3] = turn[2] * np.sqrt(1 + slope_x**2 + slope_y**2)
    return pose


def _factors(thing: packing.Placed) -> NDArray[np.float32]:  # (P,)
    """By how much the attenuation of each part is multiplied."""
    metal = _IS_METAL[thing.item.material_rows()]
    return np.where(metal, thing.metal_factor, thing.soft_factor).astype(np.float32)


def paint(
    rng: np.random.Generator, thing: packing.Placed, canvas: Canvas, width_mm: float
) -> tuple[int, int, int, int] | None:
    """Add a thing; x0, y0, x1, y1 of what it touched, None where it is out of the picture."""
    item, factor = thing.item, _factors(thing)
    rows = item.material_rows()
    texture_pose = np.empty((len(item.parts), 4))
    texture_pose[:, 0] = [p.zoom for p in item.parts]
    texture_pose[:, 1:] = rng.uniform(0, 1, 3) * (6.283, 256, 256)
    touched = np.empty(4)
    side = canvas.depth.shape[0]
    into: Callable[..., None] = paths.paint
    into(
        canvas.depth, canvas.own, item.label is not None, canvas.scratch, *item.packed(),
        canvas.physics.rows[rows] * factor[:, None], textures(),
        np.array([p.texture for p in item.parts], np.int64), texture_pose,
        _pose(thing, width_mm, side), side / width_mm, touched,
    )  # fmt: skip
    if touched[2] <= touched[0]:
        return None
    x0, y0, x1, y1 = touched.astype(int).tolist()
    return x0, y0, x1, y1


@dataclass(slots=True)
class Canvas:
    """Optical depth as it is painted, thing by thing."""

    physics: Physics
    depth: NDArray[np.float32]  # (H, W, RANK)
    own: NDArray[np.float32]  # (H, W, 2), of the labelled item being painted
    scratch: NDArray[np.float32]  # (2 H, 2 W), zero between items

    def taken(self, at: tuple[int, int, int, int]) -> NDArray[np.float32]:
        """What the labelled item just painted put here; the plane is empty again."""
        x0, y0, x1, y1 = at
        own = self.own[y0:y1, x0:x1].copy()
        self.own[max(0, y0 - 3) : y1 + 3, max(0, x0 - 3) : x1 + 3] = 0
        return own


def blank(side_px: int, kv: int) -> Canvas:
    """Nothing in the beam of this tube voltage."""
    shape = (side_px, side_px)
    return Canvas(
        _tube(kv),
        np.zeros((*shape, RANK), np.float32),
        np.zeros((*shape, 2), np.float32),
        np.zeros((2 * side_px, 2 * side_px), np.float32),
    )


def simulate(kind: str, seed: int, side_px: int = 416) -> Simulated:
    """Simulate one scan of kind "baggage" or "parcel": the same seed gives the same bytes."""
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: expected one of {', '.join(KINDS)}")
    rng = np.random.default_rng([seed, 20])
    packed = packing.pack(rng, kind)
    kv = int(rng.choice(beams.TUBE_KV, p=(0.08, 0.3, 0.2, 0.32, 0.1)))
    detector = Detector.draw(rng)
    canvas = blank(side_px, kv)
    drawn = []
    for thing in packed.things:
        at = paint(rng, thing, canvas, packed.width_mm)
        if at is None:
            continue
        own = canvas.taken(at) if thing.item.label else None
        drawn.append(Seen(thing.item, _factors(thing), thing.z_mm, at, own))
    low, high, *quanta = transmit_all(
        canvas.depth, canvas.physics.basis, canvas.physics.beam.signals()
    )
    objects = tell(drawn, low, high, detector)
    low, high = detector.read([low, high], rng, quanta)
    parameters: dict[str, float | int | str] = {
        "kv": kv,
        "bags": packed.bags,
        "theme": packed.theme,
        "width_mm": packed.width_mm,
        "photons": detector.photons_at_air,
        "blur_px": detector.blur_px,
    }
    return Simulated(
        low, high, objects, f"sim-{kind}-{seed}", seed, packed.width_mm / side_px, parameters
    )
