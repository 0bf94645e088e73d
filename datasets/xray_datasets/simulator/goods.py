"""Ordinary goods: vessels, electronics, cables, cosmetics, ammunition, lighters; in mm.

Some carry a label of the taxonomy (liquid, battery, electronics, lighter, bullet).
"""

from __future__ import annotations

import numpy as np

from . import shapes as s
from . import textures as tx
from .item import Item, pick
from .soft import curve, smooth

Rng = np.random.Generator


def bottle(rng: Rng) -> Item:
    """A bottle of plastic or glass, more or less full."""
    u = rng.uniform
    r, h = u(18, 48), u(90, 300)
    neck = r * u(0.25, 0.5)
    shoulder = u(0.62, 0.85)
    profile = (
        (-h / 2, r * 0.8),
        (-h / 2 + 4, r),
        (h * (shoulder - 0.5), r),
        (h * (shoulder - 0.4), neck),
        (h / 2, neck),
    )
    matter = pick(rng, ["pet", "pet", "polyethylene", "glass"])
    wall, space = s.vessel(profile, u(0.5, 1.5) if matter != "glass" else u(2.5, 4.5), 16)
    fill = u(0, 1)
    item = Item("bottle", "liquid" if fill > 0.25 else None).add(matter, wall)
    if fill > 0.25:
        clipped = space.copy()
        level = -h / 2 + fill * h
        clipped[..., 0] = np.minimum(clipped[..., 0], level)
        item.add(pick(rng, ["water", "water", "alcohol", "oil", "cream"]), clipped)
    cap = s.tube(neck + 2, 1.8, h / 2 - 14, h / 2 + 2, 12)
    return item.add("polypropylene" if rng.random() < 0.7 else "aluminium", cap)


def flask(rng: Rng) -> Item:
    """A vacuum flask: two steel walls, a thick base, a cap."""
    u = rng.uniform
    r, h = u(26, 50), u(150, 300)
    t1, t2 = u(0.4, 1.0), u(0.4, 0.9)
    outer, _ = s.vessel(((-h / 2, r), (h * 0.3, r), (h * 0.42, r * 0.75), (h / 2, r * 0.7)), t1, 18)
    inner, space = s.vessel(
        ((-h / 2 + 9, r - 5), (h * 0.3, r - 5), (h * 0.4, r * 0.75 - 4), (h / 2, r * 0.7 - 3)),
        t2,
        18,
    )
    item = Item("flask").add("stainless", outer, inner)
    if rng.random() < 0.5:
        item.add("water", space)
    item.add(
        "abs" if rng.random() < 0.5 else "stainless", s.tube(r * 0.8, 2.0, h * 0.42, h * 0.58, 14)
    )
    if rng.random() < 0.3:
        item.wire(
            "steel",
            np.array(
                [(h * 0.3, r, 0), (h * 0.1, r + 25, 0), (-h * 0.2, r + 25, 0), (-h * 0.3, r, 0)]
            ),
            3.0,
        )
    return item


def can(rng: Rng) -> Item:
    """A drink can, a food tin, an aerosol."""
    u = rng.uniform
    r, h = u(22, 45), u(60, 200)
    matter = pick(rng, ["aluminium", "steel"])
    wall, space = s.vessel(
        ((-h / 2, r), (h / 2 - 8, r), (h / 2, r * 0.8)),
        0.15 if matter == "aluminium" else u(0.18, 0.4),
        16,
    )
    item = Item("can").add(
        matter, wall, s.tube(r, 1.2, h / 2 - 3, h / 2, 16), s.tube(r, 1.2, -h / 2, -h / 2 + 3, 16)
    )
    if rng.random() < 0.8:
        item.add(pick(rng, ["water", "food", "cream", "oil"]), space)
    return item


