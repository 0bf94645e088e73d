"""One scan of a container: stow, paint through a fan, send both pulses, read the detector."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
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


@lru_cache(maxsize=4)
def _beam(pair_mv: tuple[int, int]) -> Physics:
    return physics(linac.reduced(*pair_mv))


def simulate(seed: int, wide_px: int | None = None) -> Simulated:
    """Simulate one container of wide_px columns: the same seed gives the same bytes."""
    wide = wide_px or WIDE_PX
    size = (round(wide * ASPECT), wide)
    rng = np.random.default_rng([seed, 22])
    stowed = _train(rng)
    pixel_mm = max(_TALLEST_MM / size[0], 12192.0 * rng.uniform(1.03, 1.1) / wide)
    fan = Fan(
        size,
        pixel_mm,
        stretch=float(rng.uniform(0.97, 1.03)),
        source_mm=float(rng.uniform(5500, 9000)),
        source_y_mm=-float(rng.uniform(900, 2600)),
    )
    pair = linac.PAIRS_MV[int(rng.choice(len(linac.PAIRS_MV), p=(0.3, 0.4, 0.3)))]
    canvas = Canvas.blank(_beam(pair), fan)
    seen = []
    for item in [item for one in stowed for item in one.items]:
        at = canvas.paint(rng, item)
        if at is None:
            continue
        own = canvas.taken(at) if item.label else None
        ones = np.ones(len(item.parts), np.float32)
        seen.append(Seen(item, ones, _middle_z(item), at, own))
    low, high, *quanta = canvas.passed()
    detector = _detector(rng)
    objects = tell(seen, low, high, detector, megavolt=True)
    veil = float(rng.uniform(0.0005, 0.006))
    interlaced = bool(rng.random() < 0.4)
    low, high = (_veiled(plane, veil) for plane in (low, high))
    low, high = detector.read([low, high], rng, quanta)
    low, high = _pulses(rng, [low, high], interlaced)
    parameters: dict[str, float | int | str] = {
        "kv": canvas.physics.beam.kv,
        "mv": f"{pair[0]}/{pair[1]}",
        "container": "+".join(one.kind for one in stowed),
        "load": "+".join(one.load for one in stowed),
        "hs_chapter": "+".join(one.hs_chapter for one in stowed),
        "fill": stowed[0].fill,
        "photons": detector.photons_at_air,
        "blur_px": detector.blur_px,
        "scatter": veil,
        "interlaced": int(interlaced),
        "stretch": fan.stretch,
        "source_mm": fan.source_mm,
    }
    return Simulated(low, high, objects, f"sim-container-{seed}", seed, pixel_mm, parameters)


def _train(rng: np.random.Generator) -> list[stowage.Stowed]:
    """What rolls through: a container, or two short ones behind each other."""
    first = hulls.container(rng)
    if first.kind != "20ft" or rng.random() < 0.4:
        return [stowage.stow(rng, first)]
    second = replace(first, items=hulls.twin(rng, first))
    out = []
    for hull, x in ((first, -3100.0), (second, 3100.0)):
        one = stowage.stow(rng, hull)
        for item in one.items:
            item.shifted(x, 0)
        out.append(one)
    return out


def _middle_z(item: Item) -> float:
    meshes = [part.mesh for part in item.parts if part.mesh is not None]
    lowest, highest = min(m[..., 2].min() for m in meshes), max(m[..., 2].max() for m in meshes)
    return float(lowest + highest) / 2


def _detector(rng: np.random.Generator) -> Detector:
    return Detector(
        blur_px=float(rng.uniform(0.3, 0.75)),
        photons_at_air=float(np.exp(rng.uniform(np.log(1.5e4), np.log(2e5)))),
        electronic=float(np.exp(rng.uniform(np.log(3e-5), np.log(4e-4)))),
        stripes=float(rng.uniform(0, 3e-3)),
        dead=int(rng.integers(1, 3)) if rng.random() < 0.1 else 0,
        bits=16,
    )


def _veiled(plane: Plane, share: float) -> Plane:
    """With a share of scatter from all around, as smooth as the beam is wide."""
    small = cv2.resize(plane, None, fx=1 / 16, fy=1 / 16, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), 6)
    spread = cv2.resize(smooth, plane.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray((plane + np.float32(share) * spread) / np.float32(1 + share), np.float32)


def _pulses(rng: np.random.Generator, planes: list[Plane], interlaced: bool) -> list[Plane]:
    """Pulses differ in strength, as far as the monitor does not see it; half may be missing."""
    jitter = float(rng.uniform(0.0005, 0.004))
    out: list[NDArray[np.float32]] = []
    for k, plane in enumerate(planes):
        plane = plane * (1 + rng.normal(0, jitter, (1, plane.shape[1])).astype(np.float32))
        if interlaced:  # low pulses in even columns, high ones in odd; the rest from both sides
            missing = np.arange(2 - k, plane.shape[1] - 1, 2)
            missing = missing[missing > 0]
            plane[:, missing] = (plane[:, missing - 1] + plane[:, missing + 1]) / 2
        out.append(np.rint(np.clip(plane, 0, 1.05) * np.float32(65535)) / np.float32(65535))
    return out
