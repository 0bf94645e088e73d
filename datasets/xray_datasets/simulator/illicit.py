"""What bags hide that is no weapon by its shape: explosives, drugs, tobacco, money; sizes in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from . import textures as tx
from .item import Item, pick
from .soft import blob, curve

Rng = np.random.Generator


def explosive(rng: Rng) -> Item:
    """A charge, mostly with detonator, wires and battery: sheet, block, pipe or a bag of ANFO."""
    u = rng.uniform
    kind = pick(rng, ["sheet", "block", "pipe", "bag"])
    item = Item(f"explosive {kind}", "explosive")
    if kind == "sheet":
        w, h = u(120, 300), u(90, 220)
        item.add("petn", s.extrude(s.rounded(w, h, u(2, 20)), -u(1, 4), u(1, 4)))
    elif kind == "block":
        w, h, d = u(90, 200), u(40, 90), u(25, 60)
        item.add("petn", s.extrude(s.rounded(w, h, u(2, 10)), -d / 2, d / 2, 2.0))
        item.add("polyethylene", s.shell((w + 1, h + 1, d + 1), 0.3))
    elif kind == "pipe":
        w, h, wall = u(120, 260), 2 * u(14, 27), u(2.5, 5)
        caps = [s.cylinder(h / 2 + 5, x - 14, x + 14, 18) for x in (-w / 2, w / 2)]
        inner = s.cylinder(h / 2 - wall, -w / 2, w / 2, 18)
        item.add(pick(rng, ["steel", "steel", "pvc"]), s.cylinder(h / 2, -w / 2, w / 2, 18),
                 *caps, s.hole(inner))  # fmt: skip
        item.add("black_powder", inner)
        if rng.random() < 0.4:
            at = np.stack([u(-w / 2, w / 2, 14), u(-h, h, 14) * 0.6, u(-h, h, 14) * 0.5], 1)
            item.add("steel", s.boxes(np.tile([u(25, 50), 2.5, 2.5], (14, 1)), at))
    else:
        w, h, d = u(120, 260), u(90, 190), u(25, 60)
        heap = s.extrude(blob(rng, w / 2, h / 2, 18, 0.08), -d / 2, d / 2, d / 3)
        item.add("anfo", heap, texture=tx.GRAINS, zoom=float(u(0.5, 1.2)))
    return _fired(rng, item, w, h) if rng.random() < 0.75 else item


def _fired(rng: Rng, item: Item, w: float, h: float) -> Item:
    """With detonator, wires, battery and a switch or timer."""
    u = rng.uniform
    at = (u(-0.2, 0.2) * w, u(-0.2, 0.2) * h, 0.0)
    item.add("aluminium", s.tube(3.6, 0.5, -u(25, 40), u(10, 25), 10, 0, at))
    item.add("petn", s.cylinder(3.0, -u(15, 24), 0, 8, 0, at))
    cell = (u(-0.5, 0.5) * w, h / 2 + u(15, 45), 0.0)
    item.add("zinc_cell", s.box((26, 17, 47) if rng.random() < 0.5 else (50, 14, 14), cell))
    clock = (cell[0] + u(45, 90), cell[1] + u(-10, 10), 0.0)
    item.add("abs", s.shell((u(35, 70), u(25, 45), u(10, 20)), 1.5, clock))
    item.add("board", s.box((30, 20, 1.2), clock))
    for a, b in ((at, cell), (cell, clock), (clock, at)):
        between = np.linspace(np.array(a), np.array(b), 8)
        between[1:-1] += rng.normal(0, 7, (6, 3))
        item.wire("copper", between, u(0.4, 0.7))
        item.wire("pvc", between, u(1.0, 1.5))
    return item


def firework(rng: Rng) -> Item:
    """Bangers in a row, a rocket on its stick, or a battery of tubes."""
    u = rng.uniform
    kind = pick(rng, ["bangers", "rocket", "battery of shots"])
    item = Item(f"firework {kind}", "firework")
    if kind == "rocket":
        r, length = u(10, 22), u(70, 150)
        item.add("paper", s.tube(r, u(1.5, 3), 0, length, 16))
        item.add("black_powder", s.cylinder(r * 0.7, 5, length * u(0.4, 0.9), 14))
        item.add("polypropylene", s.lathe(((length, r), (length + 30, 0.5)), 14))
        return item.add("wood", s.box((u(300, 450), 4.5, 4.5), (-110, r + 2, 0)))
    if kind == "bangers":
        count, r, length = int(rng.integers(6, 40)), u(2.5, 7), u(25, 60)
        rows = 2
        at = [(k // rows * 2.1 * r, (k % rows - 0.5) * (length + 6), 0.0) for k in range(count)]
    else:
        count, r, length = int(rng.choice([9, 16, 25])), u(9, 16), u(80, 160)
        side = int(count**0.5)
        at = [((k % side) * 2.1 * r, 0.0, (k // side) * 2.1 * r) for k in range(count)]
        middle = (side - 1) * 1.05 * r
        box = (side * 2.2 * r + 4, length + 6, side * 2.2 * r + 4)
        item.add("paper", s.shell(box, 1.2, (middle, 0.0, middle)))
    tubes, powder = [], []
    for place in at:
        tubes.append(s.tube(r, r * 0.3, -length / 2, length / 2, 8, 1, place))
        powder.append(s.cylinder(r * 0.65, -length * 0.45, length * u(-0.2, 0.2), 8, 1, place))
    item.add("paper", *tubes).add("black_powder", *powder)
    fuse = np.array([(p[0], p[1] + length / 2 * np.sign(p[1] or 1), p[2]) for p in at])
    return item.wire("cotton", fuse, 1.0) if len(fuse) > 1 else item


def pressure_vessel(rng: Rng) -> Item:
    """An aerosol, a gas cartridge, small cartridges of carbon dioxide, or a gas cylinder."""
    u = rng.uniform
    kind = pick(rng, ["aerosol", "aerosol", "gas cartridge", "cartridges", "gas cylinder"])
    item = Item(kind, "pressure_vessel")
    if kind == "cartridges":
        small = ((-33, 4), (-28, 9), (14, 9), (26, 3.8), (33, 3.8))
        for k in range(int(rng.integers(2, 12))):
            flask, _ = s.vessel(small, u(1.4, 2.0), 14)
            flask = s.turned(flask, u(-0.3, 0.3) + (np.pi if rng.random() < 0.3 else 0))
            item.add("steel", s.moved(flask, u(-12, 12), k * 20.0))
        return item
    r, h, wall = {
        "aerosol": (u(17, 33), u(100, 230), u(0.2, 0.45)),
        "gas cartridge": (u(33, 55), u(70, 190), u(0.4, 0.7)),
        "gas cylinder": (u(35, 55), u(180, 320), u(2.2, 4.5)),
    }[kind]
    shape = ((-h / 2, r), (h * 0.38, r), (h * 0.46, r * 0.6), (h / 2, r * 0.35))
    outer, _ = s.vessel(shape, wall, 18)
    seams = [s.tube(r, 1.5, x, x + 3, 18) for x in (-h / 2, h * 0.37)]
    metal = "aluminium" if kind == "aerosol" and rng.random() < 0.5 else "steel"
    item.add(metal, outer, *seams)
    level = u(0.3, 0.8)  # liquid lies below the gas, here towards the bottom
    liquid = s.cylinder(r - wall - 0.3, -h / 2 + 2, -h / 2 + 2 + (0.85 * h) * level, 16)
    item.add("butane" if kind != "aerosol" else pick(rng, ["water", "alcohol", "butane"]), liquid)
    if kind == "aerosol":  # valve with its dip tube, and a cap
        item.add("abs", s.tube(r * 0.9, 1.4, h * 0.4, h * 0.6, 16), s.cylinder(5, h / 2, h * 0.56))
        return item.wire("polyethylene", np.array([(-h * 0.47, 4, 0), (0, 1, 0), (h / 2, 0, 0)]), 2)
    valve = s.cylinder(r * 0.28, h / 2 - 2, h / 2 + u(10, 40), 12)
    return item.add("brass", valve, s.box((14, r * u(0.6, 1.2), 12), (h / 2 + 14, 0, 0)))


def narcotics(rng: Rng) -> Item:
    """A wrapped brick, a bag of powder, or many swallowed capsules."""
    u = rng.uniform
    kind = pick(rng, ["brick", "bag", "capsules"])
    item = Item(f"narcotics {kind}", "narcotics")
    if kind == "brick":
        w, h, d = u(120, 220), u(80, 145), u(25, 65)
        item.add("cocaine", s.extrude(s.rounded(w, h, u(2, 8)), -d / 2, d / 2, 2.0))
        return item.add("polyethylene", s.shell((w + 4, h + 4, d + 4), u(0.8, 1.8)))
    if kind == "bag":
        w, h, d = u(40, 160), u(35, 120), u(10, 45)
        heap = s.extrude(blob(rng, w / 2, h / 2, 16, 0.12), -d / 2, d / 2, d / 3)
        item.add("cocaine", heap, texture=tx.GRAINS, zoom=float(u(0.4, 1.0)))
        return item.wire("polyethylene", curve(rng, w, 0.3), 1.2)
    count, r, long = int(rng.integers(15, 70)), u(7, 11), u(13, 22)
    solids = [
        s.moved(
            s.turned(s.ellipsoid(long, r, r, n=10), u(0, 6.28)), u(-75, 75), u(-55, 55), u(-20, 20)
        )
        for _ in range(count)
    ]
    return item.add("cocaine", *solids)


def cigarettes(rng: Rng) -> Item:
    """Cartons of ten packs, or loose packs: tobacco in paper, foil around it."""
    u = rng.uniform
    item = Item("cigarettes", "cigarettes")
    whole = rng.random() < 0.6
    columns, rows = (5, 2) if whole else (int(rng.integers(1, 4)), int(rng.integers(1, 3)))
    pack = np.array((u(44, 58), u(83, 102), u(18, 24)))
    layers = int(rng.integers(1, 5)) if whole else 1
    steps = [np.arange(n) - (n - 1) / 2 for n in (columns, rows, layers)]
    at = np.stack(np.meshgrid(*steps, indexing="ij"), -1).reshape(-1, 3) * (pack + 0.6)
    if not whole:
        at[:, :2] += rng.normal(0, 6, (len(at), 2))
    sizes = np.tile(pack, (len(at), 1))
    sticks = s.boxes(sizes * (0.94, 0.94, 0.9), at)
    item.add("tobacco", sticks, texture=tx.STRIPES, zoom=float(u(0.7, 1.1)))
    item.add("paper", s.boxes(sizes, at), s.hole(s.boxes(sizes - 0.8, at)))
    return item.add("aluminium", s.boxes(sizes - 1.0, at), s.hole(s.boxes(sizes - 1.03, at)))


def currency(rng: Rng) -> Item:
    """Banded stacks of notes, in rows or thrown together."""
    u = rng.uniform
    item = Item("banknotes", "currency")
    long, wide = u(120, 165), u(60, 80)
    tidy, pieces = rng.random() < 0.6, []
    for k in range(int(rng.integers(1, 13))):
        thick = u(8, 13) * (1 if rng.random() < 0.8 else 3)
        place = ((k % 2) * (long + 3), (k // 2 % 3) * (wide + 3), (k // 6) * 14.0)
        if not tidy:
            place = (u(-60, 60), u(-60, 60), k * 11.0)
        note = s.turned(s.box((long, wide, thick)), u(-0.03, 0.03) if tidy else u(0, 6.28))
        pieces.append(s.moved(note, *place))
    return item.add("paper", *pieces, texture=tx.STRIPES, zoom=float(u(0.5, 0.9)))