def pot(rng: Rng) -> Item:
    """A pot, a bowl or a tin plate seen from above or aside."""
    u = rng.uniform
    r, h, t = u(40, 110), u(25, 120), u(0.6, 2.5)
    item = Item("pot").add(
        pick(rng, ["stainless", "aluminium", "ceramic", "glass"]),
        s.cylinder(r, -h / 2, -h / 2 + t * 1.5, 22, 2),
        s.tube(r, t, -h / 2, h / 2, 22, 2),
    )
    if rng.random() < 0.4:
        item.add("abs", s.box((u(60, 130), 18, 12), (r + 40, 0, h / 3)))
    return item


def laptop(rng: Rng) -> Item:
    """A laptop: shell, screen, board, cells, fan, heat pipe."""
    u = rng.uniform
    w, h = u(270, 380), u(190, 260)
    item = Item("laptop", "electronics")
    item.add(
        pick(rng, ["aluminium", "abs", "filled_plastic"]), s.shell((w, h, u(14, 26)), u(0.8, 1.4))
    )
    item.add("glass", s.box((w * 0.94, h * 0.9, 1.2), (0, 0, 9)))
    item.add(
        "aluminium",
        s.box((w * 0.92, h * 0.88, u(0.3, 1))),
        s.box((w * 0.9, h * 0.5, u(0.2, 1.2)), (0, h * 0.15, 0)),
    )
    item.add(
        "board",
        s.box((w * u(0.55, 0.9), h * u(0.3, 0.5), 1.1), (0, h * 0.2, 0)),
        texture=tx.BOARD_FINE,
        zoom=float(u(0.6, 1.2)),
    )
    n = int(rng.integers(3, 7))
    item.add(
        "cell",
        s.boxes(
            np.tile([w * 0.8 / n - 3, h * 0.3, u(4, 7)], (n, 1)),
            np.stack(
                [(np.arange(n) - n / 2 + 0.5) * w * 0.8 / n, np.full(n, -h * 0.25), np.zeros(n)], 1
            ),
        ),
    )
    r = u(18, 28)
    for side in (-1, 1) if rng.random() < 0.4 else (1,):
        item.add(
            "steel",
            s.tube(r, 1.5, -3, 3, 16, 2, (side * w * 0.33, h * 0.3, 0)),
            s.cylinder(5, -3, 3, 10, 2, (side * w * 0.33, h * 0.3, 0)),
        )
    item.add(
        "copper",
        s.box((u(80, 170), 7, 2), (w * 0.12, h * 0.3, 3)),
        s.boxes(
            np.tile([3.0, 14.0, 6.0], (10, 1)),
            np.stack(
                [np.linspace(-w * 0.42, w * 0.42, 10), np.full(10, h * 0.45), np.zeros(10)], 1
            ),
        ),
    )
    item.add(
        "steel",
        s.boxes(
            np.full((14, 3), 3.5),
            np.stack([u(-w / 2, w / 2, 14), u(-h / 2, h / 2, 14), np.zeros(14)], 1),
        ),
        s.box((30, 5, 6), (w * 0.35, h * 0.48, 4)),
        s.box((30, 5, 6), (-w * 0.35, h * 0.48, 4)),
    )
    return item


