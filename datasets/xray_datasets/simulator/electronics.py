"""Electronics, batteries and what they are plugged in with; sizes in mm.

Devices carry the label electronics, cells and packs the label battery.
"""

from __future__ import annotations

import numpy as np

from . import shapes as s
from . import textures as tx
from .item import Item, pick
from .soft import curve, smooth

Rng = np.random.Generator


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
        r, h = (
            ((7.2, 50.0) if rng.random() < 0.5 else (9.2, 65.0))
            if rng.random() < 0.85
            else (17.0, 60.0)
        )
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
