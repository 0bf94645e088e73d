"""Soft and edible things: clothes, shoes, towels, food, paper; flat towards the beam, in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from . import textures as tx
from .item import Item, pick

Rng = np.random.Generator


def blob(rng: Rng, rx: float, ry: float, n: int = 16, rough: float = 0.12) -> np.ndarray:
    """An irregular rounded outline."""
    a = np.arange(n) * 2 * np.pi / n
    r = np.ones(n)
    for k in (2, 3, 5):
        r += rng.normal(0, rough / k) * np.cos(k * a + rng.uniform(0, 6.28))
    return np.stack([rx * r * np.cos(a), ry * r * np.sin(a)], 1)


def curve(rng: Rng, length: float, bend: float, n: int = 14) -> np.ndarray:  # (n, 3)
    """A smooth wandering line about the origin."""
    turn = np.cumsum(rng.normal(0, bend, n)) + rng.uniform(0, 6.28)
    step = length / n
    path = np.cumsum(
        np.stack([np.cos(turn), np.sin(turn), rng.normal(0, 0.25, n)], 1) * step, axis=0
    )
    return path - path.mean(0)


def smooth(points: np.ndarray, n: int) -> np.ndarray:
    """N points of a Catmull-Rom curve through the given ones."""
    p = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, len(points) - 1 - 1e-9, n)
    k = t.astype(int)
    f = (t - k)[:, None]
    a, b, c, d = p[k], p[k + 1], p[k + 2], p[k + 3]
    return 0.5 * (
        2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3
    )


def garment(rng: Rng) -> Item:
    """Folded or crumpled cloth, with seams; sometimes a zip or buttons."""
    u = rng.uniform
    item = Item("garment")
    rx, ry = u(60, 190), u(50, 140)
    cloth = pick(rng, ["cotton", "dyed_cotton", "wool", "leather", "nylon", "coated_cloth"])
    mass = u(12, 70) * (0.25 if cloth in ("leather", "nylon", "coated_cloth") else 1.0)
    for _ in range(int(rng.integers(1, 4))):
        if rng.random() < 0.6:
            outline = s.rounded(
                2 * rx * u(0.5, 1),
                2 * ry * u(0.5, 1),
                u(5, 30),
                (u(-0.2, 0.2) * rx, u(-0.2, 0.2) * ry),
            )
        else:
            outline = blob(rng, rx * u(0.5, 1), ry * u(0.5, 1))
        t = mass * u(0.3, 1)
        kind = int(rng.choice([tx.CLOUD, tx.CREASE, tx.CREASE]))
        item.add(
            cloth,
            s.extrude(outline, -t / 2, t / 2, min(t * 0.4, 8)),
            texture=kind,
            zoom=float(u(0.3, 1.2)),
        )
    for _ in range(int(rng.integers(1, 4))):
        item.wire(cloth, curve(rng, u(150, 420), 0.25, 12), u(1.0, 2.5))
    if rng.random() < 0.2:
        item.add(
            "brass",
            *[
                s.cylinder(u(4, 8), -1.5, 1.5, 8, 2, (u(-1, 1) * rx * 0.6, u(-1, 1) * ry * 0.6, 0))
                for _ in range(3)
            ],
        )
    return item


def shoe(rng: Rng) -> Item:
    """A shoe: sole, upper, sometimes a steel shank, heel nails and eyelets."""
    u = rng.uniform
    item = Item("shoe")
    length, w = u(220, 310), u(70, 105)
    t = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    outline = np.stack(
        [length / 2 * np.cos(t), w / 2 * np.sin(t) * (0.85 + 0.2 * np.cos(t + u(-0.3, 0.3)))], 1
    )
    item.add(
        "rubber",
        s.extrude(outline, -u(8, 20), 0, 2),
        texture=tx.CLOUD if rng.random() < 0.5 else tx.STRIPES,
        zoom=float(u(0.8, 2)),
    )
    upper = s.extrude(outline * 0.96, 0, u(30, 60))
    inner = s.hole(s.extrude(outline * 0.9, 2, 28))
    item.add("leather", upper, inner)
    if rng.random() < 0.4:
        item.add("steel", s.box((u(70, 120), u(8, 14), 1.5), (-u(10, 40), 0, -6)))
    if rng.random() < 0.5:
        n = int(rng.integers(4, 9))
        at = np.stack(
            [
                np.linspace(10, length * 0.3, n).repeat(2),
                np.tile([-15.0, 15.0], n),
                np.full(2 * n, 40.0),
            ],
            1,
        )
        item.add("brass", s.boxes(np.full((2 * n, 3), 3.0) * [1.2, 1.2, 0.8], at))
    return item.spun(u(0, 6.28))


def book(rng: Rng) -> Item:
    """A book, a notebook or a stack of paper."""
    u = rng.uniform
    w, h, t = u(90, 220), u(130, 300), u(6, 50)
    item = Item("book").add("paper", s.box((w, h, t)), texture=tx.CLOUD, zoom=0.15)
    if rng.random() < 0.35:  # spiral
        n = 60
        a = np.linspace(0, 2 * np.pi * 24, n * 8)
        coil = np.stack(
            [w / 2 + 4 * np.cos(a), np.linspace(-h / 2, h / 2, len(a)), 6 * np.sin(a)], 1
        )
        item.wire("steel", coil[::3], 0.5)
    return item


def packet(rng: Rng) -> Item:
    """Food or powder in bags and cartons: coffee, rice, sweets, noodles, fruit."""
    u = rng.uniform
    kind = rng.random()
    item = Item("packet")
    if kind < 0.45:
        outline = s.rounded(u(50, 170), u(60, 230), u(4, 25))
        matter = pick(rng, ["food", "sugar", "grain", "salt", "soap", "wood", "cream"])
        t = u(12, 65)
        item.add(
            matter,
            s.extrude(outline, -t / 2, t / 2, t * 0.3),
            texture=int(rng.choice([tx.GRAINS, tx.CLOUD, -1, tx.STRIPES])),
            zoom=float(u(0.4, 1.5)),
        )
    elif kind < 0.8:
        n = int(rng.integers(2, 9))
        r = u(14, 42)
        matter = pick(rng, ["fruit", "fruit", "food", "soap", "water"])
        solids = []
        for k in range(n):
            x, y = (k % 3 - 1) * r * 1.9 + u(-5, 5), (k // 3 - 1) * r * 1.9 + u(-5, 5)
            solids.append(
                s.ellipsoid(r * u(0.8, 1.2), r * u(0.8, 1.1), r * u(0.7, 1), (x, y, 0), 10)
            )
        item.add(matter, *solids)
    else:  # rows of identical packs
        nx, ny = int(rng.integers(1, 5)), int(rng.integers(2, 6))
        w, h, t = u(20, 50), u(20, 70), u(10, 40)
        at = np.array([(i * w * 1.1, j * h * 1.1, 0) for i in range(nx) for j in range(ny)])
        at = at - at.mean(0)
        item.add(
            pick(rng, ["food", "tobacco", "soap", "sugar"]),
            s.boxes(np.tile([w, h, t], (len(at), 1)), at),
        )
    return item


def carton(rng: Rng) -> Item:
    """A cardboard or plastic box, empty or nearly."""
    u = rng.uniform
    size = (u(60, 260), u(50, 200), u(20, 110))
    wall = u(0.8, 2.5)
    matter = pick(rng, ["paper", "polypropylene", "abs", "wood"])
    item = Item("carton").add(matter, s.shell(size, wall))
    if rng.random() < 0.3:
        item.merged(packet(rng))
    return item


def toy(rng: Rng) -> Item:
    """A plush or plastic toy."""
    u = rng.uniform
    r = u(30, 80)
    matter = pick(rng, ["foam", "abs", "wool", "cotton"])
    body = [
        s.ellipsoid(r, r * 0.8, r * 0.5),
        s.ellipsoid(r * 0.6, r * 0.6, r * 0.4, (r * 1.2, 0, 0)),
    ]
    body += [
        s.ellipsoid(r * 0.5, r * 0.2, r * 0.2, (u(-1, 1) * r, k * r * 0.9, 0), 8) for k in (-1, 1)
    ]
    item = Item("toy").add(matter, *body, texture=tx.CLOUD)
    if matter == "abs":
        item.parts[0].mesh = s.join(
            *body, *[s.hole((m - m.mean((0, 1))) * 0.9 + m.mean((0, 1))) for m in body]
        )
    if rng.random() < 0.4:
        item.add("steel", s.cylinder(u(8, 14), -20, 20, 10), s.box((14, 9, 9), (30, 8, 0)))
    return item