def board(rng: Rng) -> Item:
    """A bare circuit board with components, as in computers and appliances."""
    u = rng.uniform
    w, h = (u(60, 260), u(50, 210)) if rng.random() < 0.6 else (u(200, 340), u(160, 280))
    item = Item("board", "electronics").add(
        "board",
        s.box((w, h, u(1.3, 3.6))),
        texture=int(rng.choice([tx.BOARD, tx.BOARD_FINE])),
        zoom=float(u(0.6, 1.5)),
    )
    n = int(rng.integers(8, 34) * (1 + w * h / 6e4))
    at = np.stack([u(-w / 2, w / 2, n), u(-h / 2, h / 2, n), np.full(n, 4.0)], 1)
    sizes = np.stack([rng.exponential(9, n) + 3, rng.exponential(9, n) + 3, u(2, 14, n)], 1)
    kind = rng.integers(0, 4, n)
    for k, matter in enumerate(("silicon", "aluminium", "copper", "steel")):
        if (kind == k).any():
            scale = (1, 0.6, 0.25, 0.35)[k]
            item.add(matter, s.boxes(sizes[kind == k] * [1, 1, scale], at[kind == k]))
    if rng.random() < 0.5:  # heat sink
        k, fin = int(rng.integers(6, 14)), u(20, 50)
        x = np.linspace(-fin, fin, k) + u(-20, 20)
        item.add(
            "aluminium",
            s.boxes(
                np.tile([1.5, fin * 1.6, 25.0], (k, 1)),
                np.stack([x, np.zeros(k), np.full(k, 12.0)], 1),
            ),
            s.box((2 * fin, fin * 1.6, 5)),
        )
    if rng.random() < 0.4:  # transformer or coil
        r = u(8, 20)
        item.add(
            "copper", s.tube(r, r * 0.5, -r * 0.6, r * 0.6, 14, 2, (u(-w, w) / 3, u(-h, h) / 3, 8))
        )
        item.add("steel", s.box((r * 2.2, r * 1.6, r * 0.8), (u(-w, w) / 3, u(-h, h) / 3, 8)))
    return item


def drive(rng: Rng) -> Item:
    """An appliance in a metal case: drive, power supply, radio, game console."""
    u = rng.uniform
    w, h, t = u(70, 240), u(60, 190), u(18, 65)
    item = Item("appliance", "electronics").add(
        pick(rng, ["steel", "aluminium", "abs", "filled_plastic"]), s.shell((w, h, t), u(0.7, 1.8))
    )
    inside = board(rng)
    scale = min(w / 260, h / 210) * 0.95
    for part in inside.parts:
        if part.mesh is not None:
            part.mesh = part.mesh * np.float32(scale)
    item.merged(inside)
    if rng.random() < 0.6:
        item.add(
            "aluminium", s.cylinder(min(w, h) * 0.38, -2, 2, 24, 2), s.cylinder(8, -8, 8, 12, 2)
        )
    holes = int(rng.integers(0, 20))
    if holes:
        item.add(
            "steel",
            s.boxes(
                np.tile([2.0, 6.0, 2.0], (holes, 1)),
                np.stack(
                    [
                        np.linspace(-w * 0.45, w * 0.45, holes),
                        np.full(holes, h * 0.47),
                        np.full(holes, t / 2),
                    ],
                    1,
                ),
            ),
        )
    return item


def phone(rng: Rng) -> Item:
    """A phone, a tablet or a camera-like gadget."""
    u = rng.uniform
    k = u(0.8, 1.2) if rng.random() < 0.75 else u(1.6, 2.3)
    w, h = 72 * k, 150 * k
    item = (
        Item("phone", "electronics")
        .add("aluminium", s.shell((w, h, 8), 0.7))
        .add("glass", s.box((w * 0.95, h * 0.95, 1.3)))
    )
    item.add("cell", s.box((w * 0.5, h * 0.45, 4), (-w * 0.1, -h * 0.05, 0)))
    item.add(
        "board", s.box((w * 0.85, h * 0.25, 1.0), (0, h * 0.32, 0)), texture=tx.BOARD_FINE, zoom=1.2
    )
    return item.add(
        "steel",
        s.boxes(
            np.array([(9, 9, 5), (9, 9, 5), (12, 8, 3)], float),
            np.array([(w * 0.3, h * 0.42, 0), (w * 0.12, h * 0.42, 0), (0, -h * 0.46, 0)]),
        ),
    )


