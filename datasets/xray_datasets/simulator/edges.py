"""Scissors, razor blades and throwing stars; sizes in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .blades import blade
from .item import Item, pick

Rng = np.random.Generator


def scissors(rng: Rng) -> Item:
    """Scissors: two blades about a pivot, open or shut, with two eyes."""
    u = rng.uniform
    item = Item("scissors", "scissors")
    length = u(30, 130)
    back = length * u(0.55, 1.1) + u(5, 25)
    height = length * u(0.07, 0.12) + u(3, 8)
    thick = u(1.2, 3.2)
    opening = float(rng.choice([u(0, 0.06), u(0.08, 0.35), u(0.35, 0.8)]))
    plastic = rng.random() < 0.6
    matter = pick(rng, ["abs", "nylon", "rubber"]) if plastic else "stainless"
    eye = (u(9, 17), u(13, 26))
    rim = u(3.0, 5.5) if plastic else u(1.8, 3.5)
    ratio = u(1.0, 1.5) if rng.random() < 0.5 else 1.0
    for side in (1, -1):
        t = np.linspace(0, 1, 6)
        spine = np.stack([length * t - 6, side * height * (0.75 - 0.55 * t)], 1)
        edge = np.stack([length * t - 6, side * -0.15 * height + 0 * t], 1)
        arm = blade(spine, edge, thick)
        big = ratio if side > 0 else 1.0
        ex, ey = -back, -side * (eye[0] * big * u(0.7, 1.0) + 2)
        shank = s.sweep(
            np.array([(2, 0, 0), (-back * 0.4, -side * 2, 0), (-back + eye[1] * 0.8, ey * 0.8, 0)]),
            s.ellipse(height * 0.35, thick * u(0.8, 1.3), 6),
        )
        a = np.linspace(0, 2 * np.pi, 19)
        ring = np.stack([ex + eye[1] * big * np.cos(a), ey + eye[0] * big * np.sin(a), 0 * a], 1)
        loop = s.sweep(ring, s.ellipse(rim * 0.9, rim * (1.6 if plastic else 0.9), 8))
        lift = side * thick * 0.5
        turn = side * opening / 2
        item.add("stainless", s.moved(s.turned(s.join(arm, shank), turn), z=lift))
        item.add(matter, s.moved(s.turned(loop, turn), z=lift))
    item.add("stainless", s.cylinder(u(2, 4.5), -thick * 1.4, thick * 1.4, 8, 2))
    return item


def razor_blade(rng: Rng) -> Item:
    """A double-edged safety razor blade, 43 x 22 x 0.1 mm, or a single-edged one."""
    u = rng.uniform
    item = Item("razor_blade", "razor_blade")
    t = u(0.1, 0.25)
    if rng.random() < 0.7:
        outline = np.array(
            [
                (-21.5, -9),
                (-19, -9),
                (-19, -11),
                (19, -11),
                (19, -9),
                (21.5, -9),
                (21.5, 9),
                (19, 9),
                (19, 11),
                (-19, 11),
                (-19, 9),
                (-21.5, 9),
            ]
        )
        slot = [s.box((30, 2.2, t))]
        slot += [
            s.box((3.5, 2.2, t), (x, 2.2 * side, 0)) for x in (-12.5, 0, 12.5) for side in (-1, 1)
        ]
        item.add("stainless", s.extrude(outline, -t / 2, t / 2), *[s.hole(m) for m in slot])
        return item
    item.add("stainless", s.box((40, 19, u(0.2, 0.4))), s.box((40, 4, 1.2), (0, 8, 0)))
    return item


def shuriken(rng: Rng) -> Item:
    """A throwing star with 3 to 8 points."""
    u = rng.uniform
    points = int(rng.integers(3, 9))
    reach, root = u(35, 75), u(0.25, 0.5)
    a = np.arange(2 * points) * np.pi / points
    r = np.where(np.arange(2 * points) % 2, reach * root, reach)
    outline = np.stack([r * np.cos(a), r * np.sin(a)], 1)
    t = u(1.2, 4)
    star = s.extrude(outline, -t / 2, t / 2)
    middle = s.hole(s.cylinder(u(4, 9), -t / 2, t / 2, 12, 2))
    return Item("shuriken", "shuriken").add("stainless", star, middle)
