"""What is known of each object in a scene: place, outline, matter, mass, and whether it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from . import rle
from .beam import Beam
from .item import Item
from .linac import steel_mm
from .materials import effective_z, material_class
from .scanner import Detector, Plane

WIDEN = 0.045  # people draw boxes 4-5 % wider on each side than the tight outline
VISIBLE = 0.3  # below this visible fraction nobody could find the object
CLEARLY = 3.0  # standard deviations of the noise by which a pixel must change
TOUCHED = 1e-3  # optical depth from which a pixel belongs to an object
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class SimulatedObject:
    """A thing in a scene. What nobody looked at is None: as a rule, outlines of unlabelled things.

    Attributes:
        label: a word of the taxonomy, or None.
        name: the family that it came from.
        xyxy_px: widened as human boxes are.
        tight_xyxy_px: just around what it touches.
        materials: all that it is made of, by name.
        mass_g: as it is painted, with the factor by which the scene lightens things.
        material: the one that weighs most.
        material_class: organic, mineral, metal or heavy_metal, of the whole.
        effective_z: of the whole, as tube voltages see it; None where the beam is of MV.
        height_mm: of its centre above the plane that pixel_mm speaks of, towards the source.
        depth_order: 0 for the thing of the scene nearest to the source.
        visible_fraction: share of its pixels that change by more than 3 sigma, scatter and the
            converter's rounding included.
        contrast_sigma: median change of the signal over its pixels, in sigma.
        steel_mm: of steel that would darken the high signal as all else in its rays does, the
            median over its pixels; None where the beam is of kV.
        area_px: how many pixels it touches.
        mask_rle: these, as COCO's compressed run lengths over the whole picture.
    """

    label: str | None
    name: str
    xyxy_px: tuple[float, float, float, float]
    tight_xyxy_px: tuple[float, float, float, float]
    materials: tuple[str, ...]
    mass_g: float
    material: str
    material_class: str
    effective_z: float | None
    height_mm: float
    depth_order: int
    visible_fraction: float | None = None
    contrast_sigma: float | None = None
    steel_mm: float | None = None
    area_px: int | None = None
    mask_rle: str | None = None

    @property
    def visible(self) -> bool | None:
        """Whether enough of it changes the transmission by more than 3 sigma; None: unknown."""
        return None if self.visible_fraction is None else self.visible_fraction >= VISIBLE


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing as it was painted: its box, and its own optical depth there where that was kept."""

    item: Item
    factors: NDArray[np.float32]  # (P,), by which the attenuation of each part was multiplied
    height_mm: float
    at: Box
    own: Plane | None  # (h, w, 2), at the energies that stand for low and high


@dataclass(frozen=True, slots=True)
class Light:
    """What reaches the detector, low and high, free of noise."""

    detector: Detector
    planes: tuple[Plane, Plane]
    veiled: tuple[Plane, Plane]  # with scatter
    linac: Beam | None  # the beam, where it is of MV

    def without(self, at: Box, own: Plane, k: int) -> Plane:  # (h, w)
        """The signal k where a thing lies, as it would be had it not been put in."""
        x0, y0, x1, y1 = at
        bare = self.planes[k][y0:y1, x0:x1] * np.exp(np.minimum(own[..., k], 30))
        return np.asarray(np.minimum(bare, 1.0), np.float32)


def tell(
    seen: list[Seen], low: Plane, high: Plane, detector: Detector, linac: Beam | None = None
) -> tuple[SimulatedObject, ...]:
    """Everything about the things of a scene; low and high are free of noise.

    linac: the beam, where it is one of MV.
    """
    heights = sorted({-one.height_mm for one in seen})
    order = {height: k for k, height in enumerate(heights)}
    light = Light(detector, (low, high), (detector.veiled(low), detector.veiled(high)), linac)
    return tuple(_one(one, light, order[-one.height_mm]) for one in seen)


def _one(seen: Seen, light: Light, order: int) -> SimulatedObject:
    item, (x0, y0, x1, y1) = seen.item, seen.at
    height, width = light.planes[0].shape
    dx, dy = max(1.0, WIDEN * (x1 - x0)), max(1.0, WIDEN * (y1 - y0))
    wide = (max(0.0, x0 - dx), max(0.0, y0 - dy),
            min(float(width), x1 + dx), min(float(height), y1 + dy))  # fmt: skip
    tight = (float(x0), float(y0), float(x1), float(y1))
    grams: dict[str, float] = {}
    for part, mass in zip(item.parts, item.part_masses_g() * seen.factors, strict=True):
        grams[part.material] = grams.get(part.material, 0.0) + float(mass)
    z, kind = _matter(tuple(sorted(grams.items())))
    told = SimulatedObject(
        item.label, item.name, wide, tight, tuple(sorted(grams)), sum(grams.values()),
        material=max(sorted(grams), key=lambda name: grams[name]),
        material_class=kind,
        effective_z=None if light.linac else round(z, 2),
        height_mm=seen.height_mm,
        depth_order=order,
    )  # fmt: skip
    if seen.own is None:
        return told
    mask = seen.own[..., 0] > TOUCHED
    visible, contrast = _shows(light, seen.at, seen.own, mask)
    return replace(
        told,
        visible_fraction=visible,
        contrast_sigma=contrast,
        steel_mm=_steel(light, seen.at, seen.own, mask),
        area_px=int(mask.sum()),
        mask_rle=rle.encode(mask, (y0, x0), (height, width)),
    )


def _shows(light: Light, at: Box, own: Plane, mask: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of the pixels whose signal changes by more than 3 sigma; the median change."""
    if not mask.any():
        return 0.0, 0.0
    x0, y0, x1, y1 = at
    change = np.zeros(own.shape[:2], np.float32)
    detector = light.detector
    for k, (plane, veiled) in enumerate(zip(light.planes, light.veiled, strict=True)):
        with_it = plane[y0:y1, x0:x1]
        taken = (light.without(at, own, k) - with_it) / np.float32(1 + detector.scatter)
        noise = detector.sigma(veiled[y0:y1, x0:x1] + taken, k)
        np.maximum(change, taken / noise, out=change)
    inside = change[mask]
    return float((inside > CLEARLY).mean()), float(np.median(inside))


def _steel(light: Light, at: Box, own: Plane, mask: NDArray[np.bool_]) -> float | None:
    if light.linac is None or not mask.any():
        return None
    behind = steel_mm(light.linac, light.without(at, own, 1)[mask])
    return round(float(np.median(behind)), 1)


_z = lru_cache(maxsize=200)(effective_z)


def _matter(grams: tuple[tuple[str, float], ...]) -> tuple[float, str]:
    """Effective atomic number of a whole, by mass, and the class of what weighs most."""
    total = sum(mass for _, mass in grams) or 1.0
    z = sum(mass / total * _z(name) ** 2.94 for name, mass in grams) ** (1 / 2.94)
    by_class: dict[str, float] = {}
    for name, mass in grams:
        by_class[_class(name)] = by_class.get(_class(name), 0.0) + mass
    return float(z), max(sorted(by_class), key=lambda kind: by_class[kind])


_class = lru_cache(maxsize=200)(material_class)