def battery(rng: Rng) -> Item:
    """Round cells, a pack or a power bank."""
    u = rng.uniform
    item = Item("battery", "battery")
    if rng.random() < 0.5:
        n = int(rng.integers(1, 9))
        r, h = ((7.2, 50) if rng.random() < 0.5 else (9.2, 65)) if rng.random() < 0.85 else (17, 60)
        y = (np.arange(n) - n / 2 + 0.5) * 2.05 * r
        item.add(
            "zinc_cell" if rng.random() < 0.6 else "cell",
            *[s.cylinder(r * 0.94, -h * 0.46, h * 0.46, 10, 0, (0, b, 0)) for b in y],
        )
        return item.add("steel", *[s.tube(r, 0.3, -h / 2, h / 2, 10, 0, (0, b, 0)) for b in y])
    w, h, t = u(55, 80), u(90, 160), u(8, 22)
    item.add("abs", s.shell((w, h, t), 1.5)).add(
        "cell", s.box((w * 0.85, h * 0.7, t * 0.7), (0, -h * 0.08, 0))
    )
    return item.add(
        "board", s.box((w * 0.8, h * 0.18, 2), (0, h * 0.38, 0)), texture=tx.BOARD_FINE, zoom=1.2
    )


def charger(rng: Rng) -> Item:
    """A power adapter with its coiled cord."""
    u = rng.uniform
    w, h, t = u(35, 75), u(45, 140), u(22, 38)
    item = Item("charger").add("abs", s.shell((w, h, t), 2.2))
    item.add("copper", s.box((w * 0.35, h * 0.25, t * 0.35), (0, u(-0.2, 0.2) * h, 0))).add(
        "board", s.box((w * 0.85, h * 0.85, 1.5)), texture=tx.BOARD, zoom=1.2
    )
    item.add(
        "steel",
        s.box((w * 0.4, h * 0.28, t * 0.3), (0, 0, 0)),
        s.boxes(
            np.tile([6.0, 18.0, 1.6], (2, 1)), np.array([(-8.0, h * 0.56, 0), (8.0, h * 0.56, 0)])
        ),
    )
    return item.merged(cable(rng).shifted(u(-30, 30), -h / 2))


def cable(rng: Rng) -> Item:
    """A cable, loose or coiled, with a plug."""
    u = rng.uniform
    if rng.random() < 0.5:
        path = smooth(curve(rng, u(250, 800), 0.7, 12), 60)
    else:
        t = np.linspace(0, 2 * np.pi * u(2, 6), 90)
        r = u(25, 65) * (1 + 0.12 * np.sin(t * u(0.7, 1.3) + u(0, 6)))
        path = np.stack([r * np.cos(t), r * u(0.35, 1) * np.sin(t), 3 * np.sin(t)], 1)
    item = Item("cable").wire("pvc", path, u(1.2, 3.0)).wire("copper", path, u(0.25, 0.7))
    end = path[-1]
    return item.add("steel", s.box((u(8, 20), u(6, 12), u(4, 8)), tuple(end)))


def earphones(rng: Rng) -> Item:
    """Earphones: thin wires and two small drivers."""
    path = smooth(curve(rng, 500, 0.9, 12), 60)
    item = Item("earphones").wire("copper", path, 0.5)
    return item.add(
        "steel",
        s.cylinder(5, -3, 3, 10, 2, tuple(path[0])),
        s.cylinder(5, -3, 3, 10, 2, tuple(path[-1])),
    )


def cosmetics(rng: Rng) -> Item:
    """Tubes, jars and sticks."""
    u = rng.uniform
    item = Item("cosmetics")
    for k in range(int(rng.integers(1, 5))):
        r, h = u(8, 28), u(45, 150)
        wall, space = s.vessel(
            ((-h / 2, r), (h * 0.35, r), (h / 2, r * u(0.4, 0.9))), u(1, 2.5), 12, 1
        )
        x = (k - 1.5) * 45 + u(-8, 8)
        item.add(pick(rng, ["polyethylene", "glass", "abs", "aluminium"]), s.moved(wall, x))
        item.add(pick(rng, ["cream", "alcohol", "soap", "water"]), s.moved(space, x))
    return item


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
    place = [
        lambda m, a=a, p=p: s.moved(s.turned(m, a), *p) for a, p in zip(turns, at, strict=True)
    ]
    item.add("brass", *[f(case) for f in place]).add("lead", *[f(tip) for f in place])
    return item.add("black_powder", *[f(powder) for f in place])


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
