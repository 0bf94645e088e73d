"""One scan of a container: stow, paint through a fan, send both pulses, read the detector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from . import hulls, linac, stowage
from .canvas import Canvas, Physics, physics
from .fan import Fan
from .item import Item
from .scanner import Detector, Plane
from .scene import Simulated
from .truth import Seen, tell

WIDE_PX = 2000  # of a picture, when nothing is asked for
ASPECT = 0.4  # height over width
_TALLEST_MM = 4950.0  # what the arm of detectors covers in the middle plane


@dataclass(frozen=True, slots=True)
class Draws:
    """What scans of containers are drawn from.

    Attributes:
        name: of the kind of scan, in the names of groups.
        stream: beside the seed, so that no two kinds share a scene.
        stow: loads the containers that roll through, the first one first.
        pairs_mv: energies of pulses, with their shares.
        detector: draws one, by Beam's high_photons.
    """

    name: str
    stream: int
    stow: Callable[[np.random.Generator, hulls.Hull, int], stowage.Stowed]
    pairs_mv: tuple[tuple[tuple[int, int], float], ...]
    detector: Callable[[np.random.Generator, float], Detector]


@lru_cache(maxsize=8)
def _beam(pair_mv: tuple[int, int]) -> Physics:
    return physics(linac.reduced(*pair_mv))


def simulate(seed: int, wide_px: int | None = None, outlines: bool = False) -> Simulated:
    """Simulate one container of wide_px columns: the same seed gives the same bytes.

    outlines: of unlabelled things, too.
    """
    return scan(USUAL, seed, wide_px, outlines)


def scan(draws: Draws, seed: int, wide_px: int | None, outlines: bool = False) -> Simulated:
    """One scan of what is drawn from these."""
    wide = wide_px or WIDE_PX
    size = (round(wide * ASPECT), wide)
    rng = np.random.default_rng([seed, draws.stream])
    stowed = _train(rng, draws)
    pixel_mm = max(_TALLEST_MM / size[0], 12192.0 * rng.uniform(1.03, 1.1) / wide)
    fan = Fan(
        size,
        pixel_mm,
        stretch=float(rng.uniform(0.97, 1.03)),
        source_mm=float(rng.uniform(5500, 9000)),
        source_y_mm=-float(rng.uniform(900, 2600)),
    )
    pairs, shares = zip(*draws.pairs_mv, strict=True)
    pair = pairs[int(rng.choice(len(pairs), p=shares))]
    canvas = Canvas.blank(_beam(pair), fan)
    seen = []
    for item in [item for one in stowed for item in one.items]:
        at = canvas.paint(rng, item, outline=outlines)
        if at is None:
            continue
        own = canvas.taken(at) if outlines or item.label else None
        seen.append(Seen(item, _middle_z(item), at, own))
    low, high, *quanta = canvas.passed()
    detector = draws.detector(rng, canvas.physics.beam.high_photons)
    objects = tell(seen, canvas, low, high, detector, linac=True)
    low, high = detector.read([low, high], rng, quanta)
    interlaced = bool(rng.random() < 0.4)
    jitter = float(rng.uniform(0.0005, 0.004))
    low, high = _pulses(rng, [low, high], interlaced, jitter)
    parameters: dict[str, float | int | str] = {
        "kv": canvas.physics.beam.kv,
        "mv": f"{pair[0]}/{pair[1]}",
        "container": "+".join(one.kind for one in stowed),
        "load": "+".join(one.load for one in stowed),
        "hs_chapter": "+".join(one.hs_chapter for one in stowed),
        "fill": stowed[0].fill,
        "load_kg_m3": stowed[0].density_kg_m3,
        **detector.parameters(),
        "interlaced": int(interlaced),
        "pulse_jitter": jitter,
        "stretch": fan.stretch,
        "source_mm": fan.source_mm,
        "source_y_mm": fan.source_y_mm,
    }
    return Simulated(low, high, objects, f"sim-{draws.name}-{seed}", seed, pixel_mm, parameters)


def _train(rng: np.random.Generator, draws: Draws) -> list[stowage.Stowed]:
    """What rolls through: a container, or two short ones behind each other."""
    first = hulls.container(rng)
    if first.kind != "20ft" or rng.random() < 0.4:
        return [draws.stow(rng, first, 0)]
    second = replace(first, items=hulls.twin(rng, first))
    out = []
    for number, (hull, x) in enumerate(((first, -3100.0), (second, 3100.0))):
        one = draws.stow(rng, hull, number)
        for item in one.items:
            item.shifted(x, 0)
        out.append(one)
    return out


def _middle_z(item: Item) -> float:
    meshes = [part.mesh for part in item.parts if part.mesh is not None]
    lowest, highest = min(m[..., 2].min() for m in meshes), max(m[..., 2].max() for m in meshes)
    return float(lowest + highest) / 2


def _pulses(
    rng: np.random.Generator, planes: list[Plane], interlaced: bool, jitter: float
) -> list[Plane]:
    """Pulses differ in strength, as far as the monitor does not see it; half may be missing.

    As the scanner hands them on: of 16 bits, whatever its converter has.
    """
    out: list[NDArray[np.float32]] = []
    for k, plane in enumerate(planes):
        plane = plane * (1 + rng.normal(0, jitter, (1, plane.shape[1])).astype(np.float32))
        if interlaced:  # low pulses in even columns, high ones in odd; the rest from both sides
            missing = np.arange(2 - k, plane.shape[1] - 1, 2)
            missing = missing[missing > 0]
            plane[:, missing] = (plane[:, missing - 1] + plane[:, missing + 1]) / 2
        out.append(np.rint(plane * np.float32(65535)) / np.float32(65535))
    return out


USUAL = Draws(
    "container",
    22,
    lambda rng, hull, number: stowage.stow(rng, hull),
    tuple(zip(linac.PAIRS_MV, (0.3, 0.4, 0.3), strict=True)),
    Detector.draw_for_containers,
)
