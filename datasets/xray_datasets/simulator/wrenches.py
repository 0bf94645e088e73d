"""Wrenches: long side along x, sizes in mm; jaw and shank proportions after DIN 3110 and 3117."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick

Rng = np.random.Generator


def _jaw(x: float, width: float, gap: float, depth: float, turn: float, side: float) -> np.ndarray:
    """Outline of an open-end head: a disc with a parallel slot, opening towards side * x."""
    a = np.linspace(0.45, 2 * np.pi - 0.45, 20)
    disc = np.stack([width / 2 * np.cos(a) * 1.05, width / 2 * np.sin(a)], 1)
    slot = np.array(
        [
            (width * 0.45, -gap / 2),
            (width / 2 - depth, -gap / 2),
            (width / 2 - depth - gap * 0.25, 0),
            (width / 2 - depth, gap / 2),
            (width * 0.45, gap / 2),
        ]
    )
    outline = np.concatenate([disc, slot])
    c, n = np.cos(turn), np.sin(turn)
    outline = outline @ np.array([[c, n], [-n, c]])
    outline[:, 0] *= side
    return outline + np.array([x, 0])


def _ring(x: float, r: float, size: float, t: float, points: int = 12) -> list[s.Mesh]:
    a = np.arange(2 * points) * np.pi / points
    inner = np.where(np.arange(2 * points) % 2, size, size * 0.93)
    cut = np.stack([x + inner * np.cos(a), inner * np.sin(a)], 1)
    return [
        s.extrude(s.ellipse(r, r, 22, (x, 0)), -t / 2, t / 2, 1.0),
        s.hole(s.extrude(cut, -t / 2, t / 2)),
    ]


def spanner(rng: Rng) -> Item:
    """An open-end, ring or combination wrench."""
    u = rng.uniform
    item = Item("spanner", "wrench")
    size = float(np.exp(u(np.log(8), np.log(34))))
    length = 60 + size * u(6.5, 9.5)
    t = size * 0.22 + u(2, 4.5)
    kind = pick(rng, ["combination", "open", "ring", "combination"])
    half = length / 2
    shank = size * u(0.5, 1.05) + 2
    web = u(0.5, 1.0)
    bar = s.extrude(
        np.array(
            [
                (-half, -shank * 0.45),
                (half, -shank * 0.5),
                (half, shank * 0.5),
                (-half, shank * 0.45),
            ]
        ),
        -t * web / 2,
        t * web / 2,
        0.8,
    )
    solids, holes = [bar], []
    other = size * (u(0.8, 1.0) if kind != "combination" else 1.0)
    for side, gap in ((1, size), (-1, other)):
        open_end = kind == "open" or (kind == "combination" and side > 0)
        if open_end:
            width = gap * u(1.9, 2.3)
            outline = _jaw(
                side * (half + gap * 0.4), width, gap, gap * u(0.9, 1.15), u(-0.35, 0.35), side
            )
            solids.append(s.extrude(outline, -t / 2, t / 2, 0.6))
        else:
            r = gap * u(0.72, 0.85)
            disc, cut = _ring(side * (half + r * 0.5), r, gap * 0.52, t * u(1.0, 1.4))
            solids.append(disc)
            holes.append(cut)
    item.add(pick(rng, ["steel", "steel", "stainless", "zinc"]), *solids, *holes)
    return item


def adjustable(rng: Rng) -> Item:
    """An adjustable wrench: fixed jaw, sliding jaw, worm, handle with a hole."""
    u = rng.uniform
    item = Item("adjustable_wrench", "wrench")
    k = u(0.45, 1.35)  # 1 = a 250 mm wrench
    t, gap = 13 * k, u(0, 28) * k
    grip = (
        np.array(
            [
                (0, -13),
                (-20, -11),
                (-150, -13),
                (-185, -15),
                (-195, 0),
                (-185, 15),
                (-150, 13),
                (-20, 13),
                (0, 16),
            ]
        )
        * k
    )
    head = (
        np.array(
            [
                (-8, 17),
                (10, 27),
                (32, 30),
                (60, 24),
                (62, 12),
                (38, 9),
                (30, -4),
                (28, -26),
                (8, -28),
                (-8, -17),
            ]
        )
        * k
    )
    item.add("steel", s.extrude(grip, -t * 0.3, t * 0.3, 1), s.extrude(head, -t / 2, t / 2, 1.5))
    face = 9 - gap / k  # of the sliding jaw
    jaw = np.array([
        (60, face), (36, face), (33, -8), (12, -8), (12, -26),
        (30, -26 - 0.4 * gap / k), (56, face - 17),
    ]) * k  # fmt: skip
    item.add("steel", s.extrude(jaw, -t * 0.42, t * 0.42, 1))
    item.add("steel", s.cylinder(6 * k, 2 * k, 24 * k, 10, 0, (0, -18 * k, 0)))
    item.add("steel", s.hole(s.cylinder(7 * k, -t * 0.3, t * 0.3, 10, 2, (-180 * k, 0, 0))))
    hang = item.parts.pop()  # its hole belongs to the handle
    item.parts[0].mesh = np.concatenate([item.parts[0].mesh, hang.mesh])
    if rng.random() < 0.4:
        item.add(
            "pvc",
            s.sweep(
                np.array([(-25 * k, 0, 0), (-100 * k, 0, 0), (-190 * k, 0, 0)]),
                s.rounded(32 * k, 14 * k, 5 * k),
            ),
            s.hole(s.box((165 * k, 24 * k, 0.6 * t), (-107 * k, 0, 0))),
        )
    return item


def pipe_wrench(rng: Rng) -> Item:
    """A pipe wrench: heavy hooked jaw, nut, I-shaped handle."""
    u = rng.uniform
    k = u(0.5, 1.2)
    t = 18 * k
    item = Item("pipe_wrench", "wrench")
    grip = s.join(
        s.box((200 * k, 26 * k, t * 0.35), (-95 * k, 0, 0)),
        s.box((200 * k, 6 * k, t), (-95 * k, 12 * k, 0)),
        s.box((200 * k, 6 * k, t), (-95 * k, -12 * k, 0)),
    )
    fixed = s.extrude(np.array([(0, -16), (40, -18), (42, 10), (0, 16)]) * k, -t / 2, t / 2, 1.5)
    hook = s.extrude(
        np.array([(-15, -20), (62, -20), (78, -8), (78, 22), (54, 22), (52, 0), (-15, -8)]) * k,
        -t * 0.4,
        t * 0.4,
        1,
    )
    nut = s.cylinder(15 * k, 4 * k, 20 * k, 10, 0, (0, -14 * k, 0))
    return item.add("steel", grip, fixed, hook, nut)


def wrench(rng: Rng) -> Item:
    """One wrench."""
    kind = rng.random()
    return spanner(rng) if kind < 0.62 else adjustable(rng) if kind < 0.94 else pipe_wrench(rng)
