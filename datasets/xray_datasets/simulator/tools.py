"""Other hand tools: pliers, hammers, screwdrivers, hexagon keys; long side along x, in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick

Rng = np.random.Generator


def pliers(rng: Rng) -> Item:
    """Pliers or cutters: two crossed arms, sheathed or bare."""
    u = rng.uniform
    item = Item("pliers", "pliers")
    k = u(0.6, 1.25)
    nose = u(25, 75)
    opening = u(0, 0.35)
    bare = rng.random() < 0.35
    for side in (1, -1):
        jaw = (
            np.array(
                [
                    (-12, -side * 3),
                    (12, side * 12),
                    (nose, side * u(4, 9)),
                    (nose, side * 0.5),
                    (10, side * 0.5),
                    (-14, -side * 12),
                ]
            )
            * k
        )
        path = (
            np.array(
                [
                    (-10, -side * 9, 0),
                    (-40, -side * u(16, 24), 0),
                    (-85, -side * u(15, 26), 0),
                    (-130, -side * u(12, 24), 0),
                ]
            )
            * k
        )
        arm = s.join(
            s.extrude(jaw, -4.5 * k, 4.5 * k, 0.8),
            s.sweep(path, s.ellipse(4.5 * k, 3.5 * k, 8), np.linspace(1.1, 0.7, 4)),
        )
        item.add("steel", s.turned(arm, side * opening / 2))
        if not bare:
            item.add(
                pick(rng, ["pvc", "rubber", "abs"]),
                s.turned(s.sweep(path[1:], s.ellipse(7.5 * k, 6 * k, 8)), side * opening / 2),
            )
    return item.add("steel", s.cylinder(8 * k, -6 * k, 6 * k, 12, 2))


def hammer(rng: Rng) -> Item:
    """A hammer: steel head with face and claw or peen, handle of wood, plastic or steel."""
    u = rng.uniform
    item = Item("hammer", "hammer")
    length, reach, r = u(200, 340), u(75, 130), u(11, 19)
    head = s.lathe(
        (
            (-reach * 0.5, r * 0.9),
            (-reach * 0.35, r),
            (-reach * 0.25, r * 0.7),
            (0, r),
            (reach * 0.15, r * 0.8),
        ),
        10,
        1,
    )
    tail = s.loft(
        np.stack(
            [
                np.array([(-w, y, -h), (w, y, -h), (w, y, h), (-w, y, h)])
                for y, w, h in (
                    (reach * 0.1, r * 0.8, r * 0.8),
                    (reach * 0.5, r * u(0.15, 0.5), r * u(0.6, 1)),
                )
            ]
        )
    )
    item.add("steel", head, tail)
    path = np.array([(0, 0, 0), (-length * 0.5, 0, 0), (-length, 0, 0)])
    kind = pick(rng, ["wood", "wood", "abs", "steel"])
    item.add(
        kind,
        s.sweep(
            path,
            s.ellipse(
                u(9, 14) if kind != "steel" else u(6, 9), u(7, 11) if kind != "steel" else 6, 8
            ),
            np.array([0.9, 0.85, 1.1]),
        ),
    )
    if kind in ("abs", "steel"):
        item.add("rubber", s.sweep(path[1:], s.ellipse(15, 12, 8)))
    return item


def screwdriver(rng: Rng) -> Item:
    """A screwdriver: shank in a plastic grip."""
    u = rng.uniform
    length, r = u(50, 220), u(1.8, 4.5)
    grip = u(55, 120)
    item = Item("screwdriver", "screwdriver")
    item.add(
        "steel",
        s.lathe(((-grip * 0.6, r), (length - 6, r), (length - 5, r * 1.3), (length, r * 0.4)), 8),
    )
    w = u(9, 19)
    item.add(
        pick(rng, ["abs", "abs", "wood", "rubber"]),
        s.lathe(
            (
                (-grip, w * 0.7),
                (-grip * 0.8, w),
                (-grip * 0.3, w * 0.85),
                (-grip * 0.1, w * 0.55),
                (0, w * 0.7),
            ),
            10,
        ),
    )
    return item


def hex_keys(rng: Rng) -> Item:
    """A bundle of bent hexagon keys."""
    u = rng.uniform
    item = Item("hex_keys")
    solids = []
    for k in range(int(rng.integers(1, 9))):
        r, length = u(1.2, 4.5), u(60, 190)
        path = np.array(
            [
                (-length / 2, 0, 0),
                (length / 2 - 6, 0, 0),
                (length / 2, 4, 0),
                (length / 2, length * 0.3, 0),
            ]
        )
        solids.append(
            s.moved(
                s.turned(s.sweep(path, s.ellipse(r, r, 6)), rng.normal(0, 0.12)),
                u(-20, 20),
                (k - 4) * 7,
            )
        )
    return item.add("steel", *solids)
