"""What is known of each object in a scene: place, outline, matter, mass, and whether it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from . import rle
from .canvas import Box, Canvas, Own
from .item import Item
from .linac import steel_mm
from .materials import effective_z, material_class
from .scanner import Detector, Plane

WIDEN = 0.045  # people draw boxes 4-5 % wider on each side than the tight outline
VISIBLE = 0.3  # below this visible fraction nobody could find the object
CLEARLY = 3.0  # standard deviations of the noise by which a pixel must change


@dataclass(frozen=True, slots=True)
class SimulatedObject:
    """A thing in a scene. What nobody looked at is None: as a rule, outlines of unlabelled things.

    Attributes:
        label: a word of the taxonomy, or None.
        name: the family that it came from.
        xyxy_px: widened as human boxes are.
        tight_xyxy_px: just around what it touches.
        materials: all that it is made of, by name.
        mass_g: of the real thing; the factors by which scenes of bags attenuate it are not in it.
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
    """A thing as it was painted: its box, and what it puts into the beam where that was kept."""

    item: Item
    height_mm: float
    at: Box
    own: Own | None


@dataclass(frozen=True, slots=True)
class Light:
    """What reaches the detector, low and high, free of noise."""

    detector: Detector
    canvas: Canvas
    planes: tuple[Plane, Plane]
    veiled: tuple[Plane, Plane]  # with scatter
    linac: bool


def tell(
    seen: list[Seen],
    canvas: Canvas,
    low: Plane,
    high: Plane,
    detector: Detector,
    linac: bool = False,
) -> tuple[SimulatedObject, ...]:
    """Everything about the things of a scene.

    Args:
        seen: what was painted.
        canvas: with all of them on it.
        low, high: what it passes, free of noise.
        detector: what reads them.
        linac: the beam is one of MV.
    """
    heights = sorted({-one.height_mm for one in seen})
    order = {height: k for k, height in enumerate(heights)}
    veiled = detector.veiled(low), detector.veiled(high)
    light = Light(detector, canvas, (low, high), veiled, linac)
    return tuple(_one(one, light, order[-one.height_mm]) for one in seen)


def _one(seen: Seen, light: Light, order: int) -> SimulatedObject:
    item, (x0, y0, x1, y1) = seen.item, seen.at
    height, width = light.planes[0].shape
    dx, dy = max(1.0, WIDEN * (x1 - x0)), max(1.0, WIDEN * (y1 - y0))
    wide = (max(0.0, x0 - dx), max(0.0, y0 - dy),
            min(float(width), x1 + dx), min(float(height), y1 + dy))  # fmt: skip
    tight = (float(x0), float(y0), float(x1), float(y1))
    grams: dict[str, float] = {}
    for part, mass in zip(item.parts, item.part_masses_g(), strict=True):
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
    mask = seen.own.mask
    without = light.canvas.without(seen.at, seen.own)  # (2, n)
    visible, contrast = _shows(light, seen.at, seen.own, without)
    return replace(
        told,
        visible_fraction=visible,
        contrast_sigma=contrast,
        steel_mm=_steel(light, without[1]),
        area_px=int(mask.sum()),
        mask_rle=rle.encode(mask, (y0, x0), (height, width)),
    )


def _shows(light: Light, at: Box, own: Own, without: Plane) -> tuple[float, float]:
    """Share of the pixels whose signal changes by more than 3 sigma; the median change."""
    if not len(own.depth):
        return 0.0, 0.0
    (x0, y0, x1, y1), pixels = at, own.pixels()
    change = np.zeros(len(own.depth), np.float32)
    detector = light.detector
    for k, (plane, veiled) in enumerate(zip(light.planes, light.veiled, strict=True)):
        with_it, around = (signal[y0:y1, x0:x1].ravel()[pixels] for signal in (plane, veiled))
        taken = (without[k] - with_it) / np.float32(1 + detector.scatter)
        np.maximum(change, taken / detector.sigma(around + taken, k), out=change)
    return float((change > CLEARLY).mean()), float(np.median(change))


def _steel(light: Light, without: Plane) -> float | None:  # (n,)
    if not light.linac or not without.size:
        return None
    behind = steel_mm(light.canvas.physics.beam, without)
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
