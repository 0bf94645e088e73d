"""Darts, axes, saws, batons and handcuffs; long side along x, sizes in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick

Rng = np.random.Generator


def dart(rng: Rng) -> Item:
    """One to six darts: point and barrel of metal, shaft, four flights."""
    u = rng.uniform
    item = Item("dart", "dart")
    matter = pick(rng, ["brass", "steel", "brass"])
    length, thick = u(40, 60), u(3, 4.5)
    for k in range(int(rng.integers(1, 7))):
        barrel = s.lathe(((-length / 2, 2), (-length * 0.3, thick), (length * 0.3, thick),
                          (length / 2, 2)), 10)  # fmt: skip
        point = s.lathe(((length / 2 - 4, 1.2), (length / 2 + 20, 1.1), (length / 2 + 32, 0.2)), 8)
        shaft = s.cylinder(u(1.8, 2.6), -length / 2 - 45, -length / 2 + 4, 8)
        vane = s.extrude(
            np.array(
                [
                    (-length / 2 - 18, 0),
                    (-length / 2 - 35, 17),
                    (-length / 2 - 52, 17),
                    (-length / 2 - 50, 0),
                ]
            ),
            -0.3,
            0.3,
        )
        flights = [s.turned(vane, a * np.pi / 2, 0) for a in range(4)]
        turn, at = (u(-0.25, 0.25), k * u(12, 18))
        for material, mesh in ((matter, barrel), ("steel", point), ("nylon", shaft),
                               ("pet", s.join(*flights))):  # fmt: skip
            item.add(material, s.moved(s.turned(mesh, turn), u(-1, 1), at))
    return item


def axe(rng: Rng) -> Item:
    """A hatchet or an axe: a wedge of steel on a handle of wood, plastic or steel."""
    u = rng.uniform
    item = Item("axe", "axe")
    length, reach, edge, thick = u(230, 520), u(70, 150), u(60, 150), u(18, 32)
    poll = thick * u(0.9, 1.3)
    # rings across the head, from the poll to the edge, which is wide and thin
    sections = ((-poll, edge * 0.4, thick / 2), (0, edge * u(0.35, 0.45), thick / 2),
                (reach * 0.6, edge * 0.55, thick * 0.25), (reach, edge, 0.4))  # fmt: skip
    rings = []
    for y, tall, half in sections:
        x = tall / 2
        rings.append([(-x, y, -half), (x, y, -half), (x, y, half), (-x, y, half)])
    eye = s.box((edge * 0.5, thick * 0.9, thick * 0.6))
    item.add("steel", s.loft(np.array(rings)), s.hole(eye))
    path = np.array([(edge * 0.22, 0, 0), (-length * 0.4, u(-6, 6), 0), (-length, u(-25, 5), 0)])
    kind = pick(rng, ["wood", "wood", "nylon", "steel"])
    handle = s.sweep(path, s.ellipse(thick * 0.44, thick * 0.3, 10), np.array([1.0, 1.0, 1.25]))
    item.add(kind, handle)
    if kind != "wood":
        item.add("rubber", s.sweep(path[1:], s.ellipse(thick * 0.6, thick * 0.48, 10)),
                 s.hole(s.sweep(path[1:], s.ellipse(thick * 0.44, thick * 0.3, 10))))  # fmt: skip
    return item


def _toothed(length: float, wide: float, tip: float, pitch: float) -> np.ndarray:
    """A blade with teeth below, narrower at its tip (+x)."""
    x = np.arange(0, length, pitch / 2)
    teeth = np.stack([x, np.where(np.arange(len(x)) % 2, -pitch * 0.45, 0.0)], 1)
    return np.concatenate([teeth, [(length, 0), (length, tip), (0, wide)]])


def saw(rng: Rng) -> Item:
    """A hand saw, a folding saw or a hacksaw."""
    u = rng.uniform
    item = Item("saw", "saw")
    length, thick = u(180, 420), u(0.7, 1.6)
    if rng.random() < 0.35:  # hacksaw: a thin blade in a bow
        high = u(70, 110)
        blade = s.extrude(_toothed(length, 12, 12, u(2.0, 3.0)), -0.4, 0.4)
        bow = np.array([(0, 4, 0), (-4, high, 0), (length + 4, high, 0), (length, 4, 0)])
        item.add("steel", blade, s.sweep(bow, s.rounded(u(6, 12), u(5, 9), 1.5)))
    else:
        wide = length * u(0.16, 0.32)
        blade = s.extrude(
            _toothed(length, wide, wide * u(0.25, 0.6), u(3, 7)), -thick / 2, thick / 2
        )
        item.add("steel", blade)
    wide = u(26, 34)
    grip = np.array([(5, 20, 0), (-30, 25, 0), (-75, -10, 0), (-95, -60, 0)])
    matter = pick(rng, ["wood", "abs", "rubber", "aluminium"])
    item.add(matter, s.sweep(grip, s.ellipse(wide / 2, u(9, 13), 10)))
    rivets = [s.cylinder(u(2.5, 5), -11, 11, 10, 2, (x, 20, 0)) for x in (-5.0, -28.0)]
    return item.add("brass" if rng.random() < 0.5 else "steel", *rivets)


def baton(rng: Rng) -> Item:
    """A telescopic baton, shut or out, a truncheon with a side handle, or knuckledusters."""
    u = rng.uniform
    kind = rng.random()
    if kind < 0.5:
        item, out = Item("telescopic baton", "baton"), rng.random() < 0.4
        first, r = u(150, 240), u(11, 15)
        x = 0.0
        for k in range(3):
            radius, length = r * (1 - 0.24 * k), first * (1 - 0.06 * k)
            item.add("steel", s.tube(radius, u(1.2, 2.2), x, x + length, 16))
            x += (length - 25) if out else 4
        item.add("steel", s.cylinder(r * 0.55, x + 10, x + first * 0.8 + 8, 12))
        return item.add(pick(rng, ["rubber", "foam"]), s.tube(r + 3, 3, 0, first * 0.9, 16))
    if kind < 0.8:
        item, length, r = Item("truncheon", "baton"), u(350, 580), u(14, 18)
        matter = pick(rng, ["nylon", "rubber", "wood"])
        item.add(matter, s.cylinder(r, -length / 2, length / 2, 16))
        if rng.random() < 0.6:
            at = -length / 2 + length * 0.28
            item.add(matter, s.cylinder(r * 0.9, 0, u(100, 140), 14, 1, (at, r * 0.8, 0)))
        return item
    item, r = Item("knuckleduster", "baton"), u(11, 14)
    matter, thick, pitch = pick(rng, ["steel", "brass", "aluminium"]), u(8, 14), 2 * r + u(3, 6)
    outer = s.rounded(4 * pitch + 6, 2 * r + 12, r)
    holes = [s.hole(s.cylinder(r, -thick / 2, thick / 2, 16, 2, ((k - 1.5) * pitch, 0, 0)))
             for k in range(4)]  # fmt: skip
    item.add(matter, s.extrude(outer, -thick / 2, thick / 2), *holes)
    palm = np.array([(-1.6 * pitch, -r - 4, 0), (-pitch, -r - 38, 0), (pitch, -r - 38, 0),
                     (1.6 * pitch, -r - 4, 0)])  # fmt: skip
    return item.add(matter, s.sweep(palm, s.ellipse(7, thick / 2, 8)))


def handcuffs(rng: Rng) -> Item:
    """Two toothed rings with locks, joined by a chain or a hinge."""
    u = rng.uniform
    item = Item("handcuffs", "handcuffs")
    r, wall, thick, apart = u(30, 36), u(4.5, 7), u(8, 12), u(62, 95)
    matter = pick(rng, ["steel", "steel", "aluminium"])
    for side in (-1, 1):
        arc = np.linspace(0.5, 2 * np.pi - 0.5 * u(0.5, 2.5), 22)
        bow = np.stack([side * (apart - r * np.cos(arc)), r * np.sin(arc), 0 * arc], 1)
        lock = s.shell((u(20, 30), u(26, 38), thick + 4), u(1.5, 3), (side * (apart - r), 0, 0))
        item.add(matter, s.sweep(bow, s.rounded(wall, thick, 1)), lock,
                 s.box((8, 14, 5), (side * (apart - r), 0, 0)))  # fmt: skip
    gap = apart - r - 10
    if rng.random() < 0.65:
        t = np.linspace(0, 2 * np.pi, 12)
        for k in (-1, 0, 1):
            ring = np.stack([k * gap * 0.55 + gap * 0.4 * np.cos(t), 6 * np.sin(t), 0 * t], 1)
            item.wire(matter, ring if k else ring[:, [0, 2, 1]], u(1.6, 2.4))
    else:
        item.add(matter, s.box((2 * gap, u(22, 34), thick)))
    return item
