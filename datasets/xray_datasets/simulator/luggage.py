"""Bags, suitcases and cartons: the shell around the goods, as one item; sizes in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from . import textures as tx
from .item import Item, pick
from .soft import blob, curve, smooth

Rng = np.random.Generator


def _loop(outline: np.ndarray, z: float, wobble: np.ndarray | float = 0.0) -> np.ndarray:
    closed = np.concatenate([outline, outline[:1]])
    points = np.concatenate([closed, np.full((len(closed), 1), z)], 1)
    return points + wobble


def _skin(
    rng: Rng,
    item: Item,
    outline: np.ndarray,
    matter: str,
    wall: float,
    lines: int,
    spread: float,
    radius: tuple[float, float],
) -> None:
    """Front and back sheets, and the rim where they meet, seen along its depth."""
    sheets = [
        s.extrude(outline + rng.normal(0, spread * 0.3, 2), z, z + wall * rng.uniform(0.6, 1.3))
        for z in (-70.0, 70.0)
    ]
    item.add(matter, *sheets, texture=tx.CREASE, zoom=float(rng.uniform(0.2, 0.6)))
    centre = outline.mean(0)
    # the rim is a wall seen along its depth: a thin line, far longer in path than it is wide
    rims = [matter, "coated_cloth", "filled_plastic", "rubber"]
    for _ in range(lines):
        grown = (
            centre
            + (outline - centre) * (1 + rng.normal(0, spread / np.abs(outline).max(), 2))
            + rng.normal(0, spread * 0.4, 2)
        )
        rim = matter if rng.random() < 0.6 else rims[int(rng.integers(0, 4))]
        loop, thick = _loop(grown, float(rng.uniform(-80, 80))), rng.uniform(*radius)
        for _ in range(int(rng.integers(1, 5))):
            item.wire(rim, loop, thick)


def wadding(rng: Rng, w: float, h: float) -> Item:
    """Packed clothes that fill much of a bag: layers of cloth with clouds and creases."""
    u = rng.uniform
    item = Item("wadding")
    for _ in range(int(rng.integers(1, 4))):
        x, y = u(0.45, 0.95) * w, u(0.4, 0.95) * h
        at = (u(-0.5, 0.5) * (w - x), u(-0.5, 0.5) * (h - y))
        outline = (
            s.ellipse(x / 2, y / 2, 20, at, u(2.5, 6))
            if rng.random() < 0.6
            else blob(rng, x / 2, y / 2, 18, 0.2) + at
        )
        t = u(8, 75)
        kind = int(rng.choice([tx.CLOUD, tx.CLOUD, tx.CREASE]))
        matter = str(
            rng.choice(
                ["cotton", "wool", "dyed_cotton", "paper", "food"], p=(0.35, 0.25, 0.2, 0.1, 0.1)
            )
        )
        t *= 0.35 if matter in ("paper", "food") else 1.0
        item.add(
            matter,
            s.extrude(outline, -t / 2, t / 2, min(8.0, t / 3)),
            texture=kind,
            zoom=float(u(0.25, 0.9)),
        )
    return item


def _handle_rods(rng: Rng, item: Item, w: float, h: float) -> None:
    """Telescopic rods under the lining of a case, round ones or broad rails, and their grip."""
    u = rng.uniform
    gap, wide, wall = u(90, 220), u(11, 24), u(0.7, 1.8)
    deep = wide * 0.75
    if rng.random() < 0.35:  # rails as broad as a blade
        wide, deep = u(24, 48), u(7, 15)
    metal = pick(rng, ["aluminium", "aluminium", "steel"])
    top = h / 2 + (u(-10, 30) if rng.random() < 0.85 else u(100, 420))
    x0 = u(-0.12, 0.12) * w
    for x in (-gap / 2, gap / 2):
        low = -h / 2 + u(8, 40)
        for k, shrink in enumerate((1.0, 0.8, 0.62)[: int(rng.integers(1, 4))]):
            end = top - (0 if k == 0 else u(0, 0.5) * h)
            tube = s.shell(
                (wide * shrink, end - low, deep * shrink),
                wall,
                (x0 + x, (low + end) / 2, -60),
            )
            item.add(metal, tube)
        item.add("abs", s.box((wide * 1.7, u(25, 60), deep * 2), (x0 + x, h / 2 - u(15, 40), -60)))
        item.add(
            "steel",
            *[
                s.cylinder(u(2, 4), -66, -54, 8, 2, (x0 + x + u(-9, 9), low + u(0, 40), 0))
                for _ in range(3)
            ],
        )
    item.add("abs", s.box((gap + wide * 2, u(18, 34), 26), (x0, top + 8, -60)))


def suitcase(rng: Rng, w: float, h: float) -> Item:
    """A trolley case: shell, telescopic handle rods, wheels, zip, screws, grips."""
    u = rng.uniform
    item = Item("suitcase")
    outline = s.rounded(w, h, u(15, 50), n=6)
    matter = pick(rng, ["abs", "polypropylene", "filled_plastic", "coated_cloth"])
    _skin(rng, item, outline, matter, u(1.0, 2.6), int(rng.integers(4, 11)), u(3, 9), (0.45, 1.5))
    if rng.random() < 0.6:  # frame or zip
        item.wire(
            pick(rng, ["aluminium", "steel", "nylon", "zinc"]),
            _loop(outline * 0.985, 0),
            u(0.6, 1.8),
        )
    if rng.random() < 0.85:
        _handle_rods(rng, item, w, h)
    for sx in (-1, 1):  # wheels
        for sy in (-1,) if rng.random() < 0.5 else (-1, 1):
            r = u(14, 27)
            at = (sx * (w / 2 - r * 1.2), sy * (h / 2 + r * u(-0.4, 0.7)), u(-60, 60))
            axis = int(rng.choice([0, 2]))
            item.add("rubber", s.cylinder(r, -9, 9, 14, axis, at)).add(
                "steel",
                s.cylinder(4, -16, 16, 8, axis, at),
                s.tube(r * 0.5, 2, -5, 5, 10, axis, at),
            )
            if rng.random() < 0.6:
                item.add("steel", s.box((u(6, 22), u(18, 44), u(2, 4)), at))
    n = int(rng.integers(6, 22))
    xy = outline[rng.integers(0, len(outline), n)] * u(0.9, 1.0, (n, 1))
    item.add("steel", s.boxes(u(2.5, 8, (n, 3)), np.concatenate([xy, np.zeros((n, 1))], 1)))
    if rng.random() < 0.6:  # stiffening bars of the lining
        for x in (-0.3, 0.3):
            item.add(
                "aluminium" if rng.random() < 0.5 else "abs",
                s.box((u(6, 24), h * 0.95, u(1, 4)), (x * w, 0, 60)),
            )
    item.add(
        "rubber",
        s.sweep(
            np.array([(-60, h / 2, 0), (-50, h / 2 + 25, 0), (50, h / 2 + 25, 0), (60, h / 2, 0)]),
            s.ellipse(8, 10, 8),
        ),
    )
    return item


def soft_bag(rng: Rng, w: float, h: float) -> Item:
    """A rucksack, shoulder or sports bag: wavy outlines, straps, zips, pads, buckles."""
    u = rng.uniform
    item = Item("soft_bag")
    outline = blob(rng, w / 2, h / 2, 22, 0.1)
    squared = s.ellipse(w / 2, h / 2, 22, power=u(2.2, 5))
    outline = 0.35 * outline + 0.65 * squared
    matter = pick(rng, ["nylon", "coated_cloth", "coated_cloth", "leather", "cotton"])
    wall = u(0.8, 2.5) * (3 if matter == "cotton" else 1)
    _skin(rng, item, outline, matter, wall, int(rng.integers(8, 18)), u(6, 18), (0.45, 1.5))
    for _ in range(int(rng.integers(3, 11))):  # pleats, pockets
        item.wire(
            matter,
            smooth(curve(rng, u(0.4, 1.4) * w, 0.22, 10), 26)
            + np.array([u(-0.25, 0.25) * w, u(-0.25, 0.25) * h, 0]),
            u(0.8, 2.2),
        )
    for _ in range(int(rng.integers(1, 4))):  # straps, also outside the bag
        side = outline[int(rng.integers(0, 22))]
        strap = smooth(curve(rng, u(200, 620), 0.22, 9), 30) + np.array([*side, 0])
        item.wire("nylon", strap, u(2.0, 4.5))
        item.wire("nylon", strap + np.array([u(4, 16), u(4, 16), 0]), u(1.0, 2.2))
    if rng.random() < 0.5:  # zip round the flap
        item.wire(
            pick(rng, ["zinc", "nylon", "brass"]),
            _loop(outline * u(0.8, 0.97), 0)[: int(rng.integers(12, 24))],
            u(0.6, 1.6),
        )
    if rng.random() < 0.3:
        item.add("foam", s.extrude(outline * 0.85, -6, 6))
    return item


def briefcase(rng: Rng, w: float, h: float) -> Item:
    """A case stiffened by rounded wire frames, as staged bags often are."""
    u = rng.uniform
    item = Item("briefcase")
    outline = s.rounded(w, h, u(25, 70), n=7)
    _skin(
        rng,
        item,
        outline,
        pick(rng, ["nylon", "coated_cloth", "filled_plastic"]),
        u(0.6, 1.6),
        int(rng.integers(2, 5)),
        u(4, 9),
        (0.45, 1.3),
    )
    for k in range(int(rng.integers(1, 4))):
        shift = np.array([u(-14, 14), u(-14, 14)])
        item.wire(
            pick(rng, ["steel", "zinc", "pvc"]),
            _loop(outline * (1 - 0.03 * k) + shift, 40.0 * k),
            u(0.9, 1.8),
        )
    handle = np.array(
        [
            (-70, h / 2, 0),
            (-60, h / 2 + 55, 0),
            (0, h / 2 + 68, 0),
            (60, h / 2 + 55, 0),
            (70, h / 2, 0),
        ]
    )
    item.wire("nylon", smooth(handle, 24), u(3, 6)).wire("nylon", smooth(handle * 0.94, 24), 2.0)
    if rng.random() < 0.6:  # bars of a trolley
        for x in (-0.2, 0.2):
            item.add(
                pick(rng, ["aluminium", "abs", "pvc"]),
                s.shell((u(18, 32), h * 0.95, 16), u(1.2, 2.5), (x * w, 0, -40)),
            )
    for _ in range(int(rng.integers(2, 8))):
        x, y = outline[int(rng.integers(0, len(outline)))]
        item.add("steel", s.cylinder(u(4, 9), -12, 12, 10, int(rng.integers(0, 3)), (x, y, 0)))
    return item


def carton(rng: Rng, w: float, h: float) -> Item:
    """A parcel: board walls with flaps, tape, staples, some filling."""
    u = rng.uniform
    d = u(100, 300)
    item = Item("parcel").add(
        "paper", s.shell((w, h, d), u(1.0, 2.2)), texture=tx.STRIPES, zoom=0.8
    )
    item.add(
        "paper",
        s.box((w, h * u(0.3, 0.5), 2.0), (0, h * 0.27, d / 2)),
        s.box((w, h * u(0.3, 0.5), 2.0), (0, -h * 0.27, d / 2)),
    )
    item.add("polypropylene", s.box((60, h, 0.3)))
    if rng.random() < 0.4:
        n = int(rng.integers(4, 12))
        item.add(
            "steel",
            s.boxes(
                np.tile([18.0, 1.2, 1.2], (n, 1)),
                np.stack([np.zeros(n), np.linspace(-h / 2, h / 2, n), np.zeros(n)], 1),
            ),
        )
    if rng.random() < 0.5:
        item.add("foam", s.box((w * 0.95, h * 0.95, d * 0.9)), texture=tx.GRAINS, zoom=0.6)
    return item


def tray(rng: Rng, w: float, h: float) -> Item:
    """A plastic tray or a thin carrier bag."""
    item = Item("tray")
    if rng.random() < 0.5:
        item.add(
            "polypropylene",
            s.box((w, h, 2.5)),
            s.extrude(s.rounded(w, h, 40), 0, 60),
            s.hole(s.extrude(s.rounded(w - 8, h - 8, 36), 0, 60)),
        )
        return item
    outline = blob(rng, w / 2, h / 2, 22, 0.25)
    _skin(rng, item, outline, "polyethylene", 0.3, int(rng.integers(4, 10)), 12, (0.5, 1.2))
    return item


KINDS = (suitcase, soft_bag, briefcase, tray)
