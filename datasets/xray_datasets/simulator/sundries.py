"""Lighters, cartridges, umbrellas, spectacles, keys, coins, buckles and zips; sizes in mm.

The first two carry labels of their own (lighter, bullet).
"""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick
from .soft import curve, smooth

Rng = np.random.Generator
METAL = ("steel", "steel", "stainless", "aluminium", "brass", "zinc")


def lighter(rng: Rng) -> Item:
    """A gas lighter, or a steel one with a hinged lid."""
    u = rng.uniform
    item = Item("lighter", "lighter")
    if rng.random() < 0.7:
        item.add("abs", s.shell((24, 62, 11), 1.4)).add("butane", s.box((20, 38, 8), (0, -8, 0)))
        return item.add(
            "steel",
            s.box((22, 14, 10), (0, 33, 0)),
            s.hole(s.box((18, 12, 8), (0, 33, 0))),
            s.cylinder(4, -3, 3, 10, 2, (5, 37, 0)),
            s.cylinder(1, 20, 30, 6, 1),
        )
    item.add("brass", s.shell((38, 56, 13), u(0.8, 1.4)))
    return item.add("steel", s.tube(7, 1, 4, 18, 10, 1), s.box((30, 2, 10), (0, 10, 0))).add(
        "cotton", s.box((30, 30, 10), (0, -10, 0))
    )


def cartridge(
    length: float, radius: float, axis: int, at: tuple[float, float, float]
) -> tuple[s.Mesh, s.Mesh]:
    """One cartridge along an axis from a place on: brass case, lead bullet."""
    case = s.tube(radius, 0.5, 0, 0.68 * length, 8, axis)
    lead = s.lathe(
        ((0.55 * length, radius * 0.9), (0.75 * length, radius * 0.9), (length, radius * 0.35)),
        8,
        axis,
    )
    return s.moved(case, *at), s.moved(lead, *at)


def bullets(rng: Rng) -> Item:
    """Cartridges, single or in rows."""
    u = rng.uniform
    n = int(rng.choice([1, 1, 2, 4, 6, 10]))
    r, h = u(2.8, 6.2), u(18, 60)
    item = Item("cartridges", "bullet")
    case = s.join(s.tube(r, 0.6, 0, h * 0.65, 10), s.cylinder(r * 1.05, 0, 3, 10))
    tip = s.lathe(
        ((h * 0.5, r * 0.92), (h * 0.72, r * 0.92), (h * 0.9, r * 0.5), (h, r * 0.15)), 10
    )
    powder = s.cylinder(r - 0.7, 3, h * 0.5, 8)
    at = (
        [(u(-4, 4), (k - n / 2) * 2.3 * r, 0) for k in range(n)]
        if rng.random() < 0.6
        else [(u(-25, 25), u(-25, 25), 0) for _ in range(n)]
    )
    turns = [0.0] * n if n < 3 or rng.random() < 0.5 else list(u(0, 6.28, n))

    def spread(mesh: s.Mesh) -> list[s.Mesh]:
        return [s.moved(s.turned(mesh, a), *p) for a, p in zip(turns, at, strict=True)]

    item.add("brass", *spread(case)).add("lead", *spread(tip))
    return item.add("black_powder", *spread(powder))


def umbrella(rng: Rng) -> Item:
    """A folded umbrella: shaft, eight ribs and stretchers, cloth, handle."""
    u = rng.uniform
    length = u(200, 330) if rng.random() < 0.6 else u(500, 800)
    item = Item("umbrella").add("steel", s.tube(u(4, 6.5), u(0.6, 1), -length / 2, length / 2, 10))
    r = u(10, 24)
    for k in range(int(rng.integers(6, 10))):
        a = k * 0.8 + u(-0.2, 0.2)
        spread = r * u(0.4, 1.1)
        points = np.array(
            [
                (-length * u(0.38, 0.45), spread * np.cos(a), spread * np.sin(a)),
                (0, r * np.cos(a), r * np.sin(a)),
                (length * 0.45, 3 * np.cos(a), 3 * np.sin(a)),
            ]
        )
        item.wire("steel", points, u(0.7, 1.5))
        item.wire("steel", points * np.array([0.5, 0.8, 0.8]), u(0.6, 1.2))
    item.add(
        "nylon",
        s.lathe(((-length * 0.42, r), (0, r * 1.1), (length * 0.45, 5)), 10),
        s.hole(s.lathe(((-length * 0.42, r * 0.85), (0, r * 0.95), (length * 0.45, 2)), 10)),
    )
    return item.add("abs", s.cylinder(u(10, 15), -length / 2 - 50, -length / 2, 10))


