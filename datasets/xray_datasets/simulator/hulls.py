"""Containers and what carries them; x along, y down from the ground, z towards the source, in mm.

Sizes: ISO 668 (20 and 40 feet, high cube) and ISO 1496-1; steel sheets of 1.6 to 2 mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import shapes as s
from .item import Item

Rng = np.random.Generator
WIDTH_MM = 2438.0
_SILL_MM = 190.0  # underside to floor
_PITCH_MM, _WAVE_MM = 278.0, 36.0  # of the corrugation


@dataclass(frozen=True, slots=True)
class Hull:
    """A container, where its floor is and what room it has."""

    kind: str
    items: tuple[Item, ...]
    length_mm: float  # outside
    floor_y_mm: float  # of the boards that goods stand on
    room_mm: tuple[float, float, float]  # inside: length, height, width


def container(rng: Rng) -> Hull:
    """One of the usual kinds, on a trailer or on the ground."""
    kind = ("20ft", "40ft", "40hc", "reefer")[int(rng.choice(4, p=(0.34, 0.2, 0.28, 0.18)))]
    length = 6058.0 if kind == "20ft" else 12192.0
    height = 2591.0 if kind in ("20ft", "40ft") else 2896.0
    trailer = rng.random() < 0.75
    ground = -(1150.0 + rng.uniform(-60, 120)) if trailer else -40.0  # underside of the container
    build = _reefer if kind == "reefer" else _dry
    body, wall, sill = build(rng, length, height)
    items = [body.shifted(0, ground)]
    if trailer:
        items.append(_chassis(rng, length, ground))
    room = (length - 2 * wall, height - sill - 90.0, WIDTH_MM - 2 * wall)
    return Hull(kind, tuple(items), length, ground - sill, room)


def twin(rng: Rng, hull: Hull) -> tuple[Item, ...]:
    """The parts of a second container of the same build, to roll behind the first."""
    build, length = _dry(rng, hull.length_mm, 2591.0)[0], hull.length_mm
    ground = hull.floor_y_mm + _SILL_MM
    return (build.shifted(0, ground), *([_chassis(rng, length, ground)] if ground < -500 else []))


def _wave(length: float, thick: float) -> np.ndarray:  # (n, 2): x, z
    """Outline of a corrugated sheet seen from above; its slopes are as thick as its flats."""
    half, flat = _WAVE_MM / 2, 0.26 * _PITCH_MM
    slope = _PITCH_MM / 2 - flat
    count = int(length // _PITCH_MM)
    xs, zs = [-length / 2], [-half]
    at = -count * _PITCH_MM / 2
    for _ in range(count):
        xs += [at, at + slope, at + slope + flat, at + 2 * slope + flat]
        zs += [-half, half, half, -half]
        at += _PITCH_MM
    xs, zs = [*xs, length / 2], [*zs, -half]
    shift = thick * np.tan(np.arctan2(_WAVE_MM, slope) / 2)
    x, z = np.array(xs), np.array(zs)
    moved = x.copy()
    inner = np.arange(1, len(x) - 1)
    moved[inner] += np.where((inner - 1) % 4 < 1, -shift, 0) + np.where(
        (inner - 1) % 4 == 1, -shift, 0
    )
    moved[inner] += np.where((inner - 1) % 4 > 1, shift, 0)
    return np.concatenate([np.stack([x, z], 1), np.stack([moved, z + thick], 1)[::-1]])


def _sheet(length: float, y0: float, y1: float, z: float, thick: float) -> s.Mesh:
    """A corrugated wall in the x-y plane."""
    outline = _wave(length, thick)
    rings = np.empty((2, len(outline), 3))
    rings[:, :, 0], rings[:, :, 2] = outline[:, 0], outline[:, 1] + z
    rings[0, :, 1], rings[1, :, 1] = y0, y1
    return s.loft(rings)


def _beam(length: float, height: float, flange: float, thick: float, at: tuple[float, float, float],
          axis: int) -> s.Mesh:  # fmt: skip
    """A C-beam along x (0) or z (2), its web upright."""

    def size(along: float, up: float, across: float) -> tuple[float, float, float]:
        return (along, up, across) if axis == 0 else (across, up, along)

    def place(up: float, across: float) -> tuple[float, float, float]:
        x, y, z = at
        return (x, y + up, z + across) if axis == 0 else (x + across, y + up, z)

    edge = height / 2 - thick / 2
    return s.join(
        s.box(size(length, height, thick), place(0, 0)),
        s.box(size(length, thick, flange), place(-edge, flange / 2)),
        s.box(size(length, thick, flange), place(edge, flange / 2)),
    )


def _frame(length: float, height: float, item: Item) -> None:
    """Posts, castings, rails and floor beams; the underside at y = 0, up is negative."""
    half, side = length / 2, WIDTH_MM / 2
    parts = []
    for x in (-half + 60, half - 60):
        for z in (-side + 50, side - 50):
            parts.append(s.shell((110, height - 236, 100), 6, (x, -height / 2, z)))
            for y in (-59, -height + 59):
                parts.append(s.shell((178, 118, 162), 12, (x, y, z)))
        parts.append(s.shell((90, 110, WIDTH_MM - 200), 4, (x, -height + 60, 0)))
        parts.append(s.shell((90, 130, WIDTH_MM - 200), 5, (x, -75, 0)))
    for z in (-side + 20, side - 60):
        parts.append(_beam(length - 300, 158, 40, 4.5, (0, -85, z), 0))
        parts.append(s.shell((length - 300, 60, 60), 3, (0, -height + 35, z + 20)))
    for x in np.arange(-half + 250, half - 200, 305.0):
        parts.append(_beam(WIDTH_MM - 130, 122, 45, 4.0, (float(x), -95, 0), 2))
    item.add("steel", *parts)


def _dry(rng: Rng, length: float, height: float) -> tuple[Item, float, float]:
    """A dry container: corrugated walls and roof, plywood floor, doors at one end."""
    item = Item("container")
    thick, half, side = float(rng.uniform(1.6, 2.0)), length / 2, WIDTH_MM / 2
    _frame(length, height, item)
    walls = [_sheet(length - 240, -height + 70, -160, z, thick) for z in (-side + 25, side - 25)]
    roof = s.boxes(
        np.array([[_PITCH_MM / 2, 2.0, WIDTH_MM - 100]] * int(length // _PITCH_MM * 2 - 2)),
        np.array([[-half + 130 + (k + 0.5) * _PITCH_MM / 2, -height + (8 if k % 2 else 26), 0.0]
                  for k in range(int(length // _PITCH_MM * 2 - 2))]),
    )  # fmt: skip
    end = s.box((2 * thick, height - 240, WIDTH_MM - 200), (-half + 30, -height / 2, 0))
    door = s.box((2 * thick, height - 200, WIDTH_MM - 160), (half - 40, -height / 2, 0))
    bars = [
        s.tube(17, 3, -height + 90, -90, 10, 1, (half - 10, 0, z)) for z in (-800, -280, 280, 800)
    ]
    item.add("steel", *walls, roof, end, door, *bars)
    item.add("wood", s.box((length - 200, 28, WIDTH_MM - 120), (0, -160 - 14, 0)))
    return item, 60.0, _SILL_MM


def _reefer(rng: Rng, length: float, height: float) -> tuple[Item, float, float]:
    """A refrigerated container: foam between sheets, T-floor of aluminium, a machine at one end."""
    item = Item("reefer")
    half, side, foam = length / 2, WIDTH_MM / 2, float(rng.uniform(60, 90))
    _frame(length, height, item)
    sheet = (length - 200, height - 260, 0.9)
    outer = [s.box(sheet, (0, -height / 2, z)) for z in (-side + 8, side - 8)]
    inner = [s.box(sheet, (0, -height / 2, z)) for z in (-side + 8 + foam, side - 8 - foam)]
    item.add(
        "stainless",
        *outer,
        *inner,
        s.box((1.5, height - 200, WIDTH_MM - 160), (half - 60, -height / 2, 0)),
    )
    fill = [s.box((length - 200, height - 260, foam), (0, -height / 2, z)) for z in
            (-side + 8 + foam / 2, side - 8 - foam / 2)]  # fmt: skip
    item.add("foam", *fill, s.box((length - 200, 100, WIDTH_MM - 160), (0, -height + 90, 0)),
             s.box((length - 200, 80, WIDTH_MM - 160), (0, -200, 0)))  # fmt: skip
    ribs = np.array([[0, -270, z] for z in np.linspace(-side + 150, side - 150, 30)])
    item.add("aluminium", s.box((length - 200, 4, WIDTH_MM - 200), (0, -height + 145, 0)),
             s.boxes(np.array([[length - 300, 60, 3.0]] * 30), ribs))  # fmt: skip
    x = -half + 230
    item.add("copper", s.shell((160, 700, 1500), 6, (x, -height + 600, 0)))
    item.add("steel", s.shell((330, height - 300, WIDTH_MM - 250), 1.2, (x, -height / 2, 0)),
             s.cylinder(130, -250, 250, 16, 2, (x, -500, 300)),
             s.cylinder(90, -150, 150, 14, 2, (x, -500, -500)))  # fmt: skip
    return item, 480.0, 310.0


def _chassis(rng: Rng, length: float, top: float) -> Item:
    """A trailer: two long beams, crossbars, axles with wheels, legs."""
    item = Item("trailer")
    depth, half = float(rng.uniform(320, 460)), length / 2
    parts = []
    for z in (-420, 420):
        parts += [s.box((length - 100, depth, 8), (0, top + depth / 2 + 10, z)),
                  s.box((length - 100, 14, 140), (0, top + 17, z)),
                  s.box((length - 100, 14, 140), (0, top + depth, z))]  # fmt: skip
    for x in np.arange(-half + 400, half - 300, float(rng.uniform(700, 1100))):
        parts.append(s.shell((80, 120, 1900), 5, (float(x), top + 90, 0)))
    legs = -half + length * float(rng.uniform(0.18, 0.28))
    for z in (-600, 600):
        parts.append(s.shell((110, -top - 120, 110), 8, (legs, top / 2 + 20, z)))
    item.add("steel", *parts)
    first = half - float(rng.uniform(1200, 2000))
    tyres, rims, hubs = [], [], []
    for k in range(2 if length < 7000 else 3):
        x, r = first - k * 1310, 500.0
        for z in (-1000, -680, 680, 1000):
            tyres.append(s.tube(r, 190, -140, 140, 28, 2, (x, -r, z)))
            rims.append(s.tube(r - 190, 14, -110, 110, 20, 2, (x, -r, z)))
            hubs.append(s.cylinder(r - 200, -6, 6, 18, 2, (x, -r, z)))
        hubs.append(s.tube(70, 16, -950, 950, 12, 2, (x, -r, 0)))
        hubs += [s.tube(205, 18, z - 90, z + 90, 16, 2, (x, -r, 0)) for z in (-830, 830)]
    item.add("rubber", *tyres).add("steel", *rims, *hubs)
    return item