def keys(rng: Rng) -> Item:
    """Keys on a ring."""
    u = rng.uniform
    item = Item("keys")
    solids = []
    for _ in range(int(rng.integers(2, 8))):
        a = u(0, 6.28)
        key = s.join(
            s.extrude(s.ellipse(11, 12, 12, (20, 0)), -1, 1),
            s.hole(s.cylinder(3, -1, 1, 8, 2, (14, 0, 0))),
            s.box((u(22, 34), 7, 2), (44, 0, 0)),
        )
        solids.append(s.turned(key, a))
    item.add(pick(rng, ["brass", "steel", "zinc"]), *solids)
    t = np.linspace(0, 2 * np.pi, 20)
    return item.wire("steel", np.stack([14 * np.cos(t), 14 * np.sin(t), 0 * t], 1), 1.0)


def coins(rng: Rng) -> Item:
    """Coins, scattered or stacked."""
    u = rng.uniform
    n = int(rng.integers(2, 14))
    spread = u(8, 45)
    solids = [
        s.cylinder(
            u(8, 14), -0.9, 0.9, 14, 2, (rng.normal(0, spread), rng.normal(0, spread), u(-10, 10))
        )
        for _ in range(n)
    ]
    return Item("coins").add(pick(rng, ["copper", "steel", "brass"]), *solids)


def buckle(rng: Rng) -> Item:
    """A buckle, a ring or a slider on a strap: the frame is a closed loop of metal."""
    u = rng.uniform
    item = Item("buckle")
    w, h, t = u(14, 55), u(12, 48), u(2, 5.5)
    matter = pick(rng, METAL)
    if rng.random() < 0.75:
        outer, inner = (
            s.rounded(w, h, u(2, 8)),
            s.rounded(max(4.0, w - 2 * t), max(4.0, h - 2 * t), 3),
        )
        item.add(matter, s.extrude(outer, -t / 2, t / 2), s.hole(s.extrude(inner, -t / 2, t / 2)))
        if rng.random() < 0.6:
            item.add(matter, s.box((t, h, t), (u(-0.2, 0.2) * w, 0, 0)))
    else:
        item.add(matter, s.tube(w / 2, t, -t / 2, t / 2, 18, 2))
    if rng.random() < 0.4:  # snap hook
        path = np.array(
            [
                (w / 2, 0, 0),
                (w / 2 + 14, 0, 0),
                (w / 2 + 26, 8, 0),
                (w / 2 + 38, 0, 0),
                (w / 2 + 28, -8, 0),
            ]
        )
        item.add(matter, s.sweep(smooth(path, 10), s.ellipse(2.8, 2.8, 6)))
    if rng.random() < 0.7:
        item.wire("nylon", curve(rng, u(100, 420), 0.2, 12), u(2, 5))
    return item


def zipper(rng: Rng) -> Item:
    """A zip: a fine toothed line and a pull."""
    u = rng.uniform
    path = smooth(curve(rng, u(120, 500), 0.18, 10), 40)
    item = Item("zip").wire(pick(rng, ["brass", "nylon", "aluminium", "zinc"]), path, u(0.7, 1.8))
    x, y, z = path[int(rng.integers(0, 40))]
    pull = s.join(
        s.box((u(8, 14), u(6, 10), u(3, 5))),
        s.box((u(15, 38), u(3, 8), 2), (22, 0, 0)),
        s.hole(s.box((8, 2, 2), (28, 0, 0))),
    )
    return item.add("zinc", s.moved(s.turned(pull, u(0, 6.28)), x, y, z))


def glasses(rng: Rng) -> Item:
    """Spectacles, jewellery or a watch."""
    u = rng.uniform
    if rng.random() < 0.5:
        t = np.linspace(0, 2 * np.pi, 20)
        item = Item("spectacles")
        for x in (-32, 32):
            item.wire(
                "steel", np.stack([x + 25 * np.cos(t), 19 * np.sin(t), 0 * t], 1), u(0.7, 1.8)
            )
            item.add("abs", s.extrude(s.ellipse(25, 19, 14, (x, 0)), -1, 1))
            item.wire(
                "steel", np.array([(2.1 * x, 0, 0), (2.2 * x, 10, 60), (1.9 * x, 5, 130)]), 1.0
            )
        return item
    r = u(13, 22)
    item = Item("watch").add(
        "steel", s.cylinder(r, -4, 4, 18, 2), s.hole(s.cylinder(r * 0.8, -2, 2, 14, 2))
    )
    t = np.linspace(0.6, 2 * np.pi - 0.6, 22)
    links = np.stack([32 * np.cos(t) - 30, 0 * t, 26 * np.sin(t)], 1)
    return item.add(
        "steel" if rng.random() < 0.6 else "leather", s.sweep(links, s.rounded(u(12, 20), 3, 1))
    )
